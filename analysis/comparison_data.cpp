#include "analysis/comparison.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace saddle::analysis {

namespace {

using Json = nlohmann::ordered_json;

Json number_json(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

/// Parsed from its text, a seed keeps all of its digits.
Json level_json(const Level& level) {
  if (level.text.empty()) return nullptr;
  if (!level.number) return level.text;
  return std::isfinite(*level.number) ? Json::parse(level.text) : Json(nullptr);
}

Json key_json(const Comparison& c, const std::vector<size_t>& axes, const Key& key) {
  Json out = Json::object();
  for (size_t i = 0; i < key.size(); ++i) out[c.axis(axes[i])] = level_json(key[i]);
  return out;
}

}  // namespace

std::string tidy_csv(const Comparison& c) {
  std::vector<Heading> headings;
  for (const auto* axes : {&c.selection.rows, &c.selection.cols})
    for (size_t axis : *axes) headings.push_back({c.axis(axis), Align::left});
  for (const char* name : {"metric", "mean", "low", "high", "sd", "n", "planned"})
    headings.push_back({name, Align::right});
  for (store::Status status : store::all_statuses())
    headings.push_back({"status_" + std::string(to_text(status)), Align::right});
  Table table(std::move(headings));
  for (const Group& group : c.grid.groups) {
    for (size_t metric : c.selection.metrics) {
      std::vector<Cell> cells;
      for (const Level& level : c.grid.rows[group.row]) cells.emplace_back(level.text);
      for (const Level& level : c.grid.cols[group.col]) cells.emplace_back(level.text);
      const Summary s = group.summary(metric);
      cells.insert(cells.end(), {c.metric(metric), s.mean, s.low(), s.high(), s.sd, uint64_t{s.n},
                                 uint64_t{group.trials.size()}});
      auto statuses = group.statuses();
      for (store::Status status : store::all_statuses()) cells.emplace_back(uint64_t{statuses[status]});
      table.row(std::move(cells));
    }
  }
  return table.render(Format::csv);
}

std::string structured_json(const Comparison& c) {
  Json out;
  out["rows"] = out["cols"] = out["metrics"] = out["averaged_over"] = out["cells"] = Json::array();
  out["confidence"] = 0.95;
  for (size_t axis : c.selection.rows) out["rows"].push_back(c.axis(axis));
  for (size_t axis : c.selection.cols) out["cols"].push_back(c.axis(axis));
  for (size_t metric : c.selection.metrics) out["metrics"].push_back(c.metric(metric));
  for (size_t axis : c.selection.averaged)
    out["averaged_over"].push_back({{"axis", c.axis(axis)}, {"values", c.all.count_levels(axis)}});
  for (const Group& group : c.grid.groups) {
    for (size_t metric : c.selection.metrics) {
      const Summary s = group.summary(metric);
      Json cell;
      cell["row"] = key_json(c, c.selection.rows, c.grid.rows[group.row]);
      cell["col"] = key_json(c, c.selection.cols, c.grid.cols[group.col]);
      cell["metric"] = c.metric(metric);
      cell["mean"] = number_json(s.mean);
      cell["low"] = number_json(s.low());
      cell["high"] = number_json(s.high());
      cell["sd"] = number_json(s.sd);
      cell["n"] = s.n;
      cell["planned"] = group.trials.size();
      cell["statuses"] = Json::object();
      for (const auto& [status, count] : group.statuses())
        cell["statuses"][std::string(to_text(status))] = count;
      out["cells"].push_back(std::move(cell));
    }
  }
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace saddle::analysis
