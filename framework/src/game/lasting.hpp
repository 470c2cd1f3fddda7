// What lasts of a group of lanes from one step to the next, by name. A checkpoint holds one lane's share of
// it; random streams are keyed by the step, so there is nothing of them.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace saddle {

/// Tensors of one lane by name.
using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

/// A checkpoint that was made of other networks, optimizers or states.
class CheckpointMismatch : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Lasting {
 public:
  /// [lane, …], a row a lane. Restoring writes into it.
  void rows(std::string name, at::Tensor tensor);
  /// A number a lane.
  void numbers(std::string name, std::vector<double>& numbers);
  /// What all lanes of a group have in common, because they are at one step.
  void count(std::string name, int64_t& number);

  /// One lane's share: copies, on the CPU.
  NamedTensors of(int64_t lane) const;
  /// Puts back the shares of all lanes, in order. Throws CheckpointMismatch before it has changed anything.
  void restore(const std::vector<const NamedTensors*>& lanes) const;

 private:
  void check(const NamedTensors& saved, const NamedTensors& neighbour) const;
  std::vector<std::pair<std::string, at::Tensor>> rows_;
  std::vector<std::pair<std::string, std::vector<double>*>> numbers_;
  std::vector<std::pair<std::string, int64_t*>> counts_;
};

}  // namespace saddle
