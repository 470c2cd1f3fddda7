#include "genbank.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>

#include "trimmed.hpp"

namespace saddle {
namespace {

/// The feature table's locations: a..b, a, a^b, <a..>b, complement(…), join(…), order(…).
class Location {
 public:
  Location(std::string_view text, const TextLines& lines) : text_(text), rest_(text), lines_(lines) {}

  std::vector<Stretch> read() {
    auto all = part();
    if (!rest_.empty()) fail();
    return all;
  }

 private:
  [[noreturn]] void fail() const {
    lines_.fail(fmt::format("'{}' is no location that is known here", text_));
  }

  bool take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  std::vector<Stretch> part(int depth = 0) {
    if (depth > 8) fail();  // nobody nests them like that
    if (take("complement(")) {
      auto all = part(depth + 1);
      if (!take(")")) fail();
      std::reverse(all.begin(), all.end());
      for (Stretch& s : all) {
        std::swap(s.first, s.last);
        std::swap(s.open_first, s.open_last);
        s.complement = !s.complement;
      }
      return all;
    }
    if (take("join(") || take("order(")) {
      std::vector<Stretch> all;
      do {
        for (const Stretch& s : part(depth + 1)) all.push_back(s);
      } while (take(","));
      if (!take(")")) fail();
      return all;
    }
    Stretch s;
    s.first = place(s.open_first);
    s.last = s.first;
    if (take("..") || take("^")) s.last = place(s.open_last);
    return {s};
  }

  int64_t place(bool& open) {
    open = take("<") || take(">");
    int64_t at = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), at);
    if (error != std::errc()) fail();
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    return at;
  }

  std::string_view text_, rest_;
  const TextLines& lines_;
};

class Reader {
 public:
  explicit Reader(const Path& file) : lines_(file) {}

  std::vector<GenbankRecord> read() {
    std::vector<GenbankRecord> records;
    bool inside = false;
    for (std::string_view line; lines_.next(line);) {
      if (line.starts_with("LOCUS")) {
        records.push_back(locus(line));
        inside = true;
        section_ = Section::head;
      } else if (!inside) {
        if (!trimmed(line).empty()) lines_.fail("not a GenBank file: a record begins with LOCUS");
      } else if (line.starts_with("//")) {
        finish(records.back());
        inside = false;
      } else {
        take(line, records.back());
      }
    }
    if (inside) lines_.fail("the file ends within a record: no //");
    if (records.empty()) lines_.fail("not a GenBank file: it holds no record");
    return records;
  }

 private:
  enum class Section { head, features, sequence };

  static GenbankRecord locus(std::string_view line) {
    GenbankRecord record;
    const std::string_view rest = trimmed(line.substr(5));
    record.name = rest.substr(0, rest.find(' '));
    record.circular = line.find(" circular") != std::string_view::npos;
    return record;
  }

  void take(std::string_view line, GenbankRecord& record) {
    if (line.starts_with("FEATURES")) {
      section_ = Section::features;
    } else if (line.starts_with("ORIGIN")) {
      close_feature();
      section_ = Section::sequence;
    } else if (section_ == Section::features) {
      take_feature_line(line, record);
    } else if (section_ == Section::sequence) {
      take_letters(line, record);
    }
  }

  /// "     CDS             1..1176", then "                     /gene=…", which may go on in further lines.
  void take_feature_line(std::string_view line, GenbankRecord& record) {
    if (line.empty() || line[0] != ' ') {  // another section of the head
      close_feature();
      section_ = Section::head;
      return;
    }
    const std::string_view content = trimmed(line);
    if (content.empty()) return;
    const bool begins = line.find_first_not_of(' ') < 10;
    if (begins) {
      close_feature();
      const size_t end = content.find(' ');
      if (end == std::string_view::npos) lines_.fail("a feature without a location");
      record.features.push_back({std::string(content.substr(0, end)), {}, {}, lines_.number()});
      feature_ = &record.features.back();
      location_ = trimmed(content.substr(end));
    } else if (feature_ == nullptr) {
      lines_.fail("a qualifier without a feature");
    } else if (content.starts_with('/') && !open_quote_) {
      close_location();
      const size_t equals = content.find('=');
      qualifier_ = content.substr(1, equals == std::string_view::npos ? equals : equals - 1);
      add_to_qualifier(equals == std::string_view::npos ? "" : content.substr(equals + 1), true);
    } else if (!qualifier_.empty()) {
      add_to_qualifier(content, false);
    } else {
      location_ += content;
    }
  }

  void add_to_qualifier(std::string_view text, bool first) {
    if (first && text.starts_with('"')) {
      open_quote_ = true;
      text.remove_prefix(1);
    }
    if (open_quote_ && text.ends_with('"')) {
      open_quote_ = false;
      text.remove_suffix(1);
    }
    std::string& value = feature_->qualifiers[qualifier_];
    if (!first && qualifier_ != "translation") value += ' ';
    value += text;
  }

  void close_location() {
    if (feature_ == nullptr || location_.empty()) return;
    std::erase(location_, ' ');
    feature_->stretches = Location(location_, lines_).read();
    location_.clear();
  }

  void close_feature() {
    if (open_quote_) lines_.fail("a quote of the feature before is not closed");
    close_location();
    feature_ = nullptr;
    qualifier_.clear();
  }

  /// "       61 ggtgctgcac gaaaattatt …"
  void take_letters(std::string_view line, GenbankRecord& record) {
    const std::string_view content = trimmed(line);
    int64_t number = 0;
    const auto [end, error] = std::from_chars(content.data(), content.data() + content.size(), number);
    if (error != std::errc()) lines_.fail("a line of the sequence begins with a number");
    if (number != static_cast<int64_t>(record.letters.size()) + 1)
      lines_.fail(fmt::format("the line says that it begins with letter {}, but {} came before", number,
                              record.letters.size()));
    for (const char* c = end; c != content.data() + content.size(); ++c)
      if (*c != ' ') record.letters += *c;
  }

  void finish(const GenbankRecord& record) {
    close_feature();
    const auto size = static_cast<int64_t>(record.letters.size());
    if (size == 0) lines_.fail(fmt::format("the record {} has no sequence (ORIGIN)", record.name));
    for (const Feature& feature : record.features)
      for (const Stretch& s : feature.stretches)
        for (const int64_t at : {s.first, s.last})
          if (at < 1 || at > size)
            lines_.fail(fmt::format("the feature {} of line {} is at {}, but the sequence has {} letters",
                                    feature.key, feature.line, at, size));
  }

  TextLines lines_;
  Section section_ = Section::head;
  Feature* feature_ = nullptr;  // the one that is being read
  std::string location_, qualifier_;
  bool open_quote_ = false;
};

}  // namespace

std::vector<GenbankRecord> read_genbank(const Path& file) { return Reader(file).read(); }

}  // namespace saddle
