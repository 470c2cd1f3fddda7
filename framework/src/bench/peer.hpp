// Another library that trains the same: a script of analysis/peers that answers with its speed.
#pragma once
#include <optional>
#include <string>

#include "bench/work.hpp"
#include "sweep/process.hpp"

namespace saddle::bench {

class Peer {
 public:
  /// Runs on the cores that the calling thread runs on, and trains on `device`. `log`: what the script prints
  /// beside its answers.
  Peer(const std::string& python, const std::string& script, const std::string& device,
       std::filesystem::path log);

  Peer(const Peer&) = delete;
  ~Peer();

  /// As it calls itself, with its version; the script's name where it never answered.
  const std::string& name() const { return name_; }
  /// Why it can't be measured; empty while it can.
  const std::string& trouble() const { return trouble_; }
  /// Compiles and warms up.
  void prepare(const Work& work);
  /// Steps of one trial a second, summed over lanes. Nothing once there is trouble.
  std::optional<double> speed(const Work& work, double seconds);

 private:
  std::optional<std::string> answer();
  std::optional<std::string> ask(const Work& work, double seconds);
  void give_up(const std::string& why);

  std::string name_, trouble_;
  std::filesystem::path log_;
  std::optional<Process> process_;
};

}  // namespace saddle::bench
