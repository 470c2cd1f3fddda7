// Networks: generators, critics and encoders.
#pragma once
#include <saddle/kind.hpp>
#include <saddle/params.hpp>

namespace saddle {

/// Maps latents to the raw numbers that the head turns into samples.
class SADDLE_API Generator : public Plugin {
 public:
  static constexpr Kind kind = Kind::generator;
  using KindClass = Generator;
  ~Generator() override;
  virtual void declare(Declare& d, const Shape& latent, const Shape& output) = 0;
  /// [lane, batch, latent…] -> [lane, batch, output…]
  virtual Tensor forward(const Params& p, const Tensor& latents) const = 0;
  /// Whether it asks `p.temperature(…)`: then the trial has `train.temperature_schedule`.
  virtual bool has_temperature() const { return false; }
  /// Whether the distribution of its output is known where latents are independent standard normal numbers.
  virtual bool has_density() const { return false; }
  /// Its natural logarithm: [lane, batch, output…] -> [lane, batch].
  virtual Tensor log_density(const Params& p, const Tensor& outputs) const;
};

/// Scores samples. Its raw output has no activation: the divergence brings its own.
class SADDLE_API Critic : public Plugin {
 public:
  static constexpr Kind kind = Kind::critic;
  using KindClass = Critic;
  ~Critic() override;
  virtual void declare(Declare& d, const Shape& sample) = 0;
  /// [lane, batch, feature…] -> [lane, batch]
  virtual Tensor forward(const Params& p, const Tensor& samples) const = 0;
  /// Whether a sample's score depends on the samples beside it (batch normalisation, minibatch statistics).
  /// Then real and fake samples are scored in separate passes, and penalties on the gradient of one score are
  /// illegal.
  virtual bool works_on_batch() const { return false; }
};

/// Maps samples to the numbers that describe a distribution over latents.
class SADDLE_API Encoder : public Plugin {
 public:
  static constexpr Kind kind = Kind::encoder;
  using KindClass = Encoder;
  ~Encoder() override;
  virtual void declare(Declare& d, const Shape& sample, int64_t outputs) = 0;
  /// [lane, batch, feature…] -> [lane, batch, outputs]
  virtual Tensor forward(const Params& p, const Tensor& samples) const = 0;
};

}  // namespace saddle
