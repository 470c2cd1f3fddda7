#include <fmt/format.h>
#include <saddle/plugin.hpp>

#include "support/lanes.hpp"
#include "support/sequences.hpp"

namespace {
using namespace saddle;

class Motif final : public Metric {
 public:
  static void describe(Schema<Motif>& s) {
    s.summary(
        "Words in sequences. share: of the generated sequences that hold one of them. real: of the held-out "
        "ones. distance: mean over the words of |share of the generated − share of the held-out sequences "
        "that hold it|.");
    s.param("words", &Motif::words_, {.initial = Texts{"ATG"}}, "Any of these: [ATG, GTG, TTG] for example.");
    s.param("at", &Motif::at_, {.initial = -1, .range = at_least(-1)},
            "Where a word begins, counted from 0; −1: anywhere.");
  }
  std::vector<std::string> columns(const Data&) const override { return {"share", "real", "distance"}; }

  std::string unsupported(const Parts& parts) const override {
    if (const std::string why = needs_sequences(parts); !why.empty()) return why;
    if (words_.empty()) return "there are no words to look for";
    const std::string alphabet = parts.data->alphabet();
    const auto length = static_cast<size_t>(parts.data->shape().front());
    for (const std::string& word : words_) {
      if (word.empty()) return "a word is empty";
      if (word.find_first_not_of(alphabet) != std::string::npos)
        return fmt::format("'{}' has a letter that is not of {}", word, alphabet);
      if (word.size() + static_cast<size_t>(std::max<int64_t>(at_, 0)) > length)
        return fmt::format("'{}' does not fit into {} letters{}", word, length,
                           at_ > 0 ? fmt::format(" from {} on", at_) : "");
    }
    return {};
  }

  Tensor measure(const Measurement& m) const override {
    const auto of = [&](const Tensor& x) { return shares(letters_of(x, m.data->alphabet())); };
    const std::vector<double> real = of(points(m.real[0]));
    return by_lane(m.fake, 3, [&](const Tensor& x) -> std::vector<double> {
      const std::vector<double> fake = of(x);
      double distance = 0;
      for (size_t i = 1; i < fake.size(); ++i) distance += std::abs(fake[i] - real[i]);
      return {fake[0], real[0], distance / static_cast<double>(words_.size())};
    });
  }

 private:
  /// Of the sequences: which hold a word at all, then which hold each of them.
  std::vector<double> shares(const std::vector<std::string>& sequences) const {
    std::vector<double> found(words_.size() + 1, 0);
    for (const std::string& sequence : sequences) {
      bool any = false;
      for (size_t i = 0; i < words_.size(); ++i) {
        const bool here = at_ < 0
                              ? sequence.find(words_[i]) != std::string::npos
                              : sequence.compare(static_cast<size_t>(at_), words_[i].size(), words_[i]) == 0;
        found[i + 1] += here;
        any = any || here;
      }
      found[0] += any;
    }
    for (double& share : found) share /= static_cast<double>(sequences.size());
    return found;
  }

  Texts words_;
  int64_t at_{};
};
}  // namespace

SADDLE_PLUGIN(Motif, "motif")
