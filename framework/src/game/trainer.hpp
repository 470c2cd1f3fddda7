// Trains a group of trials as lanes, from the first step to the last. A lane that diverges ends there, its
// neighbours go on and the group closes up.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "game/measure.hpp"
#include "game/result.hpp"

namespace saddle {

class Trainer {
 public:
  /// The trials' structural texts must be equal.
  Trainer(std::vector<const TrialConfig*> trials, SharedData data, at::Device device = at::kCPU);
  ~Trainer();

  /// Called with the number of steps done every few milliseconds; false stops.
  using Progress = std::function<bool(int64_t steps)>;
  /// Called once for every trial, when it ends.
  using Finished = std::function<void(TrialResult)>;
  void run(const Progress& progress, const Finished& finished);

 private:
  struct PlayerState;  // the optimizer's memory

  void assemble();
  void step();
  void update(Moment& moment, size_t player);
  void update_both(Moment& moment);
  void backward(Moment& moment, size_t player);
  void apply(size_t player);
  void check(size_t player, const Tensor& loss);
  void check_parameters();
  void blame(int64_t lane, std::string why);
  void blame_where_not_finite(const Network& network, const Tensor& buffer, const char* sentence);
  void measure();
  void remove_dead(const Finished& finished);
  TrialResult finish(int64_t lane, Outcome outcome, const Tensor& samples);
  void finish_all(Outcome outcome, const Finished& finished);
  Tensor kept_samples() const;

  std::vector<const TrialConfig*> trials_;
  at::TensorOptions options_;
  SharedData data_;
  std::unique_ptr<Assembly> assembly_;
  std::optional<Streams> streams_;
  Networks networks_;
  std::vector<PlayerState> players_;
  std::unique_ptr<Measure> measure_;
  std::vector<TrialResult> results_;  // by lane
  std::vector<std::string> dead_;     // by lane: why; empty while it lives
  int64_t step_ = 0;
};

}  // namespace saddle
