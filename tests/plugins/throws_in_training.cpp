#include <saddle/plugin.hpp>

#include <stdexcept>

namespace {
using namespace saddle;

class Thrower final : public Divergence {
 public:
  static void describe(Schema<Thrower>& s) {
    s.summary("Throws after some steps.");
    s.param("after", &Thrower::after_, {.initial = 3}, "The first step that throws.");
  }
  Tensor value(const Round& round) const override {
    if (round.step() >= after_) throw std::runtime_error("nothing left to compare");
    return lane_mean(round.real_scores()) - lane_mean(round.fake_scores());
  }

 private:
  int64_t after_ = 0;
};
}  // namespace

SADDLE_PLUGIN(Thrower, "thrower")
