// Averages of the weights over training, which metrics, samples and the store use beside the last weights.
#pragma once
#include <saddle/kind.hpp>
#include <saddle/schema.hpp>

namespace saddle {

class SADDLE_API Average : public Plugin {
 public:
  static constexpr Kind kind = Kind::average;
  using KindClass = Average;
  ~Average() override;
  /// The share of the newest weights: average ← average + share · (weights − average). `count` is 0 for the
  /// first weights that enter, whose share is 1 whatever this says.
  virtual double share(int64_t count, int64_t lane) const = 0;
  /// False for the one that keeps the last weights only.
  virtual bool keeps() const { return true; }
  static constexpr bool has_start = true;

  int64_t start = 0;
};

/// Adds the parameter that every average has. Called for each class derived from Average.
template <class T>
void describe_average(Schema<T>& s) {
  if constexpr (T::has_start)
    s.param("start", &T::start, {.initial = 0, .range = at_least(0)},
            "Steps before the first weights enter; until then the average is the weights themselves.");
}

}  // namespace saddle
