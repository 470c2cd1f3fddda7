#include "catch.hpp"
#include "unit/store_fixtures.hpp"

#include "analysis/cells.hpp"
#include "analysis/compare.hpp"
#include "store/merge.hpp"

#include <saddle/error.hpp>

#include <nlohmann/json.hpp>

#include <limits>

using namespace saddle::analysis;
using saddle::UserError;
using saddle::store::Store;
namespace store = saddle::store;

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// 2 methods × 2 rates × 3 seeds; the trials of wgan at 0.1 are skipped, diverged without and with a value.
ComparedStore sample(const std::string& name = "rings") {
  std::vector<std::string> ids, statuses, methods;
  std::vector<uint64_t> seeds;
  std::vector<double> rates, modes{5, 6, 7, 1, 2, 4, 8, 8, 8, missing, missing, 3}, mmd;
  for (size_t i = 0; i < 12; ++i) {
    ids.push_back("t" + std::to_string(i));
    statuses.push_back(i == 9 ? "skipped" : i >= 10 ? "diverged" : "done");
    methods.push_back(i < 6 ? "gan" : "wgan");
    rates.push_back(i % 6 < 3 ? 0.01 : 0.1);
    seeds.push_back(i % 3);
    mmd.push_back(i == 9 ? missing : 1e-5 * static_cast<double>(i + 1));
  }
  return {name,
          name,
          {{{"id", ids},
            {"status", statuses},
            {"seed", seeds},
            {"param.rate", rates},
            {"param.method", methods},
            {"metric.modes", modes},
            {"metric.mmd.rbf", mmd},
            {"metric.modes.low", modes},
            {"metric.modes.high", modes}}}};
}

std::string text(const CompareOptions& options) { return compare(std::vector{sample()}, options); }

Summary summary(double mean, double half_width, size_t n = 5) { return {n, mean, half_width, half_width}; }

}  // namespace

TEST_CASE("A mean is shown to about two significant digits of its interval") {
  CHECK(mean_text(summary(0.93123, 0.01234)) == "0.931 ± 0.012");
  CHECK(mean_text(summary(0.93123, 0.0996)) == "0.93 ± 0.10");
  CHECK(mean_text(summary(1234.5, 567)) == "1230 ± 570");
  CHECK(mean_text(summary(25.31, 12.7)) == "25 ± 13");
  CHECK(mean_text(summary(-0.0001, 0.02)) == "0.000 ± 0.020");
  CHECK(mean_text(summary(2.5e-7, 1.2e-8)) == "(2.50 ± 0.12)e-7");
  CHECK(mean_text(summary(12345678, 2345678)) == "(1.23 ± 0.23)e7");
  CHECK(mean_text(summary(8, 0)) == "8 ± 0");
  CHECK(mean_text(summary(0.1, 1e-17)) == "0.1 ± 1.0e-17");
  CHECK(mean_text(summary(0.123456, missing, 1)) == "0.1235");
  CHECK(mean_text(summary(missing, missing, 0)) == "—");
  CHECK(mean_text(summary(std::numeric_limits<double>::infinity(), missing)) == "inf");
}

TEST_CASE("By default cases make rows, the other parameters columns, and seeds are averaged over") {
  CHECK(text({}) ==
        "modes\n"
        "method  rate=0.01                             rate=0.1\n"
        "gan     6.0 ± 2.5                            2.3 ± 3.8\n"
        "wgan        8 ± 0  3 (1 of 3 · 1 skipped · 2 diverged)\n"
        "\n"
        "mmd.rbf\n"
        "method       rate=0.01                                            rate=0.1\n"
        "gan     (2.0 ± 2.5)e-5                                      (5.0 ± 2.5)e-5\n"
        "wgan    (8.0 ± 2.5)e-5  (1.15 ± 0.64)e-4 (2 of 3 · 1 skipped · 2 diverged)\n"
        "mean ± half-width of its 95 % confidence interval (Student's t)\n"
        "averaged over: seed (3 values)\n");
}

TEST_CASE("Without columns the metrics make the columns, and what is averaged over is said") {
  const std::string out = text({.rows = "method", .cols = "", .metrics = {"modes"}});
  CHECK_THAT(out, holds("method                                        modes\n"));
  CHECK_THAT(out, holds("averaged over: rate (2 values), seed (3 values)\n"));
  CHECK_THAT(text({.rows = "", .cols = "", .metrics = {"mmd"}}), holds("all trials"));
  CHECK_THAT(text({.rows = "seed,method", .cols = "rate", .metrics = {"modes"}}),
             holds("seed  method  rate=0.01"));
}

TEST_CASE("A metric's name stands for all of its columns, and interval bounds are no metrics") {
  const std::string out = text({.rows = "method", .cols = "", .metrics = {"mmd,modes"}});
  CHECK_THAT(out, holds("mmd.rbf") && holds("modes") && !holds("modes.low"));
  CHECK(out.find("mmd.rbf") < out.find("modes"));
}

