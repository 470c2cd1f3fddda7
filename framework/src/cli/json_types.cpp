#include "cli/json_types.hpp"

#include "config/yaml_reader.hpp"

namespace saddle {
namespace {

Json to_json(const Value& v) {
  switch (v.kind) {
    case Value::Kind::null:
      return nullptr;
    case Value::Kind::boolean:
      return v.boolean;
    case Value::Kind::integer:
      return v.integer;
    case Value::Kind::real:
      return std::isfinite(v.real) ? Json(v.real) : Json(v.text);  // JSON has no infinity
    case Value::Kind::string:
      return v.text;
    case Value::Kind::list: {
      Json list = Json::array();
      for (const ValuePtr& element : v.list) list.push_back(to_json(*element));
      return list;
    }
    case Value::Kind::map:
      break;
  }
  Json map = Json::object();
  for (const Entry& entry : v.map) map[entry.key] = to_json(*entry.value);
  return map;
}

}  // namespace

Json def_ref(const std::string& name) { return {{"$ref", "#/$defs/" + name}}; }
Json list_of(const Json& items) { return {{"type", "array"}, {"items", items}}; }

Json any_of(const std::vector<Json>& all) {
  Json different = Json::array();
  for (const Json& one : all)
    if (std::find(different.begin(), different.end(), one) == different.end()) different.push_back(one);
  return different.size() == 1 ? different[0] : Json{{"anyOf", different}};
}

namespace {

Json number(const char* type, const Range& range) {
  Json json = {{"type", type}};
  if (std::isfinite(range.low)) json[range.low_open ? "exclusiveMinimum" : "minimum"] = range.low;
  if (std::isfinite(range.high)) json[range.high_open ? "exclusiveMaximum" : "maximum"] = range.high;
  return json;
}

Json text(const ParamSpec& p) {
  return p.choices.empty() ? Json{{"type", "string"}} : Json{{"enum", p.choices}};
}

template <class V>
bool is(const ParamSpec& p) {
  return p.type == type_name<V>();
}

}  // namespace

Json type_of(const ParamSpec& p) {
  const Json real = number("number", p.range), integer = number("integer", p.range);
  if (is<bool>(p)) return {{"type", "boolean"}};
  if (is<int64_t>(p)) return integer;
  if (is<double>(p)) return real;
  if (is<Integers>(p)) return list_of(integer);
  if (is<Reals>(p)) return list_of(real);
  if (is<Texts>(p)) return list_of(text(p));
  if (is<Points>(p)) return list_of(any_of({real, list_of(real)}));
  return text(p);  // a path too
}

bool is_list(const ParamSpec& p) { return type_of(p).value("type", "") == "array"; }

Json parameter(const ParamSpec& p) {
  Json json = any_of({type_of(p), def_ref("reference")});
  json["description"] = p.help();
  if (!p.required)
    json["default"] = to_json(*read_yaml_text(std::make_shared<Source>(Source{"", p.initial})));
  return json;
}

}  // namespace saddle
