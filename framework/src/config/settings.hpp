// The settings of one trial before they are checked: what stands under `base`, section by section, and the
// paths that grids, references and the command line name them by: `train.steps`, `metrics.0`,
// `penalties.gradient_penalty.weight`.
#pragma once
#include <saddle/kind.hpp>
#include <saddle/value.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace saddle {

constexpr size_t kind_count = static_cast<size_t>(Kind::average) + 1;

/// The section of a kind of plugins has the kind's number (those that stand within `train` have none); these
/// are the core's own.
enum class Section : size_t { train = kind_count, measure, keep, seed };
constexpr size_t section_count = static_cast<size_t>(Section::seed) + 1;
constexpr Section section_of(Kind kind) { return static_cast<Section>(kind); }

/// What a section, or a part of one, is made of.
struct SectionInfo {
  std::string_view name;
  std::optional<Kind> kind;  ///< of the plugin, or of each plugin of the list
  bool is_list = false;
  std::string_view default_use{};  ///< the plugin when none is named; empty: it must be named
};
const SectionInfo& info(Section section);
std::optional<Section> section_named(std::string_view name);
/// Names of all sections.
const std::vector<std::string>& section_names();

/// A key of `train` that names a plugin.
struct TrainPart {
  std::string_view key;
  Kind kind;
  std::string_view default_use;
};
constexpr TrainPart train_parts[] = {
    {"generator_optimizer", Kind::optimizer, "adam"},    {"critic_optimizer", Kind::optimizer, "adam"},
    {"generator_schedule", Kind::schedule, "constant"},  {"critic_schedule", Kind::schedule, "constant"},
    {"dynamics", Kind::dynamics, "gradient_descent"},    {"average", Kind::average, "none"},
    {"temperature_schedule", Kind::schedule, "constant"}};
/// Null if the key names no plugin.
const TrainPart* train_part(std::string_view key);

/// The sections that are set; null for those that are not. Cheap to copy.
struct Settings {
  std::array<ValuePtr, section_count> sections;
  ValuePtr& operator[](Section s) { return sections[static_cast<size_t>(s)]; }
  const ValuePtr& operator[](Section s) const { return sections[static_cast<size_t>(s)]; }
};

/// A path into the settings, taken apart.
struct SettingPath {
  std::string text;
  Section section{};
  std::vector<std::string> keys;  ///< below the section
  /// Where a shallower path is set first. `critic.use` goes before `critic.widths`.
  size_t depth() const { return 2 * keys.size() + (!keys.empty() && keys.back() == "use" ? 0 : 1); }
};
/// Nothing if the first word is no section, or a word is empty.
std::optional<SettingPath> parse_path(const std::string& text);

/// "; did you mean 'train.steps'?" for a path that begins with no section, or nothing.
std::string did_you_mean_path(const std::string& text, const std::vector<std::string>& others = {});

/// The value at a path; null if it is not set. A part that is written short, `head: linear`, has a `use`.
ValuePtr get(const Settings& settings, const SettingPath& path);

/// The section with the value set at the path; null, with the reason, where the path can't exist.
ValuePtr with(const ValuePtr& section, const SettingPath& path, const ValuePtr& value, const Place& key_place,
              std::string& reason);

/// The map form of a part: `linear` becomes `{use: linear}`. Other values are returned as they are.
ValuePtr part_map(const ValuePtr& part);
/// The plugin that a part names; empty if it names none.
std::string part_use(const ValuePtr& part);

}  // namespace saddle
