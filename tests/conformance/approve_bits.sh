#!/bin/sh
# Writes tests/fixtures/portable_bits.json anew. Look at which lines change before you commit it: a change of one plugin
# changes its own.
# usage: tests/conformance/approve_bits.sh [BUILD FOLDER]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../../build/release}
SADDLE_APPROVE=1 "$build/tests/saddle_conformance_tests" '[bits]'
git -C "$here" --no-pager diff --stat -- ../fixtures || true
