#include <fmt/format.h>
#include <saddle/plugin.hpp>

#include <limits>

namespace {
using namespace saddle;

class Parameters final : public Metric {
 public:
  static void describe(Schema<Parameters>& s) {
    s.summary(
        "Euclidean norm of all players' parameters together, and the first parameters of each player one by "
        "one: the trajectory of a small game.");
    s.param("critic", &Parameters::critic_, {.initial = 1, .range = at_least(0)},
            "How many of the critic's parameters have columns.");
    s.param("generator", &Parameters::generator_, {.initial = 1, .range = at_least(0)},
            "How many of the generator's have.");
  }

  std::vector<std::string> columns(const Data&) const override {
    std::vector<std::string> names{"norm"};
    for (int64_t i = 0; i < generator_; ++i) names.push_back(fmt::format("generator.{}", i));
    for (int64_t i = 0; i < critic_; ++i) names.push_back(fmt::format("critic.{}", i));
    return names;
  }
  bool needs_game() const override { return true; }

  Tensor measure(const Measurement& m) const override {
    // Where a player has fewer parameters than columns, NaN.
    Tensor result = at::full({m.fake.size(0), 1 + generator_ + critic_},
                             std::numeric_limits<double>::quiet_NaN(), at::kDouble);
    Tensor squares = at::zeros({m.fake.size(0)}, at::kDouble);
    for (size_t p = 0; p < m.game->players().size(); ++p) {
      const bool critic = m.game->players()[p].is_critic;
      const int64_t begin = critic ? 1 + generator_ : 1, wanted = critic ? critic_ : generator_;
      int64_t taken = 0;
      for (const Tensor& parameter : m.game->parameters(p)) {
        const Tensor values = parameter.detach().flatten(1).to(at::kCPU, at::kDouble);
        squares += lane_sum(values.square());
        const int64_t some = std::min(wanted - taken, values.size(1));
        if (some > 0) result.narrow(1, begin + taken, some).copy_(values.narrow(1, 0, some));
        taken += std::max<int64_t>(some, 0);
      }
    }
    result.select(1, 0).copy_(squares.sqrt());
    return result;
  }

 private:
  int64_t critic_ = 0, generator_ = 0;
};
}  // namespace

SADDLE_PLUGIN(Parameters, "parameters")
