// Divergences: the value V(G, D) of the game min over G, max over D.
#pragma once
#include <saddle/kind.hpp>
#include <saddle/round.hpp>
#include <saddle/schema.hpp>

#include <optional>

namespace saddle {

/// Two densities on the line, at the nodes of a quadrature rule: float64.
struct Densities {
  Tensor x;         ///< [node], ascending
  Tensor weight;    ///< [node]: ∫ g = Σ weight · g(x)
  Tensor log_real;  ///< [lane, node]: natural logarithm
  Tensor log_fake;  ///< [lane, node]
};

class SADDLE_API Divergence : public Plugin {
 public:
  static constexpr Kind kind = Kind::divergence;
  using KindClass = Divergence;
  ~Divergence() override;
  /// V(G, D), one number a lane: the critic ascends it, the generator descends it. [lane]
  virtual Tensor value(const Round& round) const = 0;
  /// What the generator descends, where that is not V. [lane]
  virtual Tensor generator_loss(const Round& round) const { return value(round); }
  /// Where the generator's loss is a mean over generated samples (up to what the generator doesn't change):
  /// its terms, [lane, batch]. The score function needs them.
  virtual bool has_generator_losses() const { return false; }
  virtual Tensor generator_losses(const Round& round) const;
  /// False for divergences between samples, which train a generator alone.
  virtual bool uses_critic() const { return true; }
  /// Whether the critic must be held near Lipschitz by a penalty or a constraint for the value to mean
  /// anything.
  virtual bool needs_lipschitz_critic() const { return false; }
  /// The smallest batch that it is defined for.
  virtual int64_t smallest_batch() const { return 1; }
  /// The value at the best critic for two known densities on the line, one number a lane; nothing where no
  /// formula is known.
  virtual std::optional<Tensor> exact(const Densities& /*densities*/) const { return std::nullopt; }
};

/// An f-divergence D_f(P‖Q) = E_Q f(p/q) in its variational form (Nowozin, Cseke & Tomioka 2016):
/// V = E_real[real_term(v)] − E_fake[fake_term(v)], v the critic's raw output.
///
/// Derive, write f, real_term and fake_term, and describe it; the parameters `link` and `generator` are
/// added. f and the terms are element-wise. Write fake_term as a closed form in v: composing activation and
/// conjugate overflows or loses digits in float32.
class SADDLE_API FDivergence : public Divergence {
 public:
  ~FDivergence() override;
  /// The generating function, convex, on u > 0.
  virtual Tensor f(const Tensor& u) const = 0;
  /// f(1): 0 but for generating functions that are not normalised.
  virtual double f_at_one() const { return 0; }
  /// The critic's output activation T = g_f(v), into the domain of the conjugate f*.
  virtual Tensor real_term(const Tensor& v) const = 0;
  /// f*(g_f(v)).
  virtual Tensor fake_term(const Tensor& v) const = 0;
  /// The same with v the log density ratio: f′(eᵛ). Derived from f unless written.
  virtual Tensor log_ratio_real_term(const Tensor& v) const;
  /// eᵛ f′(eᵛ) − f(eᵛ). Derived from f unless written; the derived form loses digits where its two terms
  /// cancel.
  virtual Tensor log_ratio_fake_term(const Tensor& v) const;
  /// The default of the parameter `generator`.
  static constexpr const char* default_generator = "minimax";

  Tensor value(const Round& round) const final;
  Tensor generator_loss(const Round& round) const final;
  bool has_generator_losses() const final { return true; }
  Tensor generator_losses(const Round& round) const final;
  /// ∫ q f(p/q).
  std::optional<Tensor> exact(const Densities& densities) const final;
  /// real_term or log_ratio_real_term, as `link` says.
  Tensor linked_real_term(const Tensor& v) const;
  Tensor linked_fake_term(const Tensor& v) const;

  std::string link;
  std::string generator;
};

/// Adds the parameters that every f-divergence has. Called for each class derived from FDivergence.
template <class T>
void describe_f_divergence(Schema<T>& s) {
  s.param("link", &T::link, {.initial = "paper", .choices = {"paper", "log_ratio"}},
          "What the critic's raw output v means: the argument of the paper's output activation, or the log "
          "density "
          "ratio.");
  s.param("generator", &T::generator,
          {.initial = T::default_generator, .choices = {"minimax", "non_saturating"}},
          "What the generator descends: the game's value, or −E_fake[real_term(v)].");
}

}  // namespace saddle
