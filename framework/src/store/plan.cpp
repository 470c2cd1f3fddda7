#include "store/plan.hpp"

#include "store/atomic_file.hpp"
#include "store/digest.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cmath>
#include <ctime>
#include <fstream>
#include <limits>
#include <set>
#include <sstream>
#include <stdexcept>

namespace saddle::store {

namespace {

using Json = nlohmann::json;
constexpr int plan_format = 1;

/// JSON has no infinities: they travel as texts.
Json number_json(const std::optional<double>& number) {
  if (!number) return nullptr;
  if (std::isnan(*number)) return "nan";
  if (std::isinf(*number)) return *number > 0 ? "inf" : "-inf";
  return *number;
}

std::optional<double> number_from(const Json& json) {
  if (json.is_null()) return {};
  if (json.is_number()) return json.get<double>();
  const std::string text = json.get<std::string>();
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  return text == "-inf" ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
}

Json row_json(const PlanRow& row) {
  Json params = Json::array();
  for (const PlanParam& param : row.params)
    params.push_back(Json::array({param.axis, param.text, number_json(param.number)}));
  Json json = {{"id", row.id},
               {"config", row.config},
               {"resolved", row.resolved},
               {"seed", row.seed},
               {"status", std::string(to_text(row.status))},
               {"reason", row.reason},
               {"params", params}};
  if (row.metrics) json["metrics"] = *row.metrics;
  return json;
}

/// The user's own text may hold bytes that are no UTF-8: they are replaced rather than refused here.
std::string line(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

PlanRow row_from(const Json& json) {
  PlanRow row;
  row.id = json.at("id").get<std::string>();
  row.config = json.at("config").get<std::string>();
  row.resolved = json.at("resolved").get<std::string>();
  row.seed = json.at("seed").get<uint64_t>();
  const auto status = status_from(json.at("status").get<std::string>());
  if (!status) throw std::runtime_error("unknown status " + json.at("status").dump());
  row.status = *status;
  row.reason = json.at("reason").get<std::string>();
  for (const Json& param : json.at("params"))
    row.params.push_back(
        {param.at(0).get<std::string>(), param.at(1).get<std::string>(), number_from(param.at(2))});
  if (json.contains("metrics")) row.metrics = json["metrics"].get<std::vector<std::string>>();
  return row;
}

Plan plan_from(const Json& json) {
  Plan plan;
  plan.experiment = json.at("experiment").get<std::string>();
  plan.created = json.at("created").get<std::string>();
  plan.plan_sha256 = json.at("plan_sha256").get<std::string>();
  plan.experiment_text = json.at("experiment_text").get<std::string>();
  // Plans of before hold no overrides and no extended files.
  plan.overrides = json.value("overrides", std::vector<std::string>());
  for (const Json& file : json.value("extends", Json::array()))
    plan.extends.push_back({file.at("name").get<std::string>(), file.at("text").get<std::string>()});
  for (const Json& row : json.at("trials")) plan.rows.push_back(row_from(row));
  return plan;
}

}  // namespace

std::string plan_sha256(const Plan& plan) {
  Digest digest;
  digest.text("saddle plan 1");
  digest.text(plan.experiment);
  for (const PlanRow& row : plan.rows) digest.text(row.id);
  return digest.hex();
}

std::string utc_now() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

void freeze_plan(const StorePaths& paths, const Plan& plan) {
  std::set<std::string> ids;
  for (const PlanRow& row : plan.rows)
    if (!ids.insert(row.id).second) throw std::logic_error("the plan holds the trial " + row.id + " twice");
  std::string text = "{\"saddle_format\": " + std::to_string(plan_format) + ",\n";
  text += "\"experiment\": " + line(plan.experiment) + ",\n\"created\": " + line(plan.created) + ",\n";
  text += "\"plan_sha256\": " + line(plan.plan_sha256) + ",\n";
  text += "\"experiment_text\": " + line(plan.experiment_text) + ",\n";
  text += "\"overrides\": " + line(plan.overrides) + ",\n";
  Json extends = Json::array();
  for (const PlanSource& file : plan.extends)
    extends.push_back(Json::object({{"name", file.name}, {"text", file.text}}));
  text += "\"extends\": " + line(extends) + ",\n\"trials\": [";
  for (const PlanRow& row : plan.rows)
    text += (&row == plan.rows.data() ? "\n" : ",\n") + line(row_json(row));
  write_text_file(paths.plan(), text + "\n]}\n");
}

Plan read_plan(const StorePaths& paths) {
  const std::string path = paths.plan().string();
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw UserError(path + ": this study holds no plan; run its experiment again with --out " +
                    paths.base.string());
  std::stringstream text;
  text << file.rdbuf();
  try {
    const Json json = Json::parse(text.str());
    const int64_t version = json.at("saddle_format").get<int64_t>();
    if (version > plan_format)
      throw UserError(path + ": written in format " + std::to_string(version) + "; this Saddle reads up to " +
                      std::to_string(plan_format) + ": use a newer Saddle");
    return plan_from(json);
  } catch (const UserError&) {
    throw;
  } catch (const std::exception& error) {
    throw DamagedPlan(path + ": this plan is damaged (" + error.what() +
                      "); run its experiment again with --out " + paths.base.string() +
                      ", which keeps the trials that are done");
  }
}

}  // namespace saddle::store
