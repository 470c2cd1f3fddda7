// Labels that a file gives as texts.
#pragma once
#include <saddle/lanes.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace saddle {

/// The whole text as a number; nothing else may stand there but a leading +.
std::optional<double> number_in(std::string_view text);

struct Labels {
  Tensor index;                      ///< [n] int64: which class, or undefined
  std::vector<std::string> classes;  ///< the different texts: in order of size if all are numbers
};
Labels number_classes(const std::vector<std::string>& texts);
/// Of whole numbers [n]: 0 … k − 1 stay what they are.
Labels number_classes(const Tensor& numbers);

/// "a, b, c": what a message lists.
std::string joined(const std::vector<std::string>& all);

}  // namespace saddle
