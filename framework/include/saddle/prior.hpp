// Priors: the distribution of the generator's latents.
#pragma once
#include <saddle/kind.hpp>
#include <saddle/random.hpp>

namespace saddle {

class SADDLE_API Prior : public Plugin {
 public:
  static constexpr Kind kind = Kind::prior;
  using KindClass = Prior;
  ~Prior() override;
  /// Of one latent. May throw ParamError where parameters don't go together.
  virtual Shape shape() const = 0;
  /// [lane, batch, latent…]
  virtual Tensor draw(Random& random, int64_t batch) const = 0;
  /// Whether latents are independent standard normal numbers, as a variational autoencoder's closed form
  /// assumes.
  virtual bool is_standard_normal() const { return false; }
};

}  // namespace saddle
