#include "sequences.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace saddle {

std::string letters_of(const std::string& alphabet) {
  if (alphabet == "dna") return "ACGT";
  if (alphabet == "rna") return "ACGU";
  if (alphabet == "protein") return "ACDEFGHIKLMNPQRSTVWY";
  if (alphabet == "latin") return "abcdefghijklmnopqrstuvwxyz";
  for (size_t i = 0; i < alphabet.size(); ++i) {
    if (alphabet[i] <= ' ' || alphabet[i] > '~')
      throw ParamError("alphabet", "'" + alphabet + "' holds something else than printable ASCII letters");
    if (alphabet.find(alphabet[i], i + 1) != std::string::npos)
      throw ParamError("alphabet", fmt::format("'{}' holds {} twice", alphabet, alphabet[i]));
  }
  if (alphabet.size() < 2) throw ParamError("alphabet", "'" + alphabet + "' has fewer than two letters");
  return alphabet;
}

Tensor one_hot(const std::vector<std::string>& sequences, const std::string& letters) {
  const auto n = static_cast<int64_t>(sequences.size()),
             length = static_cast<int64_t>(sequences.at(0).size()),
             width = static_cast<int64_t>(letters.size());
  Tensor result = at::zeros({n, length, width}, at::kByte);
  auto* out = result.mutable_data_ptr<uint8_t>();
  for (const std::string& sequence : sequences)
    for (const char c : sequence) {
      out[letters.find(c)] = 1;
      out += width;
    }
  return result;
}

char SequenceData::letter(char c) const {
  if (letters_.find(c) != std::string::npos) return c;
  if (alphabet_ != "dna" && alphabet_ != "rna" && alphabet_ != "protein") return 0;
  char upper = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (alphabet_ == "rna" && upper == 'T') upper = 'U';
  return letters_.find(upper) != std::string::npos ? upper : '\0';
}

std::string SequenceData::stranger(char c) const {
  const auto code = static_cast<unsigned char>(c);
  const std::string shown = std::isprint(code) != 0 ? std::string(1, c) : fmt::format("\\x{:02x}", code);
  return fmt::format("'{}' is not a letter of {}; outside: skip leaves such samples out", shown, letters_);
}

bool SequenceData::all_known(const std::string& sequence) const {
  return std::all_of(sequence.begin(), sequence.end(), [&](char c) { return letter(c) != 0; });
}

void SequenceData::keep_sequences(const std::vector<std::string>& sequences, const Labels& labels,
                                  const std::string& name, const std::string& what) {
  if (sequences.empty())
    throw ParamError("path", fmt::format("{} has no {} of {} letters", name, what, length_));
  keep(one_hot(sequences, letters_), labels.index, name);
  name_classes(labels.classes);
}

}  // namespace saddle
