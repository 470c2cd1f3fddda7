// How generators that draw are tested.
#pragma once
#include "game_fixture.hpp"

namespace saddle::testing {

inline Draws::Streams streams_of(std::vector<uint64_t> seeds, at::ScalarType dtype) {
  return [seeds = std::move(seeds), dtype](std::string_view purpose) {
    return Streams(seeds, at::TensorOptions(dtype)).at(purpose, 0);
  };
}

/// The raw output for latents [lane, batch, latent…], every lane with one seed; the head is linear.
inline Tensor output_of(const PluginObject& generator, const Params& p, const Tensor& latents,
                        uint64_t seed = 9) {
  const std::vector<uint64_t> seeds(static_cast<size_t>(latents.size(0)), seed);
  const Draws draws(streams_of(seeds, latents.scalar_type()), [](const Tensor& raw) { return raw; });
  return generator.as<Generator>().draw(p, latents, draws);
}

/// Raw output and samples of a generator beside a head without parameters, from one seed a lane.
inline Generated generated_by(const PluginObject& generator, const Params& p, const PluginObject& head,
                              const Tensor& latents, const std::vector<uint64_t>& seeds) {
  const auto streams = streams_of(seeds, latents.scalar_type());
  return generate(generator.as<Generator>(), p, head.as<Head>(), {{}, {}, p.mode()}, latents, streams,
                  streams("head"));
}

/// The parameter of that name.
inline Tensor named(const Declare& declared, const Params& p, const std::string& name) {
  for (size_t i = 0; i < declared.params().size(); ++i)
    if (declared.params()[i].name == name) return p.all()[i];
  FAIL("there is no parameter " << name);
  return {};
}

}  // namespace saddle::testing
