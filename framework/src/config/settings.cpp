#include "config/settings.hpp"

#include <algorithm>
#include <charconv>

#include "schema/suggest.hpp"

namespace saddle {
namespace {

SectionInfo section_info(Kind kind) {
  const std::string_view name = kind_name(kind);
  switch (kind) {
    case Kind::data:
      return {name, kind};
    case Kind::prior:
      return {name, kind, false, "normal"};
    case Kind::generator:
    case Kind::critic:
    case Kind::encoder:
      return {name, kind, false, "mlp"};
    case Kind::head:
      return {name, kind, false, "linear"};
    case Kind::divergence:
    case Kind::objective:
      return {name, kind, false, "gan"};
    case Kind::penalty:
      return {"penalties", kind, true};
    case Kind::constraint:
      return {"constraints", kind, true};
    case Kind::metric:
      return {"metrics", kind, true};
    case Kind::optimizer:
    case Kind::dynamics:
    case Kind::schedule:
    case Kind::average:
      break;  // they stand within `train`
  }
  return {};
}

const std::array<SectionInfo, section_count>& infos() {
  static const auto all = [] {
    std::array<SectionInfo, section_count> result;
    for (const Kind kind : all_kinds()) result[static_cast<size_t>(kind)] = section_info(kind);
    auto own = [&](Section section, std::string_view name) {
      result[static_cast<size_t>(section)] = {name, std::nullopt};
    };
    own(Section::train, "train");
    own(Section::measure, "measure");
    own(Section::keep, "keep");
    own(Section::seed, "seed");
    return result;
  }();
  return all;
}

/// What a value within the settings is: a part has a `use`, a list has parts.
struct Role {
  bool part = false;
  bool parts = false;
  std::string_view default_use{};
};

Role role_of(Section section) {
  const SectionInfo& i = info(section);
  return {i.kind && !i.is_list, i.is_list, i.default_use};
}

Role role_below(Section section, const Role& role, const std::string& key) {
  if (role.parts) return {true, false, {}};
  const TrainPart* part = section == Section::train ? train_part(key) : nullptr;
  return part ? Role{true, false, part->default_use} : Role{};
}

/// The element of a list of parts that a key names: by number, by `as` or by plugin; −1 if none, −2 if
/// several.
int64_t element(const Value& list, const std::string& key) {
  int64_t number = -1;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), number);
  if (error == std::errc() && end == key.data() + key.size()) {
    return number < static_cast<int64_t>(list.list.size()) ? number : -1;
  }
  int64_t found = -1;
  for (size_t i = 0; i < list.list.size(); ++i) {
    const ValuePtr as = list.list[i]->find("as");
    if ((as ? as->text : part_use(list.list[i])) != key) continue;
    if (found >= 0) return -2;
    found = static_cast<int64_t>(i);
  }
  return found;
}

ValuePtr one_entry(const std::string& key, const Place& place, const ValuePtr& value) {
  auto map = std::make_shared<Value>();
  map->kind = Value::Kind::map;
  map->place = place;
  map->map.push_back({key, place, value});
  return map;
}

std::string joined(const SettingPath& path, size_t count) {
  std::string text(info(path.section).name);
  for (size_t i = 0; i < count; ++i) text += "." + path.keys[i];
  return text;
}

struct Setter {
  const SettingPath& path;
  const ValuePtr& value;
  const Place& place;
  std::string& reason;

  ValuePtr set(const ValuePtr& node, size_t depth, const Role& role) const {
    if (depth == path.keys.size()) return value;
    const std::string& key = path.keys[depth];
    if (role.parts || (node && node->is(Value::Kind::list))) return in_list(node, depth, role);
    if (!node) {
      const ValuePtr below = set(nullptr, depth + 1, role_below(path.section, role, key));
      return below ? one_entry(key, place, below) : nullptr;
    }
    const ValuePtr map = role.part ? part_map(node) : node;
    if (!map->is(Value::Kind::map)) {
      reason = joined(path, depth) + " is " + map->describe() + ", and nothing can be set below it";
      return nullptr;
    }
    if (role.part && key == "use" && depth + 1 == path.keys.size()) {
      // Another plugin does not keep the parameters of the one before.
      const std::string before = part_use(map);
      if (value->text != (before.empty() ? role.default_use : std::string_view(before))) {
        return one_entry(key, place, value);
      }
    }
    return in_map(*map, depth, role);
  }

