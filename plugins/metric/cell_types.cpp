#include <saddle/plugin.hpp>
#include <saddle/portable.hpp>

#include <limits>

#include "support/lanes.hpp"
#include "support/nearest.hpp"
#include "support/space.hpp"

namespace {
using namespace saddle;

class CellTypes final : public Metric {
 public:
  static void describe(Schema<CellTypes>& s) {
    s.summary(
         "Which types generated cells are of, by a classifier that has learned the labels of training cells. "
         "coverage: "
         "the share of types that are made at least `covered` times as often as they really are. "
         "rare_recall: of the "
         "types rarer than `rare`, the mean of min(1, generated share over real share); NaN without any. kl: "
         "divergence of the generated over the real shares, in nats. accuracy: how many held-out cells the "
         "classifier "
         "gets right, which bounds what the rest can mean.")
        .cites("Cover & Hart 1967; Marouf et al. 2020 (scGAN)");
    s.param("by", &CellTypes::by_, {.initial = "neighbours", .choices = {"neighbours", "centroids"}},
            "The classifier: most of the k nearest training cells, or the nearest mean of a type.");
    s.param("k", &CellTypes::k_, {.initial = 5, .range = at_least(1)}, "How many neighbours.");
    s.param("space", &CellTypes::space_, {.initial = "auto", .choices = {"auto", "own", "log"}}, space_doc);
    s.param("covered", &CellTypes::covered_, {.initial = 0.1, .range = {0, 1, true, false}},
            "How often, over its real share, a type counts as covered.");
    s.param("rare", &CellTypes::rare_, {.initial = 0.05, .range = {0, 1, true, false}},
            "Below which real share a type is rare.");
    s.param("reference", &CellTypes::reference_, {.initial = 5000, .range = at_least(1)},
            "How many training cells are looked at, at most.");
  }
  std::vector<std::string> columns(const Data&) const override {
    return {"coverage", "rare_recall", "kl", "accuracy"};
  }
  std::string unsupported(const Parts& parts) const override {
    return parts.data->has_labels() ? "" : "it has no labels";
  }

  Tensor measure(const Measurement& m) const override {
    const Reference known = reference(m, reference_);
    const int64_t classes = std::max<int64_t>(known.labels.max().item<int64_t>() + 1,
                                              static_cast<int64_t>(m.data->classes().size()));
    const Tensor trained = in_space(known.samples, space_, *m.data);
    const Tensor means = by_ == "centroids" ? centroids(trained, known.labels, classes) : Tensor();
    const auto types = [&](const Tensor& x) {
      const Tensor here = in_space(x, space_, *m.data);
      if (by_ == "neighbours") return vote(here, trained, known.labels, std::min(k_, trained.size(0)));
      const Tensor there =
          (means.isnan().any(1).logical_not()).nonzero().flatten();  // types that have a mean
      return there.index_select(0, nearest(here, means.index_select(0, there).contiguous(), 1).flatten());
    };
    const Tensor real = shares(known.labels, classes);
    const double accuracy =
        (types(points(m.real[0])) == m.real_labels[0].to(at::kCPU)).to(at::kDouble).mean().item<double>();
    return by_lane(m.fake, 4, [&](const Tensor& x) -> std::vector<double> {
      auto row = compare(shares(types(x), classes), real);
      row.push_back(accuracy);
      return row;
    });
  }

 private:
  static Tensor shares(const Tensor& labels, int64_t classes) {
    return at::bincount(labels, {}, classes).to(at::kDouble) / static_cast<double>(labels.numel());
  }

  std::vector<double> compare(const Tensor& fake, const Tensor& real) const {
    double there = 0, covered = 0, rare = 0, recall = 0, kl = 0;
    for (int64_t c = 0; c < real.numel(); ++c) {
      const double p = fake[c].item<double>(), q = real[c].item<double>();
      if (q == 0) continue;
      ++there;
      covered += p >= covered_ * q;
      if (q < rare_) ++rare, recall += std::min(1.0, p / q);
      if (p > 0) kl += p * portable::log(p / q);
    }
    return {covered / there, rare > 0 ? recall / rare : std::numeric_limits<double>::quiet_NaN(), kl};
  }

  std::string by_, space_;
  int64_t k_{}, reference_{};
  double covered_{}, rare_{};
};
}  // namespace

SADDLE_PLUGIN(CellTypes, "cell_types")
