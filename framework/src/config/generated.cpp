#include "config/generated.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "config/axes.hpp"
#include "schema/suggest.hpp"

namespace saddle {
namespace {

/// SplitMix64 (Steele, Lea & Flood 2014): a counter through a mixing function.
class SplitMix {
 public:
  SplitMix(int64_t draw, const std::string& axis) : state_(static_cast<uint64_t>(draw)) {
    for (const char c : axis) state_ = mix(state_ ^ static_cast<unsigned char>(c));
  }
  uint64_t next() { return mix(state_ += 0x9E3779B97F4A7C15u); }
  /// In (0, 1): 53 bits and a half.
  double uniform() { return (static_cast<double>(next() >> 11) + 0.5) * 0x1p-53; }

 private:
  static uint64_t mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  uint64_t state_;
};

/// Logarithms and powers may differ in the last bit from one C library to another; twelve digits don't.
double rounded(double x, int digits) {
  char text[40];
  std::snprintf(text, sizeof text, "%.*e", digits - 1, x);
  double result = x;
  std::from_chars(text, text + sizeof text, result);
  return result;
}

ValuePtr number(double x, bool whole, const Place& place) {
  auto v = std::make_shared<Value>();
  v->place = place;
  v->real = x;
  v->kind = whole ? Value::Kind::integer : Value::Kind::real;
  if (whole) v->integer = static_cast<int64_t>(x);
  v->text = whole ? std::to_string(v->integer) : number_text(x);
  return v;
}

struct Spec {
  std::string word;
  double low, high;
  int64_t count;
};

double value_at(const Spec& s, int64_t i, SplitMix& random) {
  const double share = s.count == 1 ? 0 : static_cast<double>(i) / static_cast<double>(s.count - 1);
  const bool last = i + 1 == s.count && i > 0;
  if (s.word == "linspace") return last ? s.high : rounded(s.low + (s.high - s.low) * share, 15);
  if (s.word == "logspace") return rounded(std::pow(10.0, s.low + (s.high - s.low) * share), 12);
  if (s.word == "uniform") return rounded(s.low + (s.high - s.low) * random.uniform(), 12);
  const double position = s.word == "geomspace" ? share : random.uniform();
  if (s.word == "geomspace" && (i == 0 || last)) return i == 0 ? s.low : s.high;
  return rounded(std::exp(std::log(s.low) + (std::log(s.high) - std::log(s.low)) * position), 12);
}

std::string wrong_numbers(const Spec& s) {
  if (s.count < 1) return "the number of values is below 1";
  if (s.count > most_points) return "more than " + std::to_string(most_points) + " values";
  if (!std::isfinite(s.low) || !std::isfinite(s.high)) return "an end is not finite";
  const bool logarithmic = s.word == "geomspace" || s.word == "log_uniform";
  if (logarithmic && (s.low <= 0 || s.high <= 0)) return "both ends must be above 0";
  const bool drawn = s.word == "uniform" || s.word == "log_uniform";
  if (drawn && s.low >= s.high) return "the first number must be below the second";
  return {};
}

std::vector<ValuePtr> chosen(const Value& from, int64_t count, SplitMix& random) {
  // Without replacement: the first `count` of a shuffle, in their order of drawing.
  std::vector<ValuePtr> all = from.list, result;
  for (int64_t i = 0; i < count; ++i) {
    const size_t at = random.next() % all.size();
    result.push_back(all[at]);
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return result;
}

}  // namespace

const std::vector<std::string>& generator_words() {
  static const std::vector<std::string> words = {"linspace", "geomspace",   "logspace",
                                                 "uniform",  "log_uniform", "choice"};
  return words;
}

std::optional<std::pair<int64_t, int64_t>> range_ends(const Value& value) {
  const size_t dots = value.text.find("..");
  if (!value.is(Value::Kind::string) || dots == std::string::npos) return std::nullopt;
  auto integer = [](std::string_view text) -> std::optional<int64_t> {
    int64_t result = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return result;
  };
  const auto low = integer(std::string_view(value.text).substr(0, dots));
  const auto high = integer(std::string_view(value.text).substr(dots + 2));
  if (!low || !high) return std::nullopt;
  return std::pair(*low, *high);
}

std::vector<ValuePtr> range_values(const Value& value, const std::string& axis, Mistakes& mistakes) {
  const auto [low, high] = range_ends(value).value();
  std::vector<ValuePtr> result;
  if (high < low) {
    mistakes.add(value.place, "grid." + axis, "the range " + value.text + " runs backwards",
                 "a..b are the integers from a up to b, both included.");
  } else if (static_cast<uint64_t>(high) - static_cast<uint64_t>(low) >= static_cast<uint64_t>(most_points)) {
    mistakes.add(value.place, "grid." + axis,
                 "the range " + value.text + " has more than " + std::to_string(most_points) + " values");
  } else {
    for (int64_t i = low; i <= high; ++i) {
      auto v = std::make_shared<Value>();
      v->kind = Value::Kind::integer;
      v->integer = i;
      v->real = static_cast<double>(i);
      v->text = std::to_string(i);
      v->place = value.place;
      result.push_back(std::move(v));
    }
  }
  return result;
}

std::vector<ValuePtr> generated_values(const Value& map, const std::string& axis, Mistakes& mistakes) {
  const std::string path = "grid." + axis;
  const std::vector<std::string>& words = generator_words();
  const Entry* what = nullptr;
  int64_t draw = 0;
  bool right = true;
  auto wrong = [&](const Place& place, const std::string& message, const std::string& hint = {}) {
    mistakes.add(place, path, message, hint);
    right = false;
  };
  for (const Entry& entry : map.map) {
    if (entry.key == "draw") {
      if (entry.value->is(Value::Kind::integer))
        draw = entry.value->integer;
      else if (entry.value->text != "seed")  // the word itself: seed 0
        wrong(entry.value->place, "expected an integer, not " + entry.value->describe(),
              "draw: the seed of drawn values.");
    } else if (std::find(words.begin(), words.end(), entry.key) == words.end()) {
      wrong(entry.place,
            "there is no way to make values named '" + entry.key + "'" + did_you_mean(entry.key, words),
            "The ways are linspace, geomspace, logspace, uniform, log_uniform and choice.");
    } else if (what) {
      wrong(entry.place, "both " + what->key + " and " + entry.key + " in one axis");
    } else {
      what = &entry;
    }
  }
  if (!what) {
    if (right) wrong(map.place, "no values: `draw` alone makes none");
    return {};
  }
  const Value& args = *what->value;
  SplitMix random(draw, axis);
  std::vector<ValuePtr> result;
  if (what->key == "choice") {
    const bool shaped = args.list.size() == 2 && args.list[0]->is(Value::Kind::list) &&
                        args.list[1]->is(Value::Kind::integer);
    if (!shaped) {
      wrong(args.place, "expected [[values…], how many]");
    } else if (const int64_t n = args.list[1]->integer;
               n < 1 || n > static_cast<int64_t>(args.list[0]->list.size())) {
      wrong(args.list[1]->place, "can't choose " + std::to_string(n) + " of " +
                                     std::to_string(args.list[0]->list.size()) + " values");
    } else if (right) {
      result = chosen(*args.list[0], n, random);
    }
    return result;
  }
  const bool shaped = args.list.size() == 3 && args.list[0]->is_number() && args.list[1]->is_number() &&
                      args.list[2]->is(Value::Kind::integer);
  if (!shaped) {
    wrong(args.place, std::string("expected [") +
                          (what->key == "logspace" ? "first exponent, last exponent" : "low, high") +
                          ", how many]");
    return {};
  }
  const Spec spec{what->key, args.list[0]->real, args.list[1]->real, args.list[2]->integer};
  if (const std::string message = wrong_numbers(spec); !message.empty()) wrong(args.place, message);
  if (!right) return {};
  for (int64_t i = 0; i < spec.count; ++i) {
    const double x = value_at(spec, i, random);
    const bool whole = x == std::floor(x) && std::abs(x) < 1e15;
    result.push_back(number(x, whole, args.place));
  }
  return result;
}

}  // namespace saddle