TEST_CASE("An unknown axis or metric is refused with the nearest name and all that are known") {
  CHECK_THROWS_WITH(text({.rows = "metod"}),
                    holds("--rows: there is no axis 'metod'; did you mean 'method'?") &&
                        holds("known: rate, method, seed"));
  CHECK_THROWS_WITH(text({.cols = "store"}), holds("--cols: there is no axis 'store'"));
  CHECK_THROWS_WITH(
      text({.metrics = {"mods"}}),
      holds("--metric: there is no metric 'mods'; did you mean 'modes'?") && holds("known: modes, mmd.rbf"));
  CHECK_THROWS_WITH(text({.metrics = {"rbf"}}), holds("did you mean 'mmd.rbf'?"));
  CHECK_THROWS_WITH(text({.rows = "method", .cols = "method"}), holds("makes the rows already"));
  CHECK_THROWS_AS(text({.rows = "metod"}), UserError);
  ComparedStore bare = sample();
  bare.table.columns.resize(5);
  CHECK_THROWS_WITH(compare(std::vector{bare}, {}), holds("no trial has a final metric yet"));
}

TEST_CASE("A column names only the axes that its trials have a place on") {
  // Two blocks of a grid: one varies the rate, the other the width.
  const ComparedStore blocks{"blocks",
                             "blocks",
                             {{{"id", std::vector<std::string>{"a", "b"}},
                               {"status", std::vector<std::string>{"done", "done"}},
                               {"seed", std::vector<uint64_t>{0, 0}},
                               {"param.rate", std::vector<std::string>{"0.1", ""}},
                               {"param.width", std::vector<std::string>{"", "64"}},
                               {"metric.mmd", std::vector<double>{1, 2}}}}};
  CompareOptions options;
  options.rows = "";
  options.cols = "rate,width";
  const std::string table = compare(std::vector{blocks}, options);
  CHECK_THAT(table, holds("rate=0.1") && holds("width=64") && !holds("—"));
}

TEST_CASE("As CSV a comparison is tidy: a line for each cell and metric with all statuses") {
  const std::string out = text({.metrics = {"modes"}, .format = Format::csv});
  CHECK_THAT(
      out,
      holds("method,rate,metric,mean,low,high,sd,n,planned,status_planned,status_running,status_skipped,"
            "status_done,status_collapsed,status_diverged,status_dead_critic,status_stalled,status_failed,"
            "status_timed_out,status_interrupted\ngan,0.01,modes,6,3.51586228824"));
  CHECK_THAT(out, holds(",1,3,3,0,0,0,3,0,0,0,0,0,0,0\ngan,0.1,modes,2.3333333333333335,-1.46124970026"));
  CHECK_THAT(out, holds("\nwgan,0.01,modes,8,8,8,0,3,3,0,0,0,3,0,0,0,0,0,0,0\n"
                        "wgan,0.1,modes,3,,,,1,3,0,0,1,0,0,2,0,0,0,0,0\n"));
}

TEST_CASE("As JSON a comparison is structured, with null for what is not there") {
  const auto json = nlohmann::json::parse(text({.metrics = {"modes"}, .format = Format::json}));
  CHECK(json["rows"] == nlohmann::json{"method"});
  CHECK(json["cols"] == nlohmann::json{"rate"});
  CHECK(json["averaged_over"] == nlohmann::json::parse(R"([{"axis": "seed", "values": 3}])"));
  REQUIRE(json["cells"].size() == 4);
  const auto& cell = json["cells"][3];
  CHECK(cell["row"] == nlohmann::json{{"method", "wgan"}});
  CHECK(cell["col"] == nlohmann::json{{"rate", 0.1}});
  CHECK(cell["mean"] == 3);
  CHECK(cell["low"].is_null());
  CHECK(cell["n"] == 1);
  CHECK(cell["planned"] == 3);
  CHECK(cell["statuses"] == nlohmann::json{{"skipped", 1}, {"diverged", 2}});
}

TEST_CASE("Several stores are compared side by side, and a trial that both hold counts once in a mean") {
  ComparedStore other = sample("grids");
  for (std::string& id : std::get<0>(other.table.columns[0].values)) id += "x";
  std::get<0>(other.table.columns[0].values)[0] = "t0";  // of both
  const std::vector stores{sample(), other};
  CHECK_THAT(compare(stores, {.metrics = {"modes"}}),
             holds("rate=0.01, store=rings") && holds("rate=0.1, store=grids"));
  const std::string pooled =
      compare(stores, {.rows = "method", .cols = "rate", .metrics = {"modes"}, .format = Format::csv});
  CHECK_THAT(pooled, holds("gan,0.01,modes,") && holds(",5,5,0,0,0,5,"));
  CHECK_THAT(compare(stores, {.rows = "method", .cols = "rate", .metrics = {"modes"}}),
             holds("1 trials that several stores hold count once") && holds("store (2 values)"));
}

TEST_CASE("A comparison reads the same from a study and from its merged file") {
  const fixtures::Folder folder;
  const store::StorePaths paths = store::store_paths(folder / "rings");
  store::freeze_plan(paths, fixtures::plan());
  for (int i : fixtures::recorded) store::write_shard(paths, fixtures::record(i));
  const std::string study = compare(std::vector{Store::open(paths.base)}, {});
  store::merge(paths);
  std::filesystem::remove_all(paths.study);
  CHECK(compare(std::vector{Store::open(paths.base)}, {}) == study);
  CHECK_THAT(study,
             holds("rate=0.0001, penalty=gradient_penalty") && holds("(0 of 2 · 1 planned · 1 skipped)"));
}

TEST_CASE("A comparison as Markdown and LaTeX is a table of that language") {
  CHECK_THAT(text({.format = Format::markdown}), holds("| gan | 6.0 ± 2.5 | 2.3 ± 3.8 |"));
  CHECK_THAT(text({.format = Format::latex}), holds("gan & 6.0 $\\pm$ 2.5 & 2.3 $\\pm$ 3.8 \\\\"));
}
