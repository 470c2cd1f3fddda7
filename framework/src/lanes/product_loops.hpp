// The loops of products.hpp over registers of one kind. Included by a file for each kind, which is compiled
// for its processors and therefore includes nothing else that another file could share.
#pragma once
#include "products.hpp"
#include "turn.hpp"

namespace saddle::products {
namespace {

// A Unit<T> says what a register of numbers T is: V, how many it holds (size), the tile of sums that fits
// into the registers (rows × vectors), and zero, all, load, load_part, store, store_part, fma, add, relu,
// gate.

template <class U, int rows, int vectors, bool part, class T>
inline void tile(const Outer<T>& o, int64_t i, int64_t j, int64_t last) {
  using V = typename U::V;
  const T* a = o.a + i * o.a_row;
  const T* b = o.b + j;
  V sums[rows][vectors];
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) sums[r][v] = U::zero();
  if (o.finish.gate != nullptr) {
    const T* y = o.finish.gate + i * o.c_row + j;
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r)
#pragma GCC unroll 4
      for (int v = 0; v < vectors; ++v) __builtin_prefetch(y + r * o.c_row + v * U::size);
  }
  for (int64_t p = 0; p < o.k; ++p) {
    V row[vectors];
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v)
      row[v] = part && v == vectors - 1 ? U::load_part(b + v * U::size, last) : U::load(b + v * U::size);
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r) {
      const V x = U::all(a[r * o.a_row]);
#pragma GCC unroll 4
      for (int v = 0; v < vectors; ++v) sums[r][v] = U::fma(x, row[v], sums[r][v]);
    }
    a += o.a_step;
    b += o.b_row;
  }
  const auto each = [&](auto&& f) {
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r)
#pragma GCC unroll 4
      for (int v = 0; v < vectors; ++v)
        f(sums[r][v], part && v == vectors - 1, o.c + (i + r) * o.c_row + j + v * U::size, v);
  };
  const auto read = [&](const T* p, bool cut) { return cut ? U::load_part(p, last) : U::load(p); };
  if (o.finish.adds) each([&](V& y, bool cut, T* c, int) { y = U::add(y, read(c, cut)); });
  if (o.finish.bias != nullptr) {
    V bias[vectors];
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v)
      bias[v] = read(o.finish.bias + j + v * U::size, part && v == vectors - 1);
    each([&](V& y, bool, T*, int v) { y = U::add(y, bias[v]); });
  }
  if (o.finish.relu) each([](V& y, bool, T*, int) { y = U::relu(y); });
  if (o.finish.gate != nullptr) {
    each([&](V& y, bool cut, T* c, int) { y = U::gate(read(o.finish.gate + (c - o.c), cut), y); });
    if (o.finish.gated != nullptr) {
#pragma GCC unroll 4
      for (int v = 0; v < vectors; ++v) {
        const bool cut = part && v == vectors - 1;
        T* to = o.finish.gated + j + v * U::size;
        V sum = i == 0 ? U::zero() : read(to, cut);
#pragma GCC unroll 16
        for (int r = 0; r < rows; ++r) sum = U::add(sum, sums[r][v]);
        if (cut)
          U::store_part(to, sum, last);
        else
          U::store(to, sum);
      }
    }
  }
  each([&](V& y, bool cut, T* c, int) {
    if (cut)
      U::store_part(c, y, last);
    else
      U::store(c, y);
  });
}

template <class U, int vectors, bool part, class T>
inline void panel(const Outer<T>& o, int64_t j, int64_t last) {
  int64_t i = 0;
  for (; o.m - i >= U::rows; i += U::rows) tile<U, U::rows, vectors, part>(o, i, j, last);
  for (; o.m - i >= 4; i += 4) tile<U, 4, vectors, part>(o, i, j, last);
  if (o.m - i >= 2) {
    tile<U, 2, vectors, part>(o, i, j, last);
    i += 2;
  }
  if (i < o.m) tile<U, 1, vectors, part>(o, i, j, last);
}

// The last columns: up to `vectors` registers, the last of them perhaps in part.
template <class U, int vectors, class T>
inline void last_panel(const Outer<T>& o, int64_t j) {
  const int64_t rest = o.n - j;
  if constexpr (vectors > 1)
    if (rest <= (vectors - 1) * U::size) return last_panel<U, vectors - 1>(o, j);
  const int64_t last = rest - (vectors - 1) * U::size;
  if (last == U::size)
    panel<U, vectors, false>(o, j, last);
  else
    panel<U, vectors, true>(o, j, last);
}

template <class U, class T>
void outer(const Outer<T>& o) {
  constexpr int64_t width = U::vectors * U::size;
  int64_t j = 0;
  for (; o.n - j >= width; j += width) panel<U, U::vectors, false>(o, j, U::size);
  if (j < o.n) last_panel<U, U::vectors>(o, j);
}

