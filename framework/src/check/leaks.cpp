// Other parameters in one lane change no bit of another lane's loss or gradient.
#include <cstring>

#include "check/point.hpp"

namespace saddle::check {
namespace {

/// How many of the numbers of lanes 1 … differ; NaN equals NaN of the same bits.
int64_t different(const Tensor& a, const Tensor& b) {
  const Tensor x = a.narrow(0, 1, a.size(0) - 1).contiguous(), y = b.narrow(0, 1, b.size(0) - 1).contiguous();
  int64_t count = 0;
  const size_t bytes = x.element_size();
  const auto* p = static_cast<const char*>(x.const_data_ptr());
  const auto* q = static_cast<const char*>(y.const_data_ptr());
  for (int64_t i = 0; i < x.numel(); ++i)
    if (std::memcmp(p + static_cast<size_t>(i) * bytes, q + static_cast<size_t>(i) * bytes, bytes) != 0)
      ++count;
  return count;
}

}  // namespace

Finding leaks(const Subject& given) {
  const Subject subject = small(given);
  const Placed place = placed(subject, smooth_bed());
  if (!place.bed) return {Verdict::skipped, "not with what it's tried beside: " + place.reason};
  const Point point(place.bed->trial(*subject.registry), {0, 1, 2});
  for (size_t player = 0; player < point.players().size(); ++player) {
    const std::string& name = point.players()[player].name;
    const auto before = point.loss(player, point.networks(), true);
    for (size_t mover = 0; mover < point.players().size(); ++mover) {
      const Direction along = direction(point, mover, 1);
      const auto after =
          point.loss(player, moved(point.networks(), {&along, nullptr, nullptr}, {0.1, 0, 0}), true);
      int64_t gradients = 0;
      for (size_t i = 0; i < before.gradient.size(); ++i)
        gradients += different(before.gradient[i], after.gradient[i]);
      const int64_t losses = different(before.value, after.value);
      if (losses + gradients == 0) continue;
      return {Verdict::failed,
              fmt::format("other parameters of lane 0's {} change {} of lanes 1 and 2: axis 0 is mixed",
                          point.players()[mover].name,
                          losses > 0 ? fmt::format("the loss of the {}", name)
                                     : fmt::format("{} numbers of the gradient of the {}", gradients, name))};
    }
  }
  return {Verdict::ok,
          "losses and gradients of two lanes keep their bits when a third one's parameters move"};
}

}  // namespace saddle::check
