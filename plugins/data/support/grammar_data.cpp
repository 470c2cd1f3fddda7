#include "grammar_data.hpp"
#include <saddle/portable.hpp>

#include <cmath>
#include <limits>

namespace saddle {

Batch GrammarData::draw(Random& random, int64_t batch) const {
  const Tensor which = letters(random, batch).to(random.options().device());
  const auto width = static_cast<int64_t>(letters_.size());
  return {
      at::zeros({which.size(0), batch, length_, width}, random.options()).scatter(3, which.unsqueeze(3), 1.0),
      {}};
}

std::optional<Grammar> GrammarData::grammar() const {
  const double log_all = static_cast<double>(length_) * portable::log(static_cast<double>(letters_.size()));
  return Grammar{[this](std::string_view s) { return accepts(s); }, portable::exp(log_count_ - log_all)};
}

Tensor GrammarData::log_density(const Tensor& samples) const {
  const Tensor which = samples.argmax(3).to(at::kCPU).contiguous();
  Tensor result =
      at::full({samples.size(0), samples.size(1)}, -std::numeric_limits<double>::infinity(), at::kDouble);
  const auto* index = which.const_data_ptr<int64_t>();
  for (int64_t i = 0; i < result.numel(); ++i) {
    std::string sequence;
    for (int64_t j = 0; j < length_; ++j) sequence += letters_[static_cast<size_t>(*index++)];
    if (accepts(sequence)) result.mutable_data_ptr<double>()[i] = -log_count_;
  }
  return result.to(samples.device());
}

std::vector<int64_t> dna_places(const std::string& text, const std::string& param) {
  std::vector<int64_t> places;
  for (const char c : text) {
    const size_t at = std::string_view("ACGT").find(c);
    if (at == std::string_view::npos)
      throw ParamError(param, "'" + text + "' holds something else than A, C, G and T");
    places.push_back(static_cast<int64_t>(at));
  }
  return places;
}

}  // namespace saddle
