// The moment at which a player's loss is asked for: the networks as they are, and the draws of this update.
#pragma once
#include <saddle/objective.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "game/assembly.hpp"
#include "game/network.hpp"

namespace saddle {

using Networks = std::map<Kind, Network>;

/// What names an update's random streams.
struct UpdateName {
  std::string turn;  ///< "critic.0", "generator.0"; both players of a simultaneous update share the latter
  int64_t draw = 0;  ///< which batch of the step: data come in the same order whoever asks for them
  int64_t step = 0;
};

class Moment final : public Play {
 public:
  Moment(const Assembly& assembly, const Networks& networks, const Streams& streams, int64_t batch_size,
         UpdateName name);
  /// Sets which networks are trained in the loss that is asked for next.
  void train(const PlayerSpec& player);

  const Parts& parts() const override { return assembly_.parts(); }
  int64_t step() const override { return name_.step; }
  int64_t batch_size() const override { return batch_size_; }
  const Batch& real() override;
  const Tensor& latents() override;
  Tensor generate_raw(const Tensor& latents) override;
  Tensor generate(const Tensor& latents) override;
  Tensor score(const Tensor& samples) override;
  Tensor encode(const Tensor& samples) override;
  Random random(std::string_view purpose) const override;

 private:
  Params params(Kind kind) const;

  const Assembly& assembly_;
  const Networks& networks_;
  const Streams& streams_;
  int64_t batch_size_;
  UpdateName name_;
  const PlayerSpec* player_ = nullptr;
  std::optional<Batch> real_;
  Tensor latents_;
};

/// The parameters that a network sees: through the constraints, where it's the critic.
Params effective_params(const Assembly& assembly, const Network& network, Kind kind, bool trained, Mode mode);

}  // namespace saddle
