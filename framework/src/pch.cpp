// Nothing: this file only gives the precompiled header a target.
