#include <saddle/plugin.hpp>

#include "support/lanes.hpp"
#include "support/sequences.hpp"

namespace {
using namespace saddle;

class Validity final : public Metric {
 public:
  static void describe(Schema<Validity>& s) {
    s.summary(
         "Which sequences the data's grammar accepts. share: of the generated ones. chance: how many it "
         "accepts of "
         "independent letters, uniform over the alphabet, exactly.")
        .cites("Killoran et al. 2017");
  }
  std::vector<std::string> columns(const Data&) const override { return {"share", "chance"}; }
  std::string unsupported(const Parts& parts) const override {
    if (const std::string why = needs_sequences(parts); !why.empty()) return why;
    return parts.data->grammar() ? "" : "it has no grammar that is known";
  }
  Tensor measure(const Measurement& m) const override {
    const Grammar grammar = m.data->grammar().value();
    return by_lane(m.fake, 2, [&](const Tensor& x) -> std::vector<double> {
      const auto sequences = letters_of(x, m.data->alphabet());
      const auto valid = std::count_if(sequences.begin(), sequences.end(), grammar.accepts);
      return {static_cast<double>(valid) / static_cast<double>(sequences.size()), grammar.chance};
    });
  }
};
}  // namespace

SADDLE_PLUGIN(Validity, "validity")
