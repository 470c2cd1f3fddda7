#include <fmt/format.h>
#include <saddle/plugin.hpp>
#include <saddle/portable.hpp>

#include <map>

#include "support/lanes.hpp"
#include "support/sequences.hpp"

namespace {
using namespace saddle;

using Spectrum = std::map<std::string, double>;

/// Shares of all stretches of k letters.
Spectrum spectrum(const std::vector<std::string>& sequences, size_t k) {
  Spectrum shares;
  double total = 0;
  for (const std::string& sequence : sequences)
    for (size_t i = 0; i + k <= sequence.size(); ++i) ++shares[sequence.substr(i, k)], ++total;
  for (auto& [kmer, share] : shares) share /= total;
  return shares;
}

double jensen_shannon(const Spectrum& p, const Spectrum& q) {
  const auto half = [](const Spectrum& a, const Spectrum& b) {
    double sum = 0;
    for (const auto& [kmer, share] : a) {
      const auto other = b.find(kmer);
      sum += share * portable::log(2 * share / (share + (other == b.end() ? 0 : other->second)));
    }
    return sum / 2;
  };
  return half(p, q) + half(q, p);
}

class Kmers final : public Metric {
 public:
  static void describe(Schema<Kmers>& s) {
    s.summary(
        "Jensen-Shannon divergence of the k-mer spectra, the shares of all stretches of k letters, of "
        "generated and of "
        "held-out sequences: 0 to ln 2 nats.");
    s.param("k", &Kmers::k_, {.initial = 3, .range = at_least(1)}, "Letters of a stretch.");
  }
  std::string unsupported(const Parts& parts) const override {
    if (const std::string why = needs_sequences(parts); !why.empty()) return why;
    const int64_t length = parts.data->shape().front();
    return k_ <= length ? "" : fmt::format("its sequences have {} letters, fewer than {}", length, k_);
  }
  Tensor measure(const Measurement& m) const override {
    const std::string alphabet = m.data->alphabet();
    const auto k = static_cast<size_t>(k_);
    const Spectrum real = spectrum(letters_of(points(m.real[0]), alphabet), k);
    return by_lane(m.fake, 1, [&](const Tensor& x) -> std::vector<double> {
      return {jensen_shannon(spectrum(letters_of(x, alphabet), k), real)};
    });
  }

 private:
  int64_t k_{};
};
}  // namespace

SADDLE_PLUGIN(Kmers, "kmers")
