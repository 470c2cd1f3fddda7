// What the runner and its workers say to each other, one JSON object a line.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace saddle {

/// To a worker: train these trials together, or measure them from their stored weights.
struct GroupCommand {
  enum class Action { train, measure } action = Action::train;
  std::vector<std::string> trials;  ///< TrialConfig::resolved
};

/// From a worker.
struct WorkerEvent {
  enum class Kind {
    progress,   ///< `steps` done by the group
    trial,      ///< trial `id` ended after `steps` with `status` and `reason`
    unwritten,  ///< trial `id` ended and can't be stored: `reason`; others will not fare better
    note,       ///< for the user: `reason`
    end,        ///< the group is finished
    error,      ///< the group stopped: `reason`; its trials that have not ended are not going to
  };
  Kind kind = Kind::progress;
  int64_t steps = 0;
  std::string id, status, reason;
};

std::string to_line(const GroupCommand&);
std::string to_line(const WorkerEvent&);
GroupCommand command_from(const std::string& line);
WorkerEvent event_from(const std::string& line);

}  // namespace saddle
