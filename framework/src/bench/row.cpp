#include "bench/row.hpp"

namespace saddle::bench {
namespace {

using analysis::Align;
using analysis::Cell;

std::string digits(double x) {
  return x >= 100 ? fmt::format("{:.0f}", x) : x >= 10 ? fmt::format("{:.1f}", x) : fmt::format("{:.2f}", x);
}

std::string spread(const Rounds& rounds) {
  return rounds.values.size() < 2 ? "" : digits(rounds.low()) + "–" + digits(rounds.high());
}

Cell share(const Rounds& rounds) {
  if (rounds.empty()) return {};
  return fmt::format("{:.0f} %", 100 * rounds.median());
}

Cell against(const Against& a) {
  if (a.ratio.empty()) return {};
  std::string text = digits(a.ratio.median());
  if (const std::string s = spread(a.ratio); !s.empty()) text += " (" + s + ")";
  return a.goal > 0 ? text + fmt::format(", goal {}", a.goal) : text;
}

Cell number(const Rounds& rounds, double (Rounds::*statistic)() const = &Rounds::median) {
  if (rounds.empty()) return {};
  return (rounds.*statistic)();
}

Cell goal_of(const Against& a) { return a.ratio.empty() || a.goal <= 0 ? Cell() : Cell(a.goal); }

analysis::Table for_people(const Report& report) {
  std::vector<analysis::Heading> headings{{"measured"},
                                          {"value", Align::right},
                                          {"unit"},
                                          {"spread", Align::right},
                                          {"of sgemm", Align::right},
                                          {"of sgemm at these sizes", Align::right}};
  if (report.peers)
    headings.insert(headings.end(), {{"× JAX", Align::right}, {"× PyTorch eager", Align::right}});
  analysis::Table table(headings);
  for (const Row& row : report.rows) {
    std::string unit = row.unit;
    if (row.goal) unit += fmt::format(", goal {}", *row.goal);
    std::vector<Cell> cells{row.measured,      digits(row.value.median()), unit,
                            spread(row.value), share(row.of_large),        share(row.of_own)};
    if (report.peers) cells.insert(cells.end(), {against(row.jax), against(row.pytorch)});
    table.row(std::move(cells));
  }
  return table;
}

analysis::Table for_programs_of(const Report& report) {
  analysis::Table table({{"group"},
                         {"measured"},
                         {"unit"},
                         {"median"},
                         {"low"},
                         {"high"},
                         {"goal"},
                         {"of_sgemm"},
                         {"of_sgemm_at_these_sizes"},
                         {"jax"},
                         {"times_jax"},
                         {"times_jax_low"},
                         {"times_jax_high"},
                         {"times_jax_goal"},
                         {"pytorch"},
                         {"times_pytorch"},
                         {"times_pytorch_low"},
                         {"times_pytorch_high"},
                         {"times_pytorch_goal"}});
  for (const Row& row : report.rows) {
    std::vector<Cell> cells{row.group,
                            row.measured,
                            row.unit,
                            number(row.value),
                            number(row.value, &Rounds::low),
                            number(row.value, &Rounds::high),
                            row.goal ? Cell(*row.goal) : Cell(),
                            number(row.of_large),
                            number(row.of_own)};
    for (const Against* a : {&row.jax, &row.pytorch})
      cells.insert(cells.end(), {number(a->speed), number(a->ratio), number(a->ratio, &Rounds::low),
                                 number(a->ratio, &Rounds::high), goal_of(*a)});
    table.row(std::move(cells));
  }
  return table;
}

}  // namespace

double Rounds::median() const {
  auto sorted = values;
  std::sort(sorted.begin(), sorted.end());
  const size_t n = sorted.size();
  return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}
double Rounds::low() const { return *std::min_element(values.begin(), values.end()); }
double Rounds::high() const { return *std::max_element(values.begin(), values.end()); }

analysis::Table table_of(const Report& report, bool for_programs) {
  analysis::Table table = for_programs ? for_programs_of(report) : for_people(report);
  for (const std::string& note : report.notes) table.note(note);
  return table;
}

}  // namespace saddle::bench
