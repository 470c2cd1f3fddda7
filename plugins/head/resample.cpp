#include <saddle/plugin.hpp>

#include <algorithm>

namespace {
using namespace saddle;

class Resample final : public Head {
 public:
  static void describe(Schema<Resample>& s) {
    s.summary(
        "Training samples, drawn with replacement, whatever the generator puts out: what metrics say of real "
        "samples against held-out ones. Nothing is to train: objective none.");
    s.param("features", &Resample::features_, {.initial = "together", .choices = {"together", "apart"}},
            "together: whole training samples. apart: every number of a sample, or every letter of a "
            "sequence, from a training sample of its own, so that each is distributed as it really is and "
            "nothing that they have in common is left (a shuffled matrix).");
    s.param("reference", &Resample::reference_, {.initial = 10000, .range = at_least(1)},
            "How many training samples are drawn from, at most.");
  }

  Shape raw_shape(const Shape&) const override { return {1}; }

  void observe(const Data& data, Random& random) override {
    const int64_t kept = std::min(data.training_size(), reference_);
    known_ = kept > 0 ? data.training(0, kept, at::TensorOptions(at::kDouble)).samples[0]
                      : data.draw(random, reference_).samples[0];
    letters_ = !data.alphabet().empty();
  }

  Tensor forward(const Params&, const Tensor& raw, Random& random) const override {
    const int64_t lanes = raw.size(0), batch = raw.size(1), n = known_.size(0);
    const int64_t width = letters_ ? known_.size(-1) : 1;
    const Tensor known = known_.to(raw.device()).reshape({n, -1, width});
    const int64_t units = features_ == "apart" ? known.size(1) : 1;
    const Tensor rows = random.integers({batch, units}, n).view({lanes * batch, units, 1});
    const Tensor x = known.gather(0, rows.expand({lanes * batch, known.size(1), width}));
    Shape shape{lanes, batch};
    shape.insert(shape.end(), known_.sizes().begin() + 1, known_.sizes().end());
    return x.reshape(shape).to(raw.scalar_type());
  }

  bool discrete() const override { return true; }

 private:
  std::string features_;
  int64_t reference_{};
  Tensor known_;  // [n, feature…]
  bool letters_ = false;
};
}  // namespace

SADDLE_PLUGIN(Resample, "resample")
