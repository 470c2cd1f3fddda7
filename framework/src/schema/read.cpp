// Values become parameters: one reader a type. A wrong value is described, never guessed at.
#include <saddle/schema.hpp>

#include <cmath>

#include "range_text.hpp"
#include "suggest.hpp"

namespace saddle {
namespace {

/// What a reader needs beside the value: the parameter, where it stands, where mistakes go.
struct Reading {
  const ParamSpec& param;
  const std::string& path;
  std::vector<Diagnostic>& out;

  bool wrong(const Value& v, std::string message) const {
    out.push_back({v.place, path, std::move(message), param.help()});
    return false;
  }
  bool expected(const Value& v, const char* what) const {
    return wrong(v, std::string("expected ") + what + ", not " + v.describe());
  }
  bool in_range(const Value& v, double x) const {
    return param.range.contains(x) || wrong(v, v.describe() + " is not " + range_text(param.range));
  }
  bool is_choice(const Value& v) const {
    if (param.choices.empty()) return true;
    std::string all;
    for (const std::string& choice : param.choices) {
      if (choice == v.text) return true;
      all += (all.empty() ? "" : ", ") + choice;
    }
    return wrong(v, "'" + v.text + "' is not one of " + all + did_you_mean(v.text, param.choices));
  }
};

bool read_one(const Value& v, const Reading& r, bool& result) {
  if (!v.is(Value::Kind::boolean)) return r.expected(v, "true or false");
  result = v.boolean;
  return true;
}

bool read_one(const Value& v, const Reading& r, int64_t& result) {
  if (v.is(Value::Kind::integer)) {
    result = v.integer;
  } else if (v.is(Value::Kind::real) && std::isfinite(v.real) && v.real == std::floor(v.real)) {
    constexpr double exact = 9007199254740992;  // 2^53: beyond it a real number no longer names one integer
    if (std::abs(v.real) > exact) return r.wrong(v, v.describe() + " is too large for an integer");
    result = static_cast<int64_t>(v.real);
  } else {
    return r.expected(v, "an integer");
  }
  return r.in_range(v, static_cast<double>(result));
}

bool read_one(const Value& v, const Reading& r, double& result) {
  if (!v.is_number()) return r.expected(v, "a number");
  if (std::isnan(v.real)) return r.wrong(v, v.describe() + " is not a number");
  if (std::isinf(v.real)) {
    const bool overflows = v.text.find_first_of("0123456789") != std::string::npos;
    return r.wrong(v, v.describe() + (overflows ? " is too large for a number" : " is not finite"));
  }
  result = v.real;
  return r.in_range(v, result);
}

bool read_one(const Value& v, const Reading& r, std::string& result) {
  if (v.is_number() || v.is(Value::Kind::boolean)) {
    return r.wrong(v, "expected a text, not " + v.describe() + " (in quotes it is a text)");
  }
  if (!v.is(Value::Kind::string)) return r.expected(v, "a text");
  result = v.text;
  return r.is_choice(v);
}

bool read_one(const Value& v, const Reading& r, Path& result) {
  if (v.is(Value::Kind::string) && v.text.empty() && r.param.initial == scalar_text({})) {
    result.clear();  // no path, where that is the default
    return true;
  }
  if (!v.is_scalar() || v.text.empty()) return r.expected(v, "a path");
  result = Path(v.text);
  // Relative to the folder of the file it is written in; on the command line, to the current folder.
  const bool in_file = v.place.source && v.place.source->name != "command line";
  if (result.is_relative()) {
    const Path relative = result;
    result = std::filesystem::absolute(in_file ? Path(v.place.source->name).parent_path() / result : result);
    std::error_code error;
    for (const Path& folder : data_folders()) {
      if (std::filesystem::exists(result, error)) break;
      if (std::filesystem::exists(folder / relative, error))
        result = std::filesystem::absolute(folder / relative);
    }
  }
  result = result.lexically_normal();
  return true;
}

template <class V>
bool read_list(const Value& v, const Reading& r, const char* what, std::vector<V>& result) {
  result.clear();
  if (!v.is(Value::Kind::list)) return r.expected(v, what);
  bool right = true;
  for (const ValuePtr& element : v.list) {
    V one{};
    right = read_one(*element, r, one) && right;
    result.push_back(std::move(one));
  }
  return right;
}

bool read_one(const Value& v, const Reading& r, Integers& result) {
  return read_list(v, r, "a list of integers", result);
}
bool read_one(const Value& v, const Reading& r, Reals& result) {
  return read_list(v, r, "a list of numbers", result);
}
bool read_one(const Value& v, const Reading& r, Texts& result) {
  return read_list(v, r, "a list of texts", result);
}

bool read_one(const Value& v, const Reading& r, Points& result) {
  result.clear();
  if (!v.is(Value::Kind::list)) return r.expected(v, "a list of points");
  bool right = true;
  for (const ValuePtr& element : v.list) {
    std::vector<double> point;
    if (element->is(Value::Kind::list)) {
      right = read_list(*element, r, "a point", point) && right;
    } else {
      point.resize(1);
      right = read_one(*element, r, point[0]) && right;
    }
    if (right && !result.empty() && result[0].size() != point.size()) {
      right = r.wrong(*element, "a point of dimension " + std::to_string(point.size()) +
                                    " among points of dimension " + std::to_string(result[0].size()));
    }
    if (right && point.empty()) right = r.wrong(*element, "a point without coordinates");
    result.push_back(std::move(point));
  }
  return right;
}

std::string text_of(bool v) { return v ? "true" : "false"; }
std::string text_of(int64_t v) { return std::to_string(v); }
std::string text_of(double v) { return number_text(v); }
std::string text_of(const std::string& v) { return scalar_text(v); }
std::string text_of(const Path& v) { return scalar_text(v.string()); }

template <class V>
std::string text_of(const std::vector<V>& all) {
  std::string text = "[";
  for (const V& one : all) text += (text.size() > 1 ? ", " : "") + text_of(one);
  return text + "]";
}

std::string text_of(const Points& all) {
  std::string text = "[";
  for (const auto& point : all) {
    text += (text.size() > 1 ? ", " : "") + (point.size() == 1 ? text_of(point[0]) : text_of<double>(point));
  }
  return text + "]";
}

}  // namespace

template <class V>
std::string type_name() {
  if constexpr (std::is_same_v<V, bool>)
    return "true or false";
  else if constexpr (std::is_same_v<V, int64_t>)
    return "integer";
  else if constexpr (std::is_same_v<V, double> || std::is_same_v<V, LaneReal>)
    return "real";
  else if constexpr (std::is_same_v<V, std::string>)
    return "text";
  else if constexpr (std::is_same_v<V, Path>)
    return "path";
  else if constexpr (std::is_same_v<V, Integers>)
    return "list of integers";
  else if constexpr (std::is_same_v<V, Reals>)
    return "list of reals";
  else if constexpr (std::is_same_v<V, Texts>)
    return "list of texts";
  else
    return "list of points";
}

template <class V>
bool read(const Value& v, const ParamSpec& param, const std::string& path, typename Literal<V>::type& result,
          std::vector<Diagnostic>& out) {
  return read_one(v, Reading{param, path, out}, result);
}

template <class V>
ParamSpec make_param(std::string name, std::function<V&(void*)> member, Options<V> o, std::string doc) {
  using Written = typename Literal<V>::type;
  ParamSpec p;
  p.name = std::move(name);
  p.type = type_name<V>();
  p.doc = std::move(doc);
  p.required = !o.initial.has_value();
  p.per_lane = std::is_same_v<V, LaneReal>;
  p.range = o.range;
  p.choices = std::move(o.choices);
  p.only_when = std::move(o.only_when);
  if (o.initial) p.initial = text_of(*o.initial);
  const ParamSpec plain = p;
  p.canonical = [plain](const Value& v, const std::string& path, std::vector<Diagnostic>& out) {
    Written result{};
    if (!read<V>(v, plain, path, result, out)) return std::string();
    // A path counts as it was written: moving an experiment with its data does not change what it is.
    if constexpr (std::is_same_v<V, Path>)
      return scalar_text(v.text);
    else
      return text_of(result);
  };
  p.assign = [plain, member = std::move(member), initial = std::move(o.initial)](
                 void* self, const std::vector<const Value*>& lanes, const AssignContext& context) {
    auto value_of = [&](const Value* v) {
      Written result{};
      std::vector<Diagnostic> out;
      if (!v)
        result = initial.value();
      else if (!read<V>(*v, plain, plain.name, result, out))
        throw UserError(out);
      return result;
    };
    if constexpr (std::is_same_v<V, LaneReal>) {
      std::vector<double> values;
      for (const Value* v : lanes) values.push_back(value_of(v));
      member(self) = {values, context.options};
    } else {
      member(self) = value_of(lanes.at(0));
      (void)context;
    }
  };
  return p;
}

#define SADDLE_PARAMETER(V)                                                               \
  template SADDLE_API std::string type_name<V>();                                         \
  template SADDLE_API bool read<V>(const Value&, const ParamSpec&, const std::string&,    \
                                   typename Literal<V>::type&, std::vector<Diagnostic>&); \
  template SADDLE_API ParamSpec make_param<V>(std::string, std::function<V&(void*)>, Options<V>, std::string)
SADDLE_PARAMETER(bool);
SADDLE_PARAMETER(int64_t);
SADDLE_PARAMETER(double);
SADDLE_PARAMETER(std::string);
SADDLE_PARAMETER(Path);
SADDLE_PARAMETER(Integers);
SADDLE_PARAMETER(Reals);
SADDLE_PARAMETER(Points);
SADDLE_PARAMETER(Texts);
SADDLE_PARAMETER(LaneReal);
#undef SADDLE_PARAMETER

}  // namespace saddle
