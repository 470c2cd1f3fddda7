#include <saddle/plugin.hpp>
#include <saddle/portable.hpp>

#include <array>
#include <cmath>

#include "support/grammar_data.hpp"

namespace {
using namespace saddle;

constexpr std::array<std::string_view, 3> stops{"TAA", "TAG", "TGA"};

bool is_stop(std::string_view codon) { return codon == stops[0] || codon == stops[1] || codon == stops[2]; }

class CodingSequences final : public GrammarData {
 public:
  static void describe(Schema<CodingSequences>& s) {
    s.summary(
         "Coding sequences: ATG, codons that are no stop, and a stop, all equally likely: samples [3 (codons "
         "+ 2), 4], "
         "one-hot over ACGT. With 10 codons: 61¹⁰·3 sequences, entropy 60.892336 bits, and random letters "
         "are one of "
         "them with probability 4.531687e-4.")
        .cites("Killoran et al. 2017, coding-sequence toy");
    s.param("codons", &CodingSequences::codons_, {.initial = 10, .range = at_least(0)},
            "How many codons stand between start and stop.");
  }

  void load() override {
    std::vector<int64_t> stop, inner;
    constexpr std::string_view acgt = "ACGT";
    for (int64_t code = 0; code < 64; ++code) {
      const std::array<int64_t, 3> places{code / 16, code / 4 % 4, code % 4};
      std::string codon;
      for (const int64_t place : places) codon += acgt[static_cast<size_t>(place)];
      auto& table = is_stop(codon) ? stop : inner;
      table.insert(table.end(), places.begin(), places.end());
    }
    stop_ = at::tensor(stop, at::kLong).view({3, 3});
    inner_ = at::tensor(inner, at::kLong).view({61, 3});
    set(3 * (codons_ + 2), static_cast<double>(codons_) * portable::log(61.0) + portable::log(3.0));
  }

 private:
  Tensor letters(Random& random, int64_t batch) const override {
    const Tensor inner = random.integers({batch, codons_}, 61).to(at::kCPU),
                 stop = random.integers({batch, 1}, 3).to(at::kCPU);
    const auto spelled = [&](const Tensor& table, const Tensor& which) {
      return table.index_select(0, which.flatten()).view({which.size(0), batch, -1});
    };
    const Tensor start = at::tensor({0, 3, 2}, at::kLong).expand({stop.size(0), batch, 3});
    return at::cat({start, spelled(inner_, inner), spelled(stop_, stop)}, 2);
  }

  bool accepts(std::string_view s) const override {
    if (static_cast<int64_t>(s.size()) != 3 * (codons_ + 2) || !s.starts_with("ATG")) return false;
    for (size_t i = 3; i + 3 < s.size(); i += 3)
      if (is_stop(s.substr(i, 3))) return false;
    return is_stop(s.substr(s.size() - 3));
  }

  int64_t codons_{};
  Tensor stop_, inner_;  // [codon, 3]: places in ACGT
};
}  // namespace

SADDLE_PLUGIN(CodingSequences, "coding_sequences")
