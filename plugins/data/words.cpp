#include <saddle/plugin.hpp>

#include "support/files.hpp"
#include "support/sequences.hpp"

namespace {
using namespace saddle;

class Words final : public SequenceData {
 public:
  static void describe(Schema<Words>& s) {
    s.summary(
        "The words of one length in a plain list, one a line: samples [length, letter], one-hot. Words of "
        "other "
        "lengths are left out.");
    s.param("path", &Words::path_, {.initial = Path("/usr/share/dict/american-english")},
            "The list, plain or gzip; by default that of Debian's package wamerican.");
    describe_sequences(s, "latin", "skip");
  }

  void load() override {
    prepare();
    TextLines lines(path_);
    std::vector<std::string> words;
    for (std::string_view line; lines.next(line);) {
      if (static_cast<int64_t>(line.size()) != length()) continue;
      std::string word(line);
      bool known = true;
      for (size_t i = 0; i < word.size(); ++i) {
        const char c = letter(word[i]);
        if (c == 0 && !skips()) lines.fail(stranger(word[i]), i + 1);
        known = known && c != 0;
        word[i] = c;
      }
      if (known) words.push_back(word);
    }
    keep_sequences(words, {}, path_.string(), "words");
  }

 private:
  Path path_;
};
}  // namespace

SADDLE_PLUGIN(Words, "words")
