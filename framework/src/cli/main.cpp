// The saddle program.
#include <malloc.h>

#include <csignal>
#include <cstdlib>
#include <cstring>

namespace saddle::cli {
int run_program(int argc, char** argv);
}

// MKL asks this function whether it runs on an Intel processor, and takes slower kernels where the answer is
// no; the program's answer goes before the library's. With --kernels portable the kernels are fixed by
// MKL_CBWR anyway.
extern "C" __attribute__((visibility("default"))) int mkl_serv_intel_cpu_true() {
  const char* kernels = std::getenv("SADDLE_KERNELS");
  return !kernels || std::strcmp(kernels, "portable") != 0;
}

int main(int argc, char** argv) {
  // Large tensors come and go every step; given back to the system, each would be faulted in anew, page by
  // page.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, -1);
  // A limit on the size of files (ulimit -f) is then an error that is reported like a full disk.
  std::signal(SIGXFSZ, SIG_IGN);
  return saddle::cli::run_program(argc, argv);
}
