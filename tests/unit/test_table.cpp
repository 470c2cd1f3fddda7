#include "catch.hpp"

#include "analysis/table.hpp"

#include <nlohmann/json.hpp>

#include <limits>
#include <stdexcept>

using namespace saddle::analysis;

namespace {

Table sample() {
  Table table({{"name", Align::left}, {"size", Align::right}, {"share_%", Align::right}});
  table.title("Rings").note("a note");
  table.row({std::string("环 & co"), int64_t{12}, 0.5});
  table.row({std::string("a|b, \"c\""), uint64_t{7}, std::numeric_limits<double>::quiet_NaN()});
  table.row({std::string("0.9 ± 0.1"), {}, std::numeric_limits<double>::infinity()});
  return table;
}

}  // namespace

TEST_CASE("A table as text is aligned by what a terminal shows, wide letters included") {
  CHECK(sample().render(Format::text) ==
        "Rings\n"
        "name       size  share_%\n"
        "环 & co      12      0.5\n"
        "a|b, \"c\"      7\n"
        "0.9 ± 0.1            inf\n"
        "a note\n");
}

TEST_CASE("A table that is too wide goes on below with its key column") {
  CHECK(sample().render(Format::text, 16) ==
        "Rings\n"
        "name       size\n"
        "环 & co      12\n"
        "a|b, \"c\"      7\n"
        "0.9 ± 0.1\n"
        "\n"
        "name       share_%\n"
        "环 & co        0.5\n"
        "a|b, \"c\"\n"
        "0.9 ± 0.1      inf\n"
        "a note\n");
}

TEST_CASE("A table as Markdown escapes the bar and keeps the alignment") {
  CHECK(sample().render(Format::markdown) ==
        "**Rings**\n\n"
        "| name | size | share_% |\n"
        "|---|---:|---:|\n"
        "| 环 & co | 12 | 0.5 |\n"
        "| a\\|b, \"c\" | 7 |  |\n"
        "| 0.9 ± 0.1 |  | inf |\n"
        "\na note\n");
}

TEST_CASE("A table as LaTeX escapes what LaTeX would take for itself") {
  CHECK(sample().render(Format::latex) ==
        "% Rings\n% needs \\usepackage{booktabs}\n"
        "\\begin{tabular}{lrr}\n\\toprule\n"
        "name & size & share\\_\\% \\\\\n\\midrule\n"
        "环 \\& co & 12 & 0.5 \\\\\n"
        "a|b, \"c\" & 7 &  \\\\\n"
        "0.9 $\\pm$ 0.1 &  & inf \\\\\n"
        "\\bottomrule\n\\end{tabular}\n% a note\n");
}

TEST_CASE("A table as CSV quotes what needs it and holds nothing but the table") {
  CHECK(sample().render(Format::csv) ==
        "name,size,share_%\n"
        "环 & co,12,0.5\n"
        "\"a|b, \"\"c\"\"\",7,\n"
        "0.9 ± 0.1,,inf\n");
}

TEST_CASE("A table as JSON keeps numbers as numbers and has null for what is not finite") {
  const auto json = nlohmann::json::parse(sample().render(Format::json));
  CHECK(json["title"] == "Rings");
  CHECK(json["rows"][0] == nlohmann::json{{"name", "环 & co"}, {"size", 12}, {"share_%", 0.5}});
  CHECK(json["rows"][1]["share_%"].is_null());
  CHECK(json["rows"][2]["size"].is_null());
  CHECK(json["rows"][2]["share_%"].is_null());
  CHECK(json["notes"][0] == "a note");
}

TEST_CASE("A table's rows have the length of its heading") {
  Table table({{"a", Align::left}, {"b", Align::left}});
  CHECK_THROWS_AS(table.row({std::string("only one")}), std::logic_error);
}

TEST_CASE("An unknown format is refused with the list of formats") {
  CHECK(format_from("latex") == Format::latex);
  CHECK_THROWS_WITH(format_from("html"),
                    holds("no format 'html'") && holds("text, markdown, latex, csv, json"));
}
