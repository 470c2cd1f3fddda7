#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class NewPlugin final : public Metric {
 public:
  static void describe(Schema<NewPlugin>& s) {
    s.summary("Root mean square of the generated samples over that of the real ones: 1 is right.");
  }
  Tensor measure(const Measurement& m) const override {
    return (size(m.fake) / size(m.real)).unsqueeze(1);  // [lane, column]
  }

 private:
  static Tensor size(const Tensor& samples) { return lane_mean(samples.to(at::kDouble).square()).sqrt(); }
};
}  // namespace

SADDLE_PLUGIN(NewPlugin, "new_plugin")
