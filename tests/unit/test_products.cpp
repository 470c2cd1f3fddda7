// Products of matrices: every number is the chain of fused multiply-adds that products.hpp says, on
// every processor, wherever the matrices lie.
#include "lanes/products.hpp"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>
#include <saddle/ops.hpp>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <thread>

#include "catch.hpp"

using namespace saddle::products;

namespace {

template <class T>
const LoopsOf<T>& of(const Loops& loops) {
  if constexpr (sizeof(T) == sizeof(float))
    return loops.of_float;
  else
    return loops.of_double;
}

template <class T>
std::vector<T> numbers(int64_t n, unsigned seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<T> uniform(-1, 1);
  std::vector<T> all(static_cast<size_t>(n));
  for (T& x : all) x = uniform(engine);
  return all;
}

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

template <class T>
T finished(const Finish<T>& finish, T sum, T before, int64_t column) {
  if (finish.adds) sum += before;
  if (finish.bias != nullptr) sum += finish.bias[column];
  return finish.relu && sum <= 0 ? T(0) : sum;
}

template <class T>
T chain(int64_t k, const T* a, int64_t a_step, const T* b, int64_t b_step) {
  T sum = 0;
  for (int64_t p = 0; p < k; ++p) sum = std::fma(a[p * a_step], b[p * b_step], sum);
  return sum;
}

template <class T>
T tree(int64_t k, const T* a, const T* b) {
  T part[16] = {};
  for (int64_t p = 0; p < k; ++p) part[p % 16] = std::fma(a[p], b[p], part[p % 16]);
  for (int width = 8; width > 0; width /= 2)
    for (int i = 0; i < width; ++i) part[i] += part[i + width];
  return part[0];
}

template <class T>
std::vector<T> turned_of(int64_t rows, int64_t columns, const T* from) {
  std::vector<T> turned(static_cast<size_t>(rows * columns));
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j) turned[static_cast<size_t>(j * rows + i)] = from[i * columns + j];
  return turned;
}

struct Size {
  int64_t m, n, k;
};
constexpr Size sizes[] = {{1, 1, 1},    {2, 3, 5},    {5, 16, 2},    {6, 64, 64}, {7, 65, 3},
                          {13, 37, 31}, {64, 1, 64},  {33, 2, 129},  {17, 15, 8}, {3, 130, 0},
                          {19, 48, 33}, {8, 100, 16}, {20, 150, 40}, {37, 2, 33}};

template <class T>
void holds_everywhere() {
  for (const Loops* const* loops = loops_here(); *loops != nullptr; ++loops) {
    for (const Size& s : sizes) {
      for (const int64_t shift : {0, 1}) {  // the second does not begin where a register does
        const auto a = numbers<T>(s.m * s.k + shift, 1), b = numbers<T>(s.k * s.n + shift, 2),
                   before = numbers<T>(s.m * s.n, 3), bias = numbers<T>(s.n, 4);
        for (const Finish<T>& finish :
             {Finish<T>{}, Finish<T>{true, nullptr, false}, Finish<T>{false, bias.data(), true},
              Finish<T>{true, bias.data(), true}}) {
          INFO(s.m << " " << s.n << " " << s.k << " shift " << shift << " adds " << finish.adds);
          const T *x = a.data() + shift, *y = b.data() + shift;
          std::vector<T> expected(before.size()), by_columns(before.size()), dots(before.size());
          for (int64_t i = 0; i < s.m; ++i)
            for (int64_t j = 0; j < s.n; ++j) {
              const auto at = static_cast<size_t>(i * s.n + j);
              expected[at] = finished(finish, chain(s.k, x + i * s.k, 1, y + j, s.n), before[at], j);
              by_columns[at] = finished(finish, chain(s.k, x + i, s.m, y + j, s.n), before[at], j);
              dots[at] = finished(finish, tree(s.k, x + i * s.k, y + j * s.k), before[at], j);
            }
          std::vector<T> c = before;
          of<T>(**loops).outer({s.m, s.n, s.k, x, s.k, 1, y, s.n, c.data(), s.n, finish});
          CHECK(same_bits(c, expected));
          c = before;
          of<T>(**loops).outer({s.m, s.n, s.k, x, 1, s.m, y, s.n, c.data(), s.n, finish});
          CHECK(same_bits(c, by_columns));
          c = before;
          of<T>(**loops).dots({s.m, s.n, s.k, x, s.k, y, s.k, c.data(), s.n, finish});
          CHECK(same_bits(c, dots));
          for (const bool ta : {false, true})
            for (const bool tb : {false, true})
              for (const bool copies : {false, true}) {
                if (tb && !copies) continue;  // its columns have to be copied
                std::vector<T> rows(static_cast<size_t>(s.m * s.k)),
                    panel(static_cast<size_t>(panel_columns * s.k));
                // The same two matrices, so stored that op(a)·op(b) is their product.
                const std::vector<T> own_a = ta ? turned_of(s.m, s.k, x) : std::vector<T>(x, x + s.m * s.k),
                                     own_b = tb ? turned_of(s.k, s.n, y) : std::vector<T>(y, y + s.k * s.n);
                c = before;
                of<T>(**loops).packed({s.m, s.n, s.k, own_a.data(), ta ? 1 : s.k, ta ? s.m : 1, own_b.data(),
                                       tb ? 1 : s.n, tb ? s.k : 1, c.data(), s.n, finish},
                                      copies ? rows.data() : nullptr, copies ? panel.data() : nullptr);
                CHECK(same_bits(c, expected));
              }
        }
        std::vector<T> turned(static_cast<size_t>(s.m * s.k));
        of<T>(**loops).transpose({s.m, s.k, a.data() + shift, s.k, turned.data(), s.m});
        CHECK(same_bits(turned, turned_of(s.m, s.k, a.data() + shift)));
      }
    }
  }
}

}  // namespace

