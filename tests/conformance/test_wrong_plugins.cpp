// Plugins that are wrong in one way each: the check that's there for it finds it, and says so.
#include <ATen/ATen.h>

#include "conformance/everything.hpp"
#include "lanes/recorder.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

/// Kullback-Leibler, right in everything.
template <class Wrong>
class Right : public FDivergence {
 public:
  static void describe(Schema<Wrong>& s) { s.summary("Wrong."); }
  Tensor f(const Tensor& u) const override { return u * u.log() - u + 1; }
  Tensor real_term(const Tensor& v) const override { return v; }
  Tensor fake_term(const Tensor& v) const override { return saddle::expm1(v); }
  Tensor log_ratio_real_term(const Tensor& v) const override { return v; }
  Tensor log_ratio_fake_term(const Tensor& v) const override { return saddle::expm1(v); }
};

class Good final : public Right<Good> {};

class WrongConjugate final : public Right<WrongConjugate> {
  Tensor fake_term(const Tensor& v) const override { return v.exp(); }
};
class WrongLink final : public Right<WrongLink> {
  Tensor log_ratio_real_term(const Tensor& v) const override { return v + 1; }
};
class Concave final : public Right<Concave> {
  Tensor f(const Tensor& u) const override { return u.log(); }
};
class NotNormalised final : public Right<NotNormalised> {
  Tensor f(const Tensor& u) const override { return u * u.log() - u + 2; }
};
class LosesDigits final : public Right<LosesDigits> {
  Tensor fake_term(const Tensor& v) const override { return v.exp() - 1; }
};

/// A difference of means, right in everything.
template <class Wrong>
class Means : public Divergence {
 public:
  static void describe(Schema<Wrong>& s) { s.summary("Wrong."); }
  Tensor value(const Round& round) const override {
    return lane_mean(round.real_scores()) - lane_mean(round.fake_scores());
  }
};

class MixesLanes final : public Means<MixesLanes> {
  Tensor value(const Round& round) const override {
    const Tensor all = round.real_scores();
    return all.mean() - lane_mean(round.fake_scores());
  }
};
class OtherBits final : public Means<OtherBits> {
  Tensor value(const Round& round) const override {
    return lane_mean(at::sigmoid(round.real_scores())) - lane_mean(at::sigmoid(round.fake_scores()));
  }
};
class Detached final : public Means<Detached> {
  Tensor value(const Round& round) const override {
    return lane_mean(round.real_scores().square()) -
           lane_mean(round.fake_scores() * round.fake_scores().detach());
  }
};
class Overflows final : public Means<Overflows> {
  Tensor value(const Round& round) const override {
    return lane_mean(round.real_scores()) - lane_mean((2 * round.fake_scores()).exp().log()) / 2;
  }
};
class WrongExact final : public Means<WrongExact> {
  Tensor value(const Round& round) const override {
    return -lane_mean((1 - round.real_scores()).square()) - lane_mean((1 + round.fake_scores()).square());
  }
  std::optional<Tensor> exact(const Densities& d) const override {
    return at::zeros({d.log_real.size(0)}, at::kDouble);
  }
};
class Throws final : public Means<Throws> {
  Tensor value(const Round&) const override { throw std::runtime_error("nothing works today"); }
};

class Remembers final : public Means<Remembers> {
  Tensor value(const Round& round) const override {
    return static_cast<double>(++rounds_) * (lane_mean(round.real_scores()) - lane_mean(round.fake_scores()));
  }
  mutable int64_t rounds_ = 0;
};

class FirstLanesWeight final : public Penalty {
 public:
  static void describe(Schema<FirstLanesWeight>& s) {
    s.summary("Wrong.");
    s.param("weight", &FirstLanesWeight::weight_, {.initial = 1.0}, "Multiplies the penalty.");
  }
  Tensor value(const Round& round) const override {
    return weight_.at(0) * lane_mean(round.real_scores().square());
  }

 private:
  LaneReal weight_;
};

