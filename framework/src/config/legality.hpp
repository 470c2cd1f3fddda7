// Which parts go together. Nothing is listed anywhere: parts are made, asked what they are and need, and told
// to declare their parameters for the shapes that they would meet.
#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "config/trial_builder.hpp"

namespace saddle {

/// Why a trial can't be trained, and where the reason stands.
struct Objection {
  Diagnostic diagnostic;
  bool always_wrong = false;  ///< wrong by itself, whatever stands beside it: never just skipped
};

class Legality {
 public:
  Legality(PartObjects& objects) : objects_(objects) {}
  /// Everything that speaks against a trial; empty for most.
  const std::vector<Objection>& of(const TrialConfig& trial);
  /// What is legal and yet most often not meant: "the divergence wasserstein …", "the metric modes …".
  std::vector<std::string> warnings(const TrialConfig& trial);

 private:
  struct Loaded {
    const Data* data = nullptr;
    Objection objection;
  };
  const Loaded& data(const PartPtr& part);
  /// Of a trial whose data can be loaded.
  Parts parts_of(const TrialConfig& trial);
  void match(const TrialConfig& trial, const Parts& parts, std::vector<Objection>& out);
  void match_batch(const TrialConfig& trial, const Parts& parts, std::vector<Objection>& out);
  void match_positions(const TrialConfig& trial, const Parts& parts, std::vector<Objection>& out);
  void match_support(const TrialConfig& trial, const Parts& parts, std::vector<Objection>& out);
  void differentiate(const TrialConfig& trial, std::vector<Objection>& out);
  void declare(const TrialConfig& trial, const Parts& parts, std::vector<Objection>& out);
  template <class T, class Function>
  void dry_run(const PartPtr& part, const std::string& shapes, std::vector<Objection>& out,
               Function&& function, const std::function<std::string()>& used_for = {});

  PartObjects& objects_;
  std::unordered_map<PartPtr, Loaded> data_;
  /// By parts, batch and packing.
  std::map<std::tuple<std::vector<const PartConfig*>, int64_t, int64_t>, std::vector<Objection>> known_;
  std::map<std::pair<const PartConfig*, std::string>, std::vector<Objection>> declared_;
  std::map<std::pair<PartPtr, PartPtr>, std::string> outside_support_;  ///< by head and data
};

}  // namespace saddle