TEST_CASE("every processor's loops give a product the same bits, those of its chain of multiply-adds") {
  holds_everywhere<float>();
  holds_everywhere<double>();
}

namespace {

template <class T>
void gates_everywhere() {
  for (const Loops* const* loops = loops_here(); *loops != nullptr; ++loops)
    for (const Size& s : sizes)
      for (const bool summed : {false, true}) {
        const int64_t rows = s.m, columns = s.n, n = rows * columns;
        const auto g = numbers<T>(n, 1);
        auto y = numbers<T>(n, 2);
        for (int64_t i = 0; i < n; i += 5)
          y[static_cast<size_t>(i)] = i % 3 == 0   ? T(0)
                                      : i % 3 == 1 ? -T(0)
                                                   : std::numeric_limits<T>::quiet_NaN();
        std::vector<T> through(g.size()), expected(g.size()), sums(static_cast<size_t>(columns), 7),
            by_rows(sums.size());
        of<T>(**loops).gate(
            {rows, columns, g.data(), y.data(), through.data(), summed ? sums.data() : nullptr});
        for (size_t i = 0; i < g.size(); ++i) {
          expected[i] = y[i] > 0 ? g[i] : 0;
          by_rows[i % by_rows.size()] += expected[i];
        }
        CHECK(same_bits(through, expected));
        CHECK(same_bits(sums, summed ? by_rows : std::vector<T>(sums.size(), 7)));
      }
}

}  // namespace

TEST_CASE(
    "every processor's loops let the same numbers of a gradient through relu, and sum them in the same "
    "order") {
  gates_everywhere<float>();
  gates_everywhere<double>();
}

namespace {

template <class T>
void gated_everywhere() {
  for (const Loops* const* loops = loops_here(); *loops != nullptr; ++loops)
    for (const Size& s : sizes)
      for (const bool tb : {false, true}) {
        INFO(s.m << " " << s.n << " " << s.k << " " << tb);
        const auto a = numbers<T>(s.m * s.k, 1), b = numbers<T>(s.k * s.n, 2), bias = numbers<T>(s.n, 4);
        auto y = numbers<T>(s.m * s.n, 3);
        for (size_t i = 0; i < y.size(); i += 7)
          y[i] = i % 2 == 0 ? -T(0) : std::numeric_limits<T>::quiet_NaN();
        std::vector<T> panel(static_cast<size_t>(panel_columns * s.k)), c(y.size()), expected(y.size()),
            sums(bias.size(), 7), by_rows(bias.size(), 7);
        Product<T> product{s.m,      s.n,          s.k,          a.data(),        s.k, 1,
                           b.data(), tb ? 1 : s.n, tb ? s.k : 1, expected.data(), s.n, {.bias = bias.data()}};
        of<T>(**loops).packed(product, nullptr, panel.data());
        of<T>(**loops).gate({s.m, s.n, expected.data(), y.data(), expected.data(), by_rows.data()});
        product.c = c.data();
        product.finish.gate = y.data();
        of<T>(**loops).packed(product, nullptr, panel.data());
        CHECK(same_bits(c, expected));
        product.finish.gated = sums.data();
        of<T>(**loops).packed(product, nullptr, panel.data());
        CHECK(same_bits(c, expected));
        CHECK(same_bits(sums, by_rows));
      }
}

}  // namespace

