#include "check/gradients.hpp"

#include "check/object.hpp"
#include "check/point.hpp"

namespace saddle::check {
namespace {

constexpr size_t directions_count = 12;

/// (f(x + h) − f(x − h))/2h is off by h²f‴/6 and by the rounding εf/h: least at h = ∛(3ε) where f‴ ~ f. Where
/// f is a large number the rounding counts more, hence a second step eight times as long. A slope is right if
/// either step finds it: a wrong one neither does.
constexpr double short_step = 8.7e-6;
constexpr std::array<double, 2> steps = {short_step, 8 * short_step};

/// Sum of the products of a gradient, in lane 0, and a direction.
double slope_along(const Point& point, size_t player, const Field& gradient, const Direction& along) {
  double sum = 0;
  size_t next = 0;
  for (const Kind kind : networks_of(point.players()[player], point.networks())) {
    const auto views = point.networks().at(kind).views_into(along.at(kind).unsqueeze(0));
    for (const Tensor& view : views) sum += (gradient[next++][0] * view[0]).sum().item<double>();
  }
  return sum;
}

GradientError of_player(const Point& point, size_t player, const std::vector<Direction>& directions) {
  std::vector<double> slopes;
  const Field gradient = point.loss(player, point.networks(), true).gradient;
  for (const Direction& along : directions) slopes.push_back(slope_along(point, player, gradient, along));

  // Every direction, step and sign is a lane.
  std::vector<const Direction*> ways = {nullptr};
  std::vector<double> lengths = {0};
  for (const Direction& along : directions)
    for (const double step : steps)
      for (const double sign : {1.0, -1.0}) ways.push_back(&along), lengths.push_back(sign * step);
  const Tensor values =
      point.loss(player, moved(point.networks(), ways, lengths), false).value.to(at::kDouble);
  const auto at = [&](size_t lane) { return values[static_cast<int64_t>(lane)].item<double>(); };

  GradientError worst{0, point.players()[player].name, 0, 0};
  double largest = 0, furthest = 0;
  for (size_t i = 0; i < directions.size(); ++i) {
    double nearest = __builtin_inf(), difference = 0;
    for (size_t s = 0; s < steps.size(); ++s) {
      const size_t lane = 1 + 4 * i + 2 * s;
      const double quotient = (at(lane) - at(lane + 1)) / (2 * steps[s]),
                   error = std::abs(quotient - slopes[i]);
      if (!(error >= nearest)) nearest = error, difference = quotient;
    }
    largest = std::max({largest, std::abs(slopes[i]), std::abs(difference)});
    if (!(nearest <= furthest)) furthest = nearest, worst.slope = slopes[i], worst.difference = difference;
  }
  worst.relative = largest > 0 ? furthest / largest : 0;
  return worst;
}

}  // namespace

GradientError gradient_error(const TrialConfig& trial) {
  const Point point(trial, std::vector<uint64_t>(1 + 4 * directions_count, trial.seed));
  GradientError worst;
  for (size_t player = 0; player < point.players().size(); ++player) {
    std::vector<Direction> directions;
    for (uint64_t i = 0; i < directions_count; ++i) directions.push_back(direction(point, player, i));
    const GradientError error = of_player(point, player, directions);
    if (player == 0 || !(error.relative <= worst.relative)) worst = error;  // NaN is the worst
  }
  return worst;
}

namespace {

/// "" and every plugin of a kind.
std::vector<std::string> none_or_one(const Registry& registry, Kind kind, const Subject& subject) {
  if (subject.plugin->kind() == kind) return {part_text(subject)};
  std::vector<std::string> names = {""};
  for (const RegisteredPlugin* plugin : registry.of(kind)) names.push_back(plugin->name());
  return names;
}

std::string game_text(const TrialConfig& trial) {
  std::string text;
  for (const PartPtr& part : trial.penalties) text += ", penalty " + part->plugin->name();
  for (const PartPtr& part : trial.constraints) text += ", constraint " + part->plugin->name();
  return trial.divergence ? fmt::format(" (divergence {}{})", trial.divergence->plugin->name(), text) : "";
}

/// The plugin beside every combination of divergence, penalty and constraint that it may meet in a game.
std::vector<Bed> beds(const Subject& subject, const Bed& bed) {
  const Kind kind = subject.plugin->kind();
  if (kind != Kind::divergence && kind != Kind::penalty && kind != Kind::constraint) return {bed};
  std::vector<std::string> divergences = none_or_one(*subject.registry, Kind::divergence, subject);
  if (kind != Kind::divergence) divergences.erase(divergences.begin());  // there always is one
  std::vector<Bed> all;
  for (const std::string& divergence : divergences)
    for (const std::string& penalty : none_or_one(*subject.registry, Kind::penalty, subject))
      for (const std::string& constraint : none_or_one(*subject.registry, Kind::constraint, subject)) {
        Bed own = bed;
        own.sections["divergence"] = divergence;
        own.sections["penalties"] = "[" + penalty + "]";
        own.sections["constraints"] = "[" + constraint + "]";
        all.push_back(own);
      }
  return all;
}

}  // namespace

Finding gradients(const Subject& subject) {
  const Placed place = placed(subject, smooth_bed());
  if (!place.bed) return {Verdict::skipped, "not with what it's tried beside: " + place.reason};
  const Kind kind = subject.plugin->kind();
  size_t compared = 0;
  double worst = 0;
  for (const Bed& bed : beds(subject, *place.bed)) {
    const TrialConfig trial = bed.trial(*subject.registry);
    if (!objection(trial).empty()) continue;
    // Without a critic neither penalties nor constraints play: all these games are one.
    if (trial.divergence && !trial.critic && (kind != Kind::divergence || compared > 0)) continue;
    const GradientError error = gradient_error(trial);
    ++compared;
    worst = std::max(worst, error.relative);
    if (error.relative <= largest_gradient_error) continue;
    return {Verdict::failed,
            fmt::format("the gradient of the {} isn't that of its loss: along one direction the slope is "
                        "{:.8g}, and {:.8g} by central differences{}",
                        error.player, error.slope, error.difference, game_text(trial))};
  }
  return {Verdict::ok,
          fmt::format("slopes are those of central differences in {}; largest relative error {:.1e}",
                      counted(compared, "game"), worst)};
}

}  // namespace saddle::check
