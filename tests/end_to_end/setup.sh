#!/usr/bin/env bash
# What `saddle` and `test` do on a machine without an administrator: they say which packages are missing, and go on
# where what those bring is here by other means. dpkg, apt-get and the administrator are made up; the rest is real.
set -euo pipefail
root=$SADDLE_SOURCE
export SADDLE_HOME=$PWD/home
unset SADDLE_NO_INSTALL
source "$root/framework/cmake/setup.sh"

is_installed() { return 1; }     # dpkg knows of nothing
as_root() { return 1; }          # and nobody can be asked
have() { [[ $1 == apt-get ]] || command -v "$1" >/dev/null 2>&1; }

fail() { echo "$*"; exit 1; }

# Everything that built this tree is here, whoever brought it.
install_packages "${essential_packages[@]}" || fail 'it did not go on'

# What is not here is named, with the command that installs it.
missing_one='libnowhere-dev has_header nowhere/nothing.hpp' missing_two='nobody-build have nobody-builds'
said=$( (install_packages "${essential_packages[@]}" "$missing_one" "$missing_two") 2>&1) && fail 'it went on'
[[ $said == *'only an administrator can install them'* ]] || fail "$said"
[[ $said == *'sudo apt-get install --no-install-recommends libnowhere-dev nobody-build'* ]] || fail "$said"
status=0
(install_packages "$missing_one") 2>/dev/null || status=$?
((status == 69)) || fail "exit code $status"

# The user knows better.
SADDLE_NO_INSTALL=1 install_packages "$missing_one" || fail 'it did not go on'

# What is merely useful is offered once a day and stops nothing.
said=$(offer_packages "$missing_two" 2>&1) || fail 'it stopped'
[[ $said == *'goes on without the Debian package nobody-build'* ]] || fail "$said"
[[ -z $(offer_packages "$missing_two" 2>&1) ]] || fail 'it asked twice'

# An administrator is told what is going to be installed before it is.
as_root() { "$@"; }
apt_install() { echo "installs $*"; }
said=$(install_packages "$missing_one" "$missing_two" 2>&1)
[[ $said == 'saddle: installing Debian packages: libnowhere-dev nobody-build
installs libnowhere-dev nobody-build' ]] || fail "$said"

# A machine without apt-get is told the names.
have() { [[ $1 != apt-get ]] && command -v "$1" >/dev/null 2>&1; }
said=$( (install_packages "$missing_one") 2>&1) && fail 'it went on'
[[ $said == *'Their Debian names: libnowhere-dev'* ]] || fail "$said"

# A LibTorch of one's own is taken before one is fetched.
mkdir -p own/share/cmake/Torch
: >own/share/cmake/Torch/TorchConfig.cmake
CMAKE_PREFIX_PATH=/nowhere:$PWD/own find_own_torch || fail 'it was not found'
[[ $torch_prefix == "$PWD/own" ]] || fail "$torch_prefix"

# A checkout that can't be written is said before anything is installed or fetched.
status=0
said=$( (build=/proc/nowhere/release prepare_machine "$missing_one") 2>&1) || status=$?
((status == 69)) || fail "exit code $status"
[[ $said == 'saddle: cannot write to /proc/nowhere/release, where it would be built
    Copy this checkout to a folder of your own, and call that one.' ]] || fail "$said"

# A second call starts at once: nothing is built anew until something is edited.
fake=$PWD/checkout
mkdir -p "$fake"/{build/bin,framework,plugins,analysis}
touch "$fake"/{CMakeLists.txt,CMakePresets.json,framework/a.cpp,plugins/b.cpp}
printf '#!/bin/sh\n' >"$fake/build/bin/saddle"
chmod +x "$fake/build/bin/saddle"
sleep 0.02
: >"$fake/build/.up-to-date"
(
  root=$fake build=$fake/build
  export CMAKE_PREFIX_PATH=$PWD/own
  find_own_torch
  is_up_to_date && fail 'it was never configured'
  settings >"$build/.settings"
  is_up_to_date || fail 'it would build again'
  CXXFLAGS=-O3 is_up_to_date && fail 'other flags are another build'
  sleep 0.02
  touch "$root/plugins/b.cpp"
  is_up_to_date && fail 'it would not build what was edited'
  : >"$build/.up-to-date"
  is_up_to_date || fail 'it would build again'

  # Tests are configured whenever they are wanted, also where the build begins anew.
  configure() { echo "configures $*"; }
  build() { echo "builds $*"; }
  : >"$build/build.ninja"
  echo 'SADDLE_TESTS:BOOL=ON' >"$build/CMakeCache.txt"
  [[ $(configure_and_build with-tests all) == 'builds all' ]] || fail 'it was configured already'
  [[ $(CXXFLAGS=-O3 configure_and_build with-tests all) == 'configures --fresh -DSADDLE_TESTS=ON
builds all' ]] || fail 'tests would be missing'
  [[ $(CXXFLAGS=-O3 configure_and_build without-tests all) == 'configures --fresh
builds all' ]] || fail 'nobody wants tests'
  : >"$build/CMakeCache.txt"
  [[ $(configure_and_build with-tests all) == 'configures -DSADDLE_TESTS=ON
builds all' ]] || fail 'tests would be missing'
) || exit 1

# The presets are those that the documents name, and each has its workflow.
for preset in release dev asan; do
  (cd "$root" && cmake --workflow --list-presets) | grep -q "\"$preset\"" || fail "no workflow $preset"
done
