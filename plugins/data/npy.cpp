#include <fmt/format.h>
#include <saddle/plugin.hpp>

#include "support/files.hpp"
#include "support/npy.hpp"
#include "support/split_data.hpp"

namespace {
using namespace saddle;

class NpyData final : public SplitData {
 public:
  static void describe(Schema<NpyData>& s) {
    s.summary(
        "A NumPy array [n, feature…] of numbers, little-endian and in C order: samples [feature…]; of "
        "an array [n] samples are [1].");
    s.param("path", &NpyData::path_, {}, "The .npy file, plain or gzip.");
    s.param("labels", &NpyData::labels_, {.initial = Path()},
            "A .npy file of n integers, the samples' labels.");
    describe_standardise(s);
    describe_split(s);
  }

  void load() override {
    Tensor samples = parse_npy(read_bytes(path_), path_.string());
    if (samples.dim() == 0)
      throw ParamError("path", path_.string() + ": a single number, not an array of samples");
    if (samples.dim() == 1) samples = samples.unsqueeze(1);
    if (samples.numel() == 0) throw ParamError("path", path_.string() + ": an array without elements");
    const Tensor bad = samples.isfinite().logical_not().flatten(1).any(1);
    if (bad.any().item<bool>())
      throw ParamError("path", fmt::format("{}: sample {} is not finite", path_.string(),
                                           bad.to(at::kInt).argmax().item<int64_t>()));
    Tensor labels;
    if (!labels_.empty()) {
      labels = parse_npy(read_bytes(labels_, "labels"), labels_.string(), "labels");
      if (labels.dim() != 1 || labels.is_floating_point() || labels.size(0) != samples.size(0))
        throw ParamError("labels",
                         fmt::format("{} is not an array of {} integers", labels_.string(), samples.size(0)));
      labels = labels.to(at::kLong);
    }
    keep(samples, labels, path_.string());
  }

 private:
  Path path_, labels_;
};
}  // namespace

SADDLE_PLUGIN(NpyData, "npy")
