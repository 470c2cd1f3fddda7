#include "check/gradients.hpp"

#include <set>

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

/// The networks moved along every direction, by every step and either sign: a lane each, after lane 0, which
/// stays.
Networks moved_along(const Point& point, const std::vector<Direction>& directions) {
  std::vector<const Direction*> ways = {nullptr};
  std::vector<double> lengths = {0};
  for (const Direction& along : directions)
    for (const double step : steps)
      for (const double sign : {1.0, -1.0}) ways.push_back(&along), lengths.push_back(sign * step);
  return moved(point.networks(), ways, lengths);
}

/// Slopes along directions beside what the values of these lanes [lane] say of them.
GradientError compare(const std::vector<double>& slopes, const std::vector<Tensor>& values) {
  GradientError worst;
  double furthest = 0;
  for (size_t i = 0; i < slopes.size(); ++i) {
    const auto at = [&](size_t lane) { return values[i][static_cast<int64_t>(lane)].item<double>(); };
    double nearest = __builtin_inf(), difference = 0;
    for (size_t s = 0; s < steps.size(); ++s) {
      const size_t lane = 1 + 4 * i + 2 * s;
      const double quotient = (at(lane) - at(lane + 1)) / (2 * steps[s]),
                   error = std::abs(quotient - slopes[i]);
      if (!(error >= nearest)) nearest = error, difference = quotient;
    }
    worst.largest = std::max({worst.largest, std::abs(slopes[i]), std::abs(difference)});
    if (!(nearest <= furthest)) furthest = nearest, worst.slope = slopes[i], worst.difference = difference;
  }
  worst.relative = worst.largest > 0 ? furthest / worst.largest : 0;
  return worst;
}

std::vector<Direction> random_directions(const Point& point, size_t player, uint64_t first_seed) {
  std::vector<Direction> directions;
  for (uint64_t i = 0; i < directions_count; ++i)
    directions.push_back(direction(point, player, first_seed + i));
  return directions;
}

double first(const Tensor& lanes) { return lanes[0].item<double>(); }

GradientError of_player(const Point& point, size_t player) {
  const auto directions = random_directions(point, player, 0);
  const Field gradient = point.loss(player, point.networks(), true).gradient;
  const Tensor values = point.loss(player, moved_along(point, directions), false).value.to(at::kDouble);
  std::vector<double> slopes;
  for (const Direction& along : directions)
    slopes.push_back(first(dot(gradient, by_parameter(point, player, along))));
  GradientError error = compare(slopes, std::vector<Tensor>(slopes.size(), values));
  error.player = point.players()[player].name;
  return error;
}

/// How the slopes of a player's loss change as another player moves, or the same.
GradientError of_players(const Point& point, size_t player, size_t mover) {
  const auto directions = random_directions(point, mover, 0),
             slopes_along = random_directions(point, player, directions_count);
  const Field gradients = point.loss(player, moved_along(point, directions), true).gradient;
  std::vector<double> slopes;
  std::vector<Tensor> values;
  for (size_t i = 0; i < directions.size(); ++i) {
    const Field by_mover = point.slope_gradient(player, slopes_along[i], mover);
    slopes.push_back(first(dot(by_mover, by_parameter(point, mover, directions[i]))));
    values.push_back(dot(gradients, by_parameter(point, player, slopes_along[i])));
  }
  GradientError error = compare(slopes, values);
  error.player = point.players()[player].name;
  return error;
}

bool worse(const GradientError& a, const GradientError& b) { return !(a.relative <= b.relative); }  // NaN is

Point point_of(const TrialConfig& trial) {
  return {trial, std::vector<uint64_t>(1 + 4 * directions_count, trial.seed)};
}

}  // namespace

GradientError gradient_error(const TrialConfig& trial) {
  const Point point = point_of(trial);
  GradientError worst;
  for (size_t player = 0; player < point.players().size(); ++player)
    if (const GradientError error = of_player(point, player); worse(error, worst)) worst = error;
  return worst;
}

