// Gradients of every player agree with central differences for every divergence × penalty × constraint that
// goes together, and for every network, head and objective; none reaches another lane.
#include "check/gradients.hpp"
#include "check/object.hpp"

#include "conformance/everything.hpp"

using namespace saddle;
using namespace saddle::testing;

TEST_CASE("gradients are the losses' central differences, whatever game is played") {
  CHECK(hold("gradients") > 40);
}

TEST_CASE("no lane's parameters reach another lane's loss or gradient") { CHECK(hold("leaks") > 40); }

TEST_CASE("second derivatives are exact, or said not to be where they are not") {
  CHECK(hold("second") > 40);
  // What is said is not said for nothing.
  size_t said = 0;
  for (const Kind kind : all_kinds())
    for (const RegisteredPlugin* plugin : checked_registry().of(kind)) {
      const check::Subject subject = check::small({plugin, &checked_registry(), example(*plugin)});
      if (check::make(*plugin, subject.settings).as_plugin().inexact_second_derivatives().empty()) continue;
      const check::Placed place = check::placed(subject, check::smooth_bed());
      if (!place.bed) continue;  // a head of samples that no gradient passes through as it is
      ++said;
      INFO(kind_name(kind) << " " << plugin->name());
      const TrialConfig trial = place.bed->trial(checked_registry());
      try {
        CHECK(check::second_derivative_error(trial).relative > 1e-3);
      } catch (const std::exception&) {
        continue;  // there are none
      }
    }
  CHECK(said >= 3);
}

TEST_CASE(
    "dynamics that differentiate twice are illegal with what has no second derivatives, and only they") {
  int illegal = 0;
  for (const Kind kind : all_kinds())
    for (const RegisteredPlugin* plugin : checked_registry().of(kind)) {
      const check::Subject subject{plugin, &checked_registry(), example(*plugin)};
      const std::string said =
          check::make(*plugin, subject.settings).as_plugin().inexact_second_derivatives();
      if (said.empty()) continue;
      const check::Placed place = check::placed(subject, check::smooth_bed());
      if (!place.bed) continue;
      check::Bed bed = *place.bed;
      for (const RegisteredPlugin* dynamics : checked_registry().of(Kind::dynamics)) {
        bed.train["dynamics"] = dynamics->name();
        const bool twice = PluginObject(*dynamics).as<Dynamics>().needs_second_derivatives();
        const std::string objection = check::objection(bed.trial(checked_registry()));
        illegal += twice;
        if (twice)
          CHECK(objection == fmt::format("the dynamics {} differentiates the losses twice, and the second "
                                         "derivatives of the {} {} {}",
                                         dynamics->name(), kind_name(kind), plugin->name(), said));
        else
          CHECK(objection.empty());
      }
    }
  CHECK(illegal >= 9);
}
