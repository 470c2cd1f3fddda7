#include "sliding.hpp"

#include <algorithm>

namespace saddle {
namespace {

template <class T>
void copy_numbers(const T* __restrict from, T* __restrict to, int64_t n) {
  if (n >= 16) {
    std::copy_n(from, n, to);
    return;
  }
  for (int64_t i = 0; i < n; ++i) to[i] = from[i];
}

template <class T>
void add_numbers(const T* __restrict from, T* __restrict to, int64_t n) {
  for (int64_t i = 0; i < n; ++i) to[i] += from[i];
}

}  // namespace

Extent Window::places(const Extent& size) const {
  Extent result{};
  for (size_t axis = 0; axis < 2; ++axis) {
    const int64_t room = size[axis] + before[axis] + after[axis] - dilation[axis] * (kernel[axis] - 1) - 1;
    result[axis] = size[axis] < 1 || room < 0 ? 0 : room / stride[axis] + 1;
  }
  return result;
}

Window Window::same(const Extent& kernel, bool circular) {
  Window window;
  window.kernel = kernel;
  for (size_t axis = 0; axis < 2; ++axis) {
    window.before[axis] = (kernel[axis] - 1) / 2;
    window.after[axis] = kernel[axis] - 1 - window.before[axis];
  }
  window.circular = circular;
  return window;
}

Window Window::halving(int64_t kernel) {
  Window window;
  window.kernel = {kernel, kernel};
  window.stride = {2, 2};
  window.before = window.after = {(kernel - 1) / 2, (kernel - 1) / 2};
  return window;
}

Sliding::Sliding(const Window& window, const Extent& size, int64_t channels)
    : size_(size), taps_(window.kernel), places_(window.places(size)), channels_(channels) {
  for (size_t axis = 0; axis < 2; ++axis)
    for (int64_t place = 0; place < places_[axis]; ++place)
      for (int64_t tap = 0; tap < taps_[axis]; ++tap) {
        int64_t at = place * window.stride[axis] - window.before[axis] + tap * window.dilation[axis];
        if (window.circular) at = (at % size[axis] + size[axis]) % size[axis];
        index_[axis].push_back(at >= 0 && at < size[axis] ? at : -1);
      }
  for (int64_t place = 0; place < places_[1]; ++place) {
    const int64_t* taps = index_[1].data() + place * taps_[1];
    bool dense = true;
    for (int64_t tap = 0; tap < taps_[1]; ++tap)
      dense = dense && taps[tap] >= 0 && taps[tap] == taps[0] + tap;
    dense_.push_back(dense);
  }
}

// visit(offset in a row, offset in the images or −1, how many numbers), in the order of the rows.
template <class Visit>
void Sliding::visit(int64_t first, int64_t count, Visit&& visit) const {
  const int64_t in_row = taps_[1] * channels_;
  int64_t column = first % places_[1], line = first / places_[1] % places_[0],
          sample = first / places_of_sample(), to = 0;
  for (int64_t row = 0; row < count; ++row) {
    const int64_t* taps = index_[1].data() + column * taps_[1];
    for (int64_t tap_line = 0; tap_line < taps_[0]; ++tap_line, to += in_row) {
      const int64_t at_line = index_[0][static_cast<size_t>(line * taps_[0] + tap_line)];
      if (at_line < 0) {
        visit(to, int64_t{-1}, in_row);
        continue;
      }
      const int64_t start = (sample * size_[0] + at_line) * size_[1];
      if (dense_[static_cast<size_t>(column)]) {
        visit(to, (start + taps[0]) * channels_, in_row);
        continue;
      }
      for (int64_t tap = 0; tap < taps_[1]; ++tap)
        visit(to + tap * channels_, taps[tap] < 0 ? -1 : (start + taps[tap]) * channels_, channels_);
    }
    if (++column < places_[1]) continue;
    column = 0;
    if (++line < places_[0]) continue;
    line = 0;
    ++sample;
  }
}

#define SADDLE_SLIDING(T)                                                               \
  void Sliding::gather(const T* images, T* rows, int64_t first, int64_t count) const {  \
    visit(first, count, [&](int64_t to, int64_t from, int64_t n) {                      \
      if (from < 0)                                                                     \
        std::fill_n(rows + to, n, T(0));                                                \
      else                                                                              \
        copy_numbers(images + from, rows + to, n);                                      \
    });                                                                                 \
  }                                                                                     \
  void Sliding::scatter(const T* rows, T* images, int64_t first, int64_t count) const { \
    visit(first, count, [&](int64_t to, int64_t from, int64_t n) {                      \
      if (from >= 0) add_numbers(rows + to, images + from, n);                          \
    });                                                                                 \
  }
SADDLE_SLIDING(float)
SADDLE_SLIDING(double)
#undef SADDLE_SLIDING

std::vector<int64_t> Sliding::pixels() const {
  std::vector<int64_t> all;
  for (int64_t line = 0; line < places_[0]; ++line)
    for (int64_t column = 0; column < places_[1]; ++column)
      for (int64_t i = 0; i < taps_[0]; ++i)
        for (int64_t j = 0; j < taps_[1]; ++j) {
          const int64_t y = index_[0][static_cast<size_t>(line * taps_[0] + i)],
                        x = index_[1][static_cast<size_t>(column * taps_[1] + j)];
          all.push_back(y < 0 || x < 0 ? size_[0] * size_[1] : y * size_[1] + x);
        }
  return all;
}

}  // namespace saddle
