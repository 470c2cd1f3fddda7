// Typed parameters. A plugin (and the core's own sections of an experiment) says of each parameter, on one
// line, its name, the member it fills, default, range and documentation; reference pages, JSON schema,
// messages, the sweep planner and the provenance record all read that line.
#pragma once
#include <ATen/core/TensorBody.h>
#include <saddle/error.hpp>
#include <saddle/lanes.hpp>
#include <saddle/value.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace saddle {

/// Allowed numbers, with open or closed ends. Of a list, every element must lie in it.
struct Range {
  double low = -__builtin_inf(), high = __builtin_inf();
  bool low_open = false, high_open = false;
  bool contains(double x) const {
    return (low_open ? x > low : x >= low) && (high_open ? x < high : x <= high);
  }
};
constexpr Range above(double x) { return {.low = x, .low_open = true}; }
constexpr Range at_least(double x) { return {.low = x}; }
constexpr Range below(double x) { return {.high = x, .high_open = true}; }
constexpr Range between(double low, double high) { return {.low = low, .high = high}; }

using Integers = std::vector<int64_t>;
using Reals = std::vector<double>;
/// Points of one dimension or several: numbers, or lists of equal length.
using Points = std::vector<std::vector<double>>;
using Texts = std::vector<std::string>;
using Path = std::filesystem::path;

/// Where files lie that ship with no experiment, in order: $SADDLE_DATA, then the folder `data` of
/// $SADDLE_HOME (by default of ${XDG_CACHE_HOME:-$HOME/.cache}/saddle). A relative path that is not there
/// from the folder of the file it is written in is looked for in them.
SADDLE_API std::vector<Path> data_folders();

template <class V>
concept Parameter = std::is_same_v<V, bool> || std::is_same_v<V, int64_t> || std::is_same_v<V, double> ||
    std::is_same_v<V, std::string> || std::is_same_v<V, Path> || std::is_same_v<V, Integers> ||
    std::is_same_v<V, Reals> || std::is_same_v<V, Points> || std::is_same_v<V, Texts> ||
    std::is_same_v<V, LaneReal>;

template <class V>
struct Literal {
  using type = V;
};
template <>
struct Literal<LaneReal> {
  using type = double;
};

/// Another parameter, described before, and the values of it, as texts, with which a parameter means
/// something.
struct OnlyWhen {
  std::string param;
  std::vector<std::string> values;
};

/// What may be said of a parameter beside its name, member and documentation. No `initial`: it must be given.
/// Where `only_when` does not hold the parameter keeps its default, whatever is written, and is left out of a
/// trial's identity.
template <class V>
struct Options {
  std::optional<typename Literal<V>::type> initial{};
  Range range{};
  std::vector<std::string> choices{};
  std::optional<OnlyWhen> only_when{};
};

/// Where values become tensors, and where relative paths start.
struct AssignContext {
  at::TensorOptions options;  ///< dtype and device of LaneReal
};

/// One parameter, its type erased.
struct SADDLE_API ParamSpec {
  std::string name, type, doc;
  std::string initial;  ///< canonical text of the default; empty when required
  bool required = false, per_lane = false;
  Range range;
  std::vector<std::string> choices;
  std::optional<OnlyWhen> only_when;
  /// Canonical text (flow YAML, numbers in their shortest form) of a value; appends to `out` what is wrong
  /// with it.
  std::function<std::string(const Value&, const std::string& path, std::vector<Diagnostic>& out)> canonical;
  /// Writes the values of lanes 0 … E−1, already checked, into the object; a null pointer stands for the
  /// default. A parameter that is not per lane takes the first.
  std::function<void(void* self, const std::vector<const Value*>& lanes, const AssignContext&)> assign;

  /// "weight: real, per lane, default 1. Multiplies …"
  std::string help() const;
};

/// Everything that a plugin says of itself.
class SADDLE_API SchemaBase {
 public:
  virtual ~SchemaBase();
  const std::vector<ParamSpec>& params() const { return params_; }
  const ParamSpec* find(std::string_view name) const;
  const std::string& summary() const { return summary_; }
  const std::vector<std::string>& citations() const { return cites_; }
  /// Name and text of each: {"family", "f-divergence"}, {"f", "u ln u"}, …
  const std::vector<std::pair<std::string, std::string>>& facts() const { return facts_; }
  int version() const { return version_; }

 protected:
  void add(ParamSpec);
  std::string summary_;
  std::vector<std::string> cites_;
  std::vector<std::pair<std::string, std::string>> facts_;
  int version_ = 1;
  std::vector<ParamSpec> params_;
};

// Defined in libsaddle for each Parameter type.
template <class V>
SADDLE_API std::string type_name();
/// Reads and checks; returns false and appends to `out` if the value is wrong.
template <class V>
SADDLE_API bool read(const Value&, const ParamSpec&, const std::string& path,
                     typename Literal<V>::type& result, std::vector<Diagnostic>& out);
/// `member` finds it in the object.
template <class V>
SADDLE_API ParamSpec make_param(std::string name, std::function<V&(void* self)> member, Options<V> options,
                                std::string doc);

template <class Plugin>
class Schema final : public SchemaBase {
 public:
  /// One sentence, shown in lists; a second and third may follow.
  Schema& summary(std::string_view text) {
    summary_ = text;
    return *this;
  }
  /// The source: author, year, equation.
  Schema& cites(std::string_view text) {
    cites_.emplace_back(text);
    return *this;
  }
  /// What a reader compares plugins of a kind by. Divergences state their `family`, their `optimum` (what the
  /// best critic means) and, where there is one, `f`.
  Schema& states(std::string_view name, std::string_view text) {
    facts_.emplace_back(name, text);
    return *this;
  }
  /// Raise it with every change that changes results, a default among them.
  Schema& version(int number) {
    version_ = number;
    return *this;
  }

  template <Parameter V, class Owner>
  Schema& param(std::string name, V Owner::*member, std::type_identity_t<Options<V>> o, std::string doc) {
    static_assert(std::is_base_of_v<Owner, Plugin>);
    add(make_param<V>(
        std::move(name), [member](void* self) -> V& { return static_cast<Plugin*>(self)->*member; },
        std::move(o), std::move(doc)));
    return *this;
  }
};

}  // namespace saddle
