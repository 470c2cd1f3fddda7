// The kinds of plugins, and what all of them share.
#pragma once
#include <saddle/export.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace saddle {

enum class Kind : uint32_t {
  data,
  prior,
  generator,
  head,
  critic,
  encoder,
  divergence,
  penalty,
  constraint,
  optimizer,
  metric,
  objective,
  dynamics,
  schedule,
  average
};

/// As in experiment files: "data", "prior", …
SADDLE_API std::string_view kind_name(Kind);
SADDLE_API const std::vector<Kind>& all_kinds();

/// Life of a plugin object: constructed, parameters assigned, `declare` (where its kind has it), used. It
/// holds no state that changes afterwards: that is declared lane state.
class SADDLE_API Plugin {
 public:
  virtual ~Plugin();
  /// What the second derivatives of what it adds to a loss leave out, as a clause: "leave out how the plan
  /// changes"; empty where they are exact. Dynamics that differentiate twice are illegal with it.
  virtual std::string inexact_second_derivatives() const { return {}; }
};

}  // namespace saddle
