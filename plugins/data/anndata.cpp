#include <fmt/format.h>
#include <saddle/plugin.hpp>

#include "support/anndata.hpp"
#include "support/table_data.hpp"

namespace {
using namespace saddle;

class AnnData final : public TableData {
 public:
  static void describe(Schema<AnnData>& s) {
    s.summary(
         "Single cells of an AnnData file (.h5ad), of old layouts and new: a cell is a sample [gene]. Dense, "
         "CSR and CSC matrices.")
        .cites("Virshup et al. 2021, anndata");
    s.param("path", &AnnData::path_, {}, "The file.");
    s.param("layer", &AnnData::layer_, {.initial = "X"},
            "Which matrix: X, raw (raw.X, what X was made from) or the name of a layer.");
    s.param("label", &AnnData::label_, {.initial = ""},
            "The column of obs that labels the cells; its categories are numbered from 0, in order.");
    s.param("recover_counts", &AnnData::recover_counts_, {.initial = ""},
            "A column of obs with the total counts of each cell. The matrix must hold log(1 + recover_sum · "
            "count / total); what is kept is the counts. Empty: as it is.");
    s.param("recover_sum", &AnnData::recover_sum_, {.initial = 1e4, .range = {0, 1e12, true, false}},
            "What cells were normalised to, for recover_counts.");
    describe_table(s);
  }

  void load() override {
    const Hdf5File file(path_);
    Table table = anndata_matrix(file, layer_);
    if (!label_.empty()) {
      table.labels = number_classes(obs_column(file, label_, "label"));
      if (table.labels.index.size(0) != table.rows())
        throw ParamError("label", fmt::format("{}: obs has {} rows, but the matrix {}", path_.string(),
                                              table.labels.index.size(0), table.rows()));
    }
    if (!recover_counts_.empty()) recover(table, obs_column(file, recover_counts_, "recover_counts"));
    keep_table(std::move(table));
  }

 private:
  void recover(Table& table, const std::vector<std::string>& totals) const {
    Tensor factors = at::empty({table.rows()}, at::kDouble);
    if (static_cast<int64_t>(totals.size()) != table.rows())
      throw ParamError("recover_counts", fmt::format("{}: obs has {} rows, but the matrix {}", path_.string(),
                                                     totals.size(), table.rows()));
    for (size_t i = 0; i < totals.size(); ++i) {
      const auto total = number_in(totals[i]);
      if (!total || !(*total > 0))
        throw ParamError("recover_counts",
                         fmt::format("{}: obs column '{}', row {}: '{}' is no total of counts",
                                     path_.string(), recover_counts_, i + 1, totals[i]));
      factors[static_cast<int64_t>(i)] = *total / recover_sum_;
    }
    round_to_counts(table, factors);
  }

  Path path_;
  std::string layer_, label_, recover_counts_;
  double recover_sum_{};
};
}  // namespace

SADDLE_PLUGIN(AnnData, "anndata")
