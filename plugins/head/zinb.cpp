#include <saddle/plugin.hpp>

#include "support/negative_binomial.hpp"

namespace {
using namespace saddle;

class Zinb final : public NegativeBinomialHead {
 public:
  static void describe(Schema<Zinb>& s) {
    s.summary(
         "Zero-inflated counts: negative binomial ones, each replaced by 0 with a dropout probability whose "
         "logit "
         "is a raw number of its own.")
        .cites("Lopez et al. 2018 (scVI)");
    describe_negative_binomial(s);
    s.param("temperature", &Zinb::temperature_, {.initial = 0.5, .range = above(0)},
            "Of the relaxed dropout under gradient: relaxed; times what `train.temperature_schedule` says.");
  }
  Shape raw_shape(const Shape& sample) const override {
    return {NegativeBinomialHead::raw_shape(sample)[0] + numel(sample)};
  }
  bool has_temperature() const override { return gradient_name == "relaxed"; }

 protected:
  CountParameters parameters(const Params& p, const Tensor& raw, const Tensor& library_sizes) const override {
    CountParameters c = NegativeBinomialHead::parameters(p, raw, library_sizes);
    c.dropout_logits = raw.narrow(2, raw.size(2) - features(), features());
    return c;
  }
  Tensor dropout_temperature(const Params& p, const Tensor& like) const override {
    return p.temperature(temperature_).like(like);
  }

 private:
  LaneReal temperature_;
};
}  // namespace

SADDLE_PLUGIN(Zinb, "zinb")
