#include <saddle/round.hpp>

#include <ATen/ATen.h>

#include <algorithm>
#include <cstring>

#include "function.hpp"
#include "recording.hpp"

namespace saddle {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

// Copies between [lane, n + m, …] and [lane, n, …], [lane, m, …]: from the one to the two, or back.
void copy_batches(char* joined, char* first, char* second, int64_t lanes, size_t first_bytes,
                  size_t second_bytes, bool joins) {
  const auto copy = [joins](char* whole, char* part, size_t bytes) {
    std::memcpy(joins ? whole : part, joins ? part : whole, bytes);
  };
  for (int64_t lane = 0; lane < lanes; ++lane) {
    copy(joined, first, first_bytes);
    copy(joined + first_bytes, second, second_bytes);
    joined += first_bytes + second_bytes;
    first += first_bytes;
    second += second_bytes;
  }
}

size_t bytes_of_lane(const Tensor& x) {
  return static_cast<size_t>(x.numel() / std::max<int64_t>(x.size(0), 1)) * x.element_size();
}

// Two batches as one. Like cat, with a gradient that costs two views.
struct JoinFunction : LaneFunction<JoinFunction> {
  static Tensor value(AutogradContext* ctx, const Tensor& a_any, const Tensor& b_any) {
    const Tensor a = a_any.contiguous(), b = b_any.contiguous();
    std::vector<int64_t> sizes = a.sizes().vec();
    sizes[1] += b.size(1);
    Tensor joined = at::empty(sizes, a.options());
    run_kernel({&a, &b}, {&joined},
               [lanes = a.size(0), in_a = bytes_of_lane(a), in_b = bytes_of_lane(b)](char* const* p) {
                 copy_batches(p[2], p[0], p[1], lanes, in_a, in_b, true);
               });
    ctx->saved_data["first"] = a.size(1);
    ctx->saved_data["second"] = b.size(1);
    return joined;
  }
  static variable_list slopes(AutogradContext* ctx, const variable_list& g) {
    const int64_t first = ctx->saved_data["first"].toInt(), second = ctx->saved_data["second"].toInt();
    return {g[0].narrow(1, 0, first), g[0].narrow(1, first, second)};
  }
};

// One batch as two. Like narrow, with a gradient in one piece.
struct SplitFunction : LaneFunction<SplitFunction> {
  static variable_list value(AutogradContext* ctx, const Tensor& x_any, int64_t first) {
    const Tensor x = x_any.contiguous();
    std::vector<int64_t> sizes = x.sizes().vec();
    sizes[1] = first;
    Tensor a = at::empty(sizes, x.options());
    sizes[1] = x.size(1) - first;
    Tensor b = at::empty(sizes, x.options());
    run_kernel({&x}, {&a, &b},
               [lanes = x.size(0), in_a = bytes_of_lane(a), in_b = bytes_of_lane(b)](char* const* p) {
                 copy_batches(p[0], p[1], p[2], lanes, in_a, in_b, false);
               });
    ctx->saved_data["shapes"] = std::vector<std::vector<int64_t>>{a.sizes().vec(), b.sizes().vec()};
    return {a, b};
  }
  static variable_list slopes(AutogradContext* ctx, const variable_list& g) {
    const auto shapes = ctx->saved_data["shapes"].to<std::vector<std::vector<int64_t>>>();
    const auto part = [&](size_t i) {
      return g[i].defined() ? g[i] : at::zeros(shapes[i], g[1 - i].options());
    };
    return {JoinFunction::apply(part(0), part(1)), Variable()};
  }
};

}  // namespace

// In the critic's turn both scores are needed, and one pass over twice the batch is faster than two. In the
// generator's turn most losses need the fake samples' scores alone.
void Round::score_both() const {
  const Tensor real = c_.real();
  const int64_t reals = real.size(1), fakes = c_.fake.size(1);
  if (!real.is_cpu() || real.scalar_type() != c_.fake.scalar_type()) {
    const Tensor scores = score(at::cat({real, c_.fake}, 1));
    real_scores_ = scores.narrow(1, 0, reals);
    fake_scores_ = scores.narrow(1, reals, fakes);
    return;
  }
  const variable_list both = SplitFunction::apply(score(JoinFunction::apply(real, c_.fake)), reals);
  real_scores_ = both[0];
  fake_scores_ = both[1];
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
