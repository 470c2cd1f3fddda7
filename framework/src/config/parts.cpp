#include "config/parts.hpp"

#include <saddle/data.hpp>

#include <algorithm>
#include <set>

#include "config/ask_plugin.hpp"
#include "config/instantiate.hpp"
#include "config/settings.hpp"
#include "config/texts.hpp"
#include "schema/condition.hpp"
#include "schema/suggest.hpp"

namespace saddle {

struct PartFactory::Draft {
  PartConfig part;
  std::string path;
  bool complete = true;
  bool right = true;
};

PartPtr PartFactory::part(Kind kind, const ValuePtr& value, const std::string& path,
                          std::string_view default_use, bool complete) {
  const Key key{value.get(), path, complete};
  if (const auto found = by_value_.find(key); found != by_value_.end()) return found->second;
  PartPtr result = build(kind, value, path, default_use, complete);
  kept_alive_.push_back(value);
  by_value_.emplace(key, result);
  return result;
}

std::vector<PartPtr> PartFactory::list(Kind kind, const ValuePtr& value, const std::string& path,
                                       bool complete, bool& right) {
  std::vector<PartPtr> result;
  if (!value) return result;
  if (!value->is(Value::Kind::list)) {
    c_.mistakes.add(value->place, path, "expected a list, not " + value->describe(),
                    path + ": [name, {use: name, parameter: value}, …]");
    right = false;
    return result;
  }
  std::map<std::string, size_t> names;
  for (size_t i = 0; i < value->list.size(); ++i) {
    const std::string own = path + "." + std::to_string(i);
    PartPtr one = part(kind, value->list[i], own, {}, complete);
    if (!one) {
      right = false;
      continue;
    }
    if (kind == Kind::metric && !names.emplace(one->as, i).second) {
      c_.mistakes.add(one->place, own, "the metric '" + one->as + "' is here twice",
                      "Give one of them a name of its own: {use: " + one->plugin->name() + ", as: name}.");
      right = false;
    }
    result.push_back(std::move(one));
  }
  return result;
}

const RegisteredPlugin* PartFactory::plugin(Kind kind, const std::string& name, const Place& place,
                                            const std::string& path) {
  if (const RegisteredPlugin* found = c_.registry.find(kind, name)) return found;
  const std::string kind_text(kind_name(kind));
  if (const auto broken = c_.broken.find(kind_text + "." + name); broken != c_.broken.end()) {
    throw PluginError(broken->second);
  }
  std::vector<std::string> names;
  for (const RegisteredPlugin* one : c_.registry.of(kind)) names.push_back(one->name());
  c_.mistakes.add(place, path,
                  "there is no " + kind_text + " named '" + name + "'" + did_you_mean(name, names),
                  "`saddle plugins " + kind_text + "` lists those that there are.");
  return nullptr;
}

PartPtr PartFactory::build(Kind kind, const ValuePtr& value, const std::string& path,
                           std::string_view default_use, bool complete) {
  Draft draft;
  draft.path = draft.part.path = path;
  draft.complete = complete;
  draft.part.place = value ? value->place : c_.base_place;
  std::string name(default_use);
  const std::string kind_text(kind_name(kind));
  const bool vowel = std::string_view("aeiou").find(kind_text[0]) != std::string_view::npos;
  const std::string a_plugin = (vowel ? "an " : "a ") + kind_text + (kind == Kind::data ? " plugin" : "");
  const ValuePtr map = value ? part_map(value) : empty_map();
  if (!map->is(Value::Kind::map)) {
    c_.mistakes.add(value->place, path,
                    "expected the name of " + a_plugin + " or a map with `use`, not " + value->describe(),
                    path.substr(0, path.find('.')) + ": name, or {use: name, parameter: value}.");
    return nullptr;
  }
  if (const ValuePtr use = map->find("use")) {
    draft.part.place = use->place;
    if (!use->is(Value::Kind::string)) {
      c_.mistakes.add(use->place, path + ".use",
                      "expected the name of " + a_plugin + ", not " + use->describe());
      return nullptr;
    }
    name = use->text;
  }
  if (name.empty()) {
    c_.mistakes.add(value->place, path, "no " + kind_text + " is named",
                    "{use: name, parameter: value}; `saddle plugins " + kind_text + "` lists the names.");
    return nullptr;
  }
  draft.part.plugin = plugin(kind, name, draft.part.place, path);
  if (!draft.part.plugin) return nullptr;
  draft.part.as = name;
  read_params(*map, draft);
  return draft.right ? shared(std::move(draft.part)) : nullptr;
}

void PartFactory::read_params(const Value& map, Draft& draft) {
  PartConfig& part = draft.part;
  const SchemaBase& schema = *part.plugin->schema;
  const std::string name = part.plugin->name();
  const bool metric = part.plugin->kind() == Kind::metric;
  std::vector<Diagnostic> wrong;
  for (const Entry& entry : map.map) {
    if (entry.key == "use") continue;
    if (entry.key == "as" && metric) {
      part.as = entry.value->text;
      if (!entry.value->is(Value::Kind::string) || !is_word(part.as)) {
        wrong.push_back({entry.value->place, draft.path + ".as",
                         "expected a name, not " + entry.value->describe(),
                         "as: the name of the metric's columns; letters, digits, '-' and '_'."});
      }
    } else if (schema.find(entry.key)) {
      part.given[entry.key] = entry.value;
    } else {
      wrong.push_back(unknown_param(entry, draft.path, name, schema,
                                    "`saddle plugins " + std::string(kind_name(part.plugin->kind())) + " " +
                                        name + "` lists its parameters."));
    }
  }
  std::map<std::string, std::string> canonical{{"use", name}, {"version", std::to_string(schema.version())}};
  std::map<std::string, std::string> structural = canonical;
  part.resolved = "{use: " + scalar_text(name) + (part.as == name ? "" : ", as: " + scalar_text(part.as));
  std::map<std::string, std::string> texts;
  for (const ParamSpec& spec : schema.params()) {
    const auto given = part.given.find(spec.name);
    const std::string path = draft.path + "." + spec.name;
    const bool counts = !spec.only_when || holds(*spec.only_when, texts);
    std::string text = spec.initial, full = spec.initial;
    if (given != part.given.end() && !counts) {
      spec.canonical(*given->second, path, wrong);
      part.given.erase(given);
    } else if (given != part.given.end()) {
      text = full = spec.canonical(*given->second, path, wrong);
      if (spec.type == "path" && !text.empty()) {
        full = path_text(*given->second, spec, path, part, wrong);
        text = scalar_text(part.written.at(spec.name));
        if (const auto content = part.contents.find(spec.name); content != part.contents.end())
          canonical[spec.name + ".sha256"] = structural[spec.name + ".sha256"] =
              scalar_text(content->second.sha256);
      }
    } else if (spec.required) {
      if (draft.complete)
        wrong.push_back(
            {part.place, draft.path, name + " needs the parameter '" + spec.name + "'", spec.help()});
      else
        draft.right = false;
    }
    if (text != spec.initial || spec.required) {
      canonical[spec.name] = text;
      if (!spec.per_lane) structural[spec.name] = text;
    }
    part.resolved += ", " + spec.name + ": " + full;
    texts[spec.name] = std::move(text);
  }
  if (draft.complete && draft.right && wrong.empty() && part.plugin->kind() == Kind::data) {
    note_files(part, wrong);
    if (const auto content = part.contents.find(files_key); content != part.contents.end())
      canonical[std::string(files_key) + ".sha256"] = structural[std::string(files_key) + ".sha256"] =
          scalar_text(content->second.sha256);
  }
  part.canonical = flow_map(canonical);
  part.structural = flow_map(structural);
  part.resolved += "}";
  std::erase_if(part.written, [&](const auto& one) { return part.given.at(one.first)->text == one.second; });
  c_.mistakes.add(wrong);
  draft.right = draft.right && wrong.empty();
}

/// Makes the parameter's value absolute and notes how it counts in the identity: as written, from the folder
/// of the main file, beside what the file holds.
std::string PartFactory::path_text(const Value& value, const ParamSpec& spec, const std::string& path,
                                   PartConfig& part, std::vector<Diagnostic>& wrong) {
  if (value.text.empty()) {
    part.written[spec.name] = {};
    return scalar_text({});
  }
  std::vector<Diagnostic> none;
  Path absolute;
  read<Path>(value, spec, path, absolute, none);
  std::string counted = value.text;
  if (c_.planned) {
    const auto known = c_.planned->written.find(path);
    if (known != c_.planned->written.end()) counted = known->second;
  } else if (Path(value.text).is_relative()) {
    const bool in_file = value.place.source && value.place.source->name != "command line";
    const Path folder =
        std::filesystem::current_path() / (in_file ? Path(value.place.source->name).parent_path() : Path());
    const Path home = c_.home.lexically_normal();
    if ((folder / "x").lexically_normal() != (home / "x").lexically_normal())
      counted = absolute.lexically_relative(home).string();
  }
  auto moved = std::make_shared<Value>(value);
  moved->kind = Value::Kind::string;
  moved->text = absolute.string();
  part.given[spec.name] = std::move(moved);
  part.written[spec.name] = counted;
  note_content(value, spec, path, part, wrong);
  return scalar_text(absolute.string());
}

void PartFactory::note_content(const Value& value, const ParamSpec& spec, const std::string& path,
                               PartConfig& part, std::vector<Diagnostic>& wrong) {
  if (c_.planned) {
    const auto known = c_.planned->sha256.find(path);
    if (known != c_.planned->sha256.end()) part.contents[spec.name] = {known->second, std::nullopt};
    return;
  }
  std::string reason;
  const std::optional<Content> content = contents_.of(part.given.at(spec.name)->text, reason);
  if (!reason.empty()) wrong.push_back({value.place, path, reason, spec.help()});
  if (content) part.contents[spec.name] = *content;
}

/// What the data are going to read though no parameter names it.
void PartFactory::note_files(PartConfig& part, std::vector<Diagnostic>& wrong) {
  if (c_.planned) {
    const auto known = c_.planned->sha256.find(part.path + "." + files_key);
    if (known != c_.planned->sha256.end()) part.contents[files_key] = {known->second, std::nullopt};
    return;
  }
  const std::vector<Path> files = ask_plugin(*part.plugin, [&] {
    return instantiate({&part}, {at::TensorOptions().dtype(at::kDouble)}).as<Data>().files();
  });
  std::string reason;
  const std::optional<Content> content = contents_.of_files(files, reason);
  if (!reason.empty()) wrong.push_back({part.place, part.path, reason, {}});
  if (content) part.contents[files_key] = *content;
}

PartPtr PartFactory::shared(PartConfig part) {
  std::string key = std::string(kind_name(part.plugin->kind())) + " " + part.path + " " + part.resolved;
  for (const auto& [name, text] : part.written) key += " " + name + "=" + text;
  for (const auto& [name, content] : part.contents) key += " " + name + "=" + content.sha256;
  const auto found = by_text_.find(key);
  if (found != by_text_.end()) return found->second;
  return by_text_.emplace(std::move(key), std::make_shared<const PartConfig>(std::move(part))).first->second;
}

}  // namespace saddle
