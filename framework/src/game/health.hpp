// What a training came to beside its numbers, seen at its measurements. The only place that says when a trial
// is `collapsed`, `dead_critic` or `stalled`. Each holds only where it is beyond doubt: a generator that
// makes one mode of eight, a critic that hardly learns, a rate that has decayed to nothing are all `done`,
// and the metrics tell the rest. None of them is said where the held-out data are one point.
//
//   collapsed    The generated samples of the measurement are one point: the root of their total variance
//   (over
//                all features) is at most 1e-4 of that of the held-out data.
//   dead_critic  The critic tells nothing from anything and can't learn to: its scores of held-out data and
//   of
//                generated samples are one number, bit for bit, and the gradient of
//                Σ score(real) − Σ score(generated), over equally many of each, is exactly zero in every
//                parameter.
//   stalled      The generator stands still and nothing moves it: since the last measurement no parameter of
//                it has changed, bit for bit, and the gradient of its loss is exactly zero in every
//                parameter.
//
// Where several hold the first of them is the status, and the reason names all. The step is that of the first
// measurement since which the status has held.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "game/moment.hpp"
#include "game/result.hpp"

namespace saddle {

class Health {
 public:
  /// What a lane came to.
  struct Finding {
    Outcome outcome = Outcome::done;
    std::string reason;
    int64_t since = 0;
  };

  explicit Health(int64_t lanes);
  /// At a measurement: the networks that are trained, and what was measured. `real`: [1, n, feature…], or
  /// undefined where the objective uses no data; `fake`: [lane, n, feature…].
  void look(const Assembly& assembly, const Networks& networks, const TrainConfig& train, const Tensor& real,
            const Tensor& fake, int64_t step);
  /// Of the last look.
  Finding finding(int64_t lane) const;
  void lasting(const Assembly& assembly, const Networks& networks, Lasting& all);
  /// Keeps the given lanes, in that order.
  void keep(const std::vector<int64_t>& lanes);

 private:
  std::vector<bool> unmoved(const Assembly& assembly, const Networks& networks);

  Tensor since_;                   // [lane, outcome] float64: the step since which it has held, or −1
  std::map<Kind, Tensor> before_;  // the generator's networks at the last look, [lane, slice]
};

}  // namespace saddle
