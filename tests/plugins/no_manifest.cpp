#include "specimen.hpp"
