#include <fmt/format.h>
#include <saddle/plugin.hpp>

#include "support/hdf5_file.hpp"
#include "support/table_data.hpp"

namespace {
using namespace saddle;

class Hdf5Data final : public TableData {
 public:
  static void describe(Schema<Hdf5Data>& s) {
    s.summary(
        "A data set [n, feature…] of numbers in an HDF5 file: samples [feature…]; of a data set [n] samples "
        "are "
        "[1].");
    s.param("path", &Hdf5Data::path_, {}, "The file.");
    s.param("dataset", &Hdf5Data::dataset_, {}, "The data set's path in the file, images/train for example.");
    s.param("labels", &Hdf5Data::labels_, {.initial = ""},
            "A data set of n whole numbers or texts, the samples' labels.");
    describe_table(s);
  }

  void load() override {
    const Hdf5File file(path_);
    if (!file.has(dataset_))
      throw ParamError("dataset", fmt::format("{} has no data set '{}'; at the top are {}", file.name(),
                                              dataset_, joined(file.members("/"))));
    const Tensor samples = file.numbers(dataset_);
    keep_array(samples, labels_.empty() ? Labels() : labels(file, samples.dim() > 0 ? samples.size(0) : 0),
               fmt::format("{}: {}", file.name(), dataset_));
  }

 private:
  Labels labels(const Hdf5File& file, int64_t n) const {
    if (!file.has(labels_))
      throw ParamError("labels", fmt::format("{} has no data set '{}'", file.name(), labels_));
    const bool texts = file.holds_texts(labels_);
    Labels found = texts ? number_classes(file.texts(labels_)) : Labels{file.numbers(labels_), {}};
    if (found.index.dim() != 1 || found.index.is_floating_point() || found.index.size(0) != n)
      throw ParamError(
          "labels", fmt::format("{}: '{}' is no list of {} whole numbers or texts", file.name(), labels_, n));
    found.index = found.index.to(at::kLong);
    return found;
  }

  Path path_;
  std::string dataset_, labels_;
};
}  // namespace

SADDLE_PLUGIN(Hdf5Data, "hdf5")
