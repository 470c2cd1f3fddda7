#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Linear final : public Critic {
 public:
  static void describe(Schema<Linear>& s) {
    s.summary("score = w·x + b; without the bias the critic of the Dirac-GAN.")
        .cites("Mescheder, Geiger & Nowozin 2018, definition 2.1");
    s.param("bias", &Linear::has_bias_, {.initial = true}, "Whether there is a b; it starts at 0.");
    s.param("start", &Linear::start_, {.initial = 0.0}, "Where every number of w starts.");
  }

  void declare(Declare& d, const Shape& sample) override {
    weight_ = d.param("weight", {numel(sample), 1}, Init::constant(start_));
    if (has_bias_) bias_ = d.param("bias", {1}, Init::zeros());
  }

  Tensor forward(const Params& p, const Tensor& samples) const override {
    const Tensor x = samples.flatten(2);
    return (has_bias_ ? dense(x, p[weight_], p[bias_]) : saddle::matmul(x, p[weight_])).squeeze(2);
  }

 private:
  bool has_bias_ = true;
  double start_ = 0;
  ParamRef weight_, bias_;
};
}  // namespace

SADDLE_PLUGIN(Linear, "linear")
