// Memory for a kernel's intermediate numbers, aligned as MKL's kernels like it.
#pragma once
#include <cstdint>
#include <new>

namespace saddle {

constexpr uintptr_t alignment = 64;

template <class T>
struct Aligned {
  explicit Aligned(int64_t n)
      : data(static_cast<T*>(
            ::operator new(static_cast<size_t>(n) * sizeof(T), std::align_val_t(alignment)))) {}
  Aligned(const Aligned&) = delete;
  Aligned& operator=(const Aligned&) = delete;
  ~Aligned() { ::operator delete(data, std::align_val_t(alignment)); }
  T* data;
};

}  // namespace saddle
