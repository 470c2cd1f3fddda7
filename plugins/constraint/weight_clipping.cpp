#include <ATen/core/grad_mode.h>
#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class WeightClipping final : public Constraint {
 public:
  static void describe(Schema<WeightClipping>& s) {
    s.summary("Every parameter of the critic is moved back into ±limit after each update, biases too.")
        .cites("Arjovsky, Chintala & Bottou 2017, algorithm 1");
    s.param("limit", &WeightClipping::limit_, {.initial = 0.01, .range = above(0)},
            "The largest absolute value.");
  }

  void project(const Slot&, Tensor& trained) const override {
    const at::NoGradGuard in_place;
    const Tensor limit = limit_.like(trained);
    trained.clamp_(-limit, limit);
  }

 private:
  LaneReal limit_;
};
}  // namespace

SADDLE_PLUGIN(WeightClipping, "weight_clipping")
