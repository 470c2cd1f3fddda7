#include "cli/json_schema.hpp"

#include "cli/json_types.hpp"
#include "config/generated.hpp"
#include "config/section.hpp"
#include "config/settings.hpp"

namespace saddle {
namespace {

class ExperimentSchema {
 public:
  explicit ExperimentSchema(const Registry& registry) : registry_(registry) {
    for (const Kind kind : all_kinds()) add_kind(kind);
    for (size_t i = 0; i < section_count; ++i) add_section(static_cast<Section>(i));
    add_grid();
  }

  Json json() {
    Json all = {
        {"$schema", "https://json-schema.org/draft/2020-12/schema"},
        {"title", "A Saddle experiment"},
        {"description", "A base trial and a grid; made by `saddle schema`."},
        {"type", "object"},
        {"properties",
         {{"experiment",
           {{"description", "A name of letters, digits, '-', '_' and '.'; results are stored under it."},
            {"type", {"string", "number"}},
            {"pattern", "^[A-Za-z0-9_][A-Za-z0-9_.-]*$"},
            {"maxLength", 200}}},
          {"extends",
           {{"description", "A file that this one adds to, relative to the folder of this one."},
            {"type", "string"}}},
          {"base", def_ref("base")},
          {"grid", def_ref("grid")},
          {"on_illegal",
           {{"description", "What happens to points whose parts don't go together."},
            {"enum", {"error", "skip"}},
            {"default", "error"}}}}},
        {"additionalProperties", false}};
    // What isn't here may come from the file that this one extends, or from an axis.
    all["if"] = {{"not", {{"required", {"extends"}}}}};
    all["then"] = {{"required", {"experiment", "base"}},
                   {"if", {{"not", {{"required", {"grid"}}}}}},
                   {"then", {{"properties", {{"base", {{"required", {"data"}}}}}}}}};
    defs_["reference"] = {{"description", "${path} stands for the value at another path of base."},
                          {"type", "string"},
                          {"pattern", "\\$\\{.+\\}"}};
    defs_["base"] = {{"description", "The settings of the trials; the grid varies them."},
                     {"type", "object"},
                     {"properties", sections_},
                     {"additionalProperties", false}};
    all["$defs"] = defs_;
    return all;
  }

 private:
  // A parameter of a kind's plugins, as one of them has it. One name may mean different things to two of
  // them.
  struct Param {
    std::string owner;
    const ParamSpec* spec;
  };

  static std::string def_of(Kind kind) { return std::string(kind_name(kind)); }
  static std::string def_of(Kind kind, const std::string& name) { return def_of(kind) + "." + name; }

  /// "#/$defs/divergence": a part by its name, or with parameters; "…/divergence.kl": one plugin's
  /// parameters.
  void add_kind(Kind kind) {
    Json names = Json::array(), choices = Json::array();
    std::map<std::string, std::vector<Json>> of_any;
    for (const RegisteredPlugin* plugin : registry_.of(kind)) {
      const SchemaBase& schema = *plugin->schema;
      Json properties = {{"use", {{"const", plugin->name()}, {"description", schema.summary()}}}};
      if (kind == Kind::metric) properties["as"] = as_;
      for (const ParamSpec& p : schema.params()) {
        properties[p.name] = parameter(p);
        of_any[p.name].push_back(properties[p.name]);
        params_[kind][p.name].push_back({plugin->name(), &p});
      }
      defs_[def_of(kind, plugin->name())] = {{"description", schema.summary()},
                                             {"type", "object"},
                                             {"properties", properties},
                                             {"additionalProperties", false}};
      names.push_back({{"const", plugin->name()}, {"description", schema.summary()}});
      choices.push_back(
          {{"if", {{"properties", {{"use", {{"const", plugin->name()}}}}}, {"required", {"use"}}}},
           {"then", def_ref(def_of(kind, plugin->name()))}});
    }
    // Without `use`, or with a reference for it, it may be any plugin.
    Json properties = {{"use", any_of({{{"oneOf", names}}, def_ref("reference")})}};
    if (kind == Kind::metric) properties["as"] = as_;
    for (const auto& [name, alternatives] : of_any) properties[name] = any_of(alternatives);
    const Json map = {{"type", "object"},
                      {"properties", properties},
                      {"additionalProperties", false},
                      {"minProperties", 1},
                      {"allOf", choices}};
    defs_[def_of(kind) + ".name"] = {{"oneOf", names}};
    defs_[def_of(kind)] = any_of({def_ref(def_of(kind) + ".name"), map, def_ref("reference")});
  }

