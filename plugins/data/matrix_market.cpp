#include <fmt/format.h>
#include <saddle/plugin.hpp>

#include "support/matrix_market.hpp"
#include "support/table_data.hpp"

namespace {
using namespace saddle;

class MatrixMarket final : public TableData {
 public:
  static void describe(Schema<MatrixMarket>& s) {
    s.summary("A matrix in the Matrix Market format (.mtx), coordinate or array, plain or gzip.")
        .cites("Boisvert, Pozo & Remington 1996");
    s.param("path", &MatrixMarket::path_, {}, "The file.");
    s.param("samples", &MatrixMarket::samples_, {.initial = "rows", .choices = {"rows", "columns"}},
            "What is a sample; columns in 10x's matrix.mtx.gz, which has genes as rows.");
    s.param("labels", &MatrixMarket::labels_, {.initial = Path()},
            "A text file, plain or gzip, with the label of each sample in a line.");
    describe_table(s);
  }

  void load() override {
    Table table = read_matrix_market(path_);
    if (samples_ == "columns") {
      if (table.dense.defined())
        table.dense = table.dense.t().contiguous();
      else
        table.sparse = transposed(table.sparse, table.columns());
    }
    if (!labels_.empty()) table.labels = number_classes(read_labels(table.rows()));
    keep_table(std::move(table));
  }

 private:
  std::vector<std::string> read_labels(int64_t n) const {
    TextLines lines(labels_, "labels");
    std::vector<std::string> texts;
    for (std::string_view line; lines.next(line);) {
      if (line.empty()) lines.fail("an empty line");
      texts.emplace_back(line);
    }
    if (static_cast<int64_t>(texts.size()) != n)
      lines.fail(fmt::format("{} labels for {} samples", texts.size(), n));
    return texts;
  }

  Path path_, labels_;
  std::string samples_;
};
}  // namespace

SADDLE_PLUGIN(MatrixMarket, "matrix_market")
