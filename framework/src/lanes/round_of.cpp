#include <saddle/objective.hpp>
#include <saddle/packing.hpp>

namespace saddle {
namespace {

std::function<Random(std::string_view)> streams_of(Play& play, const std::string& part) {
  return [&play, part](std::string_view purpose) { return play.random(part + "/" + std::string(purpose)); };
}

// Whichever player asks: both play with one pair of distributions.
Tensor perturbed(Play& play, Tensor samples, const char* which) {
  const Parts& parts = play.parts();
  if (parts.divergence != nullptr && !parts.divergence->uses_critic()) return samples;
  const auto progress = [&play] {
    return static_cast<double>(play.step()) / static_cast<double>(play.steps());
  };
  for (size_t i = 0; i < parts.penalties.size(); ++i) {
    Random random = play.random("penalty." + std::to_string(i) + "/" + which);
    samples = parts.penalties[i]->perturb(samples, random, progress);
  }
  return samples;
}

}  // namespace

Round round_of(Play& play, Player player, const std::string& part) {
  return round_of(play, player, part, play.generate(play.latents()));
}

Round round_of(Play& play, Player player, const std::string& part, Tensor fake) {
  const int64_t m = play.parts().packing;
  const auto real_when_asked = [&play, m, real = Tensor()]() mutable {
    if (!real.defined()) real = perturbed(play, pack(play.real().samples, m), "real");
    return real;
  };
  return Round({.real = real_when_asked,
                .fake = perturbed(play, pack(fake, m), "fake"),
                .latents = play.latents(),
                .labels = [&play] { return play.real().labels; },
                .critic = [&play] { return play.params(Kind::critic); },
                .step = [&play] { return play.step(); },
                .steps = play.steps(),
                .player = player,
                .joint_pass = !play.parts().critic || !play.parts().critic->works_on_batch(),
                .score = [&play](const Tensor& samples) { return play.score(samples); },
                .random = streams_of(play, part)});
}

}  // namespace saddle
