#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "store/reader.hpp"

namespace saddle::cli {
namespace {

struct ShowOptions {
  std::string store, id;
  FormatOption format;
};

nlohmann::ordered_json number(double x) {
  return std::isfinite(x) ? nlohmann::ordered_json(x) : nlohmann::ordered_json();
}

std::string dump(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string as_json(const store::Plan& plan) {
  nlohmann::ordered_json extends = nlohmann::ordered_json::array();
  for (const store::PlanSource& file : plan.extends)
    extends.push_back({{"name", file.name}, {"text", file.text}});
  const nlohmann::ordered_json all = {{"experiment", plan.experiment},   {"created", plan.created},
                                      {"plan_sha256", plan.plan_sha256}, {"trials", plan.rows.size()},
                                      {"overrides", plan.overrides},     {"extends", extends},
                                      {"text", plan.experiment_text}};
  return dump(all);
}

std::string indented(const std::string& text) {
  std::string out;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    out += "  " + text.substr(begin, end - begin) + "\n";
    begin = end + 1;
  }
  return out;
}

std::string as_text(const store::Plan& plan) {
  std::string text = fmt::format("experiment {}\n  created  {}\n  trials   {}\n  sha256   {}\n",
                                 plan.experiment, plan.created, plan.rows.size(), plan.plan_sha256);
  if (!plan.overrides.empty()) text += fmt::format("\noverrides\n  {}\n", fmt::join(plan.overrides, "\n  "));
  text += "\nfile\n" + indented(plan.experiment_text);
  for (const store::PlanSource& file : plan.extends)
    text += fmt::format("\nextends {}\n{}", file.name, indented(file.text));
  return text;
}

std::string as_json(const store::TrialRecord& r) {
  auto metrics = nlohmann::ordered_json::object(), series = metrics, provenance = metrics, weights = metrics;
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
                                      {"reason_step", r.reason_step},
                                      {"seed", r.seed},
                                      {"steps", r.steps},
                                      {"seconds", number(r.seconds)},
                                      {"result_sha256", r.stored_sha256},
                                      {"config", r.config},
                                      {"metrics", metrics},
                                      {"series", series},
                                      {"weights", weights},
                                      {"provenance", provenance}};
  return dump(all);
}

// Of a metric that was set aside its name no longer tells what it is.
std::string definition_of(const store::Metric& metric) {
  const auto definition = metric.attributes.find("metric");
  const bool aside = metric.column.find('@') != std::string::npos && definition != metric.attributes.end();
  return aside ? "  " + std::get<std::string>(definition->second) : std::string();
}

std::string as_text(const store::TrialRecord& r) {
  const std::string step =
      r.status == store::Status::skipped ? std::string() : fmt::format(" at step {}", r.reason_step);
  std::string text =
      fmt::format("trial {}\n  status   {}{}\n  seed     {}\n  steps    {}\n", r.id, store::to_text(r.status),
                  r.reason.empty() ? "" : fmt::format("{}: {}", step, r.reason), r.seed, r.steps);
  if (!store::has_ended(r.status)) return text + "\nconfig\n  " + r.config + "\n";
  text += fmt::format("  seconds  {:.2f}\n  sha256   {}\n", r.seconds, r.stored_sha256);
  text += "\nconfig\n  " + r.config + "\n\nmetrics\n";
  for (const auto& m : r.metrics)
    text += fmt::format("  {:<28} {:.6g}{}\n", m.column, m.value, definition_of(m));
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
  auto* verb = app.add_subcommand("show", "Everything that is kept of one trial, or of the experiment");
  auto options = std::make_shared<ShowOptions>();
  verb->add_option("STORE", options->store, "PATH, PATH.h5 or PATH.study")->required();
  verb->add_option("ID", options->id,
                   "The trial's id, or its first digits; without one the experiment is shown");
  options->format.add(*verb, "text|json");
  verb->callback([options, &context] {
    context.action = [options] {
      const auto format = options->format.get();
      if (format != analysis::Format::text && format != analysis::Format::json)
        throw UserError("a trial is shown as text or json");
      const store::Store opened = store::Store::open(options->store);
      const auto show = [&](const auto& what) {
        print(format == analysis::Format::json ? as_json(what) : as_text(what));
      };
      if (options->id.empty())
        show(opened.plan());
      else
        show(opened.trial(opened.resolve(options->id)));
      return ExitCode::done;
    };
  });
}

}  // namespace saddle::cli
