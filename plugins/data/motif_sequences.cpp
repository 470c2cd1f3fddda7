#include <saddle/plugin.hpp>
#include <saddle/portable.hpp>

#include <algorithm>
#include <cmath>

#include "support/grammar_data.hpp"

namespace {
using namespace saddle;

class MotifSequences final : public GrammarData {
 public:
  static void describe(Schema<MotifSequences>& s) {
    s.summary(
         "A motif at a uniform place among independent background letters: samples [length, 4], one-hot over "
         "ACGT. At "
         "length 20: entropy 20.087463 bits, and random letters are one of them with probability 1.01e-6.")
        .cites("Killoran et al. 2017, single-motif toy");
    s.param("motif", &MotifSequences::motif_, {.initial = "TATA"},
            "Its letters are none of the background's.");
    s.param("length", &MotifSequences::length_, {.initial = 20, .range = at_least(1)},
            "Letters of a sequence.");
    s.param("background", &MotifSequences::background_, {.initial = "CG"},
            "The letters around it, equally likely.");
  }

  void load() override {
    for (const auto& [text, param] : {std::pair(&motif_, "motif"), std::pair(&background_, "background")})
      if (text->empty()) throw ParamError(param, "no letters");
    const auto motif = dna_places(motif_, "motif"), background = dna_places(background_, "background");
    for (const char c : motif_)
      if (background_.find(c) != std::string::npos)
        throw ParamError("background",
                         std::string("holds ") + c + ", a letter of the motif: its place would not be sure");
    for (size_t i = 0; i < background_.size(); ++i)
      if (background_.find(background_[i], i + 1) != std::string::npos)
        throw ParamError("background", std::string("holds ") + background_[i] + " twice");
    if (static_cast<int64_t>(motif_.size()) > length_) throw ParamError("length", "the motif is longer");
    motif_places_ = at::tensor(motif, at::kLong);
    background_places_ = at::tensor(background, at::kLong);
    const auto around = static_cast<double>(length_ - motif_places_.numel());
    set(length_, portable::log(around + 1) + around * portable::log(static_cast<double>(background.size())));
  }

 private:
  Tensor letters(Random& random, int64_t batch) const override {
    const int64_t size = motif_places_.numel();
    const Tensor place = random.integers({batch, 1}, length_ - size + 1).to(at::kCPU),
                 around = random.integers({batch, length_}, background_places_.numel()).to(at::kCPU);
    const Tensor letters = background_places_.index_select(0, around.flatten()).view_as(around);
    const Tensor where = place + at::arange(size);  // [lane, batch, letter of the motif]
    return letters.scatter(2, where, motif_places_.expand_as(where));
  }

  bool accepts(std::string_view s) const override {
    const size_t at = s.find(motif_);
    if (static_cast<int64_t>(s.size()) != length_ || at == std::string_view::npos) return false;
    for (size_t i = 0; i < s.size(); ++i)
      if ((i < at || i >= at + motif_.size()) && background_.find(s[i]) == std::string::npos) return false;
    return true;
  }

  std::string motif_, background_;
  int64_t length_{};
  Tensor motif_places_, background_places_;
};
}  // namespace

SADDLE_PLUGIN(MotifSequences, "motif_sequences")
