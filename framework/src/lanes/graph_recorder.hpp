// A recording as a graph of a device (device_graph.hpp). An evaluation is watched first, whether a graph can
// do it again; then it is evaluated once more to be captured. A graph holds the kernels that were launched,
// with their operands' places: so what is drawn or made on the CPU goes to tensors that stay, before each
// run. An evaluation is refused that moves computed numbers to the CPU or reads them there, draws there past
// the streams, asks for the step, or draws from a generator of ATen's.
#pragma once
#include "device_graph.hpp"
#include "recording.hpp"

namespace saddle {

/// A graph, and what it gets from outside.
class SADDLE_API CapturedGraph {
 public:
  /// Made on the CPU at every run for tensors that stay on the device.
  class Inlet {
   public:
    /// Fetches those of `step`.
    Inlet(std::function<Recording::Made(int64_t step)> make, int64_t step, const c10::Device& device);
    /// Undefined where `make` leaves one out.
    const Recording::Made& on_device() const { return device_; }
    /// Where an earlier fetch is done.
    void fetch(int64_t step);
    /// Makes those of a later step while the device computes.
    void look_ahead(int64_t step);

   private:
    struct Host {
      Recording::Made made;  // in memory that the device reads by itself
      int64_t step = -1;     // none yet
    };
    void make_for(Host& host, int64_t step) const;

    std::function<Recording::Made(int64_t step)> make_;
    Host now_, next_;
    Recording::Made device_;
  };
  /// `constants`: what the graph reads besides, to be kept.
  CapturedGraph(std::unique_ptr<DeviceGraph> graph, std::vector<Inlet> inlets, std::vector<Tensor> constants)
      : graph_(std::move(graph)), inlets_(std::move(inlets)), constants_(std::move(constants)) {}
  /// `step`: what keys the streams of random numbers. What the graph wrote last has to have been read.
  void run(int64_t step);

 private:
  std::unique_ptr<DeviceGraph> graph_;
  std::vector<Inlet> inlets_;
  std::vector<Tensor> constants_;
  std::optional<int64_t> last_step_;
  int64_t stride_ = 1;
};

class SADDLE_API GraphRecorder final : public Recording {
 public:
  GraphRecorder(int64_t step, const c10::Device& device) : Recording(step), device_(device) {}

  /// Evaluates as ever, but for an early end where a graph can't do it again: then false, and `reason` says
  /// why.
  bool watch(const std::function<void()>& evaluate);
  /// Then captures what `evaluate` launches, which is the same again and is not done now; its results are to
  /// lie in tensors that were there before. Null where it can't be captured: then `reason` says why.
  std::unique_ptr<CapturedGraph> capture(std::unique_ptr<DeviceGraph> graph,
                                         const std::function<void()>& evaluate);

  // On the CPU nothing may happen but what is the same in every run, or is done anew by `outside`.
  void kernel(const std::vector<Tensor>&, const std::vector<Tensor>&, Kernel) override {}
  void drawn(const Tensor&, int64_t, std::function<void(int64_t, char*)>) override { refuse_draws(); }
  void drawn(const Tensor&, const Tensor&, int64_t,
             std::function<void(int64_t, const char*, char*)>) override {
    refuse_draws();
  }
  Made outside(std::function<Made(int64_t step)> make) override;
  Made made_of_draws(std::function<Made(int64_t step)> make) override { return make(step()); }

 protected:
  void operate(const c10::OperatorHandle& op, c10::DispatchKeySet keys,
               std::vector<c10::IValue>* stack) override;

 private:
  void refuse_draws() { refuse("numbers are drawn on the CPU"); }
  Tensor constant(const std::function<Tensor()>& on_device);
  /// Does the operator if it copies from the CPU to the device.
  bool copies_constant(const c10::OperatorHandle& op, std::vector<c10::IValue>* stack);

  c10::Device device_;
  std::vector<CapturedGraph::Inlet> inlets_;
  std::vector<Tensor> constants_;
  bool captures_ = false;
  size_t next_inlet_ = 0, next_constant_ = 0;
};

}  // namespace saddle
