// Values, parameters and messages: what libsaddle knows of them without YAML.
#include <saddle/schema.hpp>

#include <unistd.h>

#include <cmath>
#include <fstream>

#include "catch.hpp"
#include "schema/scalar.hpp"
#include "schema/sha256.hpp"
#include "schema/suggest.hpp"

using namespace saddle;

namespace {

struct Everything {
  bool flag{};
  int64_t count{};
  double real{};
  std::string text;
  Path path;
  Integers integers;
  Reals reals;
  Points points;
  Texts texts;
  LaneReal rate;
  static void describe(Schema<Everything>& s) {
    s.param("flag", &Everything::flag, {.initial = true}, "A flag.");
    s.param("count", &Everything::count, {.initial = 3, .range = between(1, 1e6)}, "A count.");
    s.param("real", &Everything::real, {.initial = 0.5, .range = above(0)}, "A real.");
    s.param("text", &Everything::text, {.initial = "relu", .choices = {"relu", "tanh"}}, "A text.");
    s.param("path", &Everything::path, {}, "A path.");
    s.param("integers", &Everything::integers, {.initial = Integers{1, 2}}, "Integers.");
    s.param("reals", &Everything::reals, {.initial = Reals{1e-3}}, "Reals.");
    s.param("points", &Everything::points, {.initial = Points{{0, 1}, {2, 3}}}, "Points.");
    s.param("texts", &Everything::texts, {.initial = Texts{"a", "b c"}}, "Texts.");
    s.param("rate", &Everything::rate, {.initial = 1, .range = at_least(0)}, "A rate.");
  }
};

Schema<Everything> schema() {
  Schema<Everything> s;
  Everything::describe(s);
  return s;
}

ValuePtr scalar(const std::string& text) { return std::make_shared<Value>(plain_scalar(text)); }
ValuePtr list(const std::vector<ValuePtr>& all) {
  auto v = std::make_shared<Value>();
  v->kind = Value::Kind::list;
  v->list = all;
  return v;
}

Diagnostic without_place(const std::string& path, const std::string& message) {
  Diagnostic d;
  d.path = path;
  d.message = message;
  return d;
}

Diagnostic placed(std::shared_ptr<const Source> source, int line, int column, const std::string& path,
                  const std::string& message, const std::string& hint = "") {
  Diagnostic d = without_place(path, message);
  d.place = {std::move(source), line, column};
  d.hint = hint;
  return d;
}

/// The canonical text, or the first thing that is wrong.
std::string canonical(const std::string& param, const ValuePtr& value) {
  const Schema<Everything> s = schema();
  std::vector<Diagnostic> out;
  const std::string text = s.find(param)->canonical(*value, param, out);
  return out.empty() ? text : out[0].message;
}

}  // namespace

TEST_CASE("a plain scalar means what YAML 1.2 says") {
  using K = Value::Kind;
  CHECK(plain_scalar("010").integer == 10);
  CHECK(plain_scalar("0x1F").integer == 31);
  CHECK(plain_scalar("0o17").integer == 15);
  CHECK(plain_scalar("-7").integer == -7);
  CHECK(plain_scalar("+7").integer == 7);
  CHECK(plain_scalar("1e3").is(K::real));
  CHECK(plain_scalar("1e-3").real == 1e-3);
  CHECK(plain_scalar(".5").real == 0.5);
  CHECK(plain_scalar("5.").real == 5);
  CHECK(plain_scalar("-.inf").real == -INFINITY);
  CHECK(std::isnan(plain_scalar(".nan").real));
  CHECK(plain_scalar("99999999999999999999").real == 1e20);
  CHECK(plain_scalar("1e400").real == INFINITY);
  CHECK(plain_scalar("True").boolean);
  for (const char* text : {"yes", "no", "on", "off", "y", "1_000", "0b1", "1.2.3", "1e", "e5", ".", "+",
                           "0..4", "-0x1", "inf", "nan"}) {
    INFO(text);
    CHECK(plain_scalar(text).is(K::string));
  }
  for (const char* text : {"", "~", "null"}) CHECK(plain_scalar(text).is(K::null));
}

TEST_CASE("numbers have their shortest text, and it reads back as the same number") {
  CHECK(number_text(0.001) == "0.001");
  CHECK(number_text(1e-8) == "1e-8");
  CHECK(number_text(1) == "1");
  CHECK(number_text(1e22) == "1e22");
  CHECK(number_text(-INFINITY) == "-.inf");
  CHECK(number_text(NAN) == ".nan");
  for (const double x : {0.1, 1.0 / 3, 1e300, -2.5e-300, 123456789.123, 5e-324, -0.0}) {
    CHECK(plain_scalar(number_text(x)).real == x);
    CHECK(std::signbit(plain_scalar(number_text(x)).real) == std::signbit(x));
  }
}

