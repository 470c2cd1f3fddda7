#include <fmt/format.h>
#include <saddle/plugin.hpp>

#include "support/files.hpp"
#include "support/sequences.hpp"

namespace {
using namespace saddle;

class Fasta final : public SequenceData {
 public:
  static void describe(Schema<Fasta>& s) {
    s.summary(
         "Sequences of a FASTA file, plain or gzip: samples [length, letter], one-hot. Of each record its "
         "first "
         "letters, or windows along it; shorter records are left out.")
        .cites("Pearson & Lipman 1988");
    s.param("path", &Fasta::path_, {}, "The file.");
    s.param("stride", &Fasta::stride_, {.initial = 0, .range = at_least(0)},
            "Letters from the start of a window to that of the next; 0: one window, at the start of each "
            "record.");
    describe_sequences(s, "dna", "error");
  }

  void load() override {
    prepare();
    TextLines lines(path_);
    std::vector<std::string> windows;
    std::string record;
    bool started = false;
    for (std::string_view line; lines.next(line);) {
      if (line.starts_with('>')) {
        cut(record, windows);
        started = true;
        continue;
      }
      if (line.empty() || line.starts_with(';')) continue;
      if (!started) lines.fail("not a FASTA file: a record begins with a line that begins with >");
      for (size_t i = 0; i < line.size(); ++i) {
        const char c = letter(line[i]);
        if (c == 0 && !skips()) lines.fail(stranger(line[i]), i + 1);
        record += c;
      }
    }
    cut(record, windows);
    keep_sequences(windows, {}, path_.string(), "windows");
  }

 private:
  /// Takes the windows out of a record, and empties it.
  void cut(std::string& record, std::vector<std::string>& windows) const {
    const auto size = static_cast<size_t>(length());
    if (stride_ > 0 && record.size() > size) {
      const size_t count = (record.size() - size) / static_cast<size_t>(stride_) + 1;
      check_memory(static_cast<double>(count) * static_cast<double>(size * (alphabet().size() + 1)),
                   path_.string(), fmt::format("{} windows of {} letters", count, size),
                   "Take a larger stride.");
    }
    for (size_t at = 0; at + size <= record.size(); at += static_cast<size_t>(stride_)) {
      std::string window = record.substr(at, size);
      if (all_known(window)) windows.push_back(std::move(window));
      if (stride_ == 0) break;
    }
    record.clear();
  }

  Path path_;
  int64_t stride_{};
};
}  // namespace

SADDLE_PLUGIN(Fasta, "fasta")
