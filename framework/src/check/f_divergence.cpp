// What f-divergences promise: f, its conjugate, both links, and their accuracy in float32.
#include "check/gaussians.hpp"
#include "check/links.hpp"
#include "check/object.hpp"

namespace saddle::check {
namespace {

Tensor grid(double low, double high, int64_t points) { return at::linspace(low, high, points, at::kDouble); }
double at_index(const Tensor& x, const Tensor& index) {
  return x.index_select(0, index.view({1})).item<double>();
}

/// look(divergence, settings) for the variations of its parameters, until it says what is wrong. How many
/// there were goes to `count`.
template <class Look>
std::string first_fault(const Subject& subject, size_t& count, Look look) {
  for (const Settings& settings : variations(subject)) {
    // The terms are the same whichever link is used and whatever the generator descends.
    if (settings != subject.settings && (settings.contains("link") || settings.contains("generator")))
      continue;
    const PluginObject object = make(*subject.plugin, settings);
    ++count;
    const std::string fault = look(dynamic_cast<const FDivergence&>(object.as<Divergence>()), settings);
    if (!fault.empty()) return fault + settings_text(settings);
  }
  return {};
}

Finding found(const std::string& fault, size_t count, const std::string& otherwise) {
  if (!fault.empty()) return {Verdict::failed, fault};
  return {Verdict::ok, otherwise + counted(count, "setting")};
}

std::string fault_of_f(const FDivergence& d) {
  const double at_one = d.f(at::ones({1}, at::kDouble)).item<double>();
  if (!(std::abs(at_one - d.f_at_one()) < 1e-12))
    return fmt::format("f(1) is {:.10g}, and f_at_one says {:.10g}", at_one, d.f_at_one());
  const Tensor u = grid(-12, 12, 961).exp(), f = d.f(u), slope = f.diff() / u.diff();
  // A chord's slope is uncertain by the rounding of the terms that f is a sum of.
  const Tensor rounding = 1e-14 * (1 + f.abs() + u + u * u.log().abs()).narrow(0, 1, 960) / u.diff();
  const Tensor rise = slope.diff() + rounding.narrow(0, 0, 959) + rounding.narrow(0, 1, 959);
  if ((rise >= 0).all().item<bool>()) return {};
  const Tensor worst = at::where(rise >= 0, 0, 1).argmax();
  return fmt::format("f isn't convex: near u = {:.4g} its slope falls", at_index(u.narrow(0, 1, 959), worst));
}

std::string fault_of_conjugate(const FDivergence& d) {
  for (const Link& link : links(d)) {
    // Where the critic is right about ratios from e⁻¹⁰ to e¹⁰ fake_term is the supremum; elsewhere that may
    // lie further out, or at u < 0 where f is continued there.
    const Tensor ratios = grid(-10, 10, 81) + 0.01, any = grid(-20, 20, 81);
    for (const bool exact : {true, false}) {
      const Tensor v = !exact ? any : link.name == "paper" ? best_output(link, ratios) : ratios;
      const Tensor real = link.real(v), fake = link.fake(v), supremum = numerical_conjugate(d, real);
      const Tensor difference = exact ? (supremum - fake).abs() : supremum - fake;
      const Tensor wrong = (difference <= 1e-9 * (1 + fake.abs())).logical_not();  // NaN is wrong
      if (!wrong.any().item<bool>()) continue;
      const Tensor worst = at::where(wrong, difference.nan_to_num(1e300), 0).argmax();
      return fmt::format(
          "fake_term isn't the conjugate of f at real_term (link {}): at v = {:.6g}, where real_term is t = "
          "{:.10g}, the supremum of ut − f(u) is {:.10g} and fake_term {:.10g}",
          link.name, at_index(v, worst), at_index(real, worst), at_index(supremum, worst),
          at_index(fake, worst));
    }
  }
  return {};
}

std::string fault_in_float32(const RegisteredPlugin& plugin, const FDivergence& precise,
                             const Settings& settings) {
  const PluginObject object = make(plugin, settings, 1, at::kFloat);
  const auto& single = dynamic_cast<const FDivergence&>(object.as<Divergence>());
  const Tensor v = at::cat({grid(-80, 80, 16001), grid(-1, 1, 2001)}).to(at::kFloat);
  for (size_t link = 0; link < 2; ++link) {
    const auto got = terms(links(single)[link], v), truth = terms(links(precise)[link], v.to(at::kDouble));
    for (size_t i = 0; i < term_names.size(); ++i) {
      const double wrong = first_wrong(v.to(at::kDouble), got[i], truth[i], 1e-5);
      if (std::isnan(wrong)) continue;
      const Tensor where = (v == static_cast<float>(wrong)).to(at::kInt).argmax();
      return fmt::format(
          "{}_term{} in float32 is {:.8g} at v = {:.6g} (link {}), where float64 has {:.8g}: write it as a "
          "closed form in v, log_ratio_{}_term too",
          i < 2 ? "real" : "fake", i % 2 == 0 ? "" : "'s derivative", at_index(got[i].to(at::kDouble), where),
          wrong, links(single)[link].name, at_index(truth[i], where), i < 2 ? "real" : "fake");
    }
  }
  return {};
}

std::string fault_of_bound(const FDivergence& d, int& integrals, double& worst) {
  for (const Gaussian& model : models) {
    const Densities at = densities({0, 1}, model, 64);
    const Tensor log_ratio = at.log_real - at.log_fake;
    const Tensor p = at.log_real.exp() * at.weight, q = at.log_fake.exp() * at.weight;
    const double divergence = d.exact(at)->item<double>();
    if (!(std::abs(divergence) < 1e6)) continue;  // the integral has no finite value
    for (const Link& link : links(d)) {
      const Tensor v = link.name == "paper" ? best_output(link, log_ratio) : log_ratio;
      const double bound = (lane_sum(p * link.real(v)) - lane_sum(q * link.fake(v))).item<double>();
      const double error = std::abs(bound - divergence);
      ++integrals;
      if (!(error < 1e-6))
        return fmt::format(
            "the bound at the best critic is {:.10g} for N(0, 1) and N({}, {}²), and the integral of q "
            "f(p/q) "
            "{:.10g} (link {})",
            bound, model.mean, model.std, divergence, link.name);
      worst = std::max(worst, error);
    }
  }
  return {};
}

}  // namespace

Finding generating_function(const Subject& subject) {
  size_t count = 0;
  const std::string fault =
      first_fault(subject, count, [](const FDivergence& d, const Settings&) { return fault_of_f(d); });
  return found(fault, count, "f is convex, f(1) is what is declared; ");
}

Finding conjugate(const Subject& subject) {
  size_t count = 0;
  const std::string fault = first_fault(
      subject, count, [](const FDivergence& d, const Settings&) { return fault_of_conjugate(d); });
  return found(fault, count, "fake_term is the conjugate of f at real_term to 1e-9 under both links; ");
}

Finding float32(const Subject& subject) {
  size_t count = 0;
  const std::string fault = first_fault(subject, count, [&](const FDivergence& d, const Settings& settings) {
    return fault_in_float32(*subject.plugin, d, settings);
  });
  return found(fault, count, "terms and slopes are those of float64 to 1e-5 for v from −80 to 80; ");
}

Finding bound(const Subject& subject) {
  size_t count = 0;
  int integrals = 0;
  double worst = 0;
  const std::string fault = first_fault(subject, count, [&](const FDivergence& d, const Settings&) {
    return fault_of_bound(d, integrals, worst);
  });
  return found(
      fault, count,
      fmt::format("the best critic's bound is the divergence of Gaussians, {} integrals, largest error "
                  "{:.1e}; ",
                  integrals, worst));
}

}  // namespace saddle::check
