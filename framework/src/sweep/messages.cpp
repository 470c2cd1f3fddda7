#include "sweep/messages.hpp"

#include <nlohmann/json.hpp>

namespace saddle {

using nlohmann::json;

NLOHMANN_JSON_SERIALIZE_ENUM(GroupCommand::Action, {{GroupCommand::Action::train, "train"},
                                                    {GroupCommand::Action::measure, "measure"}})
NLOHMANN_JSON_SERIALIZE_ENUM(WorkerEvent::Kind, {{WorkerEvent::Kind::progress, "progress"},
                                                 {WorkerEvent::Kind::trial, "trial"},
                                                 {WorkerEvent::Kind::unwritten, "unwritten"},
                                                 {WorkerEvent::Kind::note, "note"},
                                                 {WorkerEvent::Kind::end, "end"},
                                                 {WorkerEvent::Kind::error, "error"}})

namespace {
// A message of a library may hold bytes that are no UTF-8.
std::string dump(const json& j) { return j.dump(-1, ' ', false, json::error_handler_t::replace); }
}  // namespace

std::string to_line(const GroupCommand& c) { return dump({{"action", c.action}, {"trials", c.trials}}); }

std::string to_line(const WorkerEvent& e) {
  return dump(
      {{"kind", e.kind}, {"steps", e.steps}, {"id", e.id}, {"status", e.status}, {"reason", e.reason}});
}

GroupCommand command_from(const std::string& line) {
  const json j = json::parse(line);
  return {j.at("action").get<GroupCommand::Action>(), j.at("trials").get<std::vector<std::string>>()};
}

WorkerEvent event_from(const std::string& line) {
  const json j = json::parse(line);
  WorkerEvent e;
  e.kind = j.at("kind").get<WorkerEvent::Kind>();
  e.steps = j.at("steps").get<int64_t>();
  e.id = j.at("id").get<std::string>();
  e.status = j.at("status").get<std::string>();
  e.reason = j.at("reason").get<std::string>();
  return e;
}

}  // namespace saddle
