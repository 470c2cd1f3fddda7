#include <ATen/ATen.h>
#include <saddle/schema.hpp>

#include <algorithm>

#include "condition.hpp"
#include "range_text.hpp"

namespace saddle {

SchemaBase::~SchemaBase() = default;

const ParamSpec* SchemaBase::find(std::string_view name) const {
  for (const ParamSpec& p : params_) {
    if (p.name == name) return &p;
  }
  return nullptr;
}

namespace {

void check_condition(const SchemaBase& schema, const ParamSpec& p) {
  const ParamSpec* other = schema.find(p.only_when->param);
  if (!other)
    throw PluginError("the parameter '" + p.name + "' depends on '" + p.only_when->param +
                      "', which is not described before it");
  if (p.required)
    throw PluginError("the parameter '" + p.name + "' counts " + condition_text(*p.only_when) +
                      " and needs a default for the rest");
  for (const std::string& value : p.only_when->values)
    if (!other->choices.empty() &&
        std::find(other->choices.begin(), other->choices.end(), value) == other->choices.end())
      throw PluginError("the parameter '" + p.name + "' depends on the value '" + value + "' of '" +
                        other->name + "', which it can't have");
}

}  // namespace

void SchemaBase::add(ParamSpec p) {
  if (find(p.name)) throw PluginError("the parameter '" + p.name + "' is described twice");
  if (p.name == "use" || p.name == "as" || p.name == "files")
    throw PluginError("a parameter can't be named '" + p.name + "'");
  if (p.only_when) check_condition(*this, p);
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
  if (only_when) text += ", " + condition_text(*only_when);
  return text + ". " + doc;
}

std::string condition_text(const OnlyWhen& condition) {
  std::string values;
  for (const std::string& value : condition.values) values += (values.empty() ? "" : " or ") + value;
  return "only with " + condition.param + ": " + values;
}

bool holds(const OnlyWhen& condition, const std::map<std::string, std::string>& texts) {
  const auto found = texts.find(condition.param);
  return found != texts.end() &&
         std::find(condition.values.begin(), condition.values.end(), found->second) != condition.values.end();
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

}  // namespace saddle
