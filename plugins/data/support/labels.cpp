#include "labels.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <charconv>
#include <map>

namespace saddle {

std::optional<double> number_in(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

Labels number_classes(const std::vector<std::string>& texts) {
  Labels labels;
  std::map<std::string, int64_t> classes;
  for (const std::string& text : texts) classes.emplace(text, 0);
  for (const auto& [text, index] : classes) labels.classes.push_back(text);
  if (std::all_of(labels.classes.begin(), labels.classes.end(),
                  [](const std::string& text) { return number_in(text).has_value(); }))
    std::stable_sort(labels.classes.begin(), labels.classes.end(),
                     [](const auto& a, const auto& b) { return *number_in(a) < *number_in(b); });
  for (size_t i = 0; i < labels.classes.size(); ++i) classes[labels.classes[i]] = static_cast<int64_t>(i);
  labels.index = at::empty({static_cast<int64_t>(texts.size())}, at::kLong);
  auto* out = labels.index.mutable_data_ptr<int64_t>();
  for (const std::string& text : texts) *out++ = classes[text];
  return labels;
}

Labels number_classes(const Tensor& numbers) {
  const auto [different, index, counts] = at::_unique2(numbers.to(at::kLong), true, true);
  Labels labels{index, {}};
  for (int64_t i = 0; i < different.numel(); ++i)
    labels.classes.push_back(std::to_string(different[i].item<int64_t>()));
  return labels;
}

std::string joined(const std::vector<std::string>& all) {
  std::string text;
  for (const std::string& one : all) text += (text.empty() ? "" : ", ") + one;
  return text;
}

}  // namespace saddle
