// Products of float32 matrices on the tile registers of x86-64 processors with AMX, which multiply bfloat16
// numbers sixteen times as fast as other registers multiply float32 ones and add up in float32.
//
// A float32 number is the exact sum of three bfloat16 parts of 8 bits: a = a₁ + a₂ + a₃. Of the nine products
// of parts the six largest are computed; what is left out, a₂b₃ + a₃b₂ + a₃b₃, is below 2⁻²⁴ of the product,
// what rounding it may change. (Henry, Tang and Heinecke, "Leveraging the bfloat16 artificial
// intelligence datatype for higher-precision computations", 2019.)
#include "products.hpp"

#if defined(__AMX_BF16__) && defined(__AVX512BW__) && defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <type_traits>

#include "turn.hpp"
#include "unit_512.hpp"

namespace saddle::products {
namespace {

using U = Unit<float>;
using V = U::V;

constexpr int side = U::size;                        // rows of a tile, and numbers in a row of sums
constexpr int depth = 32;                            // p of a tile
constexpr int tile_size = side * depth;              // bfloat16 numbers
constexpr int three = 3 * tile_size;                 // a tile's parts, one after the other
constexpr int64_t most_p = 256, most_columns = 512;  // whose packed parts stay in the caches

struct alignas(64) Shape {
  uint8_t palette = 1, start = 0, reserved[14] = {};
  uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {side, side, side, side, side, side, side, side};
};

int64_t min(int64_t a, int64_t b) { return a < b ? a : b; }

// A matrix as it lies in memory: numbers of a row, or of a column, are neighbours.
struct Source {
  const float* p;
  int64_t row, column;
  const float* gate;  ///< null, or what decides which of them count
};

/// Where rows begin, and how far it is from one to the next.
struct Rows {
  const float* p;
  int64_t step;
};

/// 16 × 16 numbers of a matrix like s, from row r and column c on, zeros behind the last; in the matrix
/// itself where they lie there in rows, otherwise as a copy in `own`.
template <bool by_columns>
inline Rows rows_of(const Source& s, const float* begin, int64_t r, int64_t c, int64_t rows, int64_t columns,
                    float* own) {
  const float* p = begin + r * s.row + c * s.column;
  if (!by_columns && rows >= side && columns >= side) return {p, s.row};
  V x[side];
  const int64_t lines = by_columns ? columns : rows, between = by_columns ? s.column : s.row;
  const int64_t count = by_columns ? rows : columns;
#pragma GCC unroll 16
  for (int i = 0; i < side; ++i) x[i] = U::load_part(p + i * between, i < lines ? count : 0);
  if constexpr (by_columns) turn<U>(x);
#pragma GCC unroll 16
  for (int i = 0; i < side; ++i) U::store(own + i * side, x[i]);
  return {own, side};
}

/// The upper halves of part[q] are bfloat16 numbers whose sum is a: each what is left, rounded.
inline void split(V a, __m512i* part) {
  const __m512i half = _mm512_set1_epi32(0x8000), upper = _mm512_set1_epi32(static_cast<int>(0xffff0000U));
#pragma GCC unroll 2
  for (int q = 0; q < 2; ++q) {
    part[q] = _mm512_and_si512(_mm512_add_epi32(_mm512_castps_si512(a), half), upper);
    a = _mm512_sub_ps(a, _mm512_castsi512_ps(part[q]));
  }
  part[2] = _mm512_castps_si512(a);
}

/// Where the upper halves of the numbers of two registers lie: all of the first before the second's, or in
/// turn.
struct UpperHalves {
  alignas(64) uint16_t all[2 * side] = {};
  alignas(64) uint16_t in_turn[2 * side] = {};
  constexpr UpperHalves() {
    for (int i = 0; i < 2 * side; ++i) {
      all[i] = static_cast<uint16_t>(2 * i + 1);
      in_turn[i] = static_cast<uint16_t>(i / 2 * 2 + 1 + i % 2 * 2 * side);
    }
  }
};
constexpr UpperHalves upper_halves;

/// Copies of 16 × 16 numbers that don't lie in rows.
struct Scratch {
  alignas(64) float x[side * side], gate[side * side];
};

/// 16 × 16 numbers of which some may not count.
template <bool by_columns, bool gated>
class Numbers {
 public:
  Numbers(const Source& s, int64_t r, int64_t c, int64_t rows, int64_t columns, Scratch& scratch)
      : x_(rows_of<by_columns>(s, s.p, r, c, rows, columns, scratch.x)) {
    if constexpr (gated) gate_ = rows_of<by_columns>(s, s.gate, r, c, rows, columns, scratch.gate);
  }
  V row(int64_t i) const {
    const V x = U::load(x_.p + i * x_.step);
    if constexpr (!gated) return x;
    const V y = U::load(gate_.p + i * gate_.step);
    return U::gate(y, x);
  }

