#!/usr/bin/env bash
# Whether `--kernels portable` gives the bits of tests/fixtures/portable_bits.json on 64-bit ARM, too: compiles the
# conformance tests for it and runs that case in an emulator. For Debian on x86-64; takes some 30 minutes of two cores
# and 4 GB. Installs a cross-compiler and QEMU.
# usage: tests/portable_on_arm.sh [FOLDER for what it fetches and builds]
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)
work=${1:-$source/build/aarch64}
torch=$(<"$source/framework/cmake/libtorch-version.txt")
mkdir -p "$work"
cd "$work"

apt-get install -y -q g++-aarch64-linux-gnu qemu-user-static mmdebstrap ninja-build python3-pip
if [[ ! -e root/.whole ]]; then  # Debian's libraries for ARM
  rm -rf root
  mmdebstrap --arch=arm64 --variant=extract \
    --include=libhdf5-dev,libyaml-cpp-dev,libssl-dev,zlib1g-dev,libsleef-dev,libfmt-dev,libstdc++6,libgomp1,libc6-dev \
    "$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")" root
  # Links to places on that machine lead to other libraries here.
  find root -type l -lname '/*' | while read -r link; do ln -sfrT "root$(readlink "$link")" "$link"; done
  : >root/.whole
fi
if [[ ! -e torch/.whole ]]; then  # LibTorch's, out of PyTorch's wheel
  python3 -m pip download --quiet --no-deps --dest wheel --platform manylinux_2_28_aarch64 --python-version 311 \
    --only-binary=:all: "torch==$torch"
  python3 -m zipfile -e wheel/torch-*.whl torch
  rm -r wheel
  # It asks for libraries of GPUs, which nothing here calls.
  for asked in $(aarch64-linux-gnu-readelf -d torch/torch/lib/libtorch_cpu.so | sed -n 's/.*NEEDED.*\[\(libcu.*\)\]/\1/p'); do
    aarch64-linux-gnu-gcc -shared -o "torch/torch/lib/$asked" -x c /dev/null
  done
  : >torch/.whole
fi

lib=$work/root/usr/lib/aarch64-linux-gnu include=$work/root/usr/include
cat >toolchain.cmake <<CMAKE
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_EXE_LINKER_FLAGS_INIT "-Wl,-rpath-link,$lib -Wl,--allow-shlib-undefined")
set(CMAKE_SHARED_LINKER_FLAGS_INIT "\${CMAKE_EXE_LINKER_FLAGS_INIT}")
list(PREPEND CMAKE_MODULE_PATH $work)
CMAKE
# CMake's own asks a compiler of HDF5's, which does not compile for others.
cat >FindHDF5.cmake <<CMAKE
set(HDF5_FOUND TRUE)
set(HDF5_INCLUDE_DIRS $include/hdf5/serial)
set(HDF5_LIBRARIES $lib/libhdf5_serial.so)
set(HDF5_C_LIBRARIES $lib/libhdf5_serial.so)
set(HDF5_HL_LIBRARIES $lib/libhdf5_serial_hl.so)
CMAKE
cmake -G Ninja -S "$source" -B build -DCMAKE_BUILD_TYPE=Release -DSADDLE_TESTS=ON -DCMAKE_TOOLCHAIN_FILE="$work/toolchain.cmake" \
  -DCMAKE_CXX_FLAGS="-idirafter $include/aarch64-linux-gnu" \
  -DTorch_DIR="$work/torch/torch/share/cmake/Torch" \
  -Dyaml-cpp_DIR="$lib/cmake/yaml-cpp" -Dfmt_DIR="$lib/cmake/fmt" \
  -DOPENSSL_INCLUDE_DIR="$include" -DOPENSSL_CRYPTO_LIBRARY="$lib/libcrypto.so" -DOPENSSL_SSL_LIBRARY="$lib/libssl.so" \
  -DZLIB_INCLUDE_DIR="$include" -DZLIB_LIBRARY="$lib/libz.so" -DSADDLE_SLEEF="$lib/libsleef.so"
cmake --build build --target saddle_conformance_tests plugins/all
export SADDLE_SOURCE=$source SADDLE_PLUGINS_DIR=$work/build/plugins
# LibTorch looks for its processor in /proc/cpuinfo, which QEMU passes on.
printf '%s\n' 'processor : 0' 'Features : fp asimd crc32 atomics fphp asimdhp asimdrdm asimddp' 'CPU implementer : 0x41' \
  'CPU architecture: 8' 'CPU variant : 0x3' 'CPU part : 0xd0c' 'CPU revision : 1' >cpuinfo
unshare --mount bash -c 'mount --bind cpuinfo /proc/cpuinfo && exec "$@"' - \
  qemu-aarch64-static -cpu neoverse-n1 -L "$work/root" \
  -E "LD_LIBRARY_PATH=$lib:$work/torch/torch/lib" build/tests/saddle_conformance_tests '[bits]'