TEST_CASE("a product that passes through a relu's gate in one go has the bits of both passes") {
  gated_everywhere<float>();
  gated_everywhere<double>();
}

TEST_CASE("a product that is not a number stays so through relu, and zeros come out without a sign") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> one(40, 1.0F);
  for (const Loops* const* loops = loops_here(); *loops != nullptr; ++loops) {
    std::vector<float> b(40, -0.0F), c(40);
    b[3] = nan;
    b[20] = -1;
    b[39] = nan;
    (*loops)->of_float.outer({1, 40, 1, one.data(), 1, 1, b.data(), 40, c.data(), 40, {.relu = true}});
    for (size_t j = 0; j < c.size(); ++j)
      CHECK((j == 3 || j == 39 ? std::isnan(c[j]) : c[j] == 0 && !std::signbit(c[j])));
    (*loops)->of_float.dots({1, 40, 1, one.data(), 1, b.data(), 1, c.data(), 40, {.relu = true}});
    for (size_t j = 0; j < c.size(); ++j)
      CHECK((j == 3 || j == 39 ? std::isnan(c[j]) : c[j] == 0 && !std::signbit(c[j])));
  }
}

namespace {

struct Error {
  double largest = 0;  ///< in units of what k + 8 rounded operations may be off by
  double squares = 0;
};

/// Of c against the sums Σ_p a(i, p) b(p, j) in float64, finished.
Error error_of(const Parts& o, const std::vector<float>& before) {
  Error error;
  for (int64_t i = 0; i < o.m; ++i)
    for (int64_t j = 0; j < o.n; ++j) {
      const double start = o.finish.adds ? static_cast<double>(before[static_cast<size_t>(i * o.n + j)]) : 0,
                   bias = o.finish.bias != nullptr ? static_cast<double>(o.finish.bias[j]) : 0;
      double sum = start + bias, scale = std::abs(start) + std::abs(bias);
      for (int64_t p = 0; p < o.k; ++p) {
        const double product = static_cast<double>(o.a[i * o.a_row + p * o.a_step]) *
                               static_cast<double>(o.b[p * o.b_step + j * o.b_column]);
        sum += product;
        scale += std::abs(product);
      }
      if (o.finish.relu && sum <= 0) sum = 0;
      const double off = std::abs(static_cast<double>(o.c[i * o.c_row + j]) - sum);
      if (off > 0)
        error.largest = std::max(error.largest, off / (scale * 0x1p-24 * static_cast<double>(o.k + 8)));
      error.squares += off * off;
    }
  return error;
}

/// op(a)·op(b), whose lines lie `gap` numbers apart, as do those of c.
Parts parts_of(const Size& s, bool ta, bool tb, const std::vector<float>& a, const std::vector<float>& b,
               std::vector<float>& c, const Finish<float>& finish = {}, int64_t gap = 0) {
  const int64_t a_line = (ta ? s.m : s.k) + gap, b_line = (tb ? s.k : s.n) + gap;
  return {s.m,
          s.n,
          s.k,
          a.data(),
          ta ? 1 : a_line,
          ta ? a_line : 1,
          b.data(),
          tb ? 1 : b_line,
          tb ? b_line : 1,
          c.data(),
          s.n + gap,
          finish};
}

/// Tests that need a processor with AMX say so and end where there is none.
Multiply* by_parts_or_warning() {
  Multiply* multiply = by_parts_here();
  if (multiply == nullptr) WARN("not tested: this processor has no AMX, or the system does not lend it");
  return multiply;
}

}  // namespace