TEST_CASE("a text is quoted where it would read back as something else") {
  CHECK(scalar_text("relu") == "relu");
  CHECK(scalar_text("data/x.csv") == "data/x.csv");
  CHECK(scalar_text("true") == "\"true\"");
  CHECK(scalar_text("10") == "\"10\"");
  CHECK(scalar_text("") == "\"\"");
  CHECK(scalar_text("a: b") == "\"a: b\"");
  CHECK(scalar_text("say \"hi\"\n") == "\"say \\\"hi\\\"\\n\"");
}

TEST_CASE("a parameter's help says type, default, range and choices") {
  const Schema<Everything> s = schema();
  CHECK(s.find("rate")->help() == "rate: real, per lane, default 1, at least 0. A rate.");
  CHECK(s.find("count")->help() == "count: integer, default 3, between 1 and 1e6. A count.");
  CHECK(s.find("text")->help() == "text: text, default relu, one of relu, tanh. A text.");
  CHECK(s.find("path")->help() == "path: path, required. A path.");
  CHECK(s.find("points")->initial == "[[0, 1], [2, 3]]");
  CHECK(s.find("texts")->initial == "[a, \"b c\"]");
  CHECK(s.find("nothing") == nullptr);
}

TEST_CASE("a parameter says with which values of another one it means something") {
  struct Likelihood {
    std::string form;
    double std{};
  };
  const auto described = [](const char* other, const char* value, std::optional<double> initial) {
    Schema<Likelihood> s;
    s.param("form", &Likelihood::form, {.initial = "normal", .choices = {"normal", "bits"}}, "Its form.");
    s.param("std", &Likelihood::std,
            {.initial = initial, .range = above(0), .only_when = OnlyWhen{other, {value}}}, "Its width.");
    return s.find("std")->help();
  };
  CHECK(described("form", "normal", 1.0) ==
        "std: real, default 1, above 0, only with form: normal. Its width.");
  CHECK_THROWS_WITH(described("shape", "normal", 1.0), holds("depends on 'shape', which is not described"));
  CHECK_THROWS_WITH(described("form", "laplace", 1.0),
                    holds("the value 'laplace' of 'form', which it can't"));
  CHECK_THROWS_WITH(described("form", "normal", {}), holds("needs a default"));
}

TEST_CASE("values of the right type are read, whole reals as integers too") {
  CHECK(canonical("flag", scalar("false")) == "false");
  CHECK(canonical("count", scalar("1e3")) == "1000");
  CHECK(canonical("real", scalar("2")) == "2");
  CHECK(canonical("real", scalar("1e-3")) == "0.001");
  CHECK(canonical("text", scalar("tanh")) == "tanh");
  CHECK(canonical("path", scalar("a/b.csv")) == "a/b.csv");
  CHECK(canonical("integers", list({scalar("4"), scalar("010")})) == "[4, 10]");
  CHECK(canonical("reals", list({scalar("1"), scalar(".5")})) == "[1, 0.5]");
  CHECK(canonical("points", list({scalar("1"), scalar("2")})) == "[1, 2]");
  CHECK(canonical("points", list({list({scalar("1"), scalar("2")})})) == "[[1, 2]]");
  CHECK(canonical("texts", list({})) == "[]");
}

TEST_CASE("values of a wrong type are named, with what was expected") {
  CHECK(canonical("flag", scalar("yes")) == "expected true or false, not the text 'yes'");
  CHECK(canonical("count", scalar("1.5")) == "expected an integer, not 1.5");
  CHECK(canonical("count", scalar("1e300")) == "1e300 is too large for an integer");
  CHECK(canonical("real", scalar("abc")) == "expected a number, not the text 'abc'");
  CHECK(canonical("real", scalar(".nan")) == ".nan is not a number");
  CHECK(canonical("real", scalar("1e999")) == "1e999 is too large for a number");
  CHECK(canonical("real", scalar(".inf")) == ".inf is not finite");
  CHECK(canonical("points", list({list({scalar("1"), scalar("-.inf")})})) == "-.inf is not finite");
  CHECK(canonical("real", scalar("")) == "expected a number, not an empty value");
  CHECK(canonical("text", scalar("5")) == "expected a text, not 5 (in quotes it is a text)");
  CHECK(canonical("integers", scalar("64")) == "expected a list of integers, not 64");
  CHECK(canonical("integers", list({scalar("64"), scalar("x")})) == "expected an integer, not the text 'x'");
  CHECK(canonical("points", list({scalar("1"), list({scalar("1"), scalar("2")})})) ==
        "a point of dimension 2 among points of dimension 1");
  CHECK(canonical("points", list({list({})})) == "a point without coordinates");
}

