# The target `torch`, from CMAKE_PREFIX_PATH or Torch_DIR, else from the wheel that the launcher fetched.
#
# PyTorch's own TorchConfig.cmake insists on a whole CUDA toolkit where LibTorch was built with CUDA. We compile no CUDA
# code and only link: for a CUDA build the target is made here. `saddle_cuda_graphs` is a target where the headers for
# CUDA's graphs are there too, which come with the wheel's packages as with a toolkit.
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

if(NOT EXISTS ${torch_root}/lib/libtorch_cuda.so)
  # Without its warning that a part (kineto) is missing, which CPU wheels never have and nobody needs.
  set(saddle_log_level ${CMAKE_MESSAGE_LOG_LEVEL})
  set(CMAKE_MESSAGE_LOG_LEVEL ERROR)
  find_package(Torch REQUIRED)
  set(CMAKE_MESSAGE_LOG_LEVEL ${saddle_log_level})
else()
  # The CUDA half is linked where the libraries that it needs are: beside the wheel, within LibTorch, or the system's.
  find_library(SADDLE_CUDNN NAMES cudnn libcudnn.so.9 HINTS ${torch_root}/../nvidia/cudnn/lib ${torch_root}/lib
               PATHS /usr/local/cuda/lib64 DOC "cuDNN, which the CUDA half of LibTorch needs")
  if(SADDLE_CUDNN)
    set(torch_library torch)
    # Of the runtime's and of the compiler's package, which CUDA 12 keeps apart.
    find_path(SADDLE_CUDA_INCLUDE cuda_runtime_api.h
              HINTS ${torch_root}/../nvidia/cu13/include ${torch_root}/../nvidia/cuda_runtime/include
              PATHS ENV CUDA_HOME ENV CUDA_PATH /usr/local/cuda PATH_SUFFIXES include
              DOC "The folder of cuda_runtime_api.h, for graphs of losses on GPUs")
    find_path(SADDLE_CUDA_CRT_INCLUDE crt/host_config.h
              HINTS ${SADDLE_CUDA_INCLUDE} ${torch_root}/../nvidia/cuda_nvcc/include
              PATHS ENV CUDA_HOME ENV CUDA_PATH /usr/local/cuda PATH_SUFFIXES include
              DOC "The folder of crt/host_config.h, which cuda_runtime_api.h includes")
    if(SADDLE_CUDA_INCLUDE AND SADDLE_CUDA_CRT_INCLUDE)
      add_library(saddle_cuda_graphs INTERFACE IMPORTED GLOBAL)
      target_include_directories(saddle_cuda_graphs INTERFACE ${SADDLE_CUDA_INCLUDE} ${SADDLE_CUDA_CRT_INCLUDE})
      target_compile_definitions(saddle_cuda_graphs INTERFACE SADDLE_CUDA_GRAPHS)
      target_link_libraries(saddle_cuda_graphs INTERFACE ${torch_root}/lib/libtorch_cuda.so ${torch_root}/lib/libc10_cuda.so)
    else()
      message(STATUS "No cuda_runtime_api.h (SADDLE_CUDA_INCLUDE) or no crt/host_config.h (SADDLE_CUDA_CRT_INCLUDE): losses on a GPU are not captured")
    endif()
  else()
    set(torch_library torch_cpu)
  endif()
  message(STATUS "Found Torch: ${torch_root} (a CUDA build; linking lib${torch_library}.so)")
  add_library(torch INTERFACE IMPORTED GLOBAL)
  target_include_directories(torch INTERFACE ${torch_root}/include ${torch_root}/include/torch/csrc/api/include)
  target_link_libraries(torch INTERFACE ${torch_root}/lib/lib${torch_library}.so ${torch_root}/lib/libtorch_cpu.so
                        ${torch_root}/lib/libc10.so)
  # Its CUDA libraries are found at run time, by the wheel's own search path.
  target_link_options(torch INTERFACE LINKER:--no-as-needed LINKER:--allow-shlib-undefined)
endif()
