#include <saddle/plugin.hpp>

#include <algorithm>

namespace {
using namespace saddle;

class Point final : public Data {
 public:
  static void describe(Schema<Point>& s) {
    s.summary("Every sample is the same point: the real distribution of the Dirac-GAN.")
        .cites("Mescheder, Geiger & Nowozin 2018, definition 2.1");
    s.param("at", &Point::at_, {.initial = Reals{0}}, "The point, one number a dimension.");
  }

  void load() override {
    if (at_.empty()) throw ParamError("at", "a point has at least one dimension");
  }

  Shape shape() const override { return {static_cast<int64_t>(at_.size())}; }
  Batch draw(Random& random, int64_t batch) const override {
    const Tensor point = at::tensor(at_, at::kDouble).to(random.options());
    return {point.expand({random.lanes(), batch, point.size(0)}).contiguous(), {}};
  }
  Batch held_out(Random& random, int64_t count) const override { return draw(random, count); }
  Interval range() const override {
    const auto [low, high] = std::minmax_element(at_.begin(), at_.end());
    return {*low, *high};
  }

 private:
  Reals at_;
};
}  // namespace

SADDLE_PLUGIN(Point, "point")