  ValuePtr in_map(const Value& map, size_t depth, const Role& role) const {
    const std::string& key = path.keys[depth];
    const ValuePtr below = set(map.find(key), depth + 1, role_below(path.section, role, key));
    if (!below) return nullptr;
    auto copy = std::make_shared<Value>(map);
    const auto entry =
        std::find_if(copy->map.begin(), copy->map.end(), [&](const Entry& e) { return e.key == key; });
    if (entry == copy->map.end())
      copy->map.push_back({key, place, below});
    else
      entry->value = below;
    return copy;
  }

  ValuePtr in_list(const ValuePtr& node, size_t depth, const Role& role) const {
    const std::string& key = path.keys[depth];
    const std::string name = joined(path, depth);
    if (!node || !node->is(Value::Kind::list)) {
      reason = name + " is " + (node ? node->describe() : "empty") + ": it has no '" + key + "'";
      return nullptr;
    }
    const int64_t index = element(*node, key);
    if (index < 0) {
      std::vector<std::string> names;
      for (const ValuePtr& e : node->list) names.push_back(part_use(e));
      reason = index == -2 ? name + " has more than one '" + key + "'; name it by its number"
                           : name + " has no '" + key + "'" + did_you_mean(key, names);
      return nullptr;
    }
    const auto at = static_cast<size_t>(index);
    const ValuePtr below = set(node->list[at], depth + 1, role_below(path.section, role, key));
    if (!below) return nullptr;
    auto copy = std::make_shared<Value>(*node);
    copy->list[at] = below;
    return copy;
  }
};

}  // namespace

const TrainPart* train_part(std::string_view key) {
  const auto* found = std::find_if(std::begin(train_parts), std::end(train_parts),
                                   [&](const TrainPart& part) { return part.key == key; });
  return found == std::end(train_parts) ? nullptr : found;
}

const SectionInfo& info(Section section) { return infos()[static_cast<size_t>(section)]; }

std::optional<Section> section_named(std::string_view name) {
  for (size_t i = 0; i < section_count && !name.empty(); ++i) {
    if (infos()[i].name == name) return static_cast<Section>(i);
  }
  return std::nullopt;
}

const std::vector<std::string>& section_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const SectionInfo& i : infos()) {
      if (!i.name.empty()) all.emplace_back(i.name);
    }
    return all;
  }();
  return names;
}

std::optional<SettingPath> parse_path(const std::string& text) {
  SettingPath path;
  path.text = text;
  const size_t first = text.find('.');
  const std::optional<Section> section = section_named(text.substr(0, first));
  if (!section) return std::nullopt;
  path.section = *section;
  for (size_t begin = first; begin != std::string::npos;) {
    const size_t end = text.find('.', begin + 1);
    path.keys.push_back(text.substr(begin + 1, end == std::string::npos ? end : end - begin - 1));
    if (path.keys.back().empty()) return std::nullopt;
    begin = end;
  }
  return path;
}

std::string did_you_mean_path(const std::string& text, const std::vector<std::string>& others) {
  if (const std::string other = nearest(text, others); !other.empty()) return did_you_mean(text, others);
  const size_t dot = std::min(text.find('.'), text.size());
  const std::string section = nearest(text.substr(0, dot), section_names());
  return section.empty() ? section : "; did you mean '" + section + text.substr(dot) + "'?";
}

ValuePtr get(const Settings& settings, const SettingPath& path) {
  ValuePtr node = settings[path.section];
  Role role = role_of(path.section);
  for (const std::string& key : path.keys) {
    if (!node) return nullptr;
    if (node->is(Value::Kind::list)) {
      const int64_t index = element(*node, key);
      node = index < 0 ? nullptr : node->list[static_cast<size_t>(index)];
    } else {
      node = (role.part ? part_map(node) : node)->find(key);
    }
    role = role_below(path.section, role, key);
  }
  return node;
}

ValuePtr with(const ValuePtr& section, const SettingPath& path, const ValuePtr& value, const Place& key_place,
              std::string& reason) {
  if (path.section == Section::seed && !path.keys.empty()) {
    reason = "seed is a number, and nothing can be set below it";
    return nullptr;
  }
  return Setter{path, value, key_place, reason}.set(section, 0, role_of(path.section));
}

ValuePtr part_map(const ValuePtr& part) {
  return part->is(Value::Kind::string) ? one_entry("use", part->place, part) : part;
}

std::string part_use(const ValuePtr& part) {
  if (part->is(Value::Kind::string)) return part->text;
  const ValuePtr use = part->find("use");
  return use && use->is(Value::Kind::string) ? use->text : std::string();
}

}  // namespace saddle
