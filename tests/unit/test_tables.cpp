// What all readers of tables can do to one on the way in, against scanpy
// (tests/fixtures/make_reader_fixtures.py).
#include "data_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;
using fixtures::Folder;

namespace {

std::string text_of(const Tensor& rows) {
  std::string text;
  for (int64_t i = 0; i < rows.size(0); ++i)
    for (int64_t j = 0; j < rows.size(1); ++j)
      text += number_text(rows[i][j].item<double>()) + (j + 1 == rows.size(1) ? "\n" : ",");
  return text;
}

/// Columns in order: what differs between two tables of the same rows in any order, column by column.
double difference(const Tensor& a, const Tensor& b) {
  REQUIRE(a.sizes() == b.sizes());
  return (std::get<0>(a.sort(0)) - std::get<0>(b.sort(0))).abs().max().item<double>();
}

/// The fixture's table through csv (dense) and through matrix_market (sparse).
std::vector<PluginObject> readings(const std::string& more) {
  const Folder folder;
  const Tensor rows = table(json_fixture("reader_fixtures.json").at("table"));
  write(folder / "a.csv", text_of(rows));
  std::string sparse;
  int64_t entries = 0;
  for (int64_t i = 0; i < rows.size(0); ++i)
    for (int64_t j = 0; j < rows.size(1); ++j)
      if (const double x = rows[i][j].item<double>(); x != 0) {
        sparse += fmt::format("{} {} {}\n", i + 1, j + 1, x);
        ++entries;
      }
  write(folder / "a.mtx", fmt::format("%%MatrixMarket matrix coordinate real general\n{} {} {}\n",
                                      rows.size(0), rows.size(1), entries) +
                              sparse);
  std::vector<PluginObject> all;
  all.push_back(data("csv", path_is(folder / "a.csv", more)));
  all.push_back(data("matrix_market", path_is(folder / "a.mtx", more)));
  return all;
}

}  // namespace

TEST_CASE("Library-size normalisation and log1p are scanpy's, on dense and on sparse tables") {
  const auto truth = json_fixture("reader_fixtures.json");
  for (const PluginObject& one : readings("target_sum: 1e4"))
    CHECK(difference(everything(one.as<Data>()).samples, table(truth.at("normalised"))) < 1e-3);
  for (const PluginObject& one : readings("target_sum: 1e4, log1p: true"))
    CHECK(difference(everything(one.as<Data>()).samples, table(truth.at("logged"))) < 1e-6);
}

TEST_CASE("Variable features are those that scanpy chooses") {
  const auto truth = json_fixture("reader_fixtures.json");
  const auto chosen = at::tensor(truth.at("variable").get<std::vector<int64_t>>());
  const Tensor expected = table(truth.at("logged")).index_select(1, chosen);
  for (const PluginObject& one : readings("target_sum: 1e4, log1p: true, variable_features: 15")) {
    CHECK(one.as<Data>().shape() == Shape{15});
    CHECK(difference(everything(one.as<Data>()).samples, expected) < 1e-6);
  }
  // By variance of the table itself: as NumPy's, by hand.
  const Tensor rows = table(truth.at("table")), variance = rows.var(0);
  const Tensor best = std::get<0>(variance.argsort(0, true).narrow(0, 0, 5).sort());
  for (const PluginObject& one : readings("variable_features: 5, variable_by: variance"))
    CHECK(difference(everything(one.as<Data>()).samples, rows.index_select(1, best)) == 0);
}

TEST_CASE("A table is scaled to a range by one line for all features") {
  const Tensor rows = table(json_fixture("reader_fixtures.json").at("table"));
  const double top = rows.max().item<double>();
  for (const PluginObject& one : readings("scale_to: [-1, 1]")) {
    CHECK(one.as<Data>().range().low == -1);
    CHECK(one.as<Data>().range().high == 1);
    CHECK(difference(everything(one.as<Data>()).samples, rows / top * 2 - 1) < 1e-12);
  }
}

TEST_CASE("What can't be done to a table is said by the parameter's name") {
  const Folder folder;
  write(folder / "a.csv", "1,2\n3,-4\n");
  const auto says = [&](const std::string& more) {
    return complaint("csv", path_is(folder / "a.csv", more));
  };
  CHECK_THAT(says("target_sum: 10"), holds("target_sum: ") && holds("holds negative numbers, -4 for one"));
  CHECK_THAT(says("log1p: true"), holds("log1p: ") && holds("negative numbers"));
  CHECK_THAT(says("variable_features: 3"), holds("variable_features: ") && holds("has 2 features only"));
  CHECK_THAT(says("scale_to: [1, 0]"), holds("scale_to: two numbers are needed"));
  CHECK_THAT(data("csv", path_is(folder / "a.csv")).as<Data>().not_a_count(),
             holds("sample 2, feature 2 is -4"));
  write(folder / "b.csv", "1,2\n3,4.5\n");
  CHECK_THAT(data("csv", path_is(folder / "b.csv")).as<Data>().not_a_count(),
             holds("sample 2, feature 2 is 4.5"));
}

TEST_CASE("TSV files, compressed or not, need no delimiter; names become indicators") {
  const Folder folder;
  write(folder / "a.tsv", "height\tkind\tname\n1\ta\tx y\n2\tb\tz\n3\tc\tz\n");
  const PluginObject object = data("csv", path_is(folder / "a.tsv", "one_hot: [kind], label: name"));
  CHECK(same_rows(everything(object.as<Data>()).samples,
                  at::tensor({1., 1., 0., 0., 2., 0., 1., 0., 3., 0., 0., 1.}).view({3, 4})));
  CHECK(object.as<Data>().classes() == std::vector<std::string>{"x y", "z"});
  CHECK_THAT(complaint("csv", path_is(folder / "a.tsv", "one_hot: [kinds]")),
             holds("one_hot: ") && holds("no column 'kinds'"));
  CHECK_THAT(complaint("csv", path_is(folder / "a.tsv", "one_hot: [kind], columns: [height]")),
             holds("one_hot: column 'kind' is not among the columns of a sample"));
  write(folder / "b.tsv", "1\t\t2\n3\t4\t5\n");
  CHECK_THAT(complaint("csv", path_is(folder / "b.tsv", "header: none")),
             holds("b.tsv:1: column 2 is empty"));
}

TEST_CASE("Training samples are all there, in a fixed order, and draws come from them") {
  const PluginObject object = std::move(readings("held_out: 0.2")[0]);
  const auto& d = object.as<Data>();
  REQUIRE(d.training_size() == 40);
  const Batch all = d.training(0, 40, at::kFloat), some = d.training(13, 5, at::kFloat);
  CHECK(all.samples.sizes() == at::IntArrayRef({1, 40, 60}));
  CHECK(all.samples.scalar_type() == at::kFloat);
  CHECK(at::equal(some.samples, all.samples.narrow(1, 13, 5)));
  Random random = stream({3}, at::kFloat);
  const Tensor drawn = d.draw(random, 20).samples[0];
  CHECK((drawn.unsqueeze(1) == all.samples).all(2).any(1).all().item<bool>());
}
