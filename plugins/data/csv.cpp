#include <saddle/plugin.hpp>

#include "support/csv.hpp"
#include "support/files.hpp"
#include "support/split_data.hpp"

namespace {
using namespace saddle;

class CsvData final : public SplitData {
 public:
  static void describe(Schema<CsvData>& s) {
    s.summary(
        "A table of numbers as text, plain or gzip: a row is a sample [column], a label column may be "
        "named. Values that are no finite numbers, and rows of other lengths, are refused.");
    s.param("path", &CsvData::path_, {}, "The file.");
    s.param("header", &CsvData::header_, {.initial = "auto", .choices = {"auto", "first_line", "none"}},
            "Where the names of the columns are; auto: in the first line if a field of it is no number.");
    s.param("delimiter", &CsvData::delimiter_, {.initial = ","}, "One character between fields.");
    s.param("skip_lines", &CsvData::skip_lines_, {.initial = 0, .range = at_least(0)},
            "Lines before the header.");
    s.param(
        "columns", &CsvData::columns_, {.initial = Texts{}},
        "The columns of a sample, by name or by number counted from 1 (as texts); empty: all but the label.");
    s.param("label", &CsvData::label_, {.initial = ""},
            "The column of the labels, likewise. Its different values are numbered from 0, in order.");
    describe_standardise(s);
    describe_split(s);
  }

  void load() override {
    if (delimiter_.size() != 1 || delimiter_ == "\n")
      throw ParamError("delimiter", "'" + delimiter_ + "' is not one character");
    const Csv csv =
        parse_csv(read_bytes(path_), {delimiter_[0], header_, skip_lines_, columns_, label_}, path_.string());
    keep(csv.values, csv.labels, path_.string());
  }

 private:
  Path path_;
  std::string header_, delimiter_, label_;
  int64_t skip_lines_{};
  Texts columns_;
};
}  // namespace

SADDLE_PLUGIN(CsvData, "csv")
