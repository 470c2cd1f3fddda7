// What an objective is played with, its parts chosen by the test.
#pragma once
#include "plugin_fixture.hpp"

namespace saddle::testing {

/// Samples of some dimensions; only its shape and range are asked for.
class TestData final : public Data {
 public:
  Shape shape() const override { return {dimensions}; }
  Batch draw(Random& random, int64_t batch) const override {
    return {random.normal({batch, dimensions}), {}};
  }
  Batch held_out(Random& random, int64_t count) const override { return draw(random, count); }
  Interval range() const override { return bounds; }
  int64_t dimensions = 2;
  Interval bounds;
};

class NormalPrior final : public Prior {
 public:
  Shape shape() const override { return {dimensions}; }
  Tensor draw(Random& random, int64_t batch) const override { return random.normal({batch, dimensions}); }
  bool is_standard_normal() const override { return standard; }
  int64_t dimensions = 2;
  bool standard = true;
};

/// A moment of the game with given samples, latents and parameters.
class TestPlay final : public Play {
 public:
  explicit TestPlay(const Parts& parts) : parts_(parts) {}
  const Parts& parts() const override { return parts_; }
  int64_t step() const override { return at_step; }
  int64_t steps() const override { return 10; }
  std::optional<int64_t> update() const override { return updates_before; }
  int64_t batch_size() const override { return batch.samples.size(1); }
  const Batch& real() override {
    ++asked_for_real;
    return batch;
  }
  const Tensor& latents() override { return chosen_latents; }
  Tensor score(const Tensor& samples) override {
    return parts_.critic->forward(params(Kind::critic), samples);
  }
  Tensor encode(const Tensor& samples) override {
    return parts_.encoder->forward(params(Kind::encoder), samples);
  }
  Params params(Kind network) override {
    if (network == Kind::critic) return {critic_params, critic_states, Mode::training};
    return {network == Kind::generator ? generator_params : encoder_params, {}, Mode::training};
  }
  Random random(std::string_view purpose) const override {
    return Streams(seeds, batch.samples.options().requires_grad(false)).at(purpose, step());
  }

  Batch batch;
  Tensor chosen_latents;
  std::vector<Tensor> generator_params, critic_params, encoder_params, critic_states;
  int64_t at_step = 3;
  std::optional<int64_t> updates_before = 0;
  int asked_for_real = 0;
  std::vector<uint64_t> seeds{0};

 private:
  const Parts& parts_;
};

}  // namespace saddle::testing
