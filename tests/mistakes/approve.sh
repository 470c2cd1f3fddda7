#!/bin/sh
# Writes the messages of tests/mistakes anew. Look at the difference before you commit it.
# usage: tests/mistakes/approve.sh [PROGRAM]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=${1:-$here/../../build/release/tests/saddle_unit_tests}
SADDLE_APPROVE=1 "$program" '[mistakes]'
git -C "$here" --no-pager diff --stat -- . || true
