#include "config/extends.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "config/generated.hpp"
#include "config/read_source.hpp"
#include "config/settings.hpp"
#include "config/yaml_reader.hpp"

namespace saddle {
namespace {

constexpr size_t longest_chain = 16;

/// The default plugin where the path names a part ("base.head", "base.train.critic_optimizer").
std::optional<std::string_view> part_at(const std::vector<std::string>& path) {
  if (path.size() < 2 || path[0] != "base") return std::nullopt;
  const std::optional<Section> section = section_named(path[1]);
  if (!section) return std::nullopt;
  if (path.size() == 2 && info(*section).kind && !info(*section).is_list) return info(*section).default_use;
  const TrainPart* part = path.size() == 3 && *section == Section::train ? train_part(path[2]) : nullptr;
  return part ? std::optional(part->default_use) : std::nullopt;
}

/// Whether the path names an axis whose values are one thing: not cases, which merge by name.
bool is_axis_values(const std::vector<std::string>& path, const Value& value) {
  if (path.empty() || path[0] != "grid") return false;
  if (path.size() == 2 && parse_path(path[1])) return true;
  return std::any_of(value.map.begin(), value.map.end(), [](const Entry& e) {
    const auto& words = generator_words();
    return std::find(words.begin(), words.end(), e.key) != words.end();
  });
}

ValuePtr merged(const ValuePtr& below, const ValuePtr& above, std::vector<std::string>& path) {
  ValuePtr lower = below, upper = above;
  if (const auto default_use = part_at(path)) {
    lower = part_map(lower), upper = part_map(upper);
    if (lower->is(Value::Kind::map) && upper->is(Value::Kind::map)) {
      const std::string before = part_use(lower), after = part_use(upper);
      const bool same = after.empty() || after == (before.empty() ? *default_use : std::string_view(before));
      if (!same) return above;
    }
  }
  if (!lower->is(Value::Kind::map) || !upper->is(Value::Kind::map)) return above;
  if (is_axis_values(path, *upper) || is_axis_values(path, *lower)) return above;
  auto result = std::make_shared<Value>(*lower);
  result->place = upper->place;
  for (const Entry& entry : upper->map) {
    const auto old = std::find_if(result->map.begin(), result->map.end(),
                                  [&](const Entry& e) { return e.key == entry.key; });
    if (old == result->map.end()) {
      result->map.push_back(entry);
      continue;
    }
    path.push_back(entry.key);
    old->value = merged(old->value, entry.value, path);
    old->place = entry.place;
    path.pop_back();
  }
  return result;
}

std::string identity(const std::string& file) {
  std::error_code error;
  const auto canonical = std::filesystem::weakly_canonical(file, error);
  return error ? file : canonical.string();
}

ValuePtr extended(const ValuePtr& document, std::vector<std::string>& chain, Mistakes& mistakes,
                  Sources& files) {
  if (!document->is(Value::Kind::map)) return document;
  const ValuePtr extends = document->find("extends");
  if (!extends) return document;
  auto rest = std::make_shared<Value>(*document);
  std::erase_if(rest->map, [](const Entry& e) { return e.key == "extends"; });
  auto wrong = [&](const std::string& message) {
    mistakes.add(extends->place, "extends", message, "extends: a file, relative to the folder of this one.");
    return rest;
  };
  if (!extends->is(Value::Kind::string) || extends->text.empty()) {
    return wrong("expected the path of a file, not " + extends->describe());
  }
  const std::filesystem::path folder = std::filesystem::path(extends->place.source->name).parent_path();
  const std::string file = (folder / extends->text).lexically_normal().string();
  if (std::find(chain.begin(), chain.end(), identity(file)) != chain.end()) {
    return wrong("the file " + file + " extends itself");
  }
  if (chain.size() >= longest_chain)
    return wrong("files extend one another more than " + std::to_string(longest_chain) + " deep");
  ValuePtr other;
  try {
    files.push_back(read_source(file));
    other = read_yaml_text(files.back(), mistakes);
  } catch (const UserError& e) {
    return wrong(e.what());
  }
  if (!other) return rest;  // said already
  if (!other->is(Value::Kind::map)) return wrong(file + " is no experiment: it holds " + other->describe());
  chain.push_back(identity(file));
  const ValuePtr below = extended(other, chain, mistakes, files);
  std::vector<std::string> path;
  return merged(below, rest, path);
}

}  // namespace

ValuePtr with_extended(const ValuePtr& document, Mistakes& mistakes, Sources& files) {
  std::vector<std::string> chain;
  if (document->place.source) chain.push_back(identity(document->place.source->name));
  return extended(document, chain, mistakes, files);
}

}  // namespace saddle
