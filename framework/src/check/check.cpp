#include "check/check.hpp"

#include "check/object.hpp"
#include "config/trial_builder.hpp"

namespace saddle::check {
namespace {

bool always(const Subject&) { return true; }

/// Whether plugins of its kind take part in the losses that players descend.
bool in_losses(const Subject& subject) {
  switch (subject.plugin->kind()) {
    case Kind::generator:
    case Kind::head:
    case Kind::critic:
    case Kind::encoder:
    case Kind::divergence:
    case Kind::penalty:
    case Kind::constraint:
    case Kind::objective:
      return true;
    default:
      return false;
  }
}

/// Of a head that draws otherwise, the derivative at given random numbers is not what autograd gives, and
/// says so.
bool in_exact_losses(const Subject& subject) {
  if (subject.plugin->kind() != Kind::head) return in_losses(subject);
  for (const ParamSpec& spec : subject.plugin->schema->params())
    if (spec.required && !subject.settings.contains(spec.name)) return true;  // `run` asks for it
  return make(*subject.plugin, subject.settings).as<Head>().gradient() == SampleGradient::exact;
}

bool in_training(const Subject& subject) { return subject.plugin->kind() != Kind::metric; }

bool is_divergence(const Subject& subject) { return subject.plugin->kind() == Kind::divergence; }

bool is_f_divergence(const Subject& subject) {
  return is_divergence(subject) &&
         dynamic_cast<const FDivergence*>(&PluginObject(*subject.plugin).as<Divergence>()) != nullptr;
}

}  // namespace

const std::vector<Check>& all() {
  static const std::vector<Check> checks = {
      {"schema", "it says what it is, and its defaults are allowed", always, schema},
      {"lanes", "a lane's bits don't depend on its neighbours", always, lanes},
      {"replay", "replaying a recorded loss gives the bits of evaluating it", in_training, replay},
      {"resume", "a trial that goes on from a checkpoint ends as it would have without", in_training, resume},
      {"leaks", "no lane's parameters reach another lane's loss or gradient", in_losses, leaks},
      {"gradients", "gradients are the losses' central differences", in_exact_losses, gradients},
      {"second", "second derivatives are exact, or said not to be", in_exact_losses, second_derivatives},
      {"f", "f is convex and has its declared value at 1", is_f_divergence, generating_function},
      {"conjugate", "fake_term is the conjugate of f at real_term", is_f_divergence, conjugate},
      {"bound", "the best critic's bound is the divergence", is_f_divergence, bound},
      {"float32", "terms and slopes are accurate in float32", is_f_divergence, float32},
      {"exact", "exact is what the best critic reaches", is_divergence, exact},
      {"finite", "losses are finite where they fit in float32", is_divergence, finite},
      {"overflow", "what overflows ends a trial as diverged", in_training, overflow},
      {"portable", "with --kernels portable its bits are any processor's", always, portable},
  };
  return checks;
}

void require_settings(const Subject& subject) {
  for (const ParamSpec& spec : subject.plugin->schema->params())
    if (spec.required && !subject.settings.contains(spec.name))
      throw UserError(fmt::format(
          "{} {} can't be checked: nobody knows what to try for its parameter '{}'; say "
          "it with --set {}=VALUE\n      {}",
          kind_name(subject.plugin->kind()), subject.plugin->name(), spec.name, spec.name, spec.help()));
}

Finding run(const Check& check, const Subject& subject) {
  require_settings(subject);
  try {
    return check.run(subject);
  } catch (const UserError&) {
    throw;  // a parameter's value is wrong
  } catch (const std::exception& e) {
    return {Verdict::failed, fmt::format("it threw: {}", e.what())};
  } catch (...) {
    return {Verdict::failed, "it threw something that is no exception"};
  }
}

}  // namespace saddle::check