  void add_section(Section section) {
    const SectionInfo& about = info(section);
    const std::string name(about.name);
    if (name.empty()) return;  // of kinds that stand within `train`
    if (about.is_list) {
      Json list = list_of(def_ref(def_of(*about.kind)));
      if (about.kind == Kind::metric) list["uniqueItems"] = true;
      sections_[name] = any_of({list, def_ref("reference")});
      add_path(name, sections_[name], nullptr);
      for (const auto& [param, alternatives] : params_[*about.kind])
        for (const Param& p : alternatives)
          add_param_path(fmt::format("{}.{}.{}", name, p.owner, param), parameter(*p.spec), {p.spec});
    } else if (about.kind) {
      sections_[name] = def_ref(def_of(*about.kind));
      if (!about.default_use.empty()) sections_[name]["default"] = about.default_use;
      add_part_paths(name, *about.kind);
    } else if (section == Section::train) {
      add_settings(name, section_schema<TrainConfig>(), "How it is trained.");
    } else if (section == Section::measure) {
      add_settings(name, section_schema<MeasureConfig>(),
                   "When metrics are measured, and on how many samples.");
    } else if (section == Section::keep) {
      add_settings(name, section_schema<KeepConfig>(), "What the store keeps beside metrics and series.");
    } else {
      sections_[name] = any_of({{{"type", "integer"}, {"minimum", 0}}, def_ref("reference")});
      sections_[name]["description"] = "What every random number of a trial follows from.";
      sections_[name]["default"] = 0;
      add_path(name, sections_[name], sections_[name]);
    }
  }

  void add_settings(const std::string& name, const SchemaBase& schema, const std::string& description) {
    Json properties = Json::object();
    for (const ParamSpec& p : schema.params()) {
      properties[p.name] = parameter(p);
      add_param_path(name + "." + p.name, properties[p.name], {&p});
    }
    if (name == "train")
      for (const TrainPart& part : train_parts) {
        const std::string key(part.key);
        properties[key] = def_ref(def_of(part.kind));
        properties[key]["default"] = part.default_use;
        add_part_paths(name + "." + key, part.kind);
      }
    sections_[name] = {{"description", description},
                       {"type", "object"},
                       {"properties", properties},
                       {"additionalProperties", false}};
    add_path(name, sections_[name], nullptr);
  }

  void add_part_paths(const std::string& path, Kind kind) {
    add_path(path, def_ref(def_of(kind)), def_ref(def_of(kind) + ".name"));
    add_path(path + ".use", def_ref(def_of(kind) + ".name"), def_ref(def_of(kind) + ".name"));
    for (const auto& [param, alternatives] : params_[kind]) {
      std::vector<Json> values;
      std::vector<const ParamSpec*> specs;
      for (const Param& p : alternatives) {
        values.push_back(parameter(*p.spec));
        specs.push_back(p.spec);
      }
      add_param_path(path + "." + param, any_of(values), specs);
    }
  }

  void add_param_path(const std::string& path, const Json& value,
                      const std::vector<const ParamSpec*>& specs) {
    std::vector<Json> scalars;
    for (const ParamSpec* p : specs)
      if (!is_list(*p)) scalars.push_back(type_of(*p));
    add_path(path, value, scalars.empty() ? Json() : any_of(scalars));
  }

  /// A path that a case can set to `value`, and that an axis can vary: `scalar` is what stands for an axis of
  /// one value, null where nothing does.
  void add_path(const std::string& path, const Json& value, const Json& scalar) {
    assignments_[path] = value;
    std::vector<Json> forms = {{{"type", "array"}, {"items", value}, {"minItems", 1}},
                               def_ref("range"),
                               def_ref("generated"),
                               def_ref("reference")};
    if (!scalar.is_null()) forms.push_back(scalar);
    axes_[path] = any_of(forms);
    if (value.contains("description")) axes_[path]["description"] = value["description"];
  }

