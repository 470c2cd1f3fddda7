// Objectives: the training procedure. An objective says which parts it uses, who plays, and what each player
// descends; the core does everything else.
#pragma once
#include <saddle/constraint.hpp>
#include <saddle/data.hpp>
#include <saddle/divergence.hpp>
#include <saddle/head.hpp>
#include <saddle/network.hpp>
#include <saddle/penalty.hpp>
#include <saddle/prior.hpp>

#include <optional>
#include <string>
#include <vector>

namespace saddle {

/// The parts of a trial that an objective may use.
struct Parts {
  const Data* data = nullptr;
  const Prior* prior = nullptr;
  const Generator* generator = nullptr;
  const Head* head = nullptr;
  const Critic* critic = nullptr;
  const Encoder* encoder = nullptr;
  const Divergence* divergence = nullptr;
  std::vector<const Penalty*> penalties;
  std::vector<const Constraint*> constraints;
  int64_t packing = 1;  ///< samples that the critic scores as one
};
/// What the losses' second derivatives leave out, and of which part: "those of the divergence leave out …";
/// empty where they are exact.
SADDLE_API std::string inexact_second_derivatives(const Parts& parts);

/// What a generator and a head make of latents.
struct Generated {
  Tensor raw;      ///< [lane, batch, raw…]
  Tensor samples;  ///< [lane, batch, feature…]
};
/// `streams`: where the generator finds its own; `head_stream`: what the head draws from.
SADDLE_API Generated generate(const Generator& generator, const Params& generator_params, const Head& head,
                              const Params& head_params, const Tensor& latents, const Draws::Streams& streams,
                              Random head_stream);
/// The raw output that the samples would have been drawn from: a generator that feeds back reads them in
/// place of its own.
SADDLE_API Tensor generate_raw_for(const Generator& generator, const Params& params, const Tensor& latents,
                                   const Tensor& samples, const Draws::Streams& streams);

/// One player: the networks that its loss trains, and the setting of `train` that names its optimizer.
struct PlayerSpec {
  std::string name;            ///< in series and messages: "critic", "generator"
  std::vector<Kind> networks;  ///< Kind::critic, Kind::generator, Kind::encoder
  bool is_critic = false;      ///< updated `critic_steps` times a step by `critic_optimizer`
};

/// The moment at which a loss is asked for: networks at their current parameters, batches and streams of this
/// update. Asking twice at one moment gives the same draws.
class SADDLE_API Play {
 public:
  virtual ~Play();
  virtual const Parts& parts() const = 0;
  /// A loss that asks for the step, or for the update's number, is computed anew every time, without a tape.
  virtual int64_t step() const = 0;
  /// Of the whole training.
  virtual int64_t steps() const = 0;
  /// Updates of this player before this one; none where nobody is updated, in measurements: there what plays
  /// at every k-th update only counts as it does in the mean.
  virtual std::optional<int64_t> update() const = 0;
  /// How often what plays at every k-th update only counts in this one: k times, or not at all. Once in
  /// measurements.
  virtual double times(int64_t every) const {
    const auto number = update();
    return !number ? 1.0 : *number % every == 0 ? static_cast<double>(every) : 0.0;
  }
  virtual int64_t batch_size() const = 0;
  /// This update's batch of training data.
  virtual const Batch& real() = 0;
  /// This update's latents: [lane, batch, latent…].
  virtual const Tensor& latents() = 0;
  /// The generator's raw output, and the head's samples from it.
  Generated generate_both(const Tensor& latents);
  Tensor generate(const Tensor& latents) { return generate_both(latents).samples; }
  /// The raw output for the likelihood of given samples [lane, batch, feature…]: what `generate_both` gives,
  /// unless the generator feeds samples back; then these.
  Tensor generate_raw_for(const Tensor& latents, const Tensor& samples);
  /// Of samples as the critic sees them: packed, if the trial packs them (saddle/packing.hpp).
  virtual Tensor score(const Tensor& samples) = 0;
  virtual Tensor encode(const Tensor& samples) = 0;
  /// A network's parameters, the critic's as the constraints leave them, and its state.
  virtual Params params(Kind network) = 0;
  virtual Random random(std::string_view purpose) const = 0;

 private:
  Draws::Streams generator_streams() const;
};

/// What a divergence or a penalty sees at this moment: real and generated samples, packed if the trial packs
/// them, as the penalties perturb them. Its streams are named after `part`.
SADDLE_API Round round_of(Play& play, Player player, const std::string& part);
/// The same with these generated samples, neither packed nor perturbed yet.
SADDLE_API Round round_of(Play& play, Player player, const std::string& part, Tensor fake);

class SADDLE_API Objective : public Plugin {
 public:
  static constexpr Kind kind = Kind::objective;
  using KindClass = Objective;
  ~Objective() override;
  /// The kinds of parts that it uses; the others are left out of a trial's identity.
  virtual std::vector<Kind> uses() const = 0;
  /// Why these parts don't go together; empty if they do.
  virtual std::string illegal(const Parts&) const { return {}; }
  virtual std::vector<PlayerSpec> players(const Parts&) const = 0;
  /// Size of the encoder's output, where one is used.
  virtual int64_t encoder_outputs(const Shape& /*latent*/) const { return 0; }
  /// What the player descends. [lane]
  virtual Tensor loss(const PlayerSpec& player, Play& play) const = 0;
};

}  // namespace saddle
