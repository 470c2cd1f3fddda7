#include "game/moment.hpp"

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

const Batch& Moment::real() {
  if (!real_) {
    Random stream = streams_.at(fmt::format("data/{}", name_.draw), name_.stream_step);
    real_ = parts().data->draw(stream, batch_size_);
  }
  return *real_;
}

const Tensor& Moment::latents() {
  if (!latents_.defined()) {
    Random stream = random("latents");
    latents_ = parts().prior->draw(stream, batch_size_);
  }
  return latents_;
}

Tensor Moment::generate_raw(const Tensor& latents) {
  return parts().generator->forward(params(Kind::generator), latents);
}

Tensor Moment::generate(const Tensor& latents) {
  Random stream = random("head");
  return parts().head->forward(params(Kind::head), generate_raw(latents), stream);
}

Tensor Moment::score(const Tensor& samples) { return parts().critic->forward(params(Kind::critic), samples); }
Tensor Moment::encode(const Tensor& samples) {
  return parts().encoder->forward(params(Kind::encoder), samples);
}

Random Moment::random(std::string_view purpose) const {
  return streams_.at(fmt::format("{}/{}", purpose, name_.turn), name_.stream_step);
}

}  // namespace saddle
