// The moment at which a player's loss is asked for: the networks as they are, and the draws of this update.
#pragma once
#include <saddle/objective.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "game/assembly.hpp"
#include "game/players.hpp"

namespace saddle {

/// What names an update's random streams.
struct UpdateName {
  std::string turn;  ///< "critic.0", "generator.0"; both players of a simultaneous update share the latter
  int64_t draw = 0;  ///< which batch of the step: data come in the same order whoever asks for them
  int64_t step = 0;
  int64_t stream_step = 0;  ///< the step that keys the streams: `step` in training, always 0 in measuring
};

class Moment final : public Play {
 public:
  Moment(const Assembly& assembly, const Networks& networks, const Streams& streams, const TrainConfig& train,
         UpdateName name);
  /// Sets which networks are leaves in the loss that is asked for next: a player's own, or all.
  void train(const PlayerSpec& player) { player_ = &player; }
  void train_all() { player_ = nullptr; }
  void set_update(int64_t count) { update_ = count; }
  const UpdateName& name() const { return name_; }

  /// While it lives, batch and latents are drawn anew: a recording has to see them drawn. They are the same,
  /// and what was there before is there afterwards.
  class DrawnAnew {
   public:
    explicit DrawnAnew(Moment& moment)
        : moment_(moment),
          real_(std::exchange(moment.real_, std::nullopt)),
          latents_(std::exchange(moment.latents_, Tensor())) {}
    ~DrawnAnew() {
      moment_.real_ = std::move(real_);
      moment_.latents_ = std::move(latents_);
    }
    DrawnAnew(const DrawnAnew&) = delete;
    DrawnAnew& operator=(const DrawnAnew&) = delete;

   private:
    Moment& moment_;
    std::optional<Batch> real_;
    Tensor latents_;
  };
  /// Other parameters for a network, until `reset`.
  void substitute(Kind network, std::vector<Tensor> params) { substitutes_[network] = std::move(params); }
  void reset(Kind network) { substitutes_.erase(network); }

  const Parts& parts() const override { return assembly_.parts(); }
  int64_t step() const override;
  int64_t steps() const override { return steps_; }
  std::optional<int64_t> update() const override;
  double times(int64_t every) const override;
  int64_t batch_size() const override { return batch_size_; }
  const Batch& real() override;
  const Tensor& latents() override;
  Tensor score(const Tensor& samples) override;
  Tensor encode(const Tensor& samples) override;
  Params params(Kind kind) override;
  Random random(std::string_view purpose) const override;

 private:
  std::string stream_name(std::string_view purpose) const;
  const std::vector<Tensor>& raw_params(Kind kind, const Network& network) const;

  const Assembly& assembly_;
  const Networks& networks_;
  const Streams& streams_;
  int64_t batch_size_, steps_;
  std::optional<int64_t> update_;
  UpdateName name_;
  const PlayerSpec* player_ = nullptr;  // null: everything is a leaf
  std::map<Kind, std::vector<Tensor>> substitutes_;
  std::optional<Batch> real_;
  Tensor latents_;
};

}  // namespace saddle
