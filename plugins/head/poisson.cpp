#include <saddle/plugin.hpp>

#include "support/counts.hpp"

namespace {
using namespace saddle;

class Poisson final : public CountHead {
 public:
  static void describe(Schema<Poisson>& s) {
    s.summary("Counts with Poisson noise around means from the raw output.");
    describe_counts(s);
  }
  Shape raw_shape(const Shape& sample) const override { return {numel(sample)}; }

 protected:
  CountParameters parameters(const Params&, const Tensor& raw, const Tensor& library_sizes) const override {
    return {.mean = mean_of(raw, library_sizes)};
  }
};
}  // namespace

SADDLE_PLUGIN(Poisson, "poisson")