// Pointers and steps are copied out of the arguments where registers are stored: a store may change any of
// them, for all that the compiler knows.
template <class U, int vectors, bool part, class T>
inline void gate_panel(const Gate<T>& gate, int64_t column, int64_t last) {
  using V = typename U::V;
  const T *g = gate.g + column, *y = gate.y + column;
  T* out = gate.out + column;
  const int64_t rows = gate.rows, step = gate.columns;
  V sums[vectors];
#pragma GCC unroll 4
  for (int v = 0; v < vectors; ++v) sums[v] = U::zero();
  for (int64_t r = 0; r < rows; ++r, g += step, y += step, out += step)
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) {
      const int64_t at = v * U::size;
      if (part && v == vectors - 1) {
        const V x = U::gate(U::load_part(y + at, last), U::load_part(g + at, last));
        U::store_part(out + at, x, last);
        sums[v] = U::add(sums[v], x);
      } else {
        const V x = U::gate(U::load(y + at), U::load(g + at));
        U::store(out + at, x);
        sums[v] = U::add(sums[v], x);
      }
    }
  if (gate.sums == nullptr) return;
  T* to = gate.sums + column;
#pragma GCC unroll 4
  for (int v = 0; v < vectors; ++v)
    if (part && v == vectors - 1)
      U::store_part(to + v * U::size, sums[v], last);
    else
      U::store(to + v * U::size, sums[v]);
}

template <class U, class T>
void gate(const Gate<T>& g) {
  constexpr int64_t width = U::vectors * U::size;
  int64_t c = 0;
  for (; g.columns - c >= width; c += width) gate_panel<U, U::vectors, false>(g, c, U::size);
  for (; g.columns - c >= U::size; c += U::size) gate_panel<U, 1, false>(g, c, U::size);
  if (c < g.columns) gate_panel<U, 1, true>(g, c, g.columns - c);
}

template <class U, class T>
void transpose(const Transpose<T>& t) {
  constexpr int n = U::size;
  const T* from = t.from;
  T* to = t.to;
  const int64_t from_row = t.from_row, to_row = t.to_row, all_rows = t.rows, all_columns = t.columns;
  const int64_t rows = all_rows - all_rows % n, columns = all_columns - all_columns % n;
  for (int64_t r = 0; r < rows; r += n)
    for (int64_t c = 0; c < columns; c += n) {
      typename U::V x[n];
#pragma GCC unroll 16
      for (int i = 0; i < n; ++i) x[i] = U::load(from + (r + i) * from_row + c);
      turn<U>(x);
#pragma GCC unroll 16
      for (int i = 0; i < n; ++i) U::store(to + (c + i) * to_row + r, x[i]);
    }
  for (int64_t r = 0; r < all_rows; ++r)
    for (int64_t c = r < rows ? columns : 0; c < all_columns; ++c)
      to[c * to_row + r] = from[r * from_row + c];
}

// The columns of a panel, side by side.
template <class U, class T>
inline void copy_panel(const Product<T>& o, const T* from, int64_t columns, T* panel) {
  const int64_t whole = columns - columns % U::size, rest = columns - whole, k = o.k, step = o.b_step;
  for (int64_t p = 0; p < k; ++p) {
    const T* row = from + p * step;
    T* to = panel + p * columns;
    for (int64_t j = 0; j < whole; j += U::size) U::store(to + j, U::load(row + j));
    if (rest > 0) U::store_part(to + whole, U::load_part(row + whole, rest), rest);
  }
}

template <class U, class T>
void packed(const Product<T>& o, T* rows, T* panel) {
  constexpr int64_t width = U::vectors * U::size;
  static_assert(width <= panel_columns);
  Outer<T> part{o.m, width, o.k, o.a, o.a_row, o.a_step, o.b, o.b_step, o.c, o.c_row, o.finish};
  if (rows != nullptr && o.a_step != 1) {
    transpose<U>(Transpose<T>{o.k, o.m, o.a, o.a_step, rows, o.k});
    part.a = rows;
    part.a_row = o.k;
    part.a_step = 1;
  }
  for (int64_t j = 0; j < o.n; j += width) {
    const T* from = o.b + j * o.b_column;
    part.n = o.n - j < width ? o.n - j : width;
    if (panel == nullptr) {
      part.b = from;
    } else {
      part.b = panel;
      part.b_row = part.n;
      if (o.b_column != 1)
        transpose<U>(Transpose<T>{part.n, o.k, from, o.b_column, panel, part.n});
      else
        copy_panel<U>(o, from, part.n, panel);
    }
    part.c = o.c + j;
    if (o.finish.bias != nullptr) part.finish.bias = o.finish.bias + j;
    if (o.finish.gate != nullptr) part.finish.gate = o.finish.gate + j;
    if (o.finish.gated != nullptr) part.finish.gated = o.finish.gated + j;
    outer<U>(part);
  }
}

inline constexpr int parts = 16;  // sums of a dot product

