// What heads of compositions have in common: parts between 0 and 1 along the last axis, of sum one.
#pragma once
#include <saddle/head.hpp>

namespace saddle {

class CompositionHead : public Head {
 public:
  Interval range() const override { return {0, 1}; }
  Support support() const override { return {.composition = true}; }

 protected:
  /// One raw number fewer than parts.
  static Shape one_less(Shape sample) {
    if (!sample.empty()) sample.back() -= 1;
    return sample;
  }
  static void need_two_parts(const Shape& sample, const char* param) {
    if (sample.empty() || sample.back() < 2)
      throw ParamError(param, "a composition has at least two parts along the last axis of a sample");
  }
};

}  // namespace saddle
