// Products of small matrices: every number is the chain of fused multiply-adds that products.hpp says, on
// every processor, wherever the matrices lie.
#include "lanes/products.hpp"

#include <ATen/ATen.h>
#include <saddle/ops.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

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
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
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

struct Size {
  int64_t m, n, k;
};
constexpr Size sizes[] = {{1, 1, 1},   {2, 3, 5},    {5, 16, 2},  {6, 64, 64}, {7, 65, 3},   {13, 37, 31},
                          {64, 1, 64}, {33, 2, 129}, {17, 15, 8}, {3, 130, 0}, {19, 48, 33}, {8, 100, 16}};

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
        }
        std::vector<T> turned(static_cast<size_t>(s.m * s.k)), expected = turned;
        of<T>(**loops).transpose({s.m, s.k, a.data() + shift, turned.data()});
        for (int64_t i = 0; i < s.m; ++i)
          for (int64_t p = 0; p < s.k; ++p)
            expected[static_cast<size_t>(p * s.m + i)] = a[static_cast<size_t>(i * s.k + p + shift)];
        CHECK(same_bits(turned, expected));
      }
    }
  }
}

}  // namespace

TEST_CASE("every processor's loops give a small product the same bits, those of its chain of multiply-adds") {
  holds_everywhere<float>();
  holds_everywhere<double>();
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

/// Largest |x − truth| in units of what k rounded sums of numbers below 1 may be off by.
double error(const at::Tensor& x, const at::Tensor& truth, int64_t k) {
  const double epsilon = x.scalar_type() == at::kDouble ? 1.2e-16 : 6e-8;
  if (x.numel() == 0) return 0;
  return (x.to(at::kDouble) - truth).abs().max().item<double>() / (epsilon * static_cast<double>(k + 4));
}

}  // namespace

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
                          {150, 120, 140}})
      for (const bool ta : {false, true})
        for (const bool tb : {false, true}) {
          INFO(s.m << " " << s.n << " " << s.k << " " << ta << tb << " " << type);
          const at::Tensor
              a = at::rand(ta ? at::IntArrayRef{3, s.k, s.m} : at::IntArrayRef{3, s.m, s.k}, type) * 2 - 1,
              b = at::rand(tb ? at::IntArrayRef{3, s.n, s.k} : at::IntArrayRef{3, s.k, s.n}, type) * 2 - 1;
          const at::Tensor wide_a = (ta ? a.transpose(1, 2) : a).to(at::kDouble),
                           wide_b = (tb ? b.transpose(1, 2) : b).to(at::kDouble);
          const at::Tensor c = saddle::matmul(a, b, ta, tb);
          CHECK(error(c, at::matmul(wide_a, wide_b), s.k) < 1);
          // A lane alone, in memory of its own, has the same bits.
          CHECK(at::equal(saddle::matmul(a.narrow(0, 1, 1).clone(), b.narrow(0, 1, 1).clone(), ta, tb)[0],
                          c[1]));
          if (ta || tb) continue;
          const at::Tensor bias = at::rand({3, s.n}, type) * 2 - 1;
          const at::Tensor sums = at::matmul(wide_a, wide_b) + bias.to(at::kDouble).unsqueeze(1);
          CHECK(error(saddle::dense(a, b, bias), sums, s.k) < 1);
          CHECK(error(saddle::dense(a, b, bias, saddle::Activation::relu), at::relu(sums), s.k) < 1);
          CHECK(error(saddle::dense(a, b, bias, saddle::Activation::tanh), at::tanh(sums), s.k) < 1);
        }
}
