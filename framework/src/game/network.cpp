#include "game/network.hpp"

#include <ATen/ops/cat.h>
#include <saddle/vectorize.hpp>

#include <cmath>

namespace saddle {
namespace {

std::vector<Tensor> views_of(const Tensor& buffer, const std::vector<Slot>& slots) {
  std::vector<Tensor> views;
  for (const Slot& slot : slots) {
    std::vector<int64_t> sizes{buffer.size(0)}, strides{buffer.stride(0)};
    sizes.insert(sizes.end(), slot.shape.begin(), slot.shape.end());
    int64_t stride = numel(slot.shape);
    for (const int64_t n : slot.shape) strides.push_back(n == 0 ? 1 : stride /= n);
    views.push_back(buffer.as_strided(sizes, strides, buffer.storage_offset() + slot.offset));
  }
  return views;
}

// In one order, whatever the vectors' width.
SADDLE_VECTORIZE double product(const double* x, const double* y, int64_t n) {
  double part[16] = {};
  const int64_t whole = n - n % 16;
  for (int64_t i = 0; i < whole; i += 16)
    for (int j = 0; j < 16; ++j) part[j] += x[i + j] * y[i + j];
  for (int64_t i = whole; i < n; ++i) part[i - whole] += x[i] * y[i];
  double sum = 0;
  for (const double one : part) sum += one;
  return sum;
}
SADDLE_VECTORIZE void subtract(double factor, const double* __restrict y, double* __restrict x, int64_t n) {
  for (int64_t i = 0; i < n; ++i) x[i] -= factor * y[i];
}

// The rows of a [m, n ≥ m], orthonormal in turn: Gram and Schmidt's way, twice, which is as good as
// reflections (Giraud et al. 2005). LAPACK's last bits depend on the processor.
void orthonormalise(const Tensor& a) {
  const int64_t n = a.size(1);
  auto* first = a.mutable_data_ptr<double>();
  for (double* x = first; x != first + a.numel(); x += n) {
    for (int pass = 0; pass < 2; ++pass)
      for (const double* y = first; y != x; y += n) subtract(product(x, y, n), y, x, n);
    const double length = std::sqrt(product(x, x, n));
    for (int64_t i = 0; i < n; ++i) x[i] /= length;
  }
}

// Orthonormal rows or columns, whichever are fewer, one lane at a time, uniformly distributed.
Tensor orthogonal(const Shape& shape, Random random) {
  const int64_t rows = shape.empty() ? 1 : shape[0], columns = rows == 0 ? 0 : numel(shape) / rows;
  const bool wide = rows < columns;
  const Tensor normal = random.normal({std::max(rows, columns), std::min(rows, columns)});
  std::vector<Tensor> lanes;
  for (const Tensor& one : normal.unbind(0)) {
    const Tensor q = one.t().to(at::kCPU, at::kDouble).clone(at::MemoryFormat::Contiguous);
    orthonormalise(q);
    lanes.push_back((wide ? q : q.t()).to(one.options()));
  }
  return at::stack(lanes);
}

void initialise(const Tensor& view, const Slot& slot, Random random) {
  switch (slot.init.kind) {
    case Init::Kind::constant:
      view.fill_(slot.init.scale);
      return;
    case Init::Kind::normal:
      view.copy_(random.normal(slot.shape) * slot.init.scale);
      return;
    case Init::Kind::uniform:
      view.copy_(random.uniform(slot.shape, -slot.init.scale, slot.init.scale));
      return;
    case Init::Kind::orthogonal:
      view.copy_(orthogonal(slot.shape, random).reshape(view.sizes()) * slot.init.scale);
      return;
  }
}

}  // namespace

Network::Network(std::string role, Declare declared, const Streams& streams)
    : role_(std::move(role)), declared_(std::move(declared)) {
  const auto lanes = static_cast<int64_t>(streams.seeds().size());
  buffer_ = at::zeros({lanes, declared_.param_stride()}, streams.options());
  state_buffer_ = at::zeros({lanes, declared_.state_stride()}, streams.options());
  make_views();
  for (size_t i = 0; i < views_.size(); ++i)
    initialise(views_[i], slots()[i], streams.at("init/" + role_ + "/" + slots()[i].name, 0));
  for (size_t i = 0; i < states_.size(); ++i) {
    const Slot& slot = declared_.states()[i];
    initialise(states_[i], slot, streams.at("init/" + role_ + "/state/" + slot.name, 0));
  }
}

std::vector<Tensor> Network::views_into(const Tensor& buffer) const { return views_of(buffer, slots()); }

void Network::make_views() {
  gradient_ = at::zeros_like(buffer_);
  views_ = views_of(buffer_, slots());
  gradient_views_ = views_of(gradient_, slots());
  states_ = views_of(state_buffer_, declared_.states());
  leaves_.clear();
  for (const Tensor& view : views_) leaves_.push_back(view.detach().requires_grad_(true));
}

void Network::collect(const std::vector<Tensor>& gradients) {
  for (size_t i = 0; i < gradients.size(); ++i) {
    if (gradients[i].defined())
      gradient_views_[i].copy_(gradients[i]);
    else
      gradient_views_[i].zero_();
  }
}

// What lies between the parameters stays zero.
void Network::gather(const std::vector<Tensor>& gradients, Tensor& into) const {
  std::vector<Tensor> pieces;
  int64_t end = into.size(1);
  for (size_t i = slots().size(); i-- > 0;) {
    const int64_t begin = slots()[i].offset, n = numel(slots()[i].shape);
    if (begin + n < end) pieces.push_back(gradient_.narrow(1, begin + n, end - begin - n));
    pieces.push_back(gradients[i].reshape({into.size(0), n}));
    end = begin;
  }
  std::reverse(pieces.begin(), pieces.end());
  at::cat_out(into, pieces, 1);
}

Network Network::with_own_state() const {
  Network copy = *this;
  copy.state_buffer_ = state_buffer_.clone();
  copy.make_views();
  return copy;
}

Network Network::with_buffer(const Tensor& buffer) const {
  Network copy = *this;
  copy.buffer_ = buffer.to(buffer_.scalar_type(), /*non_blocking=*/false, /*copy=*/true);
  copy.make_views();
  return copy;
}

Network Network::lane(int64_t lane) const {
  Network one = *this;
  one.buffer_ = buffer_.narrow(0, lane, 1);
  one.state_buffer_ = state_buffer_.narrow(0, lane, 1);
  one.make_views();
  return one;
}

void Network::keep(const std::vector<int64_t>& lanes) {
  const Tensor index = at::tensor(lanes, at::kLong).to(buffer_.device());
  buffer_ = buffer_.index_select(0, index);
  state_buffer_ = state_buffer_.index_select(0, index);
  make_views();
}

Tensor Network::parameter(size_t slot, int64_t lane) const {
  return views_[slot][lane].to(at::kCPU, /*non_blocking=*/false, /*copy=*/true).contiguous();
}

Tensor Network::state(size_t slot, int64_t lane) const {
  return states_[slot][lane].to(at::kCPU, /*non_blocking=*/false, /*copy=*/true).contiguous();
}

void Network::set_state(size_t slot, int64_t lane, const Tensor& value) {
  states_[slot][lane].copy_(value.view(state_slots()[slot].shape));
}

void Network::set_parameter(size_t slot, int64_t lane, const Tensor& value) {
  views_[slot][lane].copy_(value.view(slots()[slot].shape));
}

}  // namespace saddle