GradientError second_derivative_error(const TrialConfig& trial) {
  const Point point = point_of(trial);
  std::vector<GradientError> all;
  double largest = 0;
  for (size_t player = 0; player < point.players().size(); ++player)
    for (size_t mover = 0; mover < point.players().size(); ++mover) {
      all.push_back(of_players(point, player, mover));
      largest = std::max(largest, all.back().largest);
    }
  // A block of the Hessian may be 0: its error counts beside the other blocks.
  for (GradientError& error : all) error.relative *= largest > 0 ? error.largest / largest : 0;
  GradientError worst;
  for (const GradientError& error : all)
    if (worse(error, worst)) worst = error;
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

/// A bed, and with which parameters the plugin stands in it.
struct Setup {
  Bed bed;
  Settings settings;
};

/// Of a head or a generator that draws, the derivative at given random numbers may be an estimate.
bool is_exact(const Subject& subject, const Settings& settings) {
  const Kind kind = subject.plugin->kind();
  if (kind != Kind::head && kind != Kind::generator) return true;
  const PluginObject object = make(*subject.plugin, settings);
  if (kind == Kind::generator) return object.as<Generator>().has_exact_gradient();
  return object.as<Head>().gradient() == SampleGradient::exact;
}

/// Every choice of the plugin's parameters that have choices.
std::vector<Setup> setups_of_choices(const Subject& subject, const Bed& bed) {
  std::vector<Setup> all;
  for (const Settings& settings : choices(subject)) {
    if (!is_exact(subject, settings)) continue;
    all.push_back({bed, settings});
    all.back().bed.place({subject.plugin, subject.registry, settings});
  }
  return all;
}

/// And the plugin beside every combination of divergence, penalty and constraint that it may meet in a game.
std::vector<Setup> setups(const Subject& subject, const Bed& bed) {
  const Kind kind = subject.plugin->kind();
  std::vector<Setup> all = setups_of_choices(subject, bed);
  if (kind != Kind::divergence && kind != Kind::penalty && kind != Kind::constraint) return all;
  std::vector<std::string> divergences = none_or_one(*subject.registry, Kind::divergence, subject);
  if (kind != Kind::divergence) divergences.erase(divergences.begin());  // there always is one
  for (const std::string& divergence : divergences)
    for (const std::string& penalty : none_or_one(*subject.registry, Kind::penalty, subject))
      for (const std::string& constraint : none_or_one(*subject.registry, Kind::constraint, subject)) {
        Bed own = bed;
        own.sections["divergence"] = divergence;
        own.sections["penalties"] = "[" + penalty + "]";
        own.sections["constraints"] = "[" + constraint + "]";
        all.push_back({own, subject.settings});
      }
  return all;
}

/// " (divergence gan, penalty r1) with {…}"
std::string game_text(const TrialConfig& trial, const Settings& settings) {
  std::string text;
  for (const PartPtr& part : trial.penalties) text += ", penalty " + part->plugin->name();
  for (const PartPtr& part : trial.constraints) text += ", constraint " + part->plugin->name();
  if (trial.divergence) text = fmt::format(" (divergence {}{})", trial.divergence->plugin->name(), text);
  return text + settings_text(settings);
}

std::string slopes_text(const GradientError& error) {
  return fmt::format("along one direction the slope is {:.8g}, and {:.8g} by central differences",
                     error.slope, error.difference);
}

}  // namespace

Finding gradients(const Subject& given) {
  const Subject subject = small(given);
  const Placed place = placed(subject, smooth_bed());
  if (!place.bed) return {Verdict::skipped, "not with what it's tried beside: " + place.reason};
  std::set<std::string> done;  // without a critic neither penalties nor constraints play: many games are one
  double worst = 0;
  for (const auto& [bed, settings] : setups(subject, *place.bed)) {
    const TrialConfig trial = bed.trial(*subject.registry);
    if (!objection(trial).empty()) continue;
    const bool plays = !trial.divergence || trial.critic || subject.plugin->kind() == Kind::divergence;
    if (!plays || !done.insert(trial.id).second) continue;
    const GradientError error = gradient_error(trial);
    if (!(error.relative <= largest_gradient_error))
      return {Verdict::failed, fmt::format("the gradient of the {} isn't that of its loss: {}{}",
                                           error.player, slopes_text(error), game_text(trial, settings))};
    worst = std::max(worst, error.relative);
  }
  return {Verdict::ok,
          fmt::format("slopes are those of central differences in {}; largest relative error {:.1e}",
                      counted(done.size(), "game"), worst)};
}

Finding second_derivatives(const Subject& given) {
  const Subject subject = small(given);
  const Placed place = placed(subject, smooth_bed());
  if (!place.bed) return {Verdict::skipped, "not with what it's tried beside: " + place.reason};
  size_t compared = 0;
  double worst = 0;
  std::string left_out;
  for (const auto& [bed, settings] : setups_of_choices(subject, *place.bed)) {
    const TrialConfig trial = bed.trial(*subject.registry);
    if (!objection(trial).empty()) continue;
    const std::string said = make(*subject.plugin, settings).as_plugin().inexact_second_derivatives();
    if (!said.empty()) {
      left_out = said;
      continue;
    }
    const GradientError error = second_derivative_error(trial);
    ++compared;
    if (!(error.relative <= largest_gradient_error))
      return {Verdict::failed,
              fmt::format("second derivatives of the loss of the {} are wrong: {}{}; if they leave something "
                          "out, say what in inexact_second_derivatives",
                          error.player, slopes_text(error), game_text(trial, settings))};
    worst = std::max(worst, error.relative);
  }
  if (!left_out.empty()) return {Verdict::skipped, "it says that second derivatives " + left_out};
  return {
      Verdict::ok,
      fmt::format("second derivatives are those of central differences in {}; largest relative error {:.1e}",
                  counted(compared, "game"), worst)};
}

}  // namespace saddle::check
