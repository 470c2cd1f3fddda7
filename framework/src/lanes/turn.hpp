// Transposition in registers. A Unit is as in product_loops.hpp.
#pragma once

namespace saddle::products {
namespace {

// x[0] … x[size − 1], shuffled like a deck of cards as many times as halving takes to 1, are the columns.
template <class U>
inline void turn(typename U::V* x) {
  typename U::V y[U::size];
#pragma GCC unroll 4
  for (int width = U::size; width > 1; width /= 2) {
#pragma GCC unroll 8
    for (int i = 0; i < U::size / 2; ++i) {
      y[2 * i] = U::low(x[i], x[i + U::size / 2]);
      y[2 * i + 1] = U::high(x[i], x[i + U::size / 2]);
    }
#pragma GCC unroll 16
    for (int i = 0; i < U::size; ++i) x[i] = y[i];
  }
}

}  // namespace
}  // namespace saddle::products
