// Trains a group of trials as lanes, from the first step to the last. A lane that diverges ends there, its
// neighbours go on and the group closes up.
//
// On the CPU lanes take their steps one after the other, by recorded tapes, where their losses can be
// replayed; otherwise all lanes are one batch. The bits are the same. On other devices all lanes are one
// batch, and losses that can be replayed are captured as graphs.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "game/averages.hpp"
#include "game/checkpoint.hpp"
#include "game/health.hpp"
#include "game/lone_lane.hpp"
#include "game/measure.hpp"
#include "game/players.hpp"
#include "game/result.hpp"
#include "game/steps.hpp"

namespace saddle {

class Trainer {
 public:
  /// The trials' structural texts must be equal. `replays`: whether losses may be recorded and replayed, on a
  /// device as graphs of its own, or as those that `make_graph` makes.
  Trainer(std::vector<const TrialConfig*> trials, SharedData data, at::Device device = at::kCPU,
          bool replays = true, MakeGraph make_graph = {});
  ~Trainer();

  /// Called with the number of steps done every tenth of a second or more often; false stops.
  using Progress = std::function<bool(int64_t steps)>;
  /// Called once for every trial, when it ends.
  using Finished = std::function<void(TrialResult)>;
  /// `due` is asked between steps, with the number of those done; where it agrees, and where `progress`
  /// stops, `save` gets a checkpoint of every trial.
  struct Saving {
    std::function<bool(int64_t steps)> due;
    std::function<void(const Checkpoint&)> save;
  };
  void run(const Progress& progress, const Finished& finished, const Saving& saving = {});
  /// Before `run`: goes on from checkpoints of these trials, all at one step. Throws CheckpointMismatch, and
  /// nothing has changed, if they are not of such trials.
  void resume(const std::vector<Checkpoint>& checkpoints);

  /// Why the losses can't be replayed; empty where they can, or where nobody has tried.
  const std::string& refusal() const { return refusal_; }

 private:
  void assemble();
  /// Steps from here on, of the lanes that are left.
  void prepare_steps();
  /// Plays steps, at least one and none from `until` on.
  void advance(int64_t until);
  bool may_use_tapes() const;
  void advance_one_by_one(int64_t until);
  Lasting lasting();
  void save_all(const Saving& saving);
  /// Draws what is measured next; a lane whose samples are not finite has diverged.
  void draw_samples();
  void measure();
  void remove_dead(const Finished& finished);
  TrialResult finish(int64_t lane, Health::Finding finding, const Tensor& samples);
  /// Of lanes that are sound: at the end of the training, or interrupted.
  void finish_all(bool interrupted, const Finished& finished);
  /// What is measured and sampled from: the averaged weights where there are some.
  Networks measured_networks() const;
  Tensor kept_samples(int64_t step) const;
  /// Steps that the lane has done.
  int64_t steps_of(int64_t lane) const {
    const auto at = static_cast<size_t>(lane);
    return at < played_.size() ? played_[at] : step_;
  }
  int64_t lanes() const { return static_cast<int64_t>(trials_.size()); }

  std::vector<const TrialConfig*> trials_;
  at::TensorOptions options_;
  SharedData data_;
  std::unique_ptr<Assembly> assembly_;
  std::optional<Streams> streams_;
  std::optional<Players> players_;
  std::optional<Steps> steps_;
  std::optional<Averages> averages_;
  std::vector<std::unique_ptr<LoneLane>> lone_lanes_;
  bool replays_;
  MakeGraph make_graph_;
  std::optional<ReplayedGradients> graphs_;
  std::string refusal_;
  std::optional<double> seconds_a_step_;  // of a lone lane
  std::unique_ptr<Measure> measure_;
  Health health_;
  std::vector<TrialResult> results_;  // by lane
  std::vector<int64_t> played_;       // steps by lane, where lanes play by themselves
  Tensor fake_;                       // drawn for the next measurement
  int64_t step_ = 0;
};

}  // namespace saddle
