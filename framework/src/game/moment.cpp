#include "game/moment.hpp"

namespace saddle {

Params effective_params(const Assembly& assembly, const Network& network, Kind kind, bool trained,
                        Mode mode) {
  if (kind != Kind::critic || assembly.constraints().empty())
    return trained ? network.trained(mode) : network.frozen(mode);
  const Params whole = trained ? network.trained(mode) : network.frozen(mode);
  std::vector<Tensor> params = trained ? network.leaves() : network.views();
  for (const Constraint* constraint : assembly.constraints())
    for (size_t i = 0; i < params.size(); ++i)
      params[i] = constraint->effective(whole, network.slots()[i], params[i]);
  return {std::move(params), network.states(), mode};
}

Moment::Moment(const Assembly& assembly, const Networks& networks, const Streams& streams, int64_t batch_size,
               UpdateName name)
    : assembly_(assembly),
      networks_(networks),
      streams_(streams),
      batch_size_(batch_size),
      name_(std::move(name)) {}

void Moment::train(const PlayerSpec& player) { player_ = &player; }

Params Moment::params(Kind kind) const {
  const bool trained = player_ && std::find(player_->networks.begin(), player_->networks.end(), kind) !=
                                      player_->networks.end();
  const auto found = networks_.find(kind);
  if (found == networks_.end()) return {{}, {}, Mode::training};  // a head without parameters
  return effective_params(assembly_, found->second, kind, trained, Mode::training);
}

const Batch& Moment::real() {
  if (!real_) {
    Random stream = streams_.at(fmt::format("data/{}", name_.draw), name_.step);
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
  return streams_.at(fmt::format("{}/{}", purpose, name_.turn), name_.step);
}

}  // namespace saddle
