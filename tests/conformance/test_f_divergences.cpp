// f-divergences against numbers that were made elsewhere: their papers' formulas with 150 digits
// (fixtures/divergences.py) and papers.md. That each is what its own f says: test_checks.cpp.
#include <numbers>

#include "check/links.hpp"
#include "conformance/gaussians.hpp"
#include "conformance/variations.hpp"

using namespace saddle;
using namespace saddle::testing;
using check::first_wrong;
using check::Link;
using check::links;
using check::term_names;
using check::terms;

namespace {

/// JSON's numbers; null, which float64 can't hold, becomes infinite.
Tensor numbers(const nlohmann::json& list) {
  std::vector<double> all;
  for (const auto& x : list) all.push_back(x.is_null() ? INFINITY : x.get<double>());
  return at::tensor(all, at::kDouble);
}

}  // namespace

TEST_CASE("f-divergences agree with their papers' formulas, computed with 150 digits, from -80 to 80") {
  const nlohmann::json fixture = json_fixture("divergences.json");
  const Tensor v = numbers(fixture["v"]);
  REQUIRE(v.to(at::kFloat).to(at::kDouble).equal(v));
  int known = 0;
  for (const auto& [name, members] : fixture["terms"].items())
    for (const auto& member : members)
      for (const auto& [dtype, relative] : {std::pair{at::kFloat, 1e-5}, std::pair{at::kDouble, 1e-8}}) {
        const PluginObject object = make(*built_plugins().find(Kind::divergence, name),
                                         settings(member["settings"].dump()), 1, dtype);
        for (const Link& link : links(dynamic_cast<const FDivergence&>(object.as<Divergence>()))) {
          const auto got = terms(link, v.to(dtype));
          for (size_t i = 0; i < 4; ++i) {
            const double wrong = first_wrong(v, got[i], numbers(member[link.name][term_names[i]]), relative);
            CAPTURE(name, member["settings"].dump(), dtype, link.name, term_names[i], wrong);
            CHECK(got[i].scalar_type() == dtype);
            CHECK(std::isnan(wrong));
            ++known;
          }
        }
      }
  CHECK(known == 24 * 2 * 2 * 4);
}

TEST_CASE("f-divergences of known Gaussians have the values of papers.md") {
  for (const Truth& t : truths()) {
    const Densities at = densities({0, 1}, t.q, 2048);
    const std::vector<std::tuple<const char*, const char*, double>> all{
        {"kl", "{}", t.kl},
        {"reverse_kl", "{}", t.reverse_kl},
        {"jeffrey", "{}", t.kl + t.reverse_kl},
        {"jsd", "{}", 2 * t.js},
        {"gan", "{}", 2 * t.js - 2 * std::numbers::ln2},
        {"weighted_jsd", "{weight: 0.5}", t.js},
        {"hellinger", "{}", t.hellinger},
        {"total_variation", "{}", t.total_variation},
        {"pearson_chi2", "{}", t.pearson},
        {"alpha", "{alpha: 2}", t.pearson / 2},
        {"alpha", "{alpha: 1}", t.kl},
        {"alpha", "{alpha: 0.999999999}", t.kl},
        {"alpha", "{alpha: 0.5}", 2 * t.hellinger},
        {"alpha", "{alpha: 0}", t.reverse_kl},
        {"alpha", "{alpha: 1e-9}", t.reverse_kl}};
    for (const auto& [name, yaml, expected] : all) {
      if (!std::isfinite(expected)) continue;
      CAPTURE(name, yaml, t.q.mean, t.q.std);
      CHECK(std::abs(exact(name, at, settings(yaml)) - expected) < 1e-6);
    }
  }
  // Of two Gaussians of equal width both χ² are the same.
  const Densities shifted = densities({0, 1}, {1, 1}, 64);
  CHECK(std::abs(exact("neyman_chi2", shifted) - (std::numbers::e - 1)) < 1e-9);
  CHECK(std::abs(exact("alpha", shifted, settings("{alpha: -1}")) - (std::numbers::e - 1) / 2) < 1e-9);
}
