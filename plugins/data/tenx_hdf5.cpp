#include <fmt/format.h>
#include <saddle/plugin.hpp>

#include "support/cells.hpp"
#include "support/table_data.hpp"

namespace {
using namespace saddle;

class TenxHdf5 final : public TableData {
 public:
  static void describe(Schema<TenxHdf5>& s) {
    s.summary("Counts of 10x Genomics' Cell Ranger (.h5), of versions 2 and 3: a cell is a sample [gene].")
        .cites("10x Genomics, Feature-Barcode Matrices (HDF5)");
    s.param("path", &TenxHdf5::path_, {}, "The file.");
    s.param("genome", &TenxHdf5::genome_, {.initial = ""},
            "Version 2 only: which genome's group; empty if there is one.");
    s.param("feature_type", &TenxHdf5::feature_type_, {.initial = "Gene Expression"},
            "Version 3 only: keeps features of this type; empty keeps all.");
    describe_table(s);
  }

  void load() override {
    const Hdf5File file(path_);
    const std::string group = group_of(file);
    const auto shape = file.has(group + "/shape") ? file.numbers(group + "/shape").to(at::kLong) : Tensor();
    if (!shape.defined() || shape.numel() != 2) file.fail("'" + group + "' has no shape of a matrix");
    const int64_t genes = shape[0].item<int64_t>(), cells = shape[1].item<int64_t>();
    // Columns of the file are cells, compressed: rows of ours.
    Table table{file.name(), {}, compressed_lines(file, group, cells, genes), {}};
    const std::string types = group + "/features/feature_type";
    if (!feature_type_.empty() && file.has(types)) select_columns(table, of_type(file.texts(types), genes));
    keep_table(std::move(table));
  }

 private:
  std::string group_of(const Hdf5File& file) const {
    if (file.is_group("matrix")) return "matrix";
    if (!genome_.empty() && file.is_group(genome_)) return genome_;
    const auto groups = file.members("/");
    if (!genome_.empty() || groups.size() != 1)
      throw ParamError("genome", fmt::format("{} has {}; there are {}", file.name(),
                                             genome_.empty() ? "no group 'matrix', and no single genome"
                                                             : "no genome '" + genome_ + "'",
                                             joined(groups)));
    return groups[0];
  }

  Tensor of_type(const std::vector<std::string>& types, int64_t genes) const {
    if (static_cast<int64_t>(types.size()) != genes)
      throw ParamError("path",
                       fmt::format("{}: {} types for {} features", path_.string(), types.size(), genes));
    std::vector<int64_t> which;
    for (size_t i = 0; i < types.size(); ++i)
      if (types[i] == feature_type_) which.push_back(static_cast<int64_t>(i));
    if (which.empty())
      throw ParamError("feature_type", fmt::format("{} has none of type '{}', only {}", path_.string(),
                                                   feature_type_, joined(number_classes(types).classes)));
    return at::tensor(which, at::kLong);
  }

  Path path_;
  std::string genome_, feature_type_;
};
}  // namespace

SADDLE_PLUGIN(TenxHdf5, "tenx_hdf5")
