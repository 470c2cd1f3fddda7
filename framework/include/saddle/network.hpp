// Networks: generators, critics and encoders.
#pragma once
#include <saddle/kind.hpp>
#include <saddle/params.hpp>

#include <functional>
#include <string_view>

namespace saddle {

/// What a generator may ask for beside its parameters and latents.
class SADDLE_API Draws {
 public:
  using Streams = std::function<Random(std::string_view purpose)>;
  using Emit = std::function<Tensor(const Tensor& raw)>;
  explicit Draws(Streams streams, Emit emit = {}) : streams_(std::move(streams)), emit_(std::move(emit)) {}
  /// A stream of random numbers of the generator's own.
  Random random(std::string_view purpose) const { return streams_(purpose); }
  /// The next part of the sample along its first axis, made by the head from that part of the raw output:
  /// [lane, batch, 1, …] -> [lane, batch, 1, …]. Where the probability of given samples is asked for, theirs.
  /// For a generator that `is_autoregressive` only; it asks once for each part, in order.
  Tensor emit(const Tensor& raw) const { return emit_(raw); }

 private:
  Streams streams_;
  Emit emit_;
};

/// Maps latents to the raw numbers that the head turns into samples. Write `forward`, or `draw` where it
/// takes random numbers of its own or feeds samples back.
class SADDLE_API Generator : public Plugin {
 public:
  static constexpr Kind kind = Kind::generator;
  using KindClass = Generator;
  ~Generator() override;
  virtual void declare(Declare& d, const Shape& latent, const Shape& output) = 0;
  /// [lane, batch, latent…] -> [lane, batch, output…]
  virtual Tensor forward(const Params& p, const Tensor& latents) const;
  /// The same with draws.
  virtual Tensor draw(const Params& p, const Tensor& latents, const Draws& /*draws*/) const {
    return forward(p, latents);
  }
  /// Whether it makes samples part by part along their first axis and asks `draws.emit` for each. Then the
  /// head must work by position.
  virtual bool is_autoregressive() const { return false; }
  /// Whether autograd's derivative of a training output, the random numbers held, is the output's own and not
  /// an estimate of how the mean over outputs changes.
  virtual bool has_exact_gradient() const { return true; }
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