/// ½‖∇D‖² at real samples, of which one factor is taken for a constant.
class DetachedPenalty final : public Penalty {
 public:
  static void describe(Schema<DetachedPenalty>& s) { s.summary("Wrong."); }
  Tensor value(const Round& round) const override {
    const Tensor x = gradient_input(round.real()), slope = input_gradient(round.score(x), x);
    return lane_mean(sample_sum(slope * slope.detach())) / 2;
  }
  bool needs_input_gradient() const override { return true; }
};
/// The mean of the squared scores, whose first derivative is right and whose second is 0.
class WrongSecond final : public Penalty {
 public:
  static void describe(Schema<WrongSecond>& s) { s.summary("Wrong."); }
  Tensor value(const Round& round) const override {
    const Tensor v = round.real_scores(), constant = v.detach();
    return lane_mean(2 * v * constant - constant.square());
  }
};
/// The same, and it says so.
class SaidSecond final : public Penalty {
 public:
  static void describe(Schema<SaidSecond>& s) { s.summary("Not wrong: it says what it is."); }
  std::string inexact_second_derivatives() const override { return "are 0"; }
  Tensor value(const Round& round) const override {
    const Tensor v = round.real_scores(), constant = v.detach();
    return lane_mean(2 * v * constant - constant.square());
  }
};
/// A matrix over its norm, of which the norm is taken for a constant.
class DetachedNorm final : public Constraint {
 public:
  static void describe(Schema<DetachedNorm>& s) { s.summary("Wrong."); }
  Tensor effective(const Params&, const Slot&, const Tensor& trained) const override {
    const Tensor norm = lane_sum(trained.detach().square()).sqrt();
    std::vector<int64_t> shape(static_cast<size_t>(trained.dim()), 1);
    shape[0] = trained.size(0);
    return trained / norm.view(shape);
  }
};
class DetachedHead final : public Head {
 public:
  static void describe(Schema<DetachedHead>& s) { s.summary("Wrong."); }
  Tensor forward(const Params&, const Tensor& raw, Random&) const override {
    return raw * raw.detach().square();
  }
};
/// Right in its default and wrong in its other choice.
class WrongChoice final : public Means<WrongChoice> {
 public:
  static void describe(Schema<WrongChoice>& s) {
    s.summary("Wrong.");
    s.param("form", &WrongChoice::form_, {.initial = "right", .choices = {"right", "wrong"}}, "Which.");
  }
  Tensor value(const Round& round) const override {
    const Tensor real = round.real_scores(), fake = round.fake_scores();
    return lane_mean(real) - lane_mean(form_ == "wrong" ? fake * fake.detach() : fake);
  }

 private:
  std::string form_;
};

class Silent final : public Penalty {
 public:
  static void describe(Schema<Silent>&) {}
};
class DefaultNotAllowed final : public Penalty {
 public:
  static void describe(Schema<DefaultNotAllowed>& s) {
    s.summary("Wrong.");
    s.param("share", &DefaultNotAllowed::share_, {.initial = 2.0, .range = between(0, 1)}, "A share.");
  }

 private:
  double share_ = 0;
};
class Undocumented final : public Penalty {
 public:
  static void describe(Schema<Undocumented>& s) {
    s.summary("Wrong.");
    s.param("share", &Undocumented::share_, {.initial = 0.5}, "");
  }

 private:
  double share_ = 0;
};
class Demanding final : public Penalty {
 public:
  static void describe(Schema<Demanding>& s) {
    s.summary("Right, once it has its weight.");
    s.param("weight", &Demanding::weight_, {}, "Multiplies the penalty.");
  }
  Tensor value(const Round& round) const override {
    return weight_ * lane_mean(round.real_scores().square());
  }

 private:
  LaneReal weight_;
};

class OfOtherSamples final : public Means<OfOtherSamples> {
  Tensor value(const Round& round) const override {
    const Tensor x = gradient_input(round.real().clone());
    return lane_mean(sample_norm(input_gradient(round.real_scores(), x)));
  }
};

class OfTheProcessor final : public Means<OfTheProcessor> {
  Tensor value(const Round& round) const override {
    const Tensor scores = round.real_scores();
    return lane_mean(at::softplus(scores)) - at::sub(lane_mean(round.fake_scores()), lane_mean(scores), 0.1);
  }
};

template <class Plugin>
Registry with_plugin() {
  static constexpr PluginEntry tested = entry<Plugin>("tested", __FILE__);
  Registry registry;
  at::set_num_threads(1);
  load_plugins(registry, std::getenv("SADDLE_PLUGINS_DIR"));
  check::add_partners(registry);
  registry.add(tested);
  return registry;
}

/// What the check of this name says of a plugin.
template <class Plugin>
check::Finding finding(const std::string& name, const std::map<std::string, std::string>& settings = {}) {
  const Registry registry = with_plugin<Plugin>();
  const check::Subject subject{registry.find(Plugin::kind, "tested"), &registry, settings};
  for (const check::Check& check : check::all())
    if (check.name == name) return check::run(check, subject);
  FAIL("there is no check " << name);
  return {};
}

