// The build's plugins with parameters as an experiment file gives them, and the numbers of tests/fixtures.
#pragma once
#include <ATen/Parallel.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <stdexcept>

#include "config/yaml_reader.hpp"
#include "plugin_fixture.hpp"

namespace fixtures {

/// make(Kind::data, "ring", "{modes: 8}"): the object with its parameters assigned.
inline saddle::PluginObject make(saddle::Kind kind, const std::string& name, const std::string& yaml = "{}") {
  at::set_num_threads(1);  // as in a worker: threads that wait for each other take several times as long
  const saddle::ValuePtr given =
      saddle::read_yaml_text(std::make_shared<saddle::Source>(saddle::Source{"command line", yaml}));
  saddle::testing::Settings settings;
  for (const saddle::Entry& entry : given->map) settings.emplace(entry.key, entry.value);
  return saddle::testing::make(kind, name, settings);
}

/// Data, loaded.
inline saddle::PluginObject data(const std::string& name, const std::string& yaml = "{}") {
  saddle::PluginObject object = make(saddle::Kind::data, name, yaml);
  object.as<saddle::Data>().load();
  return object;
}

/// Streams of lanes with the given seeds.
inline saddle::Random stream(std::vector<uint64_t> seeds, at::ScalarType type = at::kDouble) {
  return saddle::Streams(std::move(seeds), at::TensorOptions(type)).at("test", 0);
}

/// A file of tests/fixtures.
inline nlohmann::json json_fixture(const std::string& name) {
  const char* source = std::getenv("SADDLE_SOURCE");
  std::ifstream file(std::filesystem::path(source ? source : ".") / "tests/fixtures" / name);
  return nlohmann::json::parse(file);
}

/// A list of lists of numbers, float64.
inline at::Tensor table(const nlohmann::json& rows) {
  const auto all = rows.get<std::vector<std::vector<double>>>();
  at::Tensor result =
      at::empty({static_cast<int64_t>(all.size()), static_cast<int64_t>(all.at(0).size())}, at::kDouble);
  auto* out = result.mutable_data_ptr<double>();
  for (const auto& row : all) out = std::copy(row.begin(), row.end(), out);
  return result;
}

}  // namespace fixtures
