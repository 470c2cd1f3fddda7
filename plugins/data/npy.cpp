#include <fmt/format.h>
#include <saddle/plugin.hpp>

#include "support/files.hpp"
#include "support/npy.hpp"
#include "support/npz.hpp"
#include "support/table_data.hpp"

namespace {
using namespace saddle;

class NpyData final : public TableData {
 public:
  static void describe(Schema<NpyData>& s) {
    s.summary(
        "A NumPy array [n, feature…] of numbers, little-endian and in C order: samples [feature…]; of "
        "an array [n] samples are [1].");
    s.param("path", &NpyData::path_, {}, "The .npy or .npz file, plain or gzip.");
    s.param("array", &NpyData::array_, {.initial = ""}, "Which array of an .npz file; empty: its only one.");
    s.param("labels", &NpyData::labels_, {.initial = Path()},
            "A .npy or .npz file of n integers, the samples' labels.");
    s.param("label_array", &NpyData::label_array_, {.initial = ""},
            "Which array of an .npz file they are; without `labels` of the one that `path` names.");
    describe_table(s);
  }

  void load() override {
    const Tensor samples = read(path_, array_, "path", "array");
    Labels labels;
    if (!labels_.empty() || !label_array_.empty()) {
      const bool own = !labels_.empty();
      const Path& file = own ? labels_ : path_;
      labels.index = read(file, label_array_, own ? "labels" : "label_array", "label_array");
      const int64_t n = samples.dim() > 0 ? samples.size(0) : 0;
      if (labels.index.dim() != 1 || labels.index.is_floating_point() || labels.index.size(0) != n)
        throw ParamError(own ? "labels" : "label_array",
                         fmt::format("{} is not an array of {} integers", file.string(), n));
      labels.index = labels.index.to(at::kLong);
    }
    keep_array(samples, labels, path_.string());
  }

 private:
  static Tensor read(const Path& file, const std::string& array, const std::string& param,
                     const std::string& array_param) {
    const Bytes bytes = map_bytes(file, param);
    if (is_zip(bytes.view))
      return parse_npy(owned(npz_member(bytes.view, array, file.string(), array_param)), file.string(),
                       param);
    if (!array.empty())
      throw ParamError(array_param, file.string() + " is not an .npz file: it holds one array");
    return parse_npy(bytes, file.string(), param);
  }

  Path path_, labels_;
  std::string array_, label_array_;
};
}  // namespace

SADDLE_PLUGIN(NpyData, "npy")
