// Sequences of letters: samples {positions, letters}, one-hot.
#pragma once
#include "labels.hpp"
#include "split_data.hpp"

namespace saddle {

/// The letters that a parameter means: dna, rna, protein, or the letters themselves. Throws
/// ParamError("alphabet", …).
std::string letters_of(const std::string& alphabet);

/// [n, length, letter] bytes; every sequence has the same length, every letter is of the alphabet.
Tensor one_hot(const std::vector<std::string>& sequences, const std::string& letters);

/// Sequences in memory.
class SequenceData : public SplitData {
 public:
  std::string alphabet() const final { return letters_; }

 protected:
  template <class T>
  static void describe_sequences(Schema<T>& s, const char* alphabet, const char* outside) {
    s.param("length", &SequenceData::length_, {.range = at_least(1)}, "Letters of a sample.");
    s.param("alphabet", &SequenceData::alphabet_, {.initial = alphabet},
            "dna (ACGT), rna (ACGU), protein (the 20 amino acids), latin (a to z), or the letters "
            "themselves; the order "
            "is that of the features.");
    s.param("outside", &SequenceData::outside_, {.initial = outside, .choices = {"error", "skip"}},
            "What to do about a letter that is not of the alphabet: skip leaves out the samples that it is "
            "in. dna, "
            "rna and protein are read in either case, and rna reads T as U.");
    describe_split(s);
  }

  /// Sets the alphabet: called first.
  void prepare() { letters_ = letters_of(alphabet_); }
  /// The letter as the alphabet has it, or 0 where it has none.
  char letter(char c) const;
  bool skips() const { return outside_ == "skip"; }
  int64_t length() const { return length_; }
  /// "'N' is not a letter of ACGT"
  std::string stranger(char c) const;
  bool all_known(const std::string& sequence) const;
  /// Splits and keeps them. `what`: "windows", for the message where there are none.
  void keep_sequences(const std::vector<std::string>& sequences, const Labels& labels,
                      const std::string& name, const std::string& what);

 private:
  int64_t length_{};
  std::string alphabet_, outside_, letters_;
};

}  // namespace saddle
