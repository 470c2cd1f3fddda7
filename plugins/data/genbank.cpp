#include <fmt/format.h>
#include <saddle/plugin.hpp>

#include "support/genbank.hpp"
#include "support/sequences.hpp"

namespace {
using namespace saddle;

/// The base that pairs with it; 0 for letters that pair with none.
char paired(char base) {
  constexpr std::string_view bases = "ACGTUacgtuNn", pairs = "TGCAAtgcaaNn";
  const size_t at = bases.find(base);
  return at == std::string_view::npos ? '\0' : pairs[at];
}

class Genbank final : public SequenceData {
 public:
  static void describe(Schema<Genbank>& s) {
    s.summary(
         "Windows around the features of a GenBank file, or the proteins that it translates to, plain or "
         "gzip: "
         "samples [length, letter], one-hot. Windows are read in the feature's direction; those of features "
         "that go "
         "on beyond the sequence, and those that leave a linear sequence, are left out.")
        .cites("NCBI, GenBank flat file format; INSDC feature table");
    s.param("path", &Genbank::path_, {}, "The file.");
    s.param(
        "around", &Genbank::around_, {.initial = "CDS start"},
        "A feature and its start or end: CDS start, tRNA end. Or CDS translation: the first letters of the "
        "proteins (with alphabet: protein), shorter ones left out.");
    s.param("upstream", &Genbank::upstream_, {.initial = 0, .range = at_least(0)},
            "Letters of a window before the feature's first (or last) one.");
    s.param("label", &Genbank::label_, {.initial = ""},
            "The qualifier of the feature that labels it: strand, product, …");
    describe_sequences(s, "dna", "error");
  }

  void load() override {
    prepare();
    const size_t blank = around_.rfind(' ');
    const std::string key = around_.substr(0, blank),
                      end = blank == std::string::npos ? "" : around_.substr(blank + 1);
    if (end != "start" && end != "end" && end != "translation")
      throw ParamError("around", "'" + around_ + "' is not a feature followed by start, end or translation");
    std::vector<std::string> windows, labels;
    std::map<std::string, int> keys;
    for (const GenbankRecord& record : read_genbank(path_))
      for (const Feature& feature : record.features) {
        ++keys[feature.key];
        if (feature.key != key) continue;
        std::string window =
            end == "translation" ? translation(feature) : around(record, feature, end == "start");
        if (window.empty()) continue;
        if (!accept(window, feature)) continue;
        windows.push_back(std::move(window));
        if (!label_.empty()) labels.push_back(label_of(feature));
      }
    if (windows.empty() && keys.count(key) == 0)
      throw ParamError("around",
                       fmt::format("{} has no feature '{}', only {}", path_.string(), key, names(keys)));
    keep_sequences(windows, label_.empty() ? Labels() : number_classes(labels), path_.string(), "windows");
  }

 private:
  [[noreturn]] void fail(const Feature& feature, const std::string& param, const std::string& why) const {
    throw ParamError(param, fmt::format("{}:{}: {}: {}", path_.string(), feature.line, feature.key, why));
  }

  static std::string names(const std::map<std::string, int>& keys) {
    std::vector<std::string> all;
    for (const auto& [key, count] : keys) all.push_back(key);
    return joined(all);
  }

  std::string label_of(const Feature& feature) const {
    const auto found = feature.qualifiers.find(label_);
    if (found == feature.qualifiers.end()) fail(feature, "label", "no qualifier /" + label_);
    return found->second;
  }

  /// The letters as the alphabet has them; false where the sample is left out.
  bool accept(std::string& window, const Feature& feature) const {
    for (char& c : window) {
      const char known = letter(c);
      if (known == 0 && skips()) return false;
      if (known == 0) fail(feature, "path", stranger(c));
      c = known;
    }
    return true;
  }

  std::string translation(const Feature& feature) const {
    const auto found = feature.qualifiers.find("translation");
    if (found == feature.qualifiers.end() || static_cast<int64_t>(found->second.size()) < length()) return {};
    return found->second.substr(0, static_cast<size_t>(length()));
  }

  /// Empty where there is none.
  std::string around(const GenbankRecord& record, const Feature& feature, bool start) const {
    if (feature.stretches.empty()) return {};
    const Stretch& s = start ? feature.stretches.front() : feature.stretches.back();
    if (start ? s.open_first : s.open_last) return {};
    const auto size = static_cast<int64_t>(record.letters.size());
    const int64_t anchor = (start ? s.first : s.last) - 1, step = s.complement ? -1 : 1;
    if (length() > size) return {};
    std::string window;
    for (int64_t i = 0; i < length(); ++i) {
      int64_t at = anchor + step * (i - upstream_);
      if (record.circular) at = (at % size + size) % size;
      if (at < 0 || at >= size) return {};
      const char c = record.letters[static_cast<size_t>(at)];
      const char base = s.complement ? paired(c) : c;
      window += base == 0 ? c : base;
    }
    return window;
  }

  Path path_;
  std::string around_, label_;
  int64_t upstream_{};
};
}  // namespace

SADDLE_PLUGIN(Genbank, "genbank")
