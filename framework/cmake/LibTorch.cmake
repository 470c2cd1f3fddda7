# The target `torch`, from CMAKE_PREFIX_PATH or Torch_DIR, else from the wheel that the launcher fetched.
#
# PyTorch's own TorchConfig.cmake insists on a CUDA toolkit (nvcc) when the wheel was built with CUDA. We compile no
# CUDA code and only link: for such a wheel on a machine without a toolkit the target is made here.
file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/libtorch-version.txt SADDLE_TORCH_VERSION)
set(saddle_home $ENV{SADDLE_HOME})
if(NOT saddle_home AND DEFINED ENV{XDG_CACHE_HOME})
  set(saddle_home $ENV{XDG_CACHE_HOME}/saddle)
elseif(NOT saddle_home)
  set(saddle_home $ENV{HOME}/.cache/saddle)
endif()
file(GLOB fetched_torch ${saddle_home}/torch-${SADDLE_TORCH_VERSION}/lib/python3*/site-packages/torch/share/cmake/Torch)

find_path(Torch_DIR TorchConfig.cmake HINTS ENV Torch_DIR ${CMAKE_PREFIX_PATH} ENV CMAKE_PREFIX_PATH PATHS ${fetched_torch}
          PATH_SUFFIXES Torch share/cmake/Torch lib/cmake/Torch
          DOC "The folder of LibTorch's TorchConfig.cmake")
if(NOT Torch_DIR)
  message(FATAL_ERROR "No LibTorch here. ./saddle fetches one; or set CMAKE_PREFIX_PATH or Torch_DIR to yours.")
endif()
get_filename_component(torch_root ${Torch_DIR}/../../.. ABSOLUTE)
find_program(SADDLE_NVCC nvcc HINTS ENV CUDA_HOME ENV CUDA_PATH PATHS /usr/local/cuda PATH_SUFFIXES bin)

if(SADDLE_NVCC OR NOT EXISTS ${torch_root}/lib/libtorch_cuda.so)
  # Without its warning that a part (kineto) is missing, which CPU wheels never have and nobody needs.
  set(saddle_log_level ${CMAKE_MESSAGE_LOG_LEVEL})
  set(CMAKE_MESSAGE_LOG_LEVEL ERROR)
  find_package(Torch REQUIRED)
  set(CMAKE_MESSAGE_LOG_LEVEL ${saddle_log_level})
else()
  # The CUDA half is linked where the libraries that it needs lie beside the wheel.
  if(EXISTS ${torch_root}/../nvidia/cudnn)
    set(torch_library torch)
  else()
    set(torch_library torch_cpu)
  endif()
  message(STATUS "Found Torch: ${torch_root} (a CUDA build without a toolkit; linking lib${torch_library}.so)")
  add_library(torch INTERFACE IMPORTED GLOBAL)
  target_include_directories(torch INTERFACE ${torch_root}/include ${torch_root}/include/torch/csrc/api/include)
  target_link_libraries(torch INTERFACE ${torch_root}/lib/lib${torch_library}.so ${torch_root}/lib/libtorch_cpu.so
                        ${torch_root}/lib/libc10.so)
  # Its CUDA libraries are found at run time, by the wheel's own search path.
  target_link_options(torch INTERFACE LINKER:--no-as-needed LINKER:--allow-shlib-undefined)
endif()
