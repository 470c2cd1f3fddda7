#include "bench/work.hpp"

#include "config/parse_trial.hpp"

namespace saddle::bench {
namespace {

int64_t critic_steps(const Work& work) { return work.game == "mmd" ? 0 : work.game == "wgan_gp" ? 5 : 1; }

std::string trial_text(const Work& work, uint64_t seed) {
  const char* divergence = work.game == "wgan_gp" ? "wasserstein, penalties: [gradient_penalty]"
                           : work.game == "mmd"   ? "mmd"
                                                  : "gan";
  return fmt::format(
      "{{seed: {seed}, data: ring, prior: {{use: normal, dim: 2}}, "
      "generator: {{use: mlp, widths: [{width}, {width}]}}, critic: {{use: mlp, widths: [{width}, "
      "{width}]}}, "
      "divergence: {divergence}, train: {{steps: {steps}, batch: {batch}, critic_steps: {critic_steps}, "
      "generator_optimizer: {{use: adam, rate: 0.001, beta1: 0.5}}, "
      "critic_optimizer: {{use: adam, rate: 0.001, beta1: 0.5}}}}, "
      "metrics: {metrics}, measure: {{every: 0}}, keep: {{weights: none, samples: 0}}}}",
      fmt::arg("seed", seed), fmt::arg("width", work.width), fmt::arg("divergence", divergence),
      fmt::arg("steps", work.steps), fmt::arg("batch", work.batch),
      fmt::arg("critic_steps", std::max<int64_t>(1, critic_steps(work))), fmt::arg("metrics", work.metrics));
}

struct Layers {
  int64_t width, outputs;

  template <class F>
  void each(F visit) const {
    visit(int64_t{2}, width);
    visit(width, width);
    visit(width, outputs);
  }
};

class Count {
 public:
  explicit Count(double times) : times_(times) {}
  void forward(const Layers& net, int64_t batch) {
    net.each([&](int64_t in, int64_t out) { add(false, false, batch, out, in); });
  }
  void weight_gradients(const Layers& net, int64_t batch) {
    net.each([&](int64_t in, int64_t out) { add(true, false, in, out, batch); });
  }
  /// Down to the first hidden layer, or to the inputs.
  void backward(const Layers& net, int64_t batch, bool to_inputs) {
    net.each([&](int64_t in, int64_t out) {
      if (to_inputs || in != 2) add(false, true, batch, in, out);
    });
  }
  void repeat(double times) { times_ = times; }
  std::vector<Product> products;

 private:
  void add(bool ta, bool tb, int64_t m, int64_t n, int64_t k) {
    products.push_back({ta, tb, m, n, k, times_});
  }
  double times_;
};

}  // namespace

std::string name_of(const Work& work) {
  const char* game = work.game == "gan" ? "GAN" : work.game == "wgan_gp" ? "WGAN-GP, 5 critic steps" : "MMD";
  return fmt::format("{}, width {}, batch {}, {} lane{}", game, work.width, work.batch, work.lanes,
                     work.lanes == 1 ? "" : "s");
}

std::vector<TrialConfig> trials_of(const Work& work, const Registry& registry) {
  std::vector<TrialConfig> trials;
  for (int64_t lane = 0; lane < work.lanes; ++lane)
    trials.push_back(parse_trial(trial_text(work, static_cast<uint64_t>(lane)), registry));
  return trials;
}

// The gradient penalty: scores and their slopes at a third batch, and the way back through the slopes, which
// are products of the same sizes (through ReLU there is no way back to the scores).
std::vector<Product> products_of(const Work& work) {
  const Layers generator{work.width, 2}, critic{work.width, 1};
  const int64_t batch = work.batch;
  Count count(static_cast<double>(critic_steps(work)));
  if (work.game != "mmd") {
    count.forward(generator, batch);
    count.forward(critic, 2 * batch);
    count.weight_gradients(critic, 2 * batch);
    count.backward(critic, 2 * batch, false);
  }
  if (work.game == "wgan_gp") {
    count.forward(critic, batch);
    count.backward(critic, batch, true);
    count.forward(critic, batch);
    count.weight_gradients(critic, batch);
  }
  count.repeat(1);
  count.forward(generator, batch);
  if (work.game != "mmd") {
    count.forward(critic, batch);
    count.backward(critic, batch, true);
  }
  count.weight_gradients(generator, batch);
  count.backward(generator, batch, false);
  return count.products;
}

double flops(const std::vector<Product>& products) {
  double sum = 0;
  for (const Product& p : products) sum += 2 * p.times * static_cast<double>(p.m * p.n * p.k);
  return sum;
}

}  // namespace saddle::bench
