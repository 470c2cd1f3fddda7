#include "check/box.hpp"

#include <ATen/ATen.h>

namespace saddle::check {
namespace {

class Box final : public Data {
 public:
  static void describe(Schema<Box>& s) {
    s.summary(
        "Independent numbers, uniform between two ends, or what heads make of them. For `saddle check`.");
    s.param("shape", &Box::shape_, {.initial = Integers{3}, .range = at_least(1)}, "Of a sample.");
    s.param("whole", &Box::whole_, {.initial = false}, "Whether they are rounded down.");
    s.param("composition", &Box::composition_, {.initial = false},
            "Whether they are divided by their sum; one-hot if whole.");
    s.param("low", &Box::low_, {.initial = 0}, "The lower end.");
    s.param("high", &Box::high_, {.initial = 1}, "The upper end.");
  }
  Shape shape() const override { return shape_; }
  Batch draw(Random& random, int64_t batch) const override {
    Shape all = shape_;
    all.insert(all.begin(), batch);
    const Tensor x = random.uniform(all, low_, high_);
    if (composition_ && whole_) return {at::zeros_like(x).scatter(-1, x.argmax(-1, true), 1.0), {}};
    if (composition_) return {at::softmax(x, -1), {}};
    return {whole_ ? x.floor() : x, {}};
  }
  Batch held_out(Random& random, int64_t count) const override { return draw(random, count); }
  int64_t training_size() const override { return 50; }
  Batch training(int64_t first, int64_t count, const at::TensorOptions& options) const override {
    Random random = Streams({1}, options).at("box", 0);
    return {draw(random, training_size()).samples.narrow(1, first, count), {}};
  }
  std::string not_a_count() const override { return whole_ ? "" : "they are continuous"; }
  Interval range() const override {
    if (composition_) return {0, 1};
    return {low_, whole_ ? std::ceil(high_) - 1 : high_};
  }

 private:
  Integers shape_;
  double low_ = 0, high_ = 1;
  bool whole_ = false, composition_ = false;
};

}  // namespace

void add_partners(Registry& registry) {
  static constexpr PluginEntry box = entry<Box>(box_name, __FILE__);
  registry.add(box);
}

}  // namespace saddle::check
