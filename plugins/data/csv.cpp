#include <saddle/plugin.hpp>

#include "support/csv.hpp"
#include "support/table_data.hpp"

namespace {
using namespace saddle;

class CsvData final : public TableData {
 public:
  static void describe(Schema<CsvData>& s) {
    s.summary(
         "A table of numbers as text, CSV or TSV, plain or gzip: a row is a sample [column], a label column "
         "may be named. Values that are no finite numbers, and rows of other lengths, are refused.")
        .version(2);
    s.param("path", &CsvData::path_, {}, "The file.");
    s.param("header", &CsvData::header_, {.initial = "auto", .choices = {"auto", "first_line", "none"}},
            "Where the names of the columns are; auto: in the first line if a field of it is no number.");
    s.param("delimiter", &CsvData::delimiter_, {.initial = "auto"},
            "One character between fields; auto: a tab in files named .tsv or .tab, a comma in others.");
    s.param("skip_lines", &CsvData::skip_lines_, {.initial = 0, .range = at_least(0)},
            "Lines before the header.");
    s.param(
        "columns", &CsvData::columns_, {.initial = Texts{}},
        "The columns of a sample, by name or by number counted from 1 (as texts); empty: all but the label.");
    s.param(
        "one_hot", &CsvData::one_hot_, {.initial = Texts{}},
        "Those of them that hold names instead of numbers: each different name becomes a feature, 1 or 0.");
    s.param("label", &CsvData::label_, {.initial = ""},
            "The column of the labels, likewise. Its different values are numbered from 0, in order.");
    describe_table(s);
  }

  void load() override {
    if (delimiter_ != "auto" && (delimiter_.size() != 1 || delimiter_ == "\n"))
      throw ParamError("delimiter", "'" + delimiter_ + "' is not one character");
    Csv csv = parse_csv(path_, {delimiter(), header_, skip_lines_, columns_, label_, one_hot_});
    keep_table({path_.string(), csv.values, {}, csv.labels});
  }

 private:
  char delimiter() const {
    if (delimiter_ != "auto") return delimiter_[0];
    const std::string name = path_.extension() == ".gz" ? path_.stem().string() : path_.string();
    return name.ends_with(".tsv") || name.ends_with(".tab") ? '\t' : ',';
  }

  Path path_;
  std::string header_, delimiter_, label_;
  int64_t skip_lines_{};
  Texts columns_, one_hot_;
};
}  // namespace

SADDLE_PLUGIN(CsvData, "csv")
