// Plugins that know their parameters and nothing else, for tests of what happens before training. They bear
// the names of real ones and the parameters that the tests use.
#pragma once
#include <saddle/plugin.hpp>

#include "plugin/registry.hpp"

namespace fakes {
using namespace saddle;

struct Gan final : Objective {
  static void describe(Schema<Gan>& s) { s.summary("The game."); }
  std::vector<Kind> uses() const override {
    return {Kind::data,   Kind::prior,      Kind::generator, Kind::head,
            Kind::critic, Kind::divergence, Kind::penalty};
  }
  std::string illegal(const Parts& parts) const override {
    return parts.head->discrete() ? "samples are discrete" : "";
  }
  std::vector<PlayerSpec> players(const Parts&) const override { return {}; }
  Tensor loss(const PlayerSpec&, Play&) const override { return {}; }
};

struct Vae final : Objective {
  static void describe(Schema<Vae>& s) {
    s.param("likelihood", &Vae::likelihood, {.initial = "gaussian", .choices = {"gaussian", "bernoulli"}},
            "Of a sample.");
    s.param("beta", &Vae::beta, {.initial = 1, .range = above(0)},
            "Weight of the divergence from the prior.");
    s.param("std", &Vae::std,
            {.initial = 1, .range = above(0), .only_when = OnlyWhen{"likelihood", {"gaussian"}}},
            "Standard deviation.");
  }
  std::vector<Kind> uses() const override {
    return {Kind::data, Kind::prior, Kind::generator, Kind::head, Kind::encoder};
  }
  std::vector<PlayerSpec> players(const Parts&) const override { return {}; }
  int64_t encoder_outputs(const Shape& latent) const override { return 2 * latent.at(0); }
  Tensor loss(const PlayerSpec&, Play&) const override { return {}; }
  std::string likelihood;
  LaneReal beta, std;
};

template <class Self>
struct FakeData : Data {
  Batch draw(Random&, int64_t) const override { return {}; }
  Batch held_out(Random&, int64_t) const override { return {}; }
  Shape shape() const override { return {2}; }
};

struct Ring final : FakeData<Ring> {
  static void describe(Schema<Ring>& s) {
    s.param("modes", &Ring::modes_, {.initial = 8, .range = at_least(1)}, "Modes on the circle.");
    s.param("std", &Ring::std_, {.initial = 0.01, .range = above(0)}, "Standard deviation of a mode.");
  }
  std::optional<Modes> modes() const override { return Modes{}; }
  int64_t modes_{};
  double std_{};
};

struct Csv final : FakeData<Csv> {
  static void describe(Schema<Csv>& s) {
    s.param("path", &Csv::path, {}, "The file.");
    s.param("columns", &Csv::columns, {.initial = Texts{}}, "Columns to read; all when empty.");
  }
  void load() override {
    if (!std::filesystem::exists(path)) throw ParamError("path", "there is no file " + path.string());
  }
  Path path;
  Texts columns;
};

struct Images final : FakeData<Images> {
  static void describe(Schema<Images>&) {}
  Shape shape() const override { return {1, 8, 8}; }
  Interval range() const override { return {-1, 1}; }
};

struct Normal final : Prior {
  static void describe(Schema<Normal>& s) {
    s.param("dim", &Normal::dim, {.initial = 2, .range = at_least(1)}, "Latent dimensions.");
  }
  Shape shape() const override { return {dim}; }
  Tensor draw(Random&, int64_t) const override { return {}; }
  int64_t dim{};
};

struct MlpGenerator final : Generator {
  static void describe(Schema<MlpGenerator>& s) {
    s.param("widths", &MlpGenerator::widths, {.initial = Integers{128, 128}, .range = at_least(1)},
            "Widths of hidden layers.");
    s.param("activation", &MlpGenerator::activation, {.initial = "relu", .choices = {"relu", "tanh"}},
            "Of hidden layers.");
  }
  void declare(Declare&, const Shape&, const Shape&) override {}
  Tensor forward(const Params&, const Tensor&) const override { return {}; }
  Integers widths;
  std::string activation;
};

struct Affine final : Generator {
  static void describe(Schema<Affine>&) {}
  void declare(Declare&, const Shape& latent, const Shape& output) override {
    if (latent != output) throw ParamError("use", "an affine generator needs one latent a dimension");
  }
  Tensor forward(const Params&, const Tensor&) const override { return {}; }
};

struct Linear final : Head {
  static void describe(Schema<Linear>&) {}
  Tensor forward(const Params&, const Tensor&, Random&) const override { return {}; }
};
struct Tanh final : Head {
  static void describe(Schema<Tanh>&) {}
  Interval range() const override { return {-1, 1}; }
  Tensor forward(const Params&, const Tensor&, Random&) const override { return {}; }
};

struct MlpCritic final : Critic {
  static void describe(Schema<MlpCritic>& s) {
    s.version(3);
    s.param("widths", &MlpCritic::widths, {.initial = Integers{128, 128}, .range = at_least(1)},
            "Widths of hidden layers.");
    s.param("batch_norm", &MlpCritic::batch_norm, {.initial = false},
            "Whether layers are normalised over the batch.");
  }
  void declare(Declare& d, const Shape& sample) override {
    if (sample.size() != 1 && widths.empty()) throw ParamError("widths", "images need a hidden layer");
    d.param("weight", {1}, Init::zeros());
  }
  bool works_on_batch() const override { return batch_norm; }
  Tensor forward(const Params&, const Tensor&) const override { return {}; }
  Integers widths;
  bool batch_norm{};
};

struct MlpEncoder final : Encoder {
  static void describe(Schema<MlpEncoder>& s) {
    s.param("widths", &MlpEncoder::widths, {.initial = Integers{128}}, "Widths of hidden layers.");
  }
  void declare(Declare&, const Shape&, int64_t outputs) override {
    if (outputs == 666) throw std::runtime_error("a bug");
  }
  Tensor forward(const Params&, const Tensor&) const override { return {}; }
  Integers widths;
};

template <bool critic, bool lipschitz>
struct FakeDivergence final : Divergence {
  static void describe(Schema<FakeDivergence>&) {}
  Tensor value(const Round&) const override { return {}; }
  bool uses_critic() const override { return critic; }
  bool needs_lipschitz_critic() const override { return lipschitz; }
};

struct GradientPenalty final : Penalty {
  static void describe(Schema<GradientPenalty>& s) {
    s.param("weight", &GradientPenalty::weight, {.initial = 10, .range = at_least(0)},
            "Multiplies the penalty.");
    s.param("sided", &GradientPenalty::sided, {.initial = "two", .choices = {"two", "one"}},
            "Which norms count.");
  }
  Tensor value(const Round&) const override { return {}; }
  bool needs_input_gradient() const override { return true; }
  LaneReal weight;
  std::string sided;
};

struct WeightClipping final : Constraint {
  static void describe(Schema<WeightClipping>& s) {
    s.param("limit", &WeightClipping::limit, {.initial = 0.01, .range = above(0)}, "The largest magnitude.");
  }
  LaneReal limit;
};

struct Adam final : Optimizer {
  static void describe(Schema<Adam>& s) {
    s.param("rate", &Adam::rate, {.initial = 1e-3, .range = above(0)}, "Learning rate.");
    s.param("beta1", &Adam::beta1, {.initial = 0.9, .range = between(0, 1)}, "Decay of the mean.");
    s.param("amsgrad", &Adam::amsgrad, {.initial = false}, "Whether the largest second moment counts.");
  }
  Updated next(const Update& u) const override { return {u.params, u.states}; }
  LaneReal rate, beta1;
  bool amsgrad{};
};
struct Sgd final : Optimizer {
  static void describe(Schema<Sgd>& s) { s.param("rate", &Sgd::rate, {.initial = 1e-2}, "Learning rate."); }
  Updated next(const Update& u) const override { return {u.params, u.states}; }
  LaneReal rate;
};

struct ConstantRate final : Schedule {
  static void describe(Schema<ConstantRate>&) {}
  double factor(double, int64_t) const override { return 1; }
};
struct GradientDescent final : Dynamics {
  static void describe(Schema<GradientDescent>&) {}
  void play(Turn&) const override {}
};
struct NoAverage final : Average {
  static void describe(Schema<NoAverage>&) {}
  double share(int64_t, int64_t) const override { return 1; }
  bool keeps() const override { return false; }
  static constexpr bool has_start = false;
};

struct Mmd final : Metric {
  static void describe(Schema<Mmd>& s) {
    s.param("scale", &Mmd::scale, {.initial = 1}, "Of the bandwidths.");
  }
  Tensor measure(const Measurement&) const override { return {}; }
  double scale{};
};
struct ModesCaptured final : Metric {
  static void describe(Schema<ModesCaptured>&) {}
  std::string unsupported(const Parts& parts) const override {
    return parts.data->modes() ? "" : "it has no modes";
  }
  Tensor measure(const Measurement&) const override { return {}; }
};

inline const Registry& registry() {
  static const Registry all = [] {
    static constexpr PluginEntry entries[] = {
        entry<Gan>("gan", ""),
        entry<Vae>("vae", ""),
        entry<Ring>("ring", ""),
        entry<Csv>("csv", ""),
        entry<Images>("images", ""),
        entry<Normal>("normal", ""),
        entry<MlpGenerator>("mlp", ""),
        entry<Affine>("affine", ""),
        entry<Linear>("linear", ""),
        entry<Tanh>("tanh", ""),
        entry<MlpCritic>("mlp", ""),
        entry<MlpEncoder>("mlp", ""),
        entry<FakeDivergence<true, false>>("gan", ""),
        entry<FakeDivergence<true, true>>("wasserstein", ""),
        entry<FakeDivergence<false, false>>("mmd", ""),
        entry<GradientPenalty>("gradient_penalty", ""),
        entry<WeightClipping>("weight_clipping", ""),
        entry<Adam>("adam", ""),
        entry<Sgd>("sgd", ""),
        entry<ConstantRate>("constant", ""),
        entry<GradientDescent>("gradient_descent", ""),
        entry<NoAverage>("none", ""),
        entry<Mmd>("mmd", ""),
        entry<ModesCaptured>("modes", ""),
    };
    Registry result;
    for (const PluginEntry& one : entries) result.add(one);
    return result;
  }();
  return all;
}

}  // namespace fakes
