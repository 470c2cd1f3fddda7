// Time that has passed.
#pragma once
#include <chrono>

namespace saddle::bench {

class Clock {
 public:
  double seconds() const { return std::chrono::duration<double>(Now::now() - start_).count(); }

 private:
  using Now = std::chrono::steady_clock;
  Now::time_point start_ = Now::now();
};

}  // namespace saddle::bench
