#!/usr/bin/env bash
# The tests of products and tapes where matrices are multiplied through bfloat16 parts, on a processor with AVX-512 but
# without AMX, whose tiles are emulated. Needs what ./test builds; takes a minute.
# usage: tests/emulated/amx.sh [BUILD, build/release unless given]
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$source/build/release}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
c++ -std=c++20 -O2 -march=x86-64-v4 -mamx-tile -mamx-bf16 -ffp-contract=off -fPIC -shared \
  -include "$source/tests/emulated/amx.hpp" -I"$source/framework/src" -I"$source/framework/include" \
  "$source/framework/src/lanes/products_amx.cpp" -o "$folder/amx.so"
# The library's own choice of loops is asked for by a function that others may put another in place of.
LD_PRELOAD=$folder/amx.so "$build/tests/saddle_unit_tests" \
  'products*,a product*,relu behind*,numbers that a gate*,a number of a product*,*tape*,*layer*,*gradient*'
