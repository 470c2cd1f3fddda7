#include "counts.hpp"

#include <saddle/distributions.hpp>
#include <saddle/ops.hpp>

#include <ATen/ATen.h>

namespace saddle {
namespace {

constexpr int64_t observed_samples = 4096;
/// Rates that underflow would have no logarithm.
constexpr double least_mean = 1e-8, least_rate = 1e-6;

}  // namespace

void CountHead::observe(const Data& data, Random& random) {
  if (library == "none" || (library == "fixed" && size > 0)) return;
  totals_ = data.draw(random, observed_samples).samples[0].flatten(1).to(at::kDouble).sum(1);
  if (!(totals_ > 0).any().item<bool>())
    throw ParamError("library", "all training samples that were looked at have a total of 0");
  const Tensor logs = totals_.masked_select(totals_ > 0).log();
  mean_total_ = totals_.mean().item<double>();
  mean_log_total_ = logs.mean().item<double>();
  std_log_total_ = logs.std(false).item<double>();
}

void CountHead::declare(Declare&, const Shape& sample) {
  sample_ = sample;
  features_ = numel(sample);
  if (gradient_name == "score_function" && (library == "observed" || library == "log_normal"))
    throw ParamError(
        "gradient",
        "the score function is known given the library size alone: library must be none or fixed");
}

SampleGradient CountHead::gradient() const {
  if (gradient_name == "score_function") return SampleGradient::score;
  return gradient_name == "mean" ? SampleGradient::exact : SampleGradient::estimate;
}

Tensor CountHead::mean_of(const Tensor& raw, const Tensor& library_sizes) {
  const Tensor mean = library_sizes.defined() ? library_sizes * at::softmax(raw, -1) : saddle::softplus(raw);
  return mean + least_mean;
}

Tensor CountHead::library_sizes(const Tensor& raw, Random& random) const {
  if (library == "none") return {};
  const int64_t lanes = raw.size(0), batch = raw.size(1);
  if (library == "fixed") return at::full({lanes, batch, 1}, fixed_size(), raw.options());
  if (library == "log_normal") return (random.normal({batch, 1}) * std_log_total_ + mean_log_total_).exp();
  const Tensor rows = random.integers({batch}, totals_.size(0));
  return totals_.to(rows.device())
      .index_select(0, rows.flatten())
      .view({lanes, batch, 1})
      .to(raw.scalar_type());
}

// Every mode takes the same numbers from the stream.
Tensor CountHead::draw(const Params& p, const CountParameters& c, Random& random) const {
  const bool hard = !p.training() || discrete();
  Tensor rate = c.mean;
  if (c.theta.defined()) {
    const Tensor theta = c.theta.expand_as(c.mean);
    rate = c.mean / theta * draw_gamma(theta, random);
  }
  Tensor x;
  if (hard)
    x = random.poisson(rate).to(rate.scalar_type()) + (rate - rate.detach());
  else
    x = draw_gamma(rate + least_rate, random);
  if (!c.dropout_logits.defined()) return x;
  const Tensor& logits = c.dropout_logits;
  const Tensor noisy = random.logistic(logits.sizes().slice(1).vec()) - logits;
  const Tensor kept = saddle::sigmoid(-logits);
  if (hard) return x * ((noisy > 0).to(x.scalar_type()) + (kept - kept.detach()));
  return x * saddle::sigmoid(noisy / dropout_temperature(p, noisy));
}

Tensor CountHead::forward(const Params& p, const Tensor& raw, Random& random) const {
  const CountParameters c = parameters(p, raw, library_sizes(raw, random));
  Tensor x;
  if (p.training() && gradient_name == "mean")
    x = c.dropout_logits.defined() ? c.mean * saddle::sigmoid(-c.dropout_logits) : c.mean;
  else
    x = draw(p, c, random);
  if (gradient_name == "score_function") x = x.detach();
  return x.unflatten(2, sample_);
}

Tensor CountHead::log_likelihood(const Params& p, const Tensor& raw, const Tensor& samples) const {
  const Tensor k = samples.flatten(2);
  Tensor sizes;
  if (library == "fixed")
    sizes = at::full({raw.size(0), raw.size(1), 1}, fixed_size(), raw.options());
  else if (library != "none")
    sizes = sample_sum(k).unsqueeze(2);
  const CountParameters c = parameters(p, raw.to(at::kDouble), sizes);
  Tensor mass;
  if (!c.theta.defined())
    mass = poisson_log_mass(k, c.mean);
  else if (!c.dropout_logits.defined())
    mass = negative_binomial_log_mass(k, c.mean, c.theta);
  else
    mass = zinb_log_mass(k, c.mean, c.theta, c.dropout_logits);
  return sample_sum(mass).to(raw.scalar_type());
}

}  // namespace saddle
