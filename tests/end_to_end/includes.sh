#!/usr/bin/env bash
# Dependencies go one way (design, §3): each folder includes only what stands left of it, plugins only the public
# headers, and each third-party library is seen by its own files alone.
set -euo pipefail
cd "$SADDLE_SOURCE"
bad=0

# forbid FOLDER… -- PATTERN: no file below the folders includes what the pattern matches.
forbid() {
  local folders=()
  while [[ $1 != -- ]]; do folders+=("$1"); shift; done
  if grep -rnE --include='*.hpp' --include='*.cpp' "^#include [<\"]($2)" "${folders[@]}"; then
    echo "    may not be included from ${folders[*]}"
    bad=1
  fi
}

src=framework/src
forbid framework/include -- 'torch/torch\.h|torch/all\.h|(lanes|schema|config|plugin|game|check|store|sweep|bench|cli)/'
forbid $src/lanes $src/schema -- '(config|plugin|game|check|store|sweep|bench|cli|analysis)/'
forbid $src/config -- '(game|check|store|sweep|bench|cli|analysis)/|plugin/loader'
forbid $src/plugin -- '(game|check|store|sweep|bench|cli|analysis)/'
forbid $src/game -- '(check|store|sweep|bench|cli|analysis)/'
forbid $src/check -- '(store|sweep|recipe|bench|cli|analysis)/'
forbid $src/store -- '(game|check|sweep|bench|cli|analysis|config|plugin)/'
forbid $src/sweep -- '(check|recipe|bench|cli)/'
forbid $src/recipe -- '(game|check|sweep|bench|cli)/'
forbid $src/bench -- '(check|recipe|cli)/'
forbid analysis -- '(lanes|config|plugin|game|check|sweep|bench|cli)/|saddle/(data|network|plugin|objective)|ATen|torch'
forbid plugins -- '(lanes|schema|config|plugin|game|check|store|sweep|bench|cli|analysis)/'

# only_in FILES PATTERN: nobody else includes it.
only_in() {
  if grep -rlE --include='*.hpp' --include='*.cpp' "^#include [<\"]$2" framework analysis plugins | grep -vE "$1"; then
    echo "    may not include $2: only $1 does"
    bad=1
  fi
}
only_in '^framework/src/config/yaml_reader\.cpp$' 'yaml-cpp'
only_in '^framework/src/plugin/loader\.cpp$' 'boost/dll'
only_in '^(framework/src/store/(hdf5|trial_group|store_file)|plugins/data/support/hdf5_file\.cpp)' 'hdf5\.h'
exit $bad
