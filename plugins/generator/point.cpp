#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Point final : public Generator {
 public:
  static void describe(Schema<Point>& s) {
    s.summary("Every output is the same trained point, whatever the latents: the generator of the Dirac-GAN.")
        .cites("Mescheder, Geiger & Nowozin 2018, definition 2.1");
    s.param("start", &Point::start_, {.initial = Reals{0}},
            "Where the point starts: one number a dimension, or one for all.");
  }

  void declare(Declare& d, const Shape&, const Shape& output) override {
    const auto dimensions = static_cast<size_t>(numel(output));
    if (start_.size() != 1 && start_.size() != dimensions)
      throw ParamError("start", std::to_string(start_.size()) + " numbers for " + std::to_string(dimensions) +
                                    " dimensions");
    output_ = output;
    if (start_.size() == 1) {
      location_ = {d.param("location", output, Init::constant(start_[0]))};
      return;
    }
    location_.clear();
    for (size_t i = 0; i < dimensions; ++i)
      location_.push_back(d.param("location." + std::to_string(i), {1}, Init::constant(start_[i])));
  }

  Tensor forward(const Params& p, const Tensor& latents) const override {
    std::vector<Tensor> parts;
    for (const ParamRef part : location_) parts.push_back(p[part].flatten(1));
    Shape shape{latents.size(0), latents.size(1)};
    shape.insert(shape.end(), output_.begin(), output_.end());
    const Tensor location = parts.size() == 1 ? parts[0] : at::cat(parts, 1);
    return location.unsqueeze(1).expand({shape[0], shape[1], location.size(1)}).reshape(shape);
  }

 private:
  Reals start_;
  Shape output_;
  std::vector<ParamRef> location_;
};
}  // namespace

SADDLE_PLUGIN(Point, "point")
