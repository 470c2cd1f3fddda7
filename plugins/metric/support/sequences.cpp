#include "sequences.hpp"

#include <ATen/ATen.h>

namespace saddle {

std::vector<std::string> letters_of(const Tensor& x, const std::string& alphabet) {
  const auto width = static_cast<int64_t>(alphabet.size());
  const Tensor best = x.reshape({x.size(0), -1, width}).argmax(2).contiguous();
  const auto* index = best.const_data_ptr<int64_t>();
  std::vector<std::string> all(static_cast<size_t>(x.size(0)));
  for (std::string& sequence : all)
    for (int64_t i = 0; i < best.size(1); ++i) sequence += alphabet[static_cast<size_t>(*index++)];
  return all;
}

std::string needs_sequences(const Parts& parts) {
  return parts.data->alphabet().empty() ? "its samples are no sequences of letters" : "";
}

std::vector<double> shares_of(const std::vector<std::string>& sequences, const std::string& wanted) {
  std::vector<double> shares;
  for (const std::string& sequence : sequences) {
    double count = 0;
    for (const char c : sequence) count += wanted.find(c) != std::string::npos;
    shares.push_back(count / static_cast<double>(sequence.size()));
  }
  return shares;
}

}  // namespace saddle
