// A network's parameters by name, to write the network down in PyTorch's operators.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "plugin_fixture.hpp"

namespace saddle::testing {

/// Those of one lane.
class NamedParams {
 public:
  NamedParams(const Declare& declared, const std::vector<Tensor>& params) {
    for (size_t i = 0; i < declared.params().size(); ++i)
      named_[declared.params()[i].name] = params[i].squeeze(0);
  }
  Tensor operator[](const std::string& name) const { return named_.at(name); }
  size_t count() const { return named_.size(); }
  /// x·W, and plus b where there is one.
  Tensor linear(const Tensor& x, const std::string& name) const {
    const Tensor y = at::matmul(x, named_.at(name + ".weight"));
    const auto bias = named_.find(name + ".bias");
    return bias == named_.end() ? y : y + bias->second;
  }
  /// By this batch: x [batch, channel, …].
  Tensor batch_norm(const Tensor& x, const std::string& name, double epsilon = 1e-5) const {
    return at::batch_norm(x, named_.at(name + ".scale"), named_.at(name + ".shift"), {}, {}, true, 0.1,
                          epsilon, false);
  }
  Tensor layer_norm(const Tensor& x, const std::string& name, double epsilon = 1e-5) const {
    return at::layer_norm(x, x.size(1), named_.at(name + ".scale"), named_.at(name + ".shift"), epsilon,
                          false);
  }
  /// A convolution's weight in PyTorch's order, [out, in, kernel…]; of a transposed one [in, out, kernel…].
  Tensor kernels(const std::string& name, std::vector<int64_t> kernel) const {
    const Tensor weight = named_.at(name + ".weight");
    kernel.push_back(-1), kernel.push_back(weight.size(1));
    const auto axes = static_cast<int64_t>(kernel.size());
    std::vector<int64_t> order{axes - 1, axes - 2};
    for (int64_t i = 0; i + 2 < axes; ++i) order.push_back(i);
    return weight.view(kernel).permute(order);
  }

 private:
  std::map<std::string, Tensor> named_;
};

}  // namespace saddle::testing
