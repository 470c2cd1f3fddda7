#include <saddle/round.hpp>

#include <ATen/ATen.h>

namespace saddle {

// In the critic's turn both scores are needed, and one pass over twice the batch is faster than two. In the
// generator's turn most losses need the fake samples' scores alone.
void Round::score_both() const {
  const int64_t reals = c_.real().size(1), fakes = c_.fake.size(1);
  const Tensor scores = score(at::cat({c_.real(), c_.fake}, 1));
  real_scores_ = scores.narrow(1, 0, reals);
  fake_scores_ = scores.narrow(1, reals, fakes);
}

const Tensor& Round::real_scores() const {
  if (!real_scores_.defined()) {
    if (c_.player == Player::critic && c_.joint_pass)
      score_both();
    else
      real_scores_ = score(c_.real());
  }
  return real_scores_;
}

const Tensor& Round::fake_scores() const {
  if (!fake_scores_.defined()) {
    if (c_.player == Player::critic && c_.joint_pass)
      score_both();
    else
      fake_scores_ = score(c_.fake);
  }
  return fake_scores_;
}

}  // namespace saddle
