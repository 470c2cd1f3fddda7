// The perceptron that scores, with all that it can be combined with: normalisation, what it sees of the
// batch, spectrally normalised weights and packed samples, beside PyTorch's operators put together by hand.
#include <ATen/ops/linalg_svdvals.h>

#include "named_params.hpp"
#include "small_game.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

constexpr int64_t kernels = 4, kernel_dims = 3, group = 3;

/// A perceptron of two hidden layers.
struct Combination {
  std::string norm = "none", minibatch = "none";
  bool spectral = false;
  int64_t packing = 1;

  PluginObject critic() const {
    std::string yaml = "{widths: [6, 5], activation: tanh, norm: " + norm + ", minibatch: " + minibatch;
    if (minibatch == "discrimination")
      yaml += ", kernels: " + std::to_string(kernels) + ", kernel_dims: " + std::to_string(kernel_dims);
    if (minibatch == "std") yaml += ", group: " + std::to_string(group);
    return from_yaml(Kind::critic, "mlp", yaml + "}");
  }
};

/// For each sample i of the last hidden layer [batch, feature] and each kernel, Σ_j exp(−‖x_i T − x_j T‖₁).
Tensor closeness(const Tensor& h, const Tensor& weight) {
  const Tensor rows = at::matmul(h, weight).view({-1, kernels, kernel_dims});
  return (rows.unsqueeze(0) - rows.unsqueeze(1)).abs().sum(3).neg().exp().sum(1);
}

/// The mean standard deviation of sample i's group, i modulo how many there are.
Tensor deviation(const Tensor& h) {
  const int64_t batch = h.size(0), groups = std::max<int64_t>(batch / group, 1);
  std::vector<Tensor> all;
  for (int64_t i = 0; i < batch; ++i)
    all.push_back((h.slice(0, i % groups, batch, groups).var(0, false) + 1e-8).sqrt().mean().view({1, 1}));
  return at::cat(all);
}

/// Scores of samples [batch, feature].
Tensor by_hand(const NamedParams& p, const Combination& c, const Tensor& samples) {
  const bool sees_batch = c.minibatch != "none";
  const auto hidden = [&](const Tensor& x, const std::string& layer, const std::string& norm) {
    const Tensor h = p.linear(x, layer);
    if (c.norm == "batch") return p.batch_norm(h, norm).tanh();
    return (c.norm == "layer" ? p.layer_norm(h, norm) : h).tanh();
  };
  Tensor h = hidden(hidden(samples, "mlp.0", "mlp.0.norm"), "mlp.1", sees_batch ? "last.norm" : "mlp.1.norm");
  if (c.minibatch == "discrimination") h = at::cat({h, closeness(h, p["minibatch.weight"])}, 1);
  if (c.minibatch == "std") h = at::cat({h, deviation(h)}, 1);
  return p.linear(h, sees_batch ? "score" : "mlp.2").squeeze(1);
}

/// Samples that follow each other side by side: [batch, feature] -> [batch / m, m·feature].
Tensor beside(const Tensor& x, int64_t m) {
  std::vector<Tensor> parts;
  for (int64_t i = 0; i < m; ++i) parts.push_back(x.slice(0, i, x.size(0), m));
  return at::cat(parts, 1);
}

template <class Check>
void for_all_combinations(Check&& check) {
  for (const char* norm : {"none", "batch", "layer"})
    for (const char* minibatch : {"none", "discrimination", "std"})
      for (const bool spectral : {false, true})
        for (const int64_t packing : {1, 2}) {
          CAPTURE(norm, minibatch, spectral, packing);
          check(Combination{norm, minibatch, spectral, packing});
        }
}

void check_same(const std::vector<Tensor>& got, const std::vector<Tensor>& truth) {
  REQUIRE(got.size() == truth.size());
  for (size_t i = 0; i < got.size(); ++i) {
    CAPTURE(i);
    CHECK(relative_error(got[i], truth[i], 1e-3) < 1e-10);
  }
}

}  // namespace

TEST_CASE("a perceptron's scores and slopes are PyTorch's with every norm and everything that it sees") {
  constexpr double norm_of_weights = 1.5;
  for_all_combinations([&](const Combination& c) {
    PluginObject critic = c.critic(),
                 constraint = make(Kind::constraint, "spectral_norm",
                                   {{"scale", norm_of_weights}, {"iterations", 20}, {"vectors", 100}});
    Declare d;
    critic.as<Critic>().declare(d, packed_shape({3}, c.packing));
    CHECK(critic.as<Critic>().works_on_batch() == (c.norm == "batch" || c.minibatch != "none"));
    const std::vector<Slot> slots = d.params();
    for (const Slot& slot : slots) constraint.as<Constraint>().declare(d, slot);
    const Params start = random_params(d);
    std::vector<Tensor> states;
    for (size_t i = 0; i < d.states().size(); ++i) {
      states.push_back(start[StateRef{static_cast<int>(i)}]);
      const Slot& slot = d.states()[i];
      if (slot.init.kind == Init::Kind::normal) states.back().copy_(normals(slot.name, slot.shape));
    }
    const Params trained(start.all(), states, Mode::training);

    std::vector<Tensor> seen, divided;
    for (size_t i = 0; i < slots.size(); ++i) {
      const Tensor w = trained.all()[i];
      seen.push_back(c.spectral ? constraint.as<Constraint>().effective(trained, slots[i], w) : w);
      const bool matrix = slots[i].shape.size() == 2;
      divided.push_back(c.spectral && matrix ? w * (norm_of_weights / at::linalg_svdvals(w).max()) : w);
    }
    const Tensor x = normals("x", {14, 3}).requires_grad_(), packed = pack(x, c.packing);
    const Tensor scores = critic.as<Critic>().forward({seen, states, Mode::training}, packed)[0];
    const Tensor truth = by_hand(NamedParams(d, divided), c, beside(x[0], c.packing));
    CHECK(relative_error(scores, truth, 1e-3) < 1e-10);

    std::vector<Tensor> of = trained.all();
    of.push_back(x);
    const Tensor direction = normals("direction", {14 / c.packing})[0];
    check_same(gradients((scores * direction).sum(), of), gradients((truth * direction).sum(), of));
  });
}

TEST_CASE(
    "a game's losses and slopes are those by hand, real and generated samples each a batch of its own") {
  for_all_combinations([&](const Combination& c) {
    if (c.spectral)
      return;  // a constraint stands between the player and its parameters: it is not the game's
    Settings settings{{"widths", list<int>({6, 5})},
                      {"activation", "tanh"},
                      {"norm", c.norm.c_str()},
                      {"minibatch", c.minibatch.c_str()},
                      {"kernels", static_cast<int>(kernels)},
                      {"kernel_dims", static_cast<int>(kernel_dims)},
                      {"group", static_cast<int>(group)}};
    const SmallGame game("gan", {}, c.packing, settings);
    const NamedParams p(game.declared_critic, game.critic_params);
    const Tensor real = by_hand(p, c, beside(normals("real", {6, 2})[0], c.packing)),
                 fake = by_hand(p, c, beside(game.fake()[0], c.packing));
    const Tensor of_critic = at::softplus(-real).mean() + at::softplus(fake).mean(),
                 of_generator = at::softplus(-fake).mean();
    CHECK(relative_error(game.loss(true), of_critic) < 1e-12);
    CHECK(relative_error(game.loss(false), of_generator) < 1e-12);
    check_same(gradients(game.loss(true), game.critic_params), gradients(of_critic, game.critic_params));
    check_same(gradients(game.loss(false), game.generator_params),
               gradients(of_generator, game.generator_params));
  });
}
