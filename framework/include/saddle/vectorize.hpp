// Loops that the compiler vectorises for the processor at hand, chosen when the program starts.
#pragma once

/// Put before a function with a plain loop: it's compiled for several vector widths. Contraction is off
/// everywhere, so every version gives the same bits. Not for templates and lambdas.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define SADDLE_VECTORIZE \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), optimize("O3")))
#else
#define SADDLE_VECTORIZE
#endif
