#include <fmt/format.h>
#include <saddle/plugin.hpp>

#include "support/files.hpp"
#include "support/idx.hpp"
#include "support/split_data.hpp"

namespace {
using namespace saddle;

class IdxData final : public SplitData {
 public:
  static void describe(Schema<IdxData>& s) {
    s.summary(
         "An array in the IDX format of MNIST, plain or gzip: images [1, height, width] of a file with three "
         "axes, samples as they are of others. Grey levels are scaled as `scale` says, other numbers from "
         "their smallest to their largest.")
        .cites("LeCun, Cortes & Burges 1998, MNIST");
    s.param("path", &IdxData::path_, {}, "The file, train-images-idx3-ubyte.gz for example.");
    s.param("labels", &IdxData::labels_, {.initial = Path()}, "An IDX file with the label of each sample.");
    describe_scale(s);
    describe_split(s);
  }

  void load() override {
    Tensor samples = parse_idx(map_bytes(path_), 0, path_.string());
    if (samples.numel() == 0) throw ParamError("path", path_.string() + ": an array without elements");
    if (!samples.isfinite().all().item<bool>())
      throw ParamError("path", path_.string() + ": a number is not finite");
    Tensor labels;
    if (!labels_.empty()) {
      labels = parse_idx(map_bytes(labels_, "labels"), 1, labels_.string(), "labels").to(at::kLong);
      if (labels.size(0) != samples.size(0))
        throw ParamError("labels", fmt::format("{} labels in {}, but {} samples in {}", labels.size(0),
                                               labels_.string(), samples.size(0), path_.string()));
    }
    double largest = 255;
    if (samples.scalar_type() != at::kByte) {
      samples = samples.to(at::kDouble) - samples.min().item<double>();
      largest = samples.max().item<double>();
    }
    if (samples.dim() == 1) samples = samples.unsqueeze(1);
    if (samples.dim() == 3) samples = samples.unsqueeze(1);
    keep(samples, labels, path_.string());
    scale_from(largest > 0 ? largest : 1);
  }

 private:
  Path path_, labels_;
};
}  // namespace

SADDLE_PLUGIN(IdxData, "idx")
