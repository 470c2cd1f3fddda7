#include <ATen/ATen.h>
#include <saddle/schema.hpp>

#include "range_text.hpp"

namespace saddle {

SchemaBase::~SchemaBase() = default;

const ParamSpec* SchemaBase::find(std::string_view name) const {
  for (const ParamSpec& p : params_) {
    if (p.name == name) return &p;
  }
  return nullptr;
}

void SchemaBase::add(ParamSpec p) {
  if (find(p.name)) throw PluginError("the parameter '" + p.name + "' is described twice");
  if (p.name == "use" || p.name == "as") throw PluginError("a parameter can't be named '" + p.name + "'");
  params_.push_back(std::move(p));
}

std::string ParamSpec::help() const {
  std::string text = name + ": " + type;
  if (per_lane) text += ", per lane";
  text += required ? ", required" : ", default " + initial;
  if (const std::string allowed = range_text(range); !allowed.empty()) text += ", " + allowed;
  if (!choices.empty()) {
    text += ", one of ";
    for (size_t i = 0; i < choices.size(); ++i) text += (i ? ", " : "") + choices[i];
  }
  return text + ". " + doc;
}

std::string range_text(const Range& range) {
  const bool low = range.low != -__builtin_inf() || range.low_open;
  const bool high = range.high != __builtin_inf() || range.high_open;
  if (low && high && !range.low_open && !range.high_open) {
    return "between " + number_text(range.low) + " and " + number_text(range.high);
  }
  std::string text;
  if (low) text = (range.low_open ? "above " : "at least ") + number_text(range.low);
  if (low && high) text += " and ";
  if (high) text += (range.high_open ? "below " : "at most ") + number_text(range.high);
  return text;
}

LaneReal make_lane_real(const std::vector<double>& values, const AssignContext& context) {
  return {values, context.options};
}

}  // namespace saddle
