#include "specimen.hpp"

SADDLE_PLUGIN(Specimen, "kl")
