#include "bench/clock.hpp"
#include "bench/measure.hpp"

extern "C" void sgemm_(const char*, const char*, const int*, const int*, const int*, const float*,
                       const float*, const int*, const float*, const int*, const float*, float*, const int*);

namespace saddle::bench {
namespace {

class Operands {
 public:
  explicit Operands(const Product& p)
      : p_(p), a_(at::rand({p.m * p.k})), b_(at::rand({p.k * p.n})), c_(at::empty({p.m * p.n})) {}

  // Row-major: BLAS sees the transposes of all three matrices, in the other order.
  void multiply() const {
    const int m = static_cast<int>(p_.m), n = static_cast<int>(p_.n), k = static_cast<int>(p_.k);
    const int lda = p_.transpose_a ? m : k, ldb = p_.transpose_b ? k : n;
    const float one = 1, zero = 0;
    sgemm_(p_.transpose_b ? "T" : "N", p_.transpose_a ? "T" : "N", &n, &m, &k, &one,
           b_.const_data_ptr<float>(), &ldb, a_.const_data_ptr<float>(), &lda, &zero, c_.data_ptr<float>(),
           &n);
  }
  double flops() const { return bench::flops({p_}) / p_.times; }
  double times() const { return p_.times; }

  double seconds_each(double seconds) const {
    multiply();
    const Clock clock;
    int64_t count = 0;
    for (; count == 0 || clock.seconds() < seconds; count += 4)
      for (int i = 0; i < 4; ++i) multiply();
    return clock.seconds() / static_cast<double>(count);
  }

 private:
  Product p_;
  Tensor a_, b_, c_;
};

}  // namespace

double sgemm_peak(double seconds) {
  const Operands large({false, false, 1024, 1024, 1024, 1});
  return large.flops() / large.seconds_each(seconds);
}

double sgemm_peak(const std::vector<Product>& products, double seconds) {
  double time = 0;
  for (const Product& product : products)
    time += product.times * Operands(product).seconds_each(seconds / static_cast<double>(products.size()));
  return flops(products) / time;
}

}  // namespace saddle::bench
