#include <saddle/objective.hpp>

#include <ATen/ATen.h>

namespace saddle {

Generated generate(const Generator& generator, const Params& generator_params, const Head& head,
                   const Params& head_params, const Tensor& latents, const Draws::Streams& streams,
                   Random head_stream) {
  if (!generator.is_autoregressive()) {
    Tensor raw = generator.draw(generator_params, latents, Draws(streams));
    Tensor samples = head.forward(head_params, raw, head_stream);
    return {std::move(raw), std::move(samples)};
  }
  std::vector<Tensor> parts;
  const Draws draws(streams, [&](const Tensor& raw) {
    parts.push_back(head.forward(head_params, raw, head_stream));
    return parts.back();
  });
  Tensor raw = generator.draw(generator_params, latents, draws);
  return {std::move(raw), at::cat(parts, 2)};
}

Tensor generate_raw_for(const Generator& generator, const Params& params, const Tensor& latents,
                        const Tensor& samples, const Draws::Streams& streams) {
  int64_t position = 0;
  return generator.draw(params, latents,
                        Draws(streams, [&](const Tensor&) { return samples.narrow(2, position++, 1); }));
}

Draws::Streams Play::generator_streams() const {
  return [this](std::string_view purpose) { return random("generator/" + std::string(purpose)); };
}

Generated Play::generate_both(const Tensor& latents) {
  return saddle::generate(*parts().generator, params(Kind::generator), *parts().head, params(Kind::head),
                          latents, generator_streams(), random("head"));
}

Tensor Play::generate_raw_for(const Tensor& latents, const Tensor& samples) {
  return saddle::generate_raw_for(*parts().generator, params(Kind::generator), latents, samples,
                                  generator_streams());
}

}  // namespace saddle
