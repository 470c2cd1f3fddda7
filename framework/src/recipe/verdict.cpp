#include "recipe/verdict.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/cells.hpp"
#include "schema/suggest.hpp"

namespace saddle {
namespace {

size_t place_of(const std::string& wanted, const std::vector<analysis::Key>& keys, const std::string& axis) {
  std::vector<std::string> names;
  for (size_t i = 0; i < keys.size(); ++i) {
    names.push_back(keys[i].empty() ? "" : keys[i][0].text);
    if (names.back() == wanted) return i;
  }
  throw UserError(fmt::format("a claim speaks of {} = {}, which no trial has{}", axis, wanted,
                              did_you_mean(wanted, names)));
}

}  // namespace

std::vector<Verdict> judge(const Claim& claim, const store::Store& store) {
  const analysis::Observations all =
      analysis::observe({{store.name(), store.plan().experiment, store.table()}});
  const analysis::Selection selection = analysis::select(all, claim.rows, claim.cols, {claim.metric});
  if (selection.metrics.size() != 1)
    throw UserError(
        fmt::format("a claim is about one column, and {} has {}", claim.metric, selection.metrics.size()));
  const analysis::Grid grid = analysis::make_grid(all, selection);
  std::vector<Verdict> verdicts;
  for (const Expectation& e : claim.expected) {
    const size_t row = place_of(e.row, grid.rows, claim.rows);
    const size_t col = claim.cols.empty() ? 0 : place_of(e.col, grid.cols, claim.cols);
    const analysis::Group* group = grid.find(row, col);
    Verdict v{e, "no trial", std::nan(""), false};
    if (group) {
      const analysis::Summary summary = group->summary(selection.metrics[0]);
      v.mean = summary.mean;
      // One trial's number in full; a mean to the digits that its interval leaves it.
      v.measured = group->trials.size() == 1 && summary.n == 1
                       ? fmt::format("{:.7g}", summary.mean)
                       : analysis::cell_text(*group, selection.metrics[0]);
      const bool complete = summary.n == group->trials.size();
      v.passed = complete && std::abs(summary.mean - e.value) <= e.tolerance;
    }
    verdicts.push_back(std::move(v));
  }
  return verdicts;
}

analysis::Table verdict_table(const Claim& claim, const std::vector<Verdict>& verdicts) {
  using analysis::Align;
  const bool published = std::any_of(verdicts.begin(), verdicts.end(),
                                     [](const Verdict& v) { return v.expectation.published.has_value(); });
  std::vector<analysis::Heading> headings{{claim.rows}};
  if (!claim.cols.empty()) headings.push_back({claim.cols});
  headings.push_back({claim.metric, Align::right});
  headings.push_back({"expected", Align::right});
  if (published) headings.push_back({"published", Align::right});
  if (claim.verdict) {
    headings.push_back({"within", Align::right});
    headings.push_back({"verdict"});
  }
  analysis::Table table(std::move(headings));
  table.title(claim.text).key_columns(claim.cols.empty() ? 1 : 2);
  for (const Verdict& v : verdicts) {
    std::vector<analysis::Cell> cells{v.expectation.row};
    if (!claim.cols.empty()) cells.emplace_back(v.expectation.col);
    cells.emplace_back(v.measured);
    cells.emplace_back(fmt::format("{:.7g}", v.expectation.value));
    if (published)
      cells.emplace_back(v.expectation.published ? fmt::format("{:.7g}", *v.expectation.published)
                                                 : std::string());
    if (claim.verdict) {
      cells.emplace_back(fmt::format("{:.2g}", v.expectation.tolerance));
      cells.emplace_back(std::string(v.passed ? "PASS" : "FAIL"));
    }
    table.row(std::move(cells));
  }
  return table;
}

}  // namespace saddle
