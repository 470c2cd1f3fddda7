// From settings to a trial: parts checked, those that nothing uses left out, canonical form and identity
// made.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "config/ask_plugin.hpp"
#include "config/parts.hpp"
#include "config/section.hpp"
#include "config/settings.hpp"

namespace saddle {

/// Plugin objects made only to be asked what they are: one for each distinct part.
class PartObjects {
 public:
  const PluginObject& of(const PartPtr& part);

 private:
  std::unordered_map<PartPtr, std::unique_ptr<PluginObject>> objects_;
};

class TrialBuilder {
 public:
  TrialBuilder(PartsContext context) : parts_(std::move(context)) {}

  /// Nothing, with mistakes, if something is wrong.
  std::optional<TrialConfig> build(const Settings& settings);
  /// Checks what is there, without asking for what is not: for a base that only a grid makes complete.
  void check(const Settings& settings);
  PartObjects& objects() { return objects_; }

 private:
  /// The section `train`, read.
  struct Train {
    SectionConfig<TrainConfig> section;
    std::vector<PartPtr> parts;  ///< in the order of train_parts
  };
  struct Read;
  bool read(const Settings& settings, bool complete, Read& result);
  std::shared_ptr<const Train> train(const ValuePtr& value, bool complete);
  template <class T>
  std::shared_ptr<const SectionConfig<T>> section(const ValuePtr& value, const std::string& name);
  std::optional<uint64_t> seed(const ValuePtr& value);
  void drop_unused(Read& read, TrialConfig& trial);
  void write_texts(const Read& read, TrialConfig& trial) const;

  PartFactory parts_;
  PartObjects objects_;
  std::unordered_map<ValuePtr, std::shared_ptr<const Train>> trains_[2];
  std::unordered_map<ValuePtr, std::shared_ptr<const SectionConfig<MeasureConfig>>> measures_;
  std::unordered_map<ValuePtr, std::shared_ptr<const SectionConfig<KeepConfig>>> keeps_;
  std::unordered_map<ValuePtr, std::optional<std::vector<PartPtr>>> lists_[3][2];
  std::unordered_map<PartPtr, std::vector<Kind>> uses_;
};

}  // namespace saddle
