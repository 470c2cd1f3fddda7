#!/usr/bin/env bash
# plugins/REFERENCE.md is what the plugins say of themselves today.
set -euo pipefail
"$SADDLE" plugins --format markdown >now.md
diff -u "$SADDLE_SOURCE/plugins/REFERENCE.md" now.md || {
  echo "plugins/REFERENCE.md is stale: ./saddle plugins --format markdown >plugins/REFERENCE.md"
  exit 1
}
