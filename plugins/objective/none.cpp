#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class None final : public Objective {
 public:
  static void describe(Schema<None>& s) {
    s.summary(
        "Trains nobody. What is measured is the generator as it starts, or a head that needs no training, as "
        "resample: the controls that an experiment's other trials are held against.");
  }
  std::vector<Kind> uses() const override { return {Kind::data, Kind::prior, Kind::generator, Kind::head}; }
  std::vector<PlayerSpec> players(const Parts&) const override { return {}; }
  /// Never asked for: there is no player.
  Tensor loss(const PlayerSpec&, Play&) const override { return {}; }
};
}  // namespace

SADDLE_PLUGIN(None, "none")
