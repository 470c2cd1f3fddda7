// Matrix products, with bias and activation in the same pass. Every number is one chain of fused
// multiply-adds in an order that the sizes alone decide, so that all processors give the same bits, wherever
// the matrices lie.
#pragma once
#include <saddle/export.hpp>

#include <cstdint>

namespace saddle::products {

/// What happens to the sums: c = relu(sums + c + bias), each if asked for. By `outer` and `packed` also the
/// way back through the relu of the layer below, as by Gate; `dots` and Parts know no gate.
template <class T>
struct Finish {
  bool adds = false;        ///< to what c holds
  const T* bias = nullptr;  ///< one a column
  bool relu = false;        ///< keeps NaN
  const T* gate = nullptr;  ///< lies as c does; numbers count for 0 where these are not above 0
  T* gated = nullptr;       ///< with a gate: Σ_i c[i][j], in the order of i
};

/// c[i][j] = Σ_p a(i, p) b[p][j], in the order of p; a(i, p) lies at a[i·a_row + p·a_step].
template <class T>
struct Outer {
  int64_t m, n, k;
  const T* a;
  int64_t a_row, a_step;
  const T* b;
  int64_t b_row;
  T* c;
  int64_t c_row;
  Finish<T> finish;
};

/// c[i][j] = Σ_p a(i, p) b(p, j), where a(i, p) lies at a[i·a_row + p·a_step] and b(p, j) at b[p·b_step +
/// j·b_column]; of each pair of steps one is 1.
template <class T>
struct Product {
  int64_t m, n, k;
  const T* a;
  int64_t a_row, a_step;
  const T* b;
  int64_t b_step, b_column;
  T* c;
  int64_t c_row;
  Finish<T> finish;
};
inline constexpr int64_t panel_columns = 64;  // at most, on any processor

/// c[i][j] = Σ_p a[i][p] b[j][p]: 16 sums, p mod 16, then their sum in a tree. For few columns.
template <class T>
struct Dots {
  int64_t m, n, k;
  const T* a;
  int64_t a_row;
  const T* b;
  int64_t b_row;
  T* c;
  int64_t c_row;
  Finish<T> finish;
};

/// With k of at least 1, and gates.
struct Parts : Product<float> {
  /// Unless null, numbers of a or b are taken for 0 where these, in the same places, are not above 0.
  const float* a_gate = nullptr;
  const float* b_gate = nullptr;
  /// Unless null, what b then is summed over p, in the order of p: n sums. With b_gate only.
  float* b_sums = nullptr;
};

/// The way back through Finish's relu and bias: out[r][c] = g[r][c] where y[r][c] > 0, otherwise 0, and,
/// unless `sums` is null, sums[c] = Σ_r out[r][c], in the order of r.
template <class T>
struct Gate {
  int64_t rows, columns;
  const T* g;
  const T* y;
  T* out;
  T* sums;
};

/// to[column·to_row + row] = from[row·from_row + column]
template <class T>
struct Transpose {
  int64_t rows, columns;
  const T* from;
  int64_t from_row;
  T* to;
  int64_t to_row;
};

/// The loops for numbers of one type, on one kind of processor.
template <class T>
struct LoopsOf {
  void (*outer)(const Outer<T>&);
  /// As outer: numbers that are used one after the other, but don't lie so, are copied first. To `rows`, m·k
  /// numbers, unless that is null; and to `panel`, k times panel_columns numbers, unless that is null and
  /// b_column is 1.
  void (*packed)(const Product<T>&, T* rows, T* panel);
  void (*dots)(const Dots<T>&);
  void (*gate)(const Gate<T>&);
  void (*transpose)(const Transpose<T>&);
};

struct Loops {
  LoopsOf<float> of_float;
  LoopsOf<double> of_double;
  bool fast;  ///< whether the processor has fused multiply-adds; otherwise they are computed one by one
};

const Loops& loops_512();  ///< x86-64-v4
const Loops& loops_256();  ///< x86-64-v3
const Loops& loops_any();

using Multiply = void(const Parts&);

/// The product through bfloat16 parts (products_amx.cpp): as accurate as a chain of multiply-adds, in an
/// order that the sizes alone decide, but with other bits. Numbers and products below 2⁻¹⁰⁴ lose precision,
/// those below 2⁻¹²⁶ count as zeros; infinite numbers, and finite ones that round to them (from 3.3962·10³⁸),
/// become NaN. Null where the processor can't, or the system doesn't let it.
SADDLE_API Multiply* by_parts_here();

/// Those that the processor at hand can run, the fastest first, then a null.
SADDLE_API const Loops* const* loops_here();

}  // namespace saddle::products