  void add_grid() {
    std::vector<std::string> lists;
    for (const Kind kind : all_kinds())
      if (info(section_of(kind)).is_list) lists.emplace_back(info(section_of(kind)).name);
    // An element of a list by its number or by its name; an element of a list of numbers.
    const std::string below_list = fmt::format("^({})\\.[^.]+(\\..+)?$", fmt::join(lists, "|"));
    const std::string element = fmt::format("^({})\\..+\\.[0-9]+(\\..+)?$", fmt::join(sections(), "|"));
    const Json anything = {{below_list, true}, {element, true}};
    const Json paths = {{"type", "object"}, {"minProperties", 1}};
    const Json axis_name = {{"pattern", "^[^/]+$"}};  // it names a data set
    const auto triple = [](const Json& end) -> Json {
      return {{"type", "array"},
              {"prefixItems", {end, end, {{"type", "integer"}}}},
              {"minItems", 3},
              {"maxItems", 3}};
    };
    Json ways = Json::object();
    for (const std::string& word : generator_words()) ways[word] = triple({{"type", "number"}});
    for (const char* word : {"geomspace", "log_uniform"})
      ways[word] = triple({{"type", "number"}, {"exclusiveMinimum", 0}});
    ways["choice"] = {{"type", "array"},
                      {"prefixItems", {{{"type", "array"}}, {{"type", "integer"}}}},
                      {"minItems", 2},
                      {"maxItems", 2}};
    ways["draw"] = {{"description", "The seed of drawn values."}, {"type", {"integer", "string"}}};
    defs_["generated"] = {{"description", "[low, high, how many]; of choice: [[values…], how many]."},
                          {"type", "object"},
                          {"properties", ways},
                          {"additionalProperties", false},
                          {"minProperties", 1}};
    defs_["range"] = {{"description", "a..b: the integers from a up to b, both included."},
                      {"type", "string"},
                      {"pattern", "^-?[0-9]+\\.\\.-?[0-9]+$"}};
    Json in_case = {{"when", paths}};
    in_case.update(assignments_);
    defs_["case"] = {{"description", "What the case sets: paths of base and their values."},
                     {"type", "object"},
                     {"properties", in_case},
                     {"patternProperties", anything},
                     {"additionalProperties", false}};
    defs_["cases"] = {{"description", "An axis of named cases."},
                      {"type", "object"},
                      {"minProperties", 1},
                      {"additionalProperties", def_ref("case")}};
    Json zip = {{"description", "Axes of equal length that are walked together."},
                {"type", "object"},
                {"minProperties", 1},
                {"properties", axes_},
                {"patternProperties", anything},
                {"additionalProperties", def_ref("cases")},
                {"propertyNames", axis_name}};
    defs_["zip"] = zip;
    Json in_block = {
        {"zip", any_of({def_ref("zip"), list_of(def_ref("zip"))})},
        {"when",
         {{"description", "Restricts the block: path, value or list of values."},
          {"type", "object"},
          {"minProperties", 1}}},
        {"exclude", {{"description", "Points that are removed."}, {"type", "array"}, {"items", paths}}},
        {"include", {{"description", "Points that are added."}, {"type", "array"}, {"items", paths}}}};
    in_block.update(axes_);
    defs_["block"] = {{"description", "Axes; all of them multiply."},
                      {"type", "object"},
                      {"properties", in_block},
                      {"patternProperties", anything},
                      {"additionalProperties", def_ref("cases")},
                      {"propertyNames", axis_name}};
    defs_["grid"] = any_of({def_ref("block"),
                            {{"description", "Blocks, of which the grid is the union."},
                             {"type", "array"},
                             {"items", def_ref("block")},
                             {"minItems", 1}},
                            {{"type", "null"}}});
  }

  std::vector<std::string> sections() const {
    std::vector<std::string> names;
    for (const auto& [name, json] : sections_.items()) names.push_back(name);
    return names;
  }

  const Registry& registry_;
  Json defs_ = Json::object(), sections_ = Json::object();
  Json assignments_ = Json::object(), axes_ = Json::object();  // by path
  std::map<Kind, std::map<std::string, std::vector<Param>>> params_;
  const Json as_ = {{"description", "The name of the metric's columns; letters, digits, '-' and '_'."},
                    {"type", "string"},
                    {"pattern", "^[A-Za-z0-9_-]+$"}};
};

}  // namespace

std::string json_schema(const Registry& registry) { return ExperimentSchema(registry).json().dump(1) + "\n"; }

}  // namespace saddle
