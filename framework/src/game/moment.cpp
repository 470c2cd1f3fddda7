#include "game/moment.hpp"

#include "lanes/recording.hpp"

namespace saddle {

Moment::Moment(const Assembly& assembly, const Networks& networks, const Streams& streams,
               const TrainConfig& train, UpdateName name)
    : assembly_(assembly),
      networks_(networks),
      streams_(streams),
      batch_size_(train.batch),
      steps_(train.steps),
      name_(std::move(name)) {}

const std::vector<Tensor>& Moment::raw_params(Kind kind, const Network& network) const {
  if (const auto found = substitutes_.find(kind); found != substitutes_.end()) return found->second;
  const bool leaves = !player_ || std::find(player_->networks.begin(), player_->networks.end(), kind) !=
                                      player_->networks.end();
  return leaves ? network.leaves() : network.views();
}

// The critic's through the constraints, one after the other.
Params Moment::params(Kind kind) {
  const auto found = networks_.find(kind);
  if (found == networks_.end())  // a head without parameters
    return {{}, {}, Mode::training, assembly_.temperature_factors(name_.step)};
  const Network& network = found->second;
  std::vector<Tensor> params = raw_params(kind, network);
  if (kind == Kind::critic)
    for (const Constraint* constraint : assembly_.constraints()) {
      const Params before(params, network.states(), Mode::training);
      for (size_t i = 0; i < params.size(); ++i)
        params[i] = constraint->effective(before, network.slots()[i], params[i]);
    }
  return {std::move(params), network.states(), Mode::training, assembly_.temperature_factors(name_.step)};
}

namespace {

// Calls draw(stream) now, and at every replay of what is being recorded with the stream of that step.
std::vector<Tensor> drawn(const Streams& streams, std::string purpose, int64_t step,
                          const std::function<std::vector<Tensor>(Random&)>& draw) {
  auto at_step = [streams, purpose = std::move(purpose), draw](int64_t now) {
    Random stream = streams.at(purpose, now);
    return draw(stream);
  };
  Recording* recording = Recording::current();
  return recording != nullptr ? recording->made_of_draws(at_step) : at_step(step);
}

}  // namespace

// Drawn on the CPU, where the data lie.
const Batch& Moment::real() {
  if (real_) return *real_;
  const at::Device device = streams_.options().device();
  const Streams on_cpu(streams_.seeds(), streams_.options().device(at::kCPU));
  std::string purpose = fmt::format("data/{}", name_.draw);
  const auto draw = [data = parts().data, size = batch_size_](Random& stream) {
    Batch one = data->draw(stream, size);
    return std::vector<Tensor>{std::move(one.samples), std::move(one.labels)};
  };
  const auto batch = device.is_cpu() ? drawn(on_cpu, std::move(purpose), name_.stream_step, draw)
                                     : brought_to(device, name_.stream_step, [=](int64_t now) {
                                         Random stream = on_cpu.at(purpose, now);
                                         return draw(stream);
                                       });
  real_ = {batch[0], batch[1]};
  return *real_;
}

const Tensor& Moment::latents() {
  if (!latents_.defined())
    latents_ = drawn(streams_, stream_name("latents"), name_.stream_step,
                     [prior = parts().prior, size = batch_size_](Random& stream) {
                       return std::vector<Tensor>{prior->draw(stream, size)};
                     })[0];
  return latents_;
}

int64_t Moment::step() const {
  if (Recording* recording = Recording::current()) recording->refuse("it asks for the step");
  return name_.step;
}

std::optional<int64_t> Moment::update() const {
  if (Recording* recording = Recording::current()) recording->refuse("it asks for the number of the update");
  return update_;
}

double Moment::times(int64_t every) const {
  if (!update_) return 1;
  const bool due = *update_ % every == 0;
  if (Recording* recording = Recording::current(); recording != nullptr && every != 1)
    recording->assume({every, due});
  return due ? static_cast<double>(every) : 0.0;
}

Tensor Moment::score(const Tensor& samples) { return parts().critic->forward(params(Kind::critic), samples); }
Tensor Moment::encode(const Tensor& samples) {
  return parts().encoder->forward(params(Kind::encoder), samples);
}

std::string Moment::stream_name(std::string_view purpose) const {
  return fmt::format("{}/{}", purpose, name_.turn);
}

Random Moment::random(std::string_view purpose) const {
  return streams_.at(stream_name(purpose), name_.stream_step);
}

}  // namespace saddle