template <class Plugin>
void fails(const std::string& name, const std::string& sentence) {
  const check::Finding found = finding<Plugin>(name);
  CAPTURE(name, found.text);
  CHECK(found.verdict == check::Verdict::failed);
  CHECK_THAT(found.text, holds(sentence));
}

}  // namespace

TEST_CASE("a right divergence passes all checks") {
  const Registry registry = with_plugin<Good>();
  const check::Subject subject{registry.find(Kind::divergence, "tested"), &registry, {}};
  for (const check::Check& check : check::all()) {
    REQUIRE(check.concerns(subject));
    const check::Finding found = check::run(check, subject);
    INFO(check.name << ": " << found.text);
    CHECK(found.verdict == check::Verdict::ok);
  }
}

TEST_CASE("a wrong f-divergence is found out") {
  fails<WrongConjugate>("conjugate", "fake_term isn't the conjugate of f at real_term (link paper)");
  fails<WrongLink>("conjugate", "(link log_ratio)");
  fails<WrongConjugate>("bound", "the bound at the best critic is");
  fails<Concave>("f", "f isn't convex");
  fails<NotNormalised>("f", "f(1) is 1, and f_at_one says 0");
  fails<LosesDigits>("float32", "fake_term in float32 is");
}

TEST_CASE("a divergence that mixes lanes is found out") {
  fails<MixesLanes>("lanes", "a trial among 3 gives other numbers than alone");
  fails<MixesLanes>("leaks", "change the loss of the critic of lanes 1 and 2: axis 0 is mixed");
  fails<OtherBits>("lanes",
                   "Never mix axis 0, and take sums, products, sigmoid and softplus from saddle/ops.hpp");
  fails<FirstLanesWeight>("lanes", "a trial among 3 gives other numbers than alone");
}

TEST_CASE("a plugin that remembers in a member what it should have declared is found out") {
#if SADDLE_LOCKS_STORAGES
  fails<Remembers>("replay", "replaying a recorded loss gives other numbers than evaluating it");
  fails<Remembers>("resume", "that goes on from its checkpoint of step 16 gives other numbers");
#else
  fails<Remembers>("resume", "that goes on from its checkpoint of step 1 gives other numbers");
#endif
}

TEST_CASE("a gradient that is not the loss's is found out") {
  fails<Detached>("gradients", "isn't that of its loss: along one direction the slope is");
  fails<DetachedPenalty>("gradients", "the gradient of the critic isn't that of its loss");
  fails<DetachedNorm>("gradients", "the gradient of the critic isn't that of its loss");
  fails<DetachedHead>("gradients", "the gradient of the generator isn't that of its loss");
  fails<WrongChoice>("gradients", "(divergence tested) with {form: wrong}");
}

TEST_CASE("second derivatives that are wrong are found out, unless it's said") {
  CHECK(finding<WrongSecond>("gradients").verdict == check::Verdict::ok);
  fails<WrongSecond>("second", "say what in inexact_second_derivatives");
  const check::Finding said = finding<SaidSecond>("second");
  CHECK(said.verdict == check::Verdict::skipped);
  CHECK_THAT(said.text, holds("it says that second derivatives are 0"));
}

TEST_CASE("a plugin is told of operators whose bits depend on the processor, whatever the kernels") {
  const check::Finding found = finding<OfTheProcessor>("portable");
  CHECK(found.verdict == check::Verdict::skipped);
  CHECK_THAT(found.text,
             holds("it computes by aten::softplus, aten::softplus_backward, aten::sub.Tensor with alpha"));
}

TEST_CASE("a penalty on samples that the scores were not computed from is refused") {
  fails<OfOtherSamples>("gradients", "the scores were not computed from these samples");
}

TEST_CASE("a value that overflows, a wrong exact and an exception are found out") {
  fails<Overflows>("finite", "overflows in float32 at scores of");
  fails<WrongExact>("exact", "the best critic reaches");
  fails<Throws>("gradients", "it threw: nothing works today");
}

TEST_CASE("a plugin that says too little or what isn't allowed is found out") {
  fails<Silent>("schema", "it has no summary");
  fails<Undocumented>("schema", "the parameter share has no documentation");
  fails<DefaultNotAllowed>("schema", "the default of share isn't allowed: 2 is not between 0 and 1");
}

TEST_CASE("a parameter without default is asked for") {
  CHECK_THROWS_WITH(finding<Demanding>("lanes"), holds("say it with --set weight=VALUE"));
  CHECK(finding<Demanding>("lanes", {{"weight", "0.5"}}).verdict == check::Verdict::ok);
}
