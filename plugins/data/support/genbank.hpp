// GenBank flat files: sequences and what is known of their parts.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "files.hpp"

namespace saddle {

/// One stretch of a feature in reading direction: first > last on the complementary strand. Places count
/// from 1.
struct Stretch {
  int64_t first = 0, last = 0;
  bool open_first = false, open_last = false;  ///< the feature goes on beyond it
  bool complement = false;
};

struct Feature {
  std::string key;                 ///< CDS, gene, tRNA, …
  std::vector<Stretch> stretches;  ///< in reading direction
  std::map<std::string, std::string> qualifiers;
  int64_t line = 0;
};

struct GenbankRecord {
  std::string name, letters;  ///< letters as in the file: of either case
  bool circular = false;
  std::vector<Feature> features;
};

/// All records of a file. Mistakes are ParamErrors of `path` that begin with name:line.
std::vector<GenbankRecord> read_genbank(const Path& file);

}  // namespace saddle