 private:
  Rows x_, gate_{};
};

/// Rows from r on, p from `from` to `to`: for each 32 p three tiles of 16 rows.
template <bool by_columns, bool gated>
void pack_rows(const Source& a, int64_t r, int64_t rows, int64_t from, int64_t to, uint16_t* tiles) {
  const __m512i one_after_the_other = _mm512_load_si512(upper_halves.all);
  Scratch left, right;
  for (int64_t p = from; p < to; p += depth, tiles += three) {
    const Numbers<by_columns, gated> x(a, r, p, rows, to - p, left),
        y(a, r, p + side, rows, to - p - side, right);
#pragma GCC unroll 2
    for (int i = 0; i < side; ++i) {
      __m512i low[3], high[3];
      split(x.row(i), low);
      split(y.row(i), high);
#pragma GCC unroll 3
      for (int q = 0; q < 3; ++q)
        _mm512_store_si512(tiles + q * tile_size + i * depth,
                           _mm512_permutex2var_epi16(low[q], one_after_the_other, high[q]));
    }
  }
}

/// Columns from c on: for each 32 p three tiles of 16 columns, with the numbers of two p side by side. Adds
/// what it packs to `sums`, unless that is null.
template <bool by_columns, bool gated>
void pack_columns(const Source& b, int64_t c, int64_t columns, int64_t from, int64_t to, uint16_t* tiles,
                  float* sums) {
  const __m512i in_turn = _mm512_load_si512(upper_halves.in_turn);
  Scratch scratch;
  V sum = gated && sums != nullptr ? U::load_part(sums, columns) : U::zero();
  for (int64_t p = from; p < to; p += depth, tiles += three)
    for (int half = 0; half < 2; ++half) {
      const int64_t q0 = p + half * side;
      const Numbers<by_columns, gated> x(b, q0, c, to - q0, columns, scratch);
      uint16_t* tile = tiles + half * tile_size / 2;
#pragma GCC unroll 2
      for (int i = 0; i < side; i += 2, tile += depth) {
        const V now = x.row(i), then = x.row(i + 1);
        if constexpr (gated) sum = U::add(U::add(sum, now), then);
        __m512i even[3], odd[3];
        split(now, even);
        split(then, odd);
#pragma GCC unroll 3
        for (int q = 0; q < 3; ++q)
          _mm512_store_si512(tile + q * tile_size, _mm512_permutex2var_epi16(even[q], in_turn, odd[q]));
      }
    }
  if (gated && sums != nullptr) U::store_part(sums, sum, columns);
}

// The compiler doesn't know that tiles are loaded from memory and stored to it.
inline void memory_is_used() { asm volatile("" ::: "memory"); }

/// The sums of up to 2 × 2 tiles, of 32 p at a time, the largest products last, in an order that loads each
/// tile as seldom as possible. Tiles 0–3 are sums, 4 and 5 hold rows of A, 6 and 7 columns of B; each is
/// loaded where the processor still multiplies others.
template <bool two_rows, bool two_columns>
inline void sum_tiles(const uint16_t* a, const uint16_t* b, int64_t next, int64_t blocks) {
  const uint16_t *a1 = a + next, *b1 = b + next;
  for (int64_t i = 0; i < blocks; ++i) {
    const auto all = [&](auto load_a, auto load_b) {
      if constexpr (load_a.value >= 0) _tile_loadd(4, a + load_a.value * tile_size, 64);
      if constexpr (load_b.value >= 0) _tile_loadd(6, b + load_b.value * tile_size, 64);
      _tile_dpbf16ps(0, 4, 6);
      if constexpr (two_columns) {
        if constexpr (load_b.value >= 0) _tile_loadd(7, b1 + load_b.value * tile_size, 64);
        _tile_dpbf16ps(1, 4, 7);
      }
      if constexpr (two_rows) {
        if constexpr (load_a.value >= 0) _tile_loadd(5, a1 + load_a.value * tile_size, 64);
        _tile_dpbf16ps(2, 5, 6);
        if constexpr (two_columns) _tile_dpbf16ps(3, 5, 7);
      }
    };
    using std::integral_constant;
    constexpr integral_constant<int, -1> same;
    constexpr integral_constant<int, 0> part1;
    constexpr integral_constant<int, 1> part2;
    constexpr integral_constant<int, 2> part3;
    all(part3, part1);
    all(part2, same);
    all(same, part2);
    all(part1, same);
    all(same, part3);
    all(same, part1);
    a += three;
    b += three;
    a1 += three;
    b1 += three;
  }
}

/// Up to 32 × 32 numbers of C.
template <bool two_rows, bool two_columns>
void block(const uint16_t* a, const uint16_t* b, int64_t next, int64_t blocks, bool adds, float* c,
           int64_t c_row) {
  const auto bytes = static_cast<size_t>(c_row) * sizeof(float);
  float* below = c + side * c_row;
  if (adds) {
    _tile_loadd(0, c, bytes);
    if constexpr (two_columns) _tile_loadd(1, c + side, bytes);
    if constexpr (two_rows) _tile_loadd(2, below, bytes);
    if constexpr (two_rows && two_columns) _tile_loadd(3, below + side, bytes);
  } else {
    _tile_zero(0);
    if constexpr (two_columns) _tile_zero(1);
    if constexpr (two_rows) _tile_zero(2);
    if constexpr (two_rows && two_columns) _tile_zero(3);
  }
  sum_tiles<two_rows, two_columns>(a, b, next, blocks);
  _tile_stored(0, c, bytes);
  if constexpr (two_columns) _tile_stored(1, c + side, bytes);
  if constexpr (two_rows) _tile_stored(2, below, bytes);
  if constexpr (two_rows && two_columns) _tile_stored(3, below + side, bytes);
}

using Block = void(const uint16_t*, const uint16_t*, int64_t, int64_t, bool, float*, int64_t);

void finish(const Finish<float>& f, const float* from, int64_t from_row, float* to, int64_t to_row,
            int64_t rows, int64_t columns) {
  for (int64_t j = 0; j < columns; j += side) {
    const int64_t count = min(columns - j, side);
    const V bias = f.bias != nullptr ? U::load_part(f.bias + j, count) : U::zero();
    for (int64_t i = 0; i < rows; ++i) {
      V y = U::add(U::load_part(from + i * from_row + j, count), bias);
      if (f.relu) y = U::relu(y);
      U::store_part(to + i * to_row + j, y, count);
    }
  }
}

struct Packed {
  alignas(64) uint16_t rows[2 * side * most_p * 3];
  alignas(64) uint16_t columns[most_columns * most_p * 3];
  alignas(64) float sums[2 * side * 2 * side];
};

/// A thread's, until it ends. By hand: what <memory> would instantiate here, others could be linked with.
struct OwnPacked {
  Packed* memory = new Packed;
  OwnPacked() = default;
  OwnPacked(const OwnPacked&) = delete;
  OwnPacked& operator=(const OwnPacked&) = delete;
  ~OwnPacked() { delete memory; }
};

using PackRows = void(const Source&, int64_t, int64_t, int64_t, int64_t, uint16_t*);
using PackColumns = void(const Source&, int64_t, int64_t, int64_t, int64_t, uint16_t*, float*);

// Whether it is stored by columns, and whether gated.
constexpr PackRows* pack_rows_of[2][2] = {{pack_rows<false, false>, pack_rows<false, true>},
                                          {pack_rows<true, false>, pack_rows<true, true>}};
constexpr PackColumns* pack_columns_of[2][2] = {{pack_columns<false, false>, pack_columns<false, true>},
                                                {pack_columns<true, false>, pack_columns<true, true>}};
// Whether there are more than 16 rows, and columns.
constexpr Block* blocks_of[2][2] = {{block<false, false>, block<false, true>},
                                    {block<true, false>, block<true, true>}};

/// What some p add to some columns of C, the packed ones.
struct Slice {
  int64_t from, to, left, right;  ///< p and columns
  int64_t blocks, next;  ///< tiles of p, and how far it is from one row or column of tiles to the next
  bool adds;
  Finish<float> finish;
};

void multiply_rows(const Parts& o, const Slice& s, int64_t i, Packed& memory) {
  const int64_t rows = min(o.m - i, 2 * side);
  const bool plain = s.finish.bias == nullptr && !s.finish.relu;
  for (int64_t j = s.left; j < s.right; j += 2 * side) {
    const int64_t columns = min(s.right - j, 2 * side);
    Block* compute = blocks_of[rows > side][columns > side];
    const uint16_t* packed = memory.columns + (j - s.left) / side * s.next;
    float* c = o.c + i * o.c_row + j;
    const Finish<float> here{false, s.finish.bias != nullptr ? s.finish.bias + j : nullptr, s.finish.relu};
    if (rows % side == 0 && columns % side == 0) {
      compute(memory.rows, packed, s.next, s.blocks, s.adds, c, o.c_row);
      memory_is_used();
      if (!plain) finish(here, c, o.c_row, c, o.c_row, rows, columns);
    } else {
      if (s.adds) finish({}, c, o.c_row, memory.sums, 2 * side, rows, columns);
      memory_is_used();
      compute(memory.rows, packed, s.next, s.blocks, s.adds, memory.sums, 2 * side);
      memory_is_used();
      finish(here, memory.sums, 2 * side, c, o.c_row, rows, columns);
    }
  }
}

void multiply_slice(const Parts& o, const Slice& s, Packed& memory) {
  const Source a{o.a, o.a_row, o.a_step, o.a_gate}, b{o.b, o.b_step, o.b_column, o.b_gate};
  PackRows* rows_of_a = pack_rows_of[o.a_step != 1][o.a_gate != nullptr];
  PackColumns* columns_of_b = pack_columns_of[o.b_column != 1][o.b_gate != nullptr];
  for (int64_t j = s.left; j < s.right; j += side)
    columns_of_b(b, j, s.right - j, s.from, s.to, memory.columns + (j - s.left) / side * s.next,
                 o.b_sums != nullptr ? o.b_sums + j : nullptr);
  for (int64_t i = 0; i < o.m; i += 2 * side) {
    for (int64_t r = i; r < min(o.m, i + 2 * side); r += side)
      rows_of_a(a, r, o.m - r, s.from, s.to, memory.rows + (r - i) / side * s.next);
    memory_is_used();
    multiply_rows(o, s, i, memory);
  }
}

void by_parts(const Parts& o) {
  static thread_local const OwnPacked own;
  static constexpr Shape shape;
  if (o.b_sums != nullptr)
    for (int64_t j = 0; j < o.n; ++j) o.b_sums[j] = 0;
  _tile_loadconfig(&shape);
  for (int64_t from = 0; from < o.k; from += most_p) {
    const int64_t to = min(o.k, from + most_p), blocks = (to - from + depth - 1) / depth;
    const bool last = to == o.k;
    for (int64_t left = 0; left < o.n; left += most_columns)
      multiply_slice(o,
                     {from,
                      to,
                      left,
                      min(o.n, left + most_columns),
                      blocks,
                      blocks * three,
                      from > 0 || o.finish.adds,
                      {false, last ? o.finish.bias : nullptr, last && o.finish.relu}},
                     *own.memory);
  }
  _tile_release();
}

/// Linux lends the tile registers to processes that ask for them; not to one with a stack for signals that is
/// too small to save them on (12 KB).
bool lent() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  constexpr unsigned has_bf16 = 1U << 22, has_tiles = 1U << 24;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (d & has_bf16) == 0 || (d & has_tiles) == 0)
    return false;
  constexpr long request = 0x1023, tile_data = 18;
  return syscall(SYS_arch_prctl, request, tile_data) == 0;
}

}  // namespace

Multiply* by_parts_here() {
  static Multiply* const found =
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && lent() ? by_parts : nullptr;
  return found;
}

}  // namespace saddle::products
#else
namespace saddle::products {
Multiply* by_parts_here() { return nullptr; }
}  // namespace saddle::products
#endif
