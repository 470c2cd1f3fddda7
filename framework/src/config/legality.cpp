#include "config/legality.hpp"

#include <ATen/ATen.h>
#include <saddle/ops.hpp>
#include <saddle/packing.hpp>

#include "config/instantiate.hpp"
#include "config/support.hpp"

namespace saddle {
namespace {

std::string interval_text(const Interval& i) {
  const bool low = i.low != -__builtin_inf(), high = i.high != __builtin_inf();
  if (low && high) return "between " + number_text(i.low) + " and " + number_text(i.high);
  if (low) return "from " + number_text(i.low) + " up";
  return high ? "up to " + number_text(i.high) : "of any size";
}

std::string shape_text(const Shape& shape) {
  std::string text = "[";
  for (const int64_t size : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

Diagnostic about(const PartConfig& part, std::string message, std::string hint = {}) {
  return {part.place, part.path, std::move(message), std::move(hint)};
}

/// A plugin blames one of its parameters, or by `use` itself: then the hint says what it was to be used for.
Diagnostic blame(const PartConfig& part, const ParamError& e, const std::string& used_for = {}) {
  const auto given = part.given.find(e.param());
  const ParamSpec* spec = part.plugin->schema->find(e.param());
  return {given == part.given.end() ? part.place : given->second->place, part.path + "." + e.param(),
          e.what(), spec ? spec->help() : used_for};
}

std::tuple<std::vector<const PartConfig*>, int64_t, int64_t> key_of(const TrialConfig& t) {
  std::vector<const PartConfig*> key = {t.objective.get(), t.data.get(),       t.prior.get(),
                                        t.generator.get(), t.head.get(),       t.critic.get(),
                                        t.encoder.get(),   t.divergence.get(), t.dynamics.get()};
  for (const PartPtr& part : t.penalties) key.push_back(part.get());
  key.push_back(nullptr);
  for (const PartPtr& part : t.constraints) key.push_back(part.get());
  return {key, t.train.batch, t.train.packing};
}

/// Whether one of an f-divergence's terms rises or falls somewhere.
bool has_slope(const FDivergence& divergence) {
  const Tensor v = at::linspace(-4, 4, 12, at::kDouble).unsqueeze(0).requires_grad_();
  const auto moves = [&](const Tensor& term) {
    return term.requires_grad() && (input_gradient(term, v) != 0).any().item<bool>();
  };
  return moves(divergence.linked_real_term(v)) || moves(divergence.linked_fake_term(v));
}

}  // namespace

const Legality::Loaded& Legality::data(const PartPtr& part) {
  const auto [known, added] = data_.try_emplace(part);
  if (!added) return known->second;
  try {
    auto& loaded = objects_.of(part).as<Data>();
    ask_plugin(*part->plugin, [&] { loaded.load(); });
    known->second.data = &loaded;
  } catch (const ParamError& e) {
    known->second.objection = {blame(*part, e), true};
  }
  return known->second;
}

const std::vector<Objection>& Legality::of(const TrialConfig& trial) {
  const auto [known, added] = known_.try_emplace(key_of(trial));
  std::vector<Objection>& out = known->second;
  if (!added) return out;
  if (trial.data && !data(trial.data).data) {
    out.push_back(data(trial.data).objection);
    return out;
  }
  const Parts parts = parts_of(trial);
  match(trial, parts, out);
  declare(trial, parts, out);
  return out;
}

Parts Legality::parts_of(const TrialConfig& trial) {
  Parts parts;
  parts.packing = trial.train.packing;
  if (trial.data) parts.data = data(trial.data).data;
  if (trial.prior) parts.prior = &objects_.of(trial.prior).as<Prior>();
  if (trial.generator) parts.generator = &objects_.of(trial.generator).as<Generator>();
  if (trial.head) parts.head = &objects_.of(trial.head).as<Head>();
  if (trial.critic) parts.critic = &objects_.of(trial.critic).as<Critic>();
  if (trial.encoder) parts.encoder = &objects_.of(trial.encoder).as<Encoder>();
  if (trial.divergence) parts.divergence = &objects_.of(trial.divergence).as<Divergence>();
  for (const PartPtr& penalty : trial.penalties)
    parts.penalties.push_back(&objects_.of(penalty).as<Penalty>());
  for (const PartPtr& constraint : trial.constraints)
    parts.constraints.push_back(&objects_.of(constraint).as<Constraint>());
  return parts;
}

// A dynamics that differentiates twice, and a part that can't be: the first one.
void Legality::differentiate(const TrialConfig& trial, std::vector<Objection>& out) {
  if (!trial.dynamics || !objects_.of(trial.dynamics).as<Dynamics>().needs_second_derivatives()) return;
  std::vector<PartPtr> parts = {trial.divergence, trial.generator, trial.head,
                                trial.critic,     trial.encoder,   trial.objective};
  parts.insert(parts.end(), trial.penalties.begin(), trial.penalties.end());
  parts.insert(parts.end(), trial.constraints.begin(), trial.constraints.end());
  for (const PartPtr& part : parts) {
    if (!part) continue;
    const std::string what =
        ask_plugin(*part->plugin, [&] { return objects_.of(part).as_plugin().inexact_second_derivatives(); });
    if (what.empty()) continue;
    const std::string kind(kind_name(part->plugin->kind()));
    out.push_back({about(*trial.dynamics, "the dynamics " + trial.dynamics->plugin->name() +
                                              " differentiates the losses twice, and the second "
                                              "derivatives of the " +
                                              kind + " " + part->plugin->name() + " " + what),
                   false});
    return;
  }
}

void Legality::match(const TrialConfig& trial, const Parts& parts, std::vector<Objection>& out) {
  if (parts.head && parts.data) {
    const Interval from = ask_plugin(*trial.head->plugin, [&] { return parts.head->range(); });
    const Interval to = ask_plugin(*trial.data->plugin, [&] { return parts.data->range(); });
    if (!from.contains(to)) {
      std::string place = ask_plugin(*trial.data->plugin, [&] {
        return parts.head->support().whole ? first_not_counted(*parts.data) : "";
      });
      if (!place.empty()) place.insert(0, ": ");
      out.push_back({about(*trial.head,
                           "the head " + trial.head->plugin->name() + " makes numbers " +
                               interval_text(from) + ", and those of the data " + trial.data->plugin->name() +
                               " are " + interval_text(to) + place,
                           "The range of the head must contain the range of the data."),
                     false});
    } else {
      match_support(trial, parts, out);
    }
  }
  for (size_t i = 0; i < parts.penalties.size() && parts.critic; ++i) {
    if (!parts.penalties[i]->needs_input_gradient() || !parts.critic->works_on_batch()) continue;
    out.push_back({about(*trial.penalties[i],
                         "the penalty " + trial.penalties[i]->plugin->name() +
                             " needs the gradient of one sample's score, and the critic " +
                             trial.critic->plugin->name() + " scores samples by those beside them"),
                   false});
  }
  match_batch(trial, parts, out);
  match_positions(trial, parts, out);
  differentiate(trial, out);
  if (!out.empty()) return;
  const auto& objective = objects_.of(trial.objective).as<Objective>();
  const std::string reason = ask_plugin(*trial.objective->plugin, [&] { return objective.illegal(parts); });
  if (!reason.empty()) {
    out.push_back({about(*trial.objective, "the objective " + trial.objective->plugin->name() +
                                               " can't use these parts: " + reason),
                   false});
  }
}

void Legality::match_batch(const TrialConfig& trial, const Parts& parts, std::vector<Objection>& out) {
  const int64_t batch = trial.train.batch, m = trial.train.packing;
  if (trial.critic && batch % m != 0) {
    out.push_back(
        {about(*trial.critic,
               "the critic " + trial.critic->plugin->name() + " scores train.packing = " + std::to_string(m) +
                   " samples as one, and train.batch = " + std::to_string(batch) + " is no multiple of that",
               "train.batch must be a multiple of train.packing: " + std::to_string((batch + m - 1) / m * m) +
                   " is the next one."),
         false});
    return;
  }
  const int64_t smallest = parts.divergence ? parts.divergence->smallest_batch() : 1;
  if (batch / m >= smallest) return;
  out.push_back({about(*trial.divergence, "the divergence " + trial.divergence->plugin->name() +
                                              " compares batches of at least " + std::to_string(smallest) +
                                              " samples, and train.batch is " + std::to_string(batch) +
                                              (m == 1 ? "" : ", packed by " + std::to_string(m))),
                 false});
}

// A generator that feeds back what came out of the head needs it part by part.
void Legality::match_positions(const TrialConfig& trial, const Parts& parts, std::vector<Objection>& out) {
  if (!parts.generator || !parts.head || !parts.data || !parts.generator->is_autoregressive()) return;
  const Shape sample = ask_plugin(*trial.data->plugin, [&] { return parts.data->shape(); });
  if (ask_plugin(*trial.head->plugin, [&] { return parts.head->works_by_position(sample); })) return;
  out.push_back(
      {about(*trial.generator,
             "the generator " + trial.generator->plugin->name() +
                 " feeds samples back position by position, and the head " + trial.head->plugin->name() +
                 " makes those of shape " + shape_text(sample) + " as a whole",
             "Heads that take the letters along the last axis, gumbel_softmax among them, need samples "
             "of shape [position, letter]; those that take number by number, linear among them, none."),
       false});
}

// A critic would tell generated from real samples by that alone.
void Legality::match_support(const TrialConfig& trial, const Parts& parts, std::vector<Objection>& out) {
  const Support support = ask_plugin(*trial.head->plugin, [&] { return parts.head->support(); });
  const auto [known, added] = outside_support_.try_emplace({trial.head, trial.data});
  if (added)
    known->second = ask_plugin(*trial.data->plugin, [&] { return outside_support(support, *parts.data); });
  const std::string& found = known->second;
  if (found.empty()) return;
  out.push_back({about(*trial.head,
                       "the head " + trial.head->plugin->name() + " makes " + support_text(support) +
                           ", and samples of the data " + trial.data->plugin->name() + " are none: " + found,
                       "The head must make what the data are."),
                 false});
}

template <class T, class Function>
void Legality::dry_run(const PartPtr& part, const std::string& shapes, std::vector<Objection>& out,
                       Function&& function, const std::function<std::string()>& used_for) {
  const auto [known, added] = declared_.try_emplace({part.get(), shapes});
  if (added) {
    try {
      // An object of its own: declaring is done once in the life of each.
      ask_plugin(*part->plugin, [&] {
        const PluginObject object = instantiate({part.get()}, {at::TensorOptions().dtype(at::kDouble)});
        function(object.as<T>());
      });
    } catch (const ParamError& e) {
      known->second.push_back({blame(*part, e, used_for ? used_for() : std::string()), false});
    }
  }
  out.insert(out.end(), known->second.begin(), known->second.end());
}

// A part whose shapes another one's mistake hides is left out: its turn comes when that is mended. So are
// head and generator where parts don't match: what they would say may be the same again.
void Legality::declare(const TrialConfig& trial, const Parts& parts, std::vector<Objection>& out) {
  const auto agrees = [&out](auto&& check) {
    const size_t before = out.size();
    check();
    return out.size() == before;
  };
  if (parts.divergence) {
    dry_run<Divergence>(trial.divergence, "", out, [](const Divergence& divergence) {
      const auto* f = dynamic_cast<const FDivergence*>(&divergence);
      if (f && !has_slope(*f))
        throw ParamError("link", "under this link the divergence is flat: no gradient reaches anybody");
    });
  }
  Shape sample, latent, raw;
  if (parts.data) sample = ask_plugin(*trial.data->plugin, [&] { return parts.data->shape(); });
  bool has_latent = true, has_raw = out.empty();
  if (parts.prior) {
    has_latent = agrees([&] { dry_run<Prior>(trial.prior, {}, out, [](Prior& prior) { prior.shape(); }); });
    if (has_latent) latent = ask_plugin(*trial.prior->plugin, [&] { return parts.prior->shape(); });
  }
  raw = sample;
  if (parts.head && has_raw) {
    // The shape that a head asks for may be the mistake itself.
    const std::string key = shape_text(sample) + (trial.data ? trial.data->resolved : "");
    has_raw = agrees([&] {
      dry_run<Head>(trial.head, key, out, [&](Head& head) {
        Declare d;
        Random random = Streams({0}, at::kDouble).at("observe", 0);
        if (parts.data) head.observe(*parts.data, random);
        head.raw_shape(sample);
        head.declare(d, sample);
      });
    });
    if (has_raw) raw = ask_plugin(*trial.head->plugin, [&] { return parts.head->raw_shape(sample); });
  }
  if (parts.generator && has_latent && has_raw) {
    dry_run<Generator>(
        trial.generator, shape_text(latent) + shape_text(raw), out,
        [&](Generator& generator) {
          Declare d;
          generator.declare(d, latent, raw);
        },
        [&] {
          return parts.head ? "The head " + trial.head->plugin->name() + " takes outputs of shape " +
                                  shape_text(raw) + "."
                            : std::string();
        });
  }
  const Shape scored = packed_shape(sample, trial.train.packing);
  const auto samples = [&](const std::string& packed) {
    return trial.data ? "Samples of the data " + trial.data->plugin->name() + " are of shape " +
                            shape_text(sample) + packed + "."
                      : std::string();
  };
  const bool has_critic =
      parts.critic != nullptr && agrees([&] {
        dry_run<Critic>(
            trial.critic, shape_text(scored), out,
            [&](Critic& critic) {
              Declare d;
              critic.declare(d, scored);
            },
            [&] { return samples(scored == sample ? "" : ", packed as " + shape_text(scored)); });
      });
  for (const PartPtr& constraint : trial.constraints) {
    if (!has_critic) break;
    dry_run<Constraint>(constraint, trial.critic->resolved + shape_text(scored), out, [&](Constraint& c) {
      Declare d;
      const PluginObject critic = instantiate({trial.critic.get()}, {at::TensorOptions().dtype(at::kDouble)});
      critic.as<Critic>().declare(d, scored);
      const std::vector<Slot> slots = d.params();
      for (const Slot& slot : slots) c.declare(d, slot);
    });
  }
  if (parts.encoder && has_latent) {
    const auto& objective = objects_.of(trial.objective).as<Objective>();
    const int64_t outputs =
        ask_plugin(*trial.objective->plugin, [&] { return objective.encoder_outputs(latent); });
    dry_run<Encoder>(
        trial.encoder, shape_text(sample) + std::to_string(outputs), out,
        [&](Encoder& encoder) {
          Declare d;
          encoder.declare(d, sample, outputs);
        },
        [&] { return samples(""); });
  }
}

std::vector<std::string> Legality::warnings(const TrialConfig& trial) {
  std::vector<std::string> result;
  if (trial.critic && trial.divergence && trial.penalties.empty() && trial.constraints.empty() &&
      objects_.of(trial.divergence).as<Divergence>().needs_lipschitz_critic()) {
    result.push_back(
        "the divergence " + trial.divergence->plugin->name() +
        " means something only with a critic that is near Lipschitz, and there is neither a penalty nor a "
        "constraint");
  }
  if (!trial.data || !data(trial.data).data) return result;
  const Parts parts = parts_of(trial);
  if (parts.head && parts.head->gradient() == SampleGradient::score)
    for (size_t i = 0; i < parts.penalties.size(); ++i)
      if (parts.penalties[i]->needs_input_gradient())
        result.push_back(
            "the penalty " + trial.penalties[i]->plugin->name() +
            " holds slopes of the critic that the generator never follows: samples of the head " +
            trial.head->plugin->name() + " are discrete, and their gradient is the score function");
  for (const PartPtr& part : trial.metrics) {
    const auto& metric = objects_.of(part).as<Metric>();
    const std::string reason = ask_plugin(*part->plugin, [&] { return metric.unsupported(parts); });
    const int64_t smallest = ask_plugin(*part->plugin, [&] { return metric.smallest_samples(); });
    if (!reason.empty())
      result.push_back("the metric " + part->as + " is NaN for the data " + trial.data->plugin->name() +
                       ": " + reason);
    else if (trial.measure.samples < smallest)
      result.push_back("the metric " + part->as + " is NaN: it takes at least " + std::to_string(smallest) +
                       " samples, and measure.samples is " + std::to_string(trial.measure.samples));
  }
  return result;
}

}  // namespace saddle
