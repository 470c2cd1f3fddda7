#!/usr/bin/env bash
# run_one.sh NAME COMMAND…: runs one test in a new folder of its own, TMP_DIR, which is kept when the test fails.
set -euo pipefail
name=$1
shift

TMP_DIR=$(mktemp -d "${TMPDIR:-/tmp}/saddle-test.XXXXXX")
export TMP_DIR
cd "$TMP_DIR"
# Where a program of many cases says how each of them went (tests/main.cpp).
[[ -z ${SADDLE_TEST_COUNTS:-} ]] || export SADDLE_TEST_COUNT_FILE=$SADDLE_TEST_COUNTS/${name//\//.}

case $1 in
  *.py) command=("$PYTHON" "$@") ;;
  *) command=("$@") ;;
esac
status=0
"${command[@]}" </dev/null || status=$?
cd /
case $status in
  0 | 77) rm -rf "$TMP_DIR" ;;
  *) rmdir "$TMP_DIR" 2>/dev/null || printf 'exit code %s; what it left is in %s\n' "$status" "$TMP_DIR" ;;
esac
exit "$status"
