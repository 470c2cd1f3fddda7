// Sequences drawn uniformly from all that a grammar accepts.
#pragma once
#include <saddle/plugin.hpp>

namespace saddle {

/// One-hot DNA, {positions, 4}. What derives from it says how many sequences there are, in `load`, and draws
/// them.
class GrammarData : public Data {
 public:
  Shape shape() const final { return {length_, static_cast<int64_t>(letters_.size())}; }
  Batch draw(Random& random, int64_t batch) const final;
  Batch held_out(Random& random, int64_t count) const final { return draw(random, count); }
  Interval range() const final { return {0, 1}; }
  std::string alphabet() const final { return letters_; }
  std::string not_a_count() const final { return {}; }
  std::optional<Grammar> grammar() const final;
  bool has_density() const final { return true; }
  /// −ln of how many sequences there are, −∞ of all others; float64.
  Tensor log_density(const Tensor& samples) const final;

 protected:
  /// `log_count`: ln of the number of accepted sequences.
  void set(int64_t length, double log_count) {
    length_ = length;
    log_count_ = log_count;
  }
  /// Which letters: [lane, batch, length] int64.
  virtual Tensor letters(Random& random, int64_t batch) const = 0;
  virtual bool accepts(std::string_view sequence) const = 0;

 private:
  std::string letters_ = "ACGT";
  int64_t length_ = 0;
  double log_count_ = 0;
};

/// Places of a text's letters in ACGT. Throws ParamError(param, …) about others.
std::vector<int64_t> dna_places(const std::string& text, const std::string& param);

}  // namespace saddle
