#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class NewPlugin final : public Encoder {
 public:
  static void describe(Schema<NewPlugin>& s) {
    s.summary("A fully connected network with one hidden layer of tanh.");
    s.param("width", &NewPlugin::width_, {.initial = 64, .range = at_least(1)}, "Of the hidden layer.");
  }
  void declare(Declare& d, const Shape& sample, int64_t outputs) override {
    net_.declare(d, "net", numel(sample), {width_}, outputs, Activation::tanh);
  }
  Tensor forward(const Params& p, const Tensor& samples) const override { return net_(p, samples); }

 private:
  int64_t width_{};
  nn::Mlp net_;
};
}  // namespace

SADDLE_PLUGIN(NewPlugin, "new_plugin")
