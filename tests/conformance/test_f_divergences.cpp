// f-divergences: every registered one is held against its definition. Where a name is known, values come from
// its paper's formulas with 150 digits (fixtures/divergences.py); a user's own is held against itself in
// float64.
#include <cfloat>
#include <numbers>

#include "conformance/gaussians.hpp"
#include "conformance/variations.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

using Function = std::function<Tensor(const Tensor&)>;

Tensor grid(double low, double high, int64_t points) { return at::linspace(low, high, points, at::kDouble); }

/// check(plugin, divergence, settings) for every f-divergence with every variation of its parameters.
template <class Check>
void for_every_f_divergence(Check check) {
  at::set_num_threads(1);  // as in a worker
  int found = 0;
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::divergence))
    for (const Variation& v : variations(*plugin)) {
      if (v.settings.contains("link") || v.settings.contains("generator"))
        continue;  // the terms are the same
      const PluginObject object = make(*plugin, v.settings);
      const auto* divergence = dynamic_cast<const FDivergence*>(&object.as<Divergence>());
      if (divergence == nullptr) continue;
      ++found;
      INFO(plugin->name() << " " << v.label);
      check(*plugin, *divergence, v.settings);
    }
  CHECK(found > 11);
}

/// One link of a divergence: its terms as functions of the critic's output.
struct Link {
  std::string name;
  Function real, fake;
};
std::vector<Link> links(const FDivergence& d) {
  return {{"paper", [&d](const Tensor& v) { return d.real_term(v); },
           [&d](const Tensor& v) { return d.fake_term(v); }},
          {"log_ratio", [&d](const Tensor& v) { return d.log_ratio_real_term(v); },
           [&d](const Tensor& v) { return d.log_ratio_fake_term(v); }}};
}

/// A function's values and its slopes by autograd.
std::pair<Tensor, Tensor> with_slope(const Function& function, const Tensor& at) {
  const Tensor x = at.clone().requires_grad_(), y = function(x);
  return {y.detach(), y.requires_grad() ? input_gradient(y, x).detach() : at::zeros_like(x)};
}

/// sup over u of ut − f(u), u between e⁻¹⁴ and e¹⁴, for every t: on a grid, then by golden sections around
/// its best.
Tensor numerical_conjugate(const FDivergence& d, const Tensor& t) {
  const auto at_log = [&](const Tensor& log_u) {
    const Tensor u = log_u.exp();
    return u * t - d.f(u.reshape({1, -1})).view_as(u);
  };
  const int64_t points = 141;
  const Tensor x = grid(-14, 14, points).unsqueeze(1);
  Tensor best, place;
  std::tie(best, place) = at_log(x.expand({points, t.size(0)}).contiguous()).max(0);
  const double golden = std::numbers::phi - 1;
  Tensor low = x.squeeze(1).index_select(0, (place - 1).clamp_min(0));
  Tensor high = x.squeeze(1).index_select(0, (place + 1).clamp_max(points - 1));
  for (int i = 0; i < 40; ++i) {
    const Tensor left = high - golden * (high - low), right = low + golden * (high - low);
    const Tensor at_left = at_log(left), at_right = at_log(right), rises = at_left < at_right;
    best = at::max(best, at::max(at_left, at_right));
    low = at::where(rises, left, low);
    high = at::where(rises, high, right);
  }
  return best;
}

/// The critic's output that is best where p/q is eˣ: u real′ = fake′, by bisection over its signed logarithm.
/// Not from real_term = f′(u), which saturates.
Tensor best_output(const Link& link, const Tensor& log_u) {
  const Tensor u = log_u.exp();
  Tensor low = at::full_like(u, -690), high = at::full_like(u, 690);
  for (int i = 0; i < 55; ++i) {
    const Tensor middle = (low + high) / 2, v = middle.sinh();
    const Tensor fake = with_slope(link.fake, v).second, real = u * with_slope(link.real, v).second;
    // Where a slope overflows, the way back is towards 0.
    const Tensor less = at::where(fake.isfinite().logical_and(real.isfinite()), fake < real, v < 0);
    low = at::where(less, middle, low);
    high = at::where(less, high, middle);
  }
  return high.sinh();
}

/// Both terms of a link and their slopes, in the dtype of v.
constexpr std::array<const char*, 4> term_names{"real", "real_slope", "fake", "fake_slope"};
std::array<Tensor, 4> terms(const Link& link, const Tensor& v) {
  const auto [real, real_slope] = with_slope(link.real, v);
  const auto [fake, fake_slope] = with_slope(link.fake, v);
  return {real, real_slope, fake, fake_slope};
}