// The first halves of the sums of `rows` dot products, row by row, plus the second halves, until each row's
// fill one register.
template <class U, int rows, class T>
inline void part_sums(const Dots<T>& d, const T* a, const T* b, typename U::V* sums_of_row) {
  using V = typename U::V;
  constexpr int vectors = parts / U::size;
  V sums[rows][vectors];
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r)
#pragma GCC unroll 16
    for (int v = 0; v < vectors; ++v) sums[r][v] = U::zero();
  int64_t p = 0;
  for (; d.k - p >= parts; p += parts)
#pragma GCC unroll 16
    for (int v = 0; v < vectors; ++v) {
      const V y = U::load(b + p + v * U::size);
#pragma GCC unroll 16
      for (int r = 0; r < rows; ++r)
        sums[r][v] = U::fma(U::load(a + r * d.a_row + p + v * U::size), y, sums[r][v]);
    }
#pragma GCC unroll 16
  for (int v = 0; v < vectors; ++v) {
    const int64_t rest = d.k - p - v * U::size, count = rest < U::size ? rest : U::size;
    if (count <= 0) break;
    const V y = U::load_part(b + p + v * U::size, count);
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r)
      sums[r][v] = U::fma(U::load_part(a + r * d.a_row + p + v * U::size, count), y, sums[r][v]);
  }
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 4
    for (int half = vectors / 2; half > 0; half /= 2)
#pragma GCC unroll 8
      for (int v = 0; v < half; ++v) sums[r][v] = U::add(sums[r][v], sums[r][v + half]);
    sums_of_row[r] = sums[r][0];
  }
}

// As many rows as a register holds numbers: shuffling two rows' sums brings the halves that are added below
// each other, and leaves what both add to in one register. In the end there is one, a number a row.
template <class U>
inline typename U::V row_sums(typename U::V* x) {
#pragma GCC unroll 4
  for (int width = U::size / 2; width > 0; width /= 2)
#pragma GCC unroll 8
    for (int i = 0; i < width; ++i) x[i] = U::add(U::low(x[i], x[i + width]), U::high(x[i], x[i + width]));
  return x[0];
}

template <class T>
inline void finish_one(const Finish<T>& finish, T y, int64_t column, T* c) {
  if (finish.adds) y += *c;
  if (finish.bias != nullptr) y += finish.bias[column];
  *c = finish.relu && y <= 0 ? T(0) : y;
}

// The dot products of as many rows as a register holds numbers with one.
template <class U, class T>
inline typename U::V register_of_dots(const Dots<T>& d, const T* a, const T* b) {
  constexpr int at_once = U::size < U::dot_rows ? U::size : U::dot_rows;
  typename U::V x[U::size];
#pragma GCC unroll 4
  for (int r = 0; r < U::size; r += at_once) part_sums<U, at_once>(d, a + r * d.a_row, b, x + r);
  return row_sums<U>(x);
}

// The same of one or two columns, finished, to rows of c that lie side by side.
template <class U, class T>
inline void narrow_dots(const Dots<T>& d, const T* a, T* c) {
  using V = typename U::V;
  const auto column = [&](int64_t j) {
    V y = register_of_dots<U>(d, a, d.b + j * d.b_row);
    if (d.finish.bias != nullptr) y = U::add(y, U::all(d.finish.bias[j]));
    return d.finish.relu ? U::relu(y) : y;
  };
  const V first = column(0);
  if (d.n == 1) return U::store(c, first);
  const V second = column(1);
  U::store(c, U::low(first, second));
  U::store(c + U::size, U::high(first, second));
}

template <class U, class T>
void dots(const Dots<T>& d) {
  const bool narrow = d.n <= 2 && d.c_row == d.n && !d.finish.adds;
  for (int64_t i = 0; i < d.m; i += U::size) {
    const int64_t rows = d.m - i < U::size ? d.m - i : U::size;
    const T* a = d.a + i * d.a_row;
    if (narrow && rows == U::size) {
      narrow_dots<U>(d, a, d.c + i * d.c_row);
      continue;
    }
    for (int64_t j = 0; j < d.n; ++j) {
      const T* b = d.b + j * d.b_row;
      typename U::V y;
      if (rows == U::size) {
        y = register_of_dots<U>(d, a, b);
      } else {
        typename U::V x[U::size];
        for (int r = 0; r < U::size; ++r)
          if (r < rows)
            part_sums<U, 1>(d, a + r * d.a_row, b, x + r);
          else
            x[r] = U::zero();
        y = row_sums<U>(x);
      }
      T sums[U::size];
      U::store(sums, y);
      for (int64_t r = 0; r < rows; ++r) finish_one(d.finish, sums[r], j, d.c + (i + r) * d.c_row + j);
    }
  }
}

template <class U, class T>
constexpr LoopsOf<T> loops_of = {outer<U, T>, packed<U, T>, dots<U, T>, gate<U, T>, transpose<U, T>};

}  // namespace
}  // namespace saddle::products
