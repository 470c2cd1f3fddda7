// JSON schemas of single values.
#pragma once
#include <saddle/schema.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace saddle {

using Json = nlohmann::ordered_json;

/// {"$ref": "#/$defs/name"}
Json def_ref(const std::string& name);
Json list_of(const Json& items);
/// Alternatives, each once.
Json any_of(const std::vector<Json>& all);

/// A parameter's type, range and choices.
Json type_of(const ParamSpec& p);
bool is_list(const ParamSpec& p);
/// A parameter as it stands in a part, with documentation and default; a reference to another path may stand
/// for it.
Json parameter(const ParamSpec& p);

}  // namespace saddle
