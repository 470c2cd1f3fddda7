#include "recipe/recipe.hpp"

#include <algorithm>
#include <cmath>

#include "config/mistakes.hpp"
#include "config/yaml_reader.hpp"
#include "schema/suggest.hpp"

namespace saddle {
namespace {

constexpr const char* recipe_keys[] = {"recipe", "summary", "source", "runs", "claims"};
constexpr const char* claim_keys[] = {"claim",  "run",      "metric",    "rows",   "cols",
                                      "within", "expected", "published", "verdict"};

class Reader {
 public:
  Reader(const Value& document, const std::filesystem::path& file, Mistakes& mistakes)
      : document_(document), file_(file), mistakes_(mistakes) {}

  Recipe recipe() {
    Recipe r;
    r.folder = file_.parent_path();
    if (!is_map(document_, "recipe", recipe_keys)) return r;
    r.name = text(document_, "", "recipe", true);
    r.summary = text(document_, "", "summary", true);
    r.source = text(document_, "", "source", true);
    if (const ValuePtr runs = list(document_, "", "runs"))
      for (const ValuePtr& run : runs->list) {
        r.runs.push_back(r.folder / run->text);
        if (!std::filesystem::exists(r.runs.back()))
          mistakes_.add(run->place, "runs", "there is no file " + r.runs.back().string());
      }
    if (const ValuePtr claims = list(document_, "", "claims"))
      for (size_t i = 0; i < claims->list.size(); ++i)
        r.claims.push_back(claim(*claims->list[i], "claims." + std::to_string(i)));
    return r;
  }

 private:
  Claim claim(const Value& v, const std::string& path) {
    Claim c;
    if (!is_map(v, path, claim_keys)) return c;
    c.text = text(v, path, "claim", true);
    c.run = text(v, path, "run", true);
    c.metric = text(v, path, "metric", true);
    c.rows = text(v, path, "rows", true);
    c.cols = text(v, path, "cols", false);
    if (const ValuePtr verdict = v.find("verdict")) {
      if (!verdict->is(Value::Kind::boolean))
        mistakes_.add(verdict->place, path + ".verdict",
                      "expected true or false, not " + verdict->describe());
      c.verdict = verdict->boolean;
    }
    const ValuePtr expected = v.find("expected");
    if (!expected || !expected->is(Value::Kind::map)) {
      mistakes_.add(expected ? expected->place : v.place, path + ".expected",
                    "a claim needs a map from rows to numbers, or to a number for each column");
      return c;
    }
    for (const Entry& row : expected->map) {
      if (c.cols.empty()) {
        add(c, v, row.key, "", row.value, path);
      } else if (row.value->is(Value::Kind::map)) {
        for (const Entry& col : row.value->map) add(c, v, row.key, col.key, col.value, path);
      } else {
        mistakes_.add(row.value->place, path + ".expected." + row.key,
                      "expected a number for each place on " + c.cols + ", not " + row.value->describe());
      }
    }
    return c;
  }

  void add(Claim& c, const Value& v, const std::string& row, const std::string& col, const ValuePtr& value,
           const std::string& path) {
    if (!value->is_number()) {
      mistakes_.add(value->place, path + ".expected." + row, "expected a number, not " + value->describe());
      return;
    }
    Expectation e{row, col, value->real, 0, std::nullopt};
    if (const ValuePtr published = cell(v.find("published"), row, col)) e.published = published->real;
    if (c.verdict) e.tolerance = tolerance(v, e, path);
    c.expected.push_back(std::move(e));
  }

  // {relative: 0.02} of the expected value, {absolute: 0.1}, or {absolute: {row: 0.1, …}}.
  double tolerance(const Value& v, const Expectation& e, const std::string& path) {
    const ValuePtr within = v.find("within");
    const ValuePtr relative = within ? within->find("relative") : nullptr;
    const ValuePtr absolute = cell(within ? within->find("absolute") : nullptr, e.row, e.col);
    const bool usable = (relative && relative->is_number()) || (absolute && absolute->is_number());
    if (!usable) {
      mistakes_.add(within ? within->place : v.place, path + ".within",
                    "how near is near enough for " + e.row +
                        "? {relative: r} of the expected value, {absolute: a}, "
                        "or a number for each row under absolute");
      return 0;
    }
    return absolute ? absolute->real : relative->real * std::abs(e.value);
  }

  // A number for all rows, for each, or for each cell.
  static ValuePtr cell(ValuePtr value, const std::string& row, const std::string& col) {
    for (const std::string& key : {row, col}) {
      if (!value || !value->is(Value::Kind::map)) break;
      value = value->find(key);
    }
    return value && value->is_number() ? value : nullptr;
  }

  template <size_t n>
  bool is_map(const Value& v, const std::string& path, const char* const (&keys)[n]) {
    if (!v.is(Value::Kind::map)) {
      mistakes_.add(v.place, path, "expected a map, not " + v.describe());
      return false;
    }
    const std::vector<std::string> known(std::begin(keys), std::end(keys));
    for (const Entry& entry : v.map)
      if (std::find(known.begin(), known.end(), entry.key) == known.end())
        mistakes_.add(entry.place, path,
                      "there is no '" + entry.key + "' here" + did_you_mean(entry.key, known));
    return true;
  }

  std::string text(const Value& map, const std::string& path, const std::string& key, bool required) {
    const ValuePtr value = map.find(key);
    const std::string whole = path.empty() ? key : path + "." + key;
    if (!value) {
      if (required) mistakes_.add(map.place, whole, "'" + key + "' is missing");
      return {};
    }
    if (!value->is_scalar()) mistakes_.add(value->place, whole, "expected a text, not " + value->describe());
    return value->text;
  }

  ValuePtr list(const Value& map, const std::string& path, const std::string& key) {
    const ValuePtr value = map.find(key);
    if (value && value->is(Value::Kind::list)) return value;
    mistakes_.add(value ? value->place : map.place, path.empty() ? key : path + "." + key,
                  value ? "expected a list, not " + value->describe() : "'" + key + "' is missing");
    return nullptr;
  }

  const Value& document_;
  const std::filesystem::path& file_;
  Mistakes& mistakes_;
};

}  // namespace

Recipe read_recipe(const std::filesystem::path& file) {
  const ValuePtr document = read_yaml(file.string());
  Mistakes mistakes;
  Recipe recipe = Reader(*document, file, mistakes).recipe();
  mistakes.throw_if_any();
  return recipe;
}

}  // namespace saddle