TEST_CASE("products through bfloat16 parts are off by no more than rounded sums may be, at any size") {
  Multiply* multiply = by_parts_or_warning();
  if (multiply == nullptr) return;
  for (const Size& s : {Size{1, 1, 1},
                        {5, 16, 2},
                        {16, 16, 32},
                        {17, 31, 33},
                        {32, 32, 15},
                        {64, 64, 64},
                        {33, 48, 270},
                        {40, 530, 257}})
    for (const int powers : {0, 30}) {  // numbers of one size, and of sizes from 2⁻³⁰ to 1
      auto a = numbers<float>(s.m * s.k, 1), b = numbers<float>(s.k * s.n, 2);
      std::mt19937 engine(3);
      for (auto* all : {&a, &b})
        for (float& x : *all)
          x = std::ldexp(x, -static_cast<int>(engine() % static_cast<unsigned>(powers + 1)));
      const auto before = numbers<float>(s.m * s.n, 4), bias = numbers<float>(s.n, 5);
      for (const bool ta : {false, true})
        for (const bool tb : {false, true})
          for (const Finish<float>& finish :
               {Finish<float>{}, Finish<float>{true, nullptr, false}, Finish<float>{false, bias.data(), true},
                Finish<float>{true, bias.data(), true}}) {
            INFO(s.m << " " << s.n << " " << s.k << " " << ta << tb << " " << powers);
            std::vector<float> c = before;
            const Parts parts = parts_of(s, ta, tb, a, b, c, finish);
            multiply(parts);
            CHECK(error_of(parts, before).largest <= 1);
          }
    }
}

TEST_CASE("products through bfloat16 parts are as accurate as chains of float32 multiply-adds") {
  Multiply* multiply = by_parts_or_warning();
  if (multiply == nullptr) return;
  constexpr int64_t n = 128;
  const auto a = numbers<float>(n * n, 1), b = numbers<float>(n * n, 2);
  std::vector<float> c(a.size()), chains(a.size());
  const Parts parts{n, n, n, a.data(), n, 1, b.data(), n, 1, c.data(), n, {}};
  multiply(parts);
  Parts by_chains = parts;
  by_chains.c = chains.data();
  loops_here()[0]->of_float.outer({n, n, n, a.data(), n, 1, b.data(), n, chains.data(), n, {}});
  CHECK(error_of(parts, {}).squares < error_of(by_chains, {}).squares);
}

TEST_CASE(
    "a product through bfloat16 parts reads and writes nothing between and behind the rows of its matrices") {
  Multiply* multiply = by_parts_or_warning();
  if (multiply == nullptr) return;
  constexpr int64_t gap = 3;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const Size& s : {Size{1, 1, 1}, {17, 20, 33}, {40, 37, 270}})
    for (const bool ta : {false, true})
      for (const bool tb : {false, true})
        for (const bool gated : {false, true}) {
          const int64_t a_lines = ta ? s.k : s.m, b_lines = tb ? s.n : s.k, a_line = (ta ? s.m : s.k) + gap,
                        b_line = (tb ? s.k : s.n) + gap, c_line = s.n + gap;
          auto a = numbers<float>(a_lines * a_line, 1), b = numbers<float>(b_lines * b_line, 2);
          std::vector<float> c(static_cast<size_t>(s.m * c_line), 7);
          for (auto [all, line] : {std::pair{&a, a_line}, {&b, b_line}})
            for (size_t i = 0; i < all->size(); ++i)
              if (static_cast<int64_t>(i) % line >= line - gap) (*all)[i] = nan;
          const std::vector<float> gate(std::max(a.size(), b.size()), 1.0F);
          Parts o = parts_of(s, ta, tb, a, b, c, {}, gap);
          if (gated) o.a_gate = o.b_gate = gate.data();
          multiply(o);
          for (int64_t i = 0; i < s.m; ++i)
            for (int64_t j = 0; j < c_line; ++j) {
              const float x = c[static_cast<size_t>(i * c_line + j)];
              CHECK((j < s.n ? std::isfinite(x) : x == 7));
            }
        }
}

TEST_CASE("relu behind a product through bfloat16 parts keeps NaN, with a bias and without") {
  Multiply* multiply = by_parts_or_warning();
  if (multiply == nullptr) return;
  for (const int64_t n : {32, 37}) {
    const std::vector<float> one(32, 1.0F), bias(static_cast<size_t>(n), 0.25F);
    std::vector<float> b(static_cast<size_t>(n), -1.0F), c(static_cast<size_t>(32 * n));
    b[3] = b.back() = std::numeric_limits<float>::quiet_NaN();
    for (const float* added : {static_cast<const float*>(nullptr), bias.data()})
      for (const bool relu : {false, true}) {
        multiply({32, n, 1, one.data(), 1, 1, b.data(), n, 1, c.data(), n, {false, added, relu}});
        for (size_t j = 0; j < c.size(); ++j) {
          const float x = b[j % b.size()] + (added != nullptr ? 0.25F : 0);
          CHECK((std::isnan(x) ? std::isnan(c[j]) : c[j] == (relu && x <= 0 ? 0 : x)));
        }
      }
  }
}