TEST_CASE("values out of range and no choice are named, with the nearest choice") {
  CHECK(canonical("real", scalar("-2")) == "-2 is not above 0");
  CHECK(canonical("count", scalar("0")) == "0 is not between 1 and 1e6");
  CHECK(canonical("text", scalar("rellu")) == "'rellu' is not one of relu, tanh; did you mean 'relu'?");
  CHECK(canonical("text", scalar("gelu2000")) == "'gelu2000' is not one of relu, tanh");
}

TEST_CASE("parameters are assigned lane by lane, defaults where none is given") {
  const Schema<Everything> s = schema();
  Everything object;
  const ValuePtr a = scalar("0.25"), b = scalar("4");
  s.find("rate")->assign(&object, {a.get(), nullptr, b.get()}, {at::TensorOptions(at::kFloat)});
  CHECK(object.rate.values().scalar_type() == at::kFloat);
  CHECK(object.rate.at(0) == 0.25);
  CHECK(object.rate.at(1) == 1);
  CHECK(object.rate.at(2) == 4);
  s.find("integers")->assign(&object, {nullptr}, {});
  CHECK(object.integers == Integers{1, 2});
}

TEST_CASE("a relative path counts from the folder of the file it is written in") {
  const Schema<Everything> s = schema();
  Everything object;
  Value v = plain_scalar("x/../y.csv");
  v.place.source = std::make_shared<Source>(Source{"/some/folder/e.yaml", ""});
  s.find("path")->assign(&object, {&v}, {});
  CHECK(object.path == "/some/folder/y.csv");
  v.place.source = std::make_shared<Source>(Source{"command line", ""});
  s.find("path")->assign(&object, {&v}, {});
  CHECK(object.path == std::filesystem::current_path() / "y.csv");
}

TEST_CASE("the nearest name is suggested, and none that is far") {
  CHECK(nearest("wieght", {"weight", "width"}) == "weight");
  CHECK(nearest("adma", {"adam", "sgd"}) == "adam");
  CHECK(nearest("x", {"y"}).empty());
  CHECK(nearest("gradient_penality", {"gradient_penalty", "r1"}) == "gradient_penalty");
  CHECK(nearest("something", {"else"}).empty());
  CHECK(edit_distance("", "abc") == 3);
}

TEST_CASE("a diagnostic shows its line with a caret, and its hint") {
  const auto source = std::make_shared<Source>(Source{"e.yaml", "a: 1\nné: -2\n"});
  CHECK(to_text(placed(source, 2, 5, "b", "-2 is wrong", "one\ntwo")) ==
        "e.yaml:2:5: b: -2 is wrong\n    2 | né: -2\n      |     ^\n      one\n      two");
  CHECK(to_text(without_place("", "no place")) == "no place");
  const auto line = std::make_shared<Source>(Source{"command line", "a=1"});
  CHECK(to_text(placed(line, 1, 3, "a", "wrong")) == "command line: a: wrong\n      | a=1\n      |   ^");
}

TEST_CASE("of a long line a diagnostic shows the part around the caret") {
  const auto source =
      std::make_shared<Source>(Source{"e.yaml", std::string(1000, 'x') + "!" + std::string(1000, 'y')});
  const std::string text = to_text(placed(source, 1, 1001, "", "there"));
  CHECK(text.size() < 500);
  CHECK_THAT(text, holds("x!y"));
}

TEST_CASE("mistakes are counted in the message of the error") {
  CHECK(std::string(UserError(std::vector{without_place("a", "b")}).what()) ==
        "a: b\n1 mistake; nothing was run.");
  CHECK(std::string(UserError("no such file").what()) == "no such file");
}

TEST_CASE("SHA-256 of texts, pieces and files is what sha256sum prints") {
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Sha256 pieces;
  pieces.add("a", 1);
  pieces.add("bc", 2);
  CHECK(pieces.hex() == sha256_hex("abc"));
  const std::string large(200'000, 'x');  // more than one piece of a file
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("saddle_sha256_" + std::to_string(getpid()));
  std::ofstream(file, std::ios::binary) << large;
  CHECK(sha256_of_file(file) == sha256_hex(large));
  std::filesystem::remove(file);
  CHECK_THROWS_AS(sha256_of_file(file), UserError);
}