/// The first v where `got` is off by more than this relative error though the true value is a normal number
/// of float32; NaN if there is none.
double first_wrong(const Tensor& v, const Tensor& got, const Tensor& truth, double relative) {
  const Tensor normal = (truth.abs() >= FLT_MIN).logical_and(truth.abs() <= FLT_MAX);
  const Tensor error = (got.to(at::kDouble) - truth).abs();
  const Tensor wrong = normal.logical_and((error <= relative * truth.abs()).logical_not());  // NaN is wrong
  return wrong.any().item<bool>() ? v.masked_select(wrong)[0].item<double>() : NAN;
}

/// JSON's numbers; null, which float64 can't hold, becomes infinite.
Tensor numbers(const nlohmann::json& list) {
  std::vector<double> all;
  for (const auto& x : list) all.push_back(x.is_null() ? INFINITY : x.get<double>());
  return at::tensor(all, at::kDouble);
}

}  // namespace

TEST_CASE("f is convex and takes its declared value at 1") {
  for_every_f_divergence([](const RegisteredPlugin&, const FDivergence& d, const Settings&) {
    CHECK(std::abs(number(d.f(at::ones({1}, at::kDouble))) - d.f_at_one()) < 1e-15);
    const Tensor u = grid(-12, 12, 961).exp(), f = d.f(u);
    const Tensor slope = f.diff() / u.diff();
    // A chord's slope is uncertain by the rounding of the terms that f is a sum of.
    const Tensor rounding = 1e-14 * (1 + f.abs() + u + u * u.log().abs()).narrow(0, 1, 960) / u.diff();
    CHECK((slope.diff() >= -rounding.narrow(0, 0, 959) - rounding.narrow(0, 1, 959)).all().item<bool>());
  });
}

TEST_CASE("fake_term is the conjugate of f at real_term, by numerical supremum") {
  for_every_f_divergence([](const RegisteredPlugin&, const FDivergence& d, const Settings&) {
    for (const Link& link : links(d)) {
      INFO(link.name);
      // Where the critic is right about ratios from e⁻¹⁰ to e¹⁰ …
      const Tensor ratios = grid(-10, 10, 81) + 0.01;
      const Tensor v = link.name == "paper" ? best_output(link, ratios) : ratios, conjugate = link.fake(v);
      const Tensor error = (numerical_conjugate(d, link.real(v)) - conjugate).abs() / (1 + conjugate.abs());
      CAPTURE(ratios[error.argmax()].item<double>());
      CHECK(error.max().item<double>() < 1e-9);
      // … and elsewhere the supremum may lie further out, or at u < 0 where f is continued there.
      const Tensor any = grid(-20, 20, 81), above = link.fake(any);
      CHECK((numerical_conjugate(d, link.real(any)) <= above + 1e-9 * (1 + above.abs())).all().item<bool>());
    }
  });
}

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

TEST_CASE("f-divergences in float32 agree with float64 from -80 to 80, with their first derivatives") {
  for_every_f_divergence([](const RegisteredPlugin& plugin, const FDivergence& precise,
                            const Settings& settings) {
    const PluginObject object = make(plugin, settings, 1, at::kFloat);
    const auto& single = dynamic_cast<const FDivergence&>(object.as<Divergence>());
    const Tensor v = at::cat({grid(-80, 80, 16001), grid(-1, 1, 2001)}).to(at::kFloat);
    for (size_t link = 0; link < 2; ++link) {
      const auto got = terms(links(single)[link], v), truth = terms(links(precise)[link], v.to(at::kDouble));
      for (size_t i = 0; i < 4; ++i) {
        const double wrong = first_wrong(v.to(at::kDouble), got[i], truth[i], 1e-5);
        CAPTURE(links(single)[link].name, term_names[i], wrong);
        CHECK(std::isnan(wrong));
      }
    }
  });
}

TEST_CASE("the bound at the best critic is the divergence of known Gaussians, under both links") {
  for (const Truth& truth : truths()) {
    const Densities at = densities({0, 1}, truth.q, 64);
    const Tensor log_ratio = at.log_real - at.log_fake;
    const Tensor p = at.log_real.exp() * at.weight, q = at.log_fake.exp() * at.weight;
    for_every_f_divergence([&](const RegisteredPlugin&, const FDivergence& d, const Settings&) {
      const double divergence = number(*d.exact(at));
      if (divergence > 1e6) return;  // the integral has no finite value
      for (const Link& link : links(d)) {
        const Tensor v = link.name == "paper" ? best_output(link, log_ratio) : log_ratio;
        const double bound = number(lane_sum(p * link.real(v)) - lane_sum(q * link.fake(v)));
        INFO("N(0, 1) and N(" << truth.q.mean << ", " << truth.q.std << "²), link " << link.name);
        CHECK(std::abs(bound - divergence) < 1e-6);
      }
    });
  }
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