TEST_CASE("a product alone through bfloat16 parts is off by two units of rounding at most") {
  Multiply* multiply = by_parts_or_warning();
  if (multiply == nullptr) return;
  std::mt19937 engine(1);
  for (int t = 0; t < 200; ++t) {
    std::vector<float> a(64), b(64), c(64 * 64);
    for (auto* all : {&a, &b})
      for (float& x : *all) x = 1 + static_cast<float>(engine() >> 9) * 0x1p-23F;
    multiply({64, 64, 1, a.data(), 1, 1, b.data(), 64, 1, c.data(), 64, {}});
    double worst = 0;
    for (size_t i = 0; i < 64; ++i)
      for (size_t j = 0; j < 64; ++j) {
        const double truth = static_cast<double>(a[i]) * static_cast<double>(b[j]);
        worst = std::max(worst, std::abs(static_cast<double>(c[i * 64 + j]) / truth - 1) * 0x1p24);
      }
    CHECK(worst <= 2);
  }
}

TEST_CASE("products through bfloat16 parts don't disturb each other in threads") {
  Multiply* multiply = by_parts_or_warning();
  if (multiply == nullptr) return;
  constexpr int64_t n = 96;
  const auto a = numbers<float>(n * n, 1), b = numbers<float>(n * n, 2);
  const auto product = [&](std::vector<float>& c) {
    multiply({n, n, n, a.data(), n, 1, b.data(), n, 1, c.data(), n, {}});
  };
  std::vector<float> expected(n * n);
  product(expected);
  std::array<bool, 4> same{};
  std::vector<std::thread> threads;
  for (bool& result : same)
    threads.emplace_back([&] {
      std::vector<float> c(n * n);
      result = true;
      for (int i = 0; i < 500; ++i) {
        product(c);
        result = result && same_bits(c, expected);
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(same == std::array<bool, 4>{true, true, true, true});
}

TEST_CASE("numbers that a gate shuts out of a product through bfloat16 parts count as zeros, bit for bit") {
  Multiply* multiply = by_parts_or_warning();
  if (multiply == nullptr) return;
  for (const Size& s : {Size{64, 64, 64}, {33, 37, 300}, {5, 600, 20}}) {
    const auto a = numbers<float>(s.m * s.k, 1), b = numbers<float>(s.k * s.n, 2);
    auto gate_a = numbers<float>(s.m * s.k, 3), gate_b = numbers<float>(s.k * s.n, 4);
    gate_a[0] = gate_b[1] = std::numeric_limits<float>::quiet_NaN();
    gate_a[1] = gate_b[0] = 0;
    const auto counted = [](std::vector<float> x, const std::vector<float>& gate) {
      for (size_t i = 0; i < x.size(); ++i) x[i] = gate[i] > 0 ? x[i] : 0;
      return x;
    };
    const auto some_a = counted(a, gate_a), some_b = counted(b, gate_b);
    for (const bool ta : {false, true})
      for (const bool tb : {false, true}) {
        INFO(s.m << " " << s.n << " " << s.k << " " << ta << tb);
        const auto size = static_cast<size_t>(s.m * s.n);
        std::vector<float> c(size), expected(size), sums(static_cast<size_t>(s.n), 7), by_p(sums.size());
        Parts parts = parts_of(s, ta, tb, a, b, c);
        parts.a_gate = gate_a.data();
        parts.b_gate = gate_b.data();
        parts.b_sums = sums.data();
        multiply(parts);
        Parts plain = parts;
        plain.a = some_a.data();
        plain.b = some_b.data();
        plain.c = expected.data();
        plain.a_gate = plain.b_gate = nullptr;
        plain.b_sums = nullptr;
        multiply(plain);
        CHECK(same_bits(c, expected));
        for (int64_t p = 0; p < s.k; ++p)
          for (int64_t j = 0; j < s.n; ++j)
            by_p[static_cast<size_t>(j)] +=
                some_b[static_cast<size_t>(p * plain.b_step + j * plain.b_column)];
        CHECK(same_bits(sums, by_p));
      }
  }
}

TEST_CASE("a number of a product through bfloat16 parts does not depend on other rows, columns and places") {
  Multiply* multiply = by_parts_or_warning();
  if (multiply == nullptr) return;
  constexpr int64_t m = 70, n = 65, k = 300;
  const auto a = numbers<float>(m * k, 1), b = numbers<float>(k * n, 2);
  std::vector<float> all(m * n);
  multiply({m, n, k, a.data(), k, 1, b.data(), n, 1, all.data(), n, {}});
  for (const int64_t rows : {1, 16, 33})
    for (const int64_t columns : {1, 31, 64}) {
      std::vector<float> moved(a.size() + 1), some(static_cast<size_t>(rows * n), 7);
      std::copy(a.begin(), a.end(), moved.begin() + 1);
      multiply({rows, columns, k, moved.data() + 1, k, 1, b.data(), n, 1, some.data(), n, {}});
      for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = 0; j < n; ++j) {
          const float expected = j < columns ? all[static_cast<size_t>(i * n + j)] : 7;
          CHECK(some[static_cast<size_t>(i * n + j)] == expected);
        }
    }
}

TEST_CASE(
    "what is not finite is not finite in a product through bfloat16 parts either, and nothing else is") {
  Multiply* multiply = by_parts_or_warning();
  if (multiply == nullptr) return;
  constexpr int64_t n = 64;
  constexpr float inf = std::numeric_limits<float>::infinity();
  constexpr float nearly = 3.3962e38F;  // its first part is infinite
  for (const float bad : {inf, -inf, nearly, std::numeric_limits<float>::quiet_NaN()}) {
    std::vector<float> a(n * n, 0.5F), b(n * n, 0.25F), c(n * n);
    a[3 * n + 5] = bad;
    multiply({n, n, n, a.data(), n, 1, b.data(), n, 1, c.data(), n, {}});
    for (int64_t i = 0; i < n; ++i) CHECK(std::isfinite(c[static_cast<size_t>(i * n)]) == (i != 3));
  }
  constexpr float most = std::numeric_limits<float>::max();
  const std::vector<float> a(n * n, 1.5F * 0x1p64F), b(n * n, 0x1p64F);
  std::vector<float> c(n * n);
  multiply({n, n, n, a.data(), n, 1, b.data(), n, 1, c.data(), n, {}});
  CHECK(c[0] == inf);
  const std::vector<float> large(n * n, most / 2), tiny(n * n, 0x1p-100F);
  multiply({n, n, n, large.data(), n, 1, tiny.data(), n, 1, c.data(), n, {}});
  CHECK(c[0] == Approx(static_cast<double>(most) / 2 * 0x1p-100 * n).epsilon(1e-6));
}

namespace {

/// Largest |x − truth| in units of what sums of k products whose magnitudes add up to `size` may be off by,
/// and three operations behind them.
double error(const at::Tensor& x, const at::Tensor& truth, int64_t k, double size = 1) {
  const double epsilon = x.scalar_type() == at::kDouble ? 1.2e-16 : 6e-8;
  if (x.numel() == 0) return 0;
  return (x.to(at::kDouble) - truth).abs().max().item<double>() /
         (epsilon * static_cast<double>(k + 4) * std::max(size, 1.0));
}

}  // namespace

TEST_CASE(
    "a wide dense layer's gradients are those of float64, whatever is asked for, and a lane's those of it "
    "alone") {
  at::manual_seed(2);
  for (const auto& [rows, inputs, outputs] : {std::tuple{64, 64, 64}, {77, 80, 130}})
    for (const bool views : {false, true})  // matrices that lie by columns, and a gradient of equal rows
      for (const int asked : {1, 2, 3, 4, 5, 6, 7}) {
        INFO(rows << " " << inputs << " " << outputs << " views " << views << " asked " << asked);
        const auto matrices = [&](int64_t m, int64_t n) {
          return views ? (at::rand({2, n, m}) * 2 - 1).transpose(1, 2) : at::rand({2, m, n}) * 2 - 1;
        };
        const std::vector<at::Tensor> some = {matrices(rows, inputs), matrices(inputs, outputs),
                                              at::rand({2, outputs}) * 2 - 1};
        // Equal rows of 64ths: their sums are exact, where those of any equal numbers would all be off to one
        // side.
        const at::Tensor g = views ? (at::randint(-64, 65, {2, 1, outputs}) / 64).expand({2, rows, outputs})
                                   : at::rand({2, rows, outputs}) * 2 - 1;
        std::vector<at::Tensor> wide, alone, whose, whose_wide, whose_alone;
        for (size_t i = 0; i < 3; ++i) {
          wide.push_back(some[i].to(at::kDouble));
          alone.push_back(some[i].narrow(0, 1, 1).clone());
          if ((asked >> i & 1) == 0) continue;
          whose.push_back(some[i].requires_grad_());
          whose_wide.push_back(wide[i].requires_grad_());
          whose_alone.push_back(alone[i].requires_grad_());
        }
        const auto relu = saddle::Activation::relu;
        const at::Tensor y = saddle::dense(some[0], some[1], some[2], relu),
                         y_alone = saddle::dense(alone[0], alone[1], alone[2], relu);
        const at::Tensor truth = at::relu(at::matmul(wide[0], wide[1]) + wide[2].unsqueeze(1));
        // A number on the edge may fall on either side: none does here.
        REQUIRE(at::equal(y > 0, truth > 0));
        const auto gradients = torch::autograd::grad({y}, whose, {g});
        const auto truths = torch::autograd::grad({truth}, whose_wide, {g.to(at::kDouble)});
        const auto of_lane = torch::autograd::grad({y_alone}, whose_alone, {g.narrow(0, 1, 1)});
        for (size_t i = 0; i < whose.size(); ++i) {
          CHECK(error(gradients[i], truths[i], std::max({rows, inputs, outputs})) < 1);
          CHECK(at::equal(of_lane[i][0], gradients[i][1]));
        }
      }
}

TEST_CASE("products of any size and transposition are those of float64, through whichever loops they go") {
  at::manual_seed(1);
  for (const at::ScalarType type : {at::kFloat, at::kDouble})
    for (const Size& s : {Size{64, 64, 64},
                          {64, 1, 64},
                          {1, 64, 64},
                          {64, 64, 1},
                          {2, 64, 64},
                          {64, 2, 64},
                          {64, 64, 2},
                          {3, 5, 40},
                          {40, 15, 3},
                          {300, 7, 64},
                          {17, 33, 65},
                          {1, 400, 500},
                          {150, 120, 140},
                          {16, 300, 200},     // columns in panels
                          {300, 20, 200},     // rows that are turned
                          {40, 1400, 1300}})  // more than is ours
      for (const bool ta : {false, true})
        for (const bool tb : {false, true}) {
          INFO(s.m << " " << s.n << " " << s.k << " " << ta << tb << " " << type);
          const at::Tensor
              a = at::rand(ta ? at::IntArrayRef{3, s.k, s.m} : at::IntArrayRef{3, s.m, s.k}, type) * 2 - 1,
              b = at::rand(tb ? at::IntArrayRef{3, s.n, s.k} : at::IntArrayRef{3, s.k, s.n}, type) * 2 - 1;
          const at::Tensor wide_a = (ta ? a.transpose(1, 2) : a).to(at::kDouble),
                           wide_b = (tb ? b.transpose(1, 2) : b).to(at::kDouble);
          const at::Tensor c = saddle::matmul(a, b, ta, tb);
          const double size = at::matmul(wide_a.abs(), wide_b.abs()).max().item<double>() + 1;
          CHECK(error(c, at::matmul(wide_a, wide_b), s.k, size) < 1);
          // A lane alone, in memory of its own, has the same bits.
          CHECK(at::equal(saddle::matmul(a.narrow(0, 1, 1).clone(), b.narrow(0, 1, 1).clone(), ta, tb)[0],
                          c[1]));
          if (ta || tb) continue;
          const at::Tensor bias = at::rand({3, s.n}, type) * 2 - 1;
          const at::Tensor sums = at::matmul(wide_a, wide_b) + bias.to(at::kDouble).unsqueeze(1);
          CHECK(error(saddle::dense(a, b, bias), sums, s.k, size) < 1);
          CHECK(error(saddle::dense(a, b, bias, saddle::Activation::relu), at::relu(sums), s.k, size) < 1);
          CHECK(error(saddle::dense(a, b, bias, saddle::Activation::tanh), at::tanh(sums), s.k, size) < 1);
        }
}
