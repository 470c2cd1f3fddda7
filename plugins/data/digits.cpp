#include <saddle/plugin.hpp>

#include "support/csv.hpp"
#include "support/files.hpp"
#include "support/split_data.hpp"

namespace {
using namespace saddle;

class Digits final : public SplitData {
 public:
  static void describe(Schema<Digits>& s) {
    s.summary(
         "1,797 handwritten digits of 8 × 8 grey levels: samples [1, 8, 8], labels 0 to 9. Read from "
         "scikit-learn's digits.csv.gz.")
        .cites("Alpaydin & Kaynak 1998, UCI optical recognition of handwritten digits, test part");
    s.param("path", &Digits::path_, {.initial = Path()},
            "The file; by default digits.csv.gz in $SADDLE_DATA or in $SADDLE_HOME/data.");
    describe_scale(s);
    describe_split(s);
  }

  std::vector<Path> files() const override {
    const auto file = path_.empty() ? first_there(candidates()) : std::nullopt;
    return file ? std::vector{*file} : std::vector<Path>();
  }

  void load() override {
    const Path file =
        first_existing(candidates(), "the digits",
                       "`./saddle fetch digits` gets it: it is sklearn/datasets/data/digits.csv.gz in "
                       "scikit-learn's wheel.");
    const Csv csv = parse_csv(file, {.header = "none", .label = "65"});
    if (csv.values.size(1) != 64 || csv.labels.classes.size() != 10)
      throw ParamError("path", file.string() + " does not hold rows of 64 grey levels and a digit");
    keep(csv.values.view({-1, 1, 8, 8}).to(at::kByte), csv.labels.index, file.string());
    name_classes(csv.labels.classes);
    scale_from(16);
  }

 private:
  std::vector<Path> candidates() const {
    if (!path_.empty()) return {path_};
    std::vector<Path> all;
    for (const Path& folder : data_folders()) all.push_back(folder / "digits.csv.gz");
    return all;
  }

  Path path_;
};
}  // namespace

SADDLE_PLUGIN(Digits, "digits")
