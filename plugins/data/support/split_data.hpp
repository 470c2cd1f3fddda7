// Data in memory (or in a mapped file), split into a training and a held-out part.
#pragma once
#include <saddle/plugin.hpp>

namespace saddle {

/// Training batches are drawn uniformly with replacement, by the stream alone; held-out samples without
/// replacement. What derives from it hands over its samples in `load`, by one of the two `keep`.
class SplitData : public Data {
 public:
  Shape shape() const final { return shape_; }
  Batch draw(Random& random, int64_t batch) const final;
  Batch held_out(Random& random, int64_t count) const final;
  Batch training(int64_t first, int64_t count, const at::TensorOptions& options) const final;
  int64_t training_size() const final { return train_.size(0); }
  Interval range() const final { return range_; }
  bool has_labels() const final { return labels_.defined(); }
  std::vector<std::string> classes() const final { return classes_; }
  std::string not_a_count() const final;

 protected:
  template <class T>
  static void describe_split(Schema<T>& s) {
    s.param("held_out", &SplitData::held_out_share_, {.initial = 0.2, .range = {0, 1, true, true}},
            "Share of the samples that is kept from training, for metrics.");
    s.param("split_seed", &SplitData::split_seed_, {.initial = 0, .range = at_least(0)},
            "Chooses which samples are held out, whatever the trial's seed.");
  }
  template <class T>
  static void describe_scale(Schema<T>& s) {
    s.param("scale", &SplitData::scale_, {.initial = "unit", .choices = {"unit", "symmetric"}},
            "Range of the values: unit is 0 to 1, symmetric −1 to 1.");
  }
  template <class T>
  static void describe_standardise(Schema<T>& s) {
    s.param("standardise", &SplitData::standardise_,
            {.initial = "none", .choices = {"none", "standard", "minmax"}},
            "Of each feature: standard is mean 0 and deviation 1 over the training part, minmax is 0 to 1 "
            "over all "
            "samples. A constant feature becomes 0.");
  }

  /// Splits by held_out and split_seed, then standardises. samples [n, feature…] of any number type, labels
  /// [n] int64 or undefined; name for messages.
  void keep(const Tensor& samples, const Tensor& labels, const std::string& name);
  /// Samples that come split.
  void keep(const Batch& train, const Batch& held_out);
  /// Values 0 … largest become what `scale` says.
  void scale_from(double largest);
  void name_classes(std::vector<std::string> classes) { classes_ = std::move(classes); }

 private:
  void standardise();
  void measure_range();
  Batch gather(const Tensor& rows, const at::TensorOptions& options) const;

  double held_out_share_{};
  int64_t split_seed_{};
  std::string scale_, standardise_ = "none", name_;
  Tensor samples_, labels_;  // [n, feature…] as stored, [n]
  Tensor train_, held_out_;  // which rows of them
  std::vector<std::string> classes_;
  Shape shape_;
  Interval range_;
  double divisor_ = 1, offset_ = 0;  // a value is stored / divisor + offset
};

}  // namespace saddle
