#include "game/measure.hpp"

#include <ATen/core/grad_mode.h>

#include <limits>

#include "game/still_game.hpp"

namespace saddle {
namespace {

Streams shared_streams(int64_t lanes, const at::TensorOptions& options) {
  return {std::vector<uint64_t>(static_cast<size_t>(lanes), 0), options};
}

}  // namespace

std::string column_name(const std::string& metric, const std::string& column) {
  return column.empty() ? metric : metric + "." + column;
}

Measure::Measure(const Assembly& assembly, const TrialConfig& trial, const at::TensorOptions& options)
    : assembly_(assembly), train_(trial.train), count_(trial.measure.samples), options_(options) {
  if (!assembly.parts().data) return;
  Random random = shared_streams(1, options).at("measure/held_out", 0);
  real_ = assembly.parts().data->held_out(random, count_);
}

Tensor Measure::samples(const Networks& networks, int64_t lanes, int64_t step, int64_t n) const {
  const at::NoGradGuard no_grad;
  const Parts& parts = assembly_.parts();
  const Streams streams = shared_streams(lanes, options_);
  Random latents = streams.at("measure/latents", 0);
  const auto params = [&](Kind kind) -> Params {
    const auto found = networks.find(kind);
    auto temperatures = assembly_.temperature_factors(step);
    if (found == networks.end())  // a head without parameters
      return {{}, {}, Mode::evaluation, std::move(temperatures)};
    return {found->second.views(), found->second.states(), Mode::evaluation, std::move(temperatures)};
  };
  const auto of_generator = [&](std::string_view purpose) {
    return streams.at("measure/generator/" + std::string(purpose), 0);
  };
  return generate(*parts.generator, params(Kind::generator), *parts.head, params(Kind::head),
                  parts.prior->draw(latents, n), of_generator, streams.at("measure/head", 0))
      .samples;
}

// A metric that looks at the game may ask for gradients.
Tensor Measure::values(const Metric& metric, Measurement m, const Networks& networks, int64_t step) const {
  std::optional<StillGame> game;
  const at::AutoGradMode gradients(metric.needs_game());
  const Streams streams = shared_streams(m.fake.size(0), options_);
  if (metric.needs_game()) {
    game.emplace(assembly_, networks, streams, train_, step);
    m.game = &*game;
  }
  return metric.measure(m).detach().to(at::kCPU, at::kDouble).contiguous();
}

std::vector<MeasuredColumn> Measure::columns(const Networks& networks, const Tensor& fake,
                                             int64_t step) const {
  std::vector<MeasuredColumn> all;
  if (assembly_.metrics().empty()) return all;
  const at::NoGradGuard no_grad;
  const Streams streams = shared_streams(1, options_);
  Measurement m;
  const int64_t lanes = fake.size(0);
  m.fake = fake;
  m.real = real_.samples;
  m.real_labels = real_.labels;
  m.data = assembly_.parts().data;
  for (const auto& [name, metric] : assembly_.metrics()) {
    const auto names = metric->columns(*m.data);
    const bool supported = metric->unsupported(assembly_.parts()).empty();
    m.random = [&, prefix = "measure/" + name + "/"](std::string_view purpose) {
      return streams.at(prefix + std::string(purpose), 0);
    };
    const Tensor numbers = supported ? values(*metric, m, networks, step) : Tensor();
    for (size_t c = 0; c < names.size(); ++c) {
      MeasuredColumn column{column_name(name, names[c]), {}};
      for (int64_t lane = 0; lane < lanes; ++lane)
        column.values.push_back(supported ? numbers[lane][static_cast<int64_t>(c)].item<double>()
                                          : std::numeric_limits<double>::quiet_NaN());
      all.push_back(std::move(column));
    }
  }
  return all;
}

}  // namespace saddle
