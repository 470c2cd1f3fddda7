#include "check/box.hpp"

namespace saddle::check {
namespace {

class Box final : public Data {
 public:
  static void describe(Schema<Box>& s) {
    s.summary("Independent numbers, uniform between two ends, [3]. For `saddle check`.");
    s.param("low", &Box::low_, {.initial = 0}, "The lower end.");
    s.param("high", &Box::high_, {.initial = 1}, "The upper end.");
  }
  Shape shape() const override { return {3}; }
  Batch draw(Random& random, int64_t batch) const override {
    return {random.uniform({batch, 3}, low_, high_), {}};
  }
  Batch held_out(Random& random, int64_t count) const override { return draw(random, count); }
  Interval range() const override { return {low_, high_}; }

 private:
  double low_ = 0, high_ = 1;
};

}  // namespace

void add_partners(Registry& registry) {
  static constexpr PluginEntry box = entry<Box>(box_name, __FILE__);
  registry.add(box);
}

}  // namespace saddle::check
