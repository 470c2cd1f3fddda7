// The bench's arithmetic: operations counted by hand, medians and ratios of rounds, tables for people and for
// programs.
#include "bench/row.hpp"
#include "bench/work.hpp"
#include "catch.hpp"

using namespace saddle;

TEST_CASE("the products of a step are those that a hand counts", "[bench]") {
  const double h = 128, b = 256;
  // Generator forward; critic forward, to weights and to hidden units on two batches; then the generator's
  // update: both forward, back through the critic, to weights and to hidden units. The thin layers besides.
  CHECK(bench::flops(bench::products_of({"gan", 128, 256})) == 2 * b * (12 * h * h + 34 * h));
  CHECK(bench::flops(bench::products_of({"wgan_gp", 128, 256})) == 2 * b * (60 * h * h + 166 * h));
  CHECK(bench::flops(bench::products_of({"mmd", 128, 256})) == 2 * b * (3 * h * h + 10 * h));
}

TEST_CASE("a bench row shows medians with their spread", "[bench]") {
  bench::Row row{"training", "a work", "steps/s"};
  row.value.values = {300, 100, 210, 190};
  row.of_large.values = {0.5};
  row.jax = {{{150}}, {{2, 1.25, 1.5}}, 1.2};
  bench::Report report;
  report.rows.push_back(row);
  report.notes.push_back("a note");
  report.peers = true;
  const std::string people = bench::table_of(report, false).render(analysis::Format::markdown);
  CHECK(people.find("200") != std::string::npos);
  CHECK(people.find("100–300") != std::string::npos);
  CHECK(people.find("50 %") != std::string::npos);
  CHECK(people.find("1.50 (1.25–2.00), goal 1.2") != std::string::npos);
  CHECK(people.find("a note") != std::string::npos);
  CHECK(
      bench::table_of(report, true).render(analysis::Format::csv) ==
      "group,measured,unit,median,low,high,goal,of_sgemm,of_sgemm_at_these_sizes,jax,times_jax,times_jax_low,"
      "times_jax_high,times_jax_goal,pytorch,times_pytorch,times_pytorch_low,times_pytorch_high,"
      "times_pytorch_goal\n"
      "training,a work,steps/s,200,100,300,,0.5,,150,1.5,1.25,2,1.2,,,,,\n");
}
