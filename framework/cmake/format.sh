#!/usr/bin/env bash
# format.sh           formats our C++ files in place
# format.sh --check   names those that differ, and fails (77, skipped, without the clang-format that we agree on)
set -euo pipefail

root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../..
wanted=14   # Debian 12's. Other versions format some lines otherwise.

find_formatter() {
  local each
  for each in "clang-format-$wanted" clang-format; do
    if [[ $("$each" --version 2>/dev/null) == *"version $wanted."* ]]; then
      formatter=$each
      return 0
    fi
  done
  return 1
}

find_formatter || {
  echo "clang-format $wanted is not installed (apt-get install clang-format-$wanted); nothing was checked" >&2
  exit 77
}
cd "$root"
mapfile -d '' files < <(find framework plugins analysis tests \( -name '*.cpp' -o -name '*.hpp' \) -print0)
((${#files[@]})) || exit 0
if [[ ${1:-} == --check ]]; then
  "$formatter" --dry-run --Werror "${files[@]}" || {
    echo 'To format them: framework/cmake/format.sh' >&2
    exit 1
  }
else
  "$formatter" -i "${files[@]}"
fi
