#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "store/reader.hpp"

namespace saddle::cli {
namespace {

struct Options {
  std::string store, id;
  FormatOption format;
};

nlohmann::ordered_json number(double x) {
  return std::isfinite(x) ? nlohmann::ordered_json(x) : nlohmann::ordered_json();
}

std::string as_json(const store::TrialRecord& r) {
  nlohmann::ordered_json metrics, series, provenance, weights;
  for (const auto& m : r.metrics) metrics[m.column] = number(m.value);
  for (const auto& s : r.series) {
    nlohmann::ordered_json values = nlohmann::ordered_json::array();
    for (const double v : s.values) values.push_back(number(v));
    series[s.name] = {{"step", s.steps}, {"value", values}};
  }
  for (const auto& w : r.weights) weights[w.path] = w.array.shape;
  for (const auto& [key, value] : r.provenance) provenance[key] = value;
  const nlohmann::ordered_json all = {{"id", r.id},
                                      {"status", store::to_text(r.status)},
                                      {"reason", r.reason},
                                      {"seed", r.seed},
                                      {"steps", r.steps},
                                      {"seconds", r.seconds},
                                      {"result_sha256", r.stored_sha256},
                                      {"config", r.config},
                                      {"metrics", metrics},
                                      {"series", series},
                                      {"weights", weights},
                                      {"provenance", provenance}};
  return all.dump(2) + "\n";
}

std::string as_text(const store::TrialRecord& r) {
  std::string text = fmt::format(
      "trial {}\n  status   {}{}\n  seed     {}\n  steps    {}\n  seconds  {:.2f}\n  sha256   {}\n", r.id,
      store::to_text(r.status),
      r.reason.empty() ? "" : fmt::format(" at step {}: {}", r.reason_step, r.reason), r.seed, r.steps,
      r.seconds, r.stored_sha256);
  text += "\nconfig\n  " + r.config + "\n\nmetrics\n";
  for (const auto& m : r.metrics) text += fmt::format("  {:<28} {:.6g}\n", m.column, m.value);
  text += "\nseries (first and last)\n";
  for (const auto& s : r.series)
    if (!s.values.empty())
      text += fmt::format("  {:<28} {:.6g} at step {}, {:.6g} at step {}\n", s.name, s.values.front(),
                          s.steps.front(), s.values.back(), s.steps.back());
  text += "\nweights\n";
  for (const auto& w : r.weights)
    text += fmt::format("  {:<28} [{}]\n", w.path, fmt::join(w.array.shape, ", "));
  text += "\nprovenance\n";
  for (const auto& [key, value] : r.provenance) text += fmt::format("  {:<28} {}\n", key, value);
  return text;
}

}  // namespace

void add_show(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("show", "Everything that is kept of one trial");
  auto options = std::make_shared<Options>();
  verb->add_option("STORE", options->store, "PATH, PATH.h5 or PATH.study")->required();
  verb->add_option("ID", options->id, "The trial's id, or its first digits")->required();
  options->format.add(*verb, "text|json");
  verb->callback([options, &context] {
    context.action = [options] {
      const store::Store opened = store::Store::open(options->store);
      const auto record = opened.trial(opened.resolve(options->id));
      const auto format = options->format.get();
      if (format != analysis::Format::text && format != analysis::Format::json)
        throw UserError("a trial is shown as text or json");
      print(format == analysis::Format::json ? as_json(record) : as_text(record));
      return ExitCode::done;
    };
  });
}

}  // namespace saddle::cli
