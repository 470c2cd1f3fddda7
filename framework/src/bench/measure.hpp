// The single measurements: each is made once a round.
#pragma once
#include "bench/groups.hpp"

namespace saddle::bench {

/// Steps of one trial a second, summed over lanes; the first tenth of the time warms up and doesn't count.
double training_speed(const Work& work, double seconds, const Context& context);

/// The same over a training from its beginning to its end, what is measured at both ends included.
double whole_training_speed(const Work& work, const Context& context);

/// Floating-point operations a second of the BLAS on one large product.
double sgemm_peak(double seconds);

/// The same on these products, each in its share: all that a step could reach if it were nothing else.
double sgemm_peak(const std::vector<Product>& products, double seconds);

/// Seconds to plan 10,000 trials.
double planner_seconds(const Registry& registry);

/// Seconds to train and store these trials from nothing in worker processes, all included.
double sweep_seconds(const Settings& settings, const std::vector<TrialConfig>& trials, int64_t lanes,
                     int64_t workers);

}  // namespace saddle::bench
