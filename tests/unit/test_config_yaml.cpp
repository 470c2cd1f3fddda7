// The reader: YAML becomes values with places, and what is no good YAML is refused with a place.
#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "config/yaml_reader.hpp"

using namespace saddle;

namespace {

ValuePtr read(const std::string& text) {
  return read_yaml_text(std::make_shared<const Source>(Source{"x.yaml", text}));
}

std::string wrong(const std::string& text) {
  try {
    read(text);
  } catch (const UserError& e) {
    return e.what();
  }
  return {};
}

std::string nested(size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("values carry the place where they are written, counted from 1") {
  const ValuePtr v = read("a: 1\nb:\n  - x\n  - {c: é, d: 2}\n");
  CHECK(v->find("a")->place.column == 4);
  CHECK(v->map[1].place.line == 2);
  const ValuePtr list = v->find("b");
  CHECK(list->list[0]->place.line == 3);
  CHECK(list->list[0]->place.column == 5);
  CHECK(list->list[1]->find("d")->place.column == 15);
}

TEST_CASE("a quoted scalar is a text whatever it looks like") {
  const ValuePtr v = read("a: '10'\nb: \"true\"\nc: 10\nd: ''\ne:\nf: !!str 5\ng: |\n  10\n");
  for (const char* key : {"a", "b", "d", "f", "g"}) {
    INFO(key);
    CHECK(v->find(key)->is(Value::Kind::string));
  }
  CHECK(v->find("c")->integer == 10);
  CHECK(v->find("e")->is(Value::Kind::null));
}

TEST_CASE("an empty value has the place of its key") {
  CHECK(read("a:\n\n\nb: 1\n")->find("a")->place.line == 1);
}

TEST_CASE("an alias stands for its anchor, at a place of its own") {
  const ValuePtr v = read("a: &x [1, 2]\nb: *x\n");
  CHECK(v->find("b")->list.size() == 2);
  CHECK(v->find("b")->place.line == 2);
}

TEST_CASE("byte order marks, Windows line ends and a document's marks are no mistakes") {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("saddle_bom_" + std::to_string(getpid()));
  std::ofstream(path) << "\xEF\xBB\xBF---\r\na: 1\r\nb: [1,\r\n  2]\r\n...\r\n";
  const ValuePtr v = read_yaml(path);
  CHECK(v->find("a")->integer == 1);
  CHECK(v->find("b")->list[1]->place.line == 4);
  std::filesystem::remove(path);
}

TEST_CASE("what is no YAML is refused with its place") {
  CHECK_THAT(wrong("a: [1, 2\n"), holds("x.yaml:"));
  CHECK_THAT(wrong("a: b: c\n"), holds("x.yaml:1:"));
  CHECK_THAT(wrong("a: *nothing\n"), holds("not YAML"));
  CHECK_THAT(wrong("a: {b: 1\nc: 2\n"), holds("x.yaml:"));
}

TEST_CASE("a bracket that is not closed is named where it stands") {
  CHECK_THAT(wrong("a: [1, 2\nb: 3\n"), holds("x.yaml:1:4: not YAML: the '[' here is not closed"));
  CHECK_THAT(wrong("base: {data: ring\ngrid: {seed: 0..3}\n"), holds("x.yaml:1:7: not YAML: the '{' here"));
  CHECK_THAT(wrong("é: {b: [1, 2}\n"),
             holds("x.yaml:1:8: not YAML: the '[' here is closed by a '}', at 1:13"));
  CHECK_THAT(wrong("a: [1, 2]]\n"), holds("x.yaml:1:10: not YAML: the ']' here closes nothing"));
  CHECK_THAT(wrong("a: 1\nb: [[1, 2], # ]\n  'x]', \"]\"\n"), holds("x.yaml:2:4:") && holds("1 mistake;"));
}

TEST_CASE("a quote that is not closed is named where it stands") {
  CHECK_THAT(wrong("a: 1\nb: \"x\nc: 2\n"), holds("x.yaml:2:4: not YAML: the quote \" here is not closed"));
  CHECK_THAT(wrong("a: &b !!str 'x''\n"), holds("x.yaml:1:13: not YAML: the quote ' here is not closed"));
  CHECK_THAT(wrong("a: 'x\n"), holds("x.yaml:1:4: not YAML: the quote ' here is not closed"));
  CHECK_THAT(wrong("a: \"x\nb: \"y\"\n"),
             holds("x.yaml:1:4: not YAML: the quote \" here is closed before more of its value, at 2:4"));
  CHECK_THAT(wrong("a: 'it's'\n"),
             holds("the quote ' here is closed before more of its value, at 1:7") && holds("'it''s'"));
}

TEST_CASE("what looks like a quote or a bracket within a text or a comment is none") {
  const std::string fine =
      "a: it's [so {or\nb: > # \"\n  don't [\nc: # {\n  - |\n    \"\n  - d: '''[''' # '\ne: x\n  'y' [z\n";
  CHECK(wrong(fine).empty());
  for (const char* end : {"a: |\n  \"x\n", "a: !!str ''\n", "a: &b '''x'''\n", "a: \"\\\"\"\n", "a: it's\n",
                          "a: !!str it's\n"}) {
    INFO(end);
    CHECK(wrong(end).empty());
  }
  // After it comes a mistake of another kind: the parser's word stands.
  CHECK_THAT(wrong(fine + "f: g: h\n"), holds("not YAML: ") && !holds("here") && holds("1 mistake;"));
  // Before it, both do.
  CHECK_THAT(wrong("f: g: h\na: [1\n"),
             holds("x.yaml:1:5: not YAML") && holds("x.yaml:2:4: not YAML: the '['"));
}

TEST_CASE("duplicate keys are refused, all of them, at the second") {
  const std::string text = wrong("a: 1\nb: {c: 1, c: 2}\na: 2\n");
  CHECK_THAT(text, holds("x.yaml:2:11: the key 'c' is here twice"));
  CHECK_THAT(text, holds("x.yaml:3:1: the key 'a' is here twice"));
  CHECK_THAT(text, holds("2 mistakes"));
}

TEST_CASE("merge keys, second documents, tabs and unknown tags are refused") {
  CHECK_THAT(wrong("a: &x {b: 1}\nc:\n  <<: *x\n"), holds("x.yaml:3:3: merge keys"));
  CHECK_THAT(wrong("a: 1\n---\nb: 2\n"), holds("x.yaml:2:1: a second document"));
  CHECK_THAT(wrong("a:\n\tb: 2\n"), holds("x.yaml:2:1: a tab in the indentation"));
  CHECK_THAT(wrong("a: !thing 2\n"), holds("the tag '!thing' has no meaning"));
  CHECK_THAT(wrong("? [1, 2]\n: 3\n"), holds("a key must be a text"));
}

TEST_CASE("an empty file, one that is not UTF-8 and one with control characters are refused") {
  CHECK_THAT(wrong(""), holds("the file is empty"));
  CHECK_THAT(wrong("# nothing\n"), holds("the file is empty"));
  CHECK_THAT(wrong("a: \xff\n"), holds("x.yaml:1: the file is not UTF-8"));
  CHECK_THAT(wrong("a: \xc0\xaf\n"), holds("not UTF-8"));
  CHECK_THAT(wrong("a: 1\nb: \x04\n"), holds("x.yaml:2: a control character"));
}

TEST_CASE("a missing file and a folder are refused") {
  CHECK_THROWS_WITH(read_yaml("/nowhere/x.yaml"), holds("no such file"));
  CHECK_THROWS_WITH(read_yaml("/tmp"), holds("is a folder"));
  CHECK_THROWS_WITH(read_yaml("/dev/zero"), holds("is not a regular file"));
}

TEST_CASE("a file that is not there is named after the one that is nearly called so") {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("saddle_near_" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  for (const char* name : {"ring.yaml", "rings.yml", "ring.txt"}) std::ofstream(folder / name) << "a: 1\n";
  auto near = [&](const std::string& name) { return "did you mean '" + (folder / name).string() + "'?"; };
  CHECK_THROWS_WITH(read_yaml(folder / "rong.yaml"), holds("no such file; " + near("ring.yaml")));
  CHECK_THROWS_WITH(read_yaml(folder / "ring"), holds(near("ring.yaml")));
  CHECK_THROWS_WITH(read_yaml(folder / "rings"), holds(near("rings.yml")));
  CHECK_THROWS_WITH(read_yaml(folder / "something"), holds("no such file") && !holds("did you mean"));
  std::filesystem::remove_all(folder);
}

TEST_CASE("nesting deeper than 64 is refused, 64 is not") {
  CHECK(wrong(nested(64)).empty());
  CHECK_THAT(wrong(nested(65)), holds("nested more than 64 deep"));
  CHECK_THAT(wrong(nested(20000)), holds("nested more than 64 deep"));
}

TEST_CASE("an anchor that contains itself is refused") {
  CHECK_THAT(wrong("a: &x [1, *x]\n"), holds("the anchor contains itself"));
}

TEST_CASE("aliases that grow without bound are refused") {
  std::string text = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string a = std::to_string(i - 1), b = std::to_string(i);
    text.append("a").append(b).append(": &a").append(b).append(" [1");
    for (int j = 0; j < 10; ++j) text.append(", *a").append(a);
    text += "]\n";
  }
  CHECK_THAT(wrong(text), holds("more than a million values"));
}
