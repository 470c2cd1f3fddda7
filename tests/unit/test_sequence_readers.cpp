// Readers of sequences: FASTA, GenBank, word lists, against what stands in the files.
#include "data_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;
using fixtures::Folder;

namespace {

/// All sequences that a reader makes of this text, sorted.
std::vector<std::string> read(const std::string& reader, const std::string& text, const std::string& more) {
  const Folder folder;
  write(folder / "a.txt", text);
  const PluginObject object = data(reader, path_is(folder / "a.txt", more));
  const auto& d = object.as<Data>();
  CHECK(d.range().low == 0);
  CHECK(d.range().high == 1);
  CHECK(d.not_a_count().empty());
  const Tensor samples = everything(d).samples;
  CHECK(samples.sum(2).eq(1).all().item<bool>());
  return words(samples, d.alphabet());
}

std::string says(const std::string& reader, const std::string& text, const std::string& more) {
  const Folder folder;
  write(folder / "a.txt", text);
  return complaint(reader, path_is(folder / "a.txt", more));
}

using Words = std::vector<std::string>;

// Twenty letters, a b: CDS 3..8 forward, CDS complement(11..16), one that begins before the sequence, a
// joined one.
const std::string genome = "aaccatgtttgtacctcatgc";
std::string genbank(const std::string& topology, const std::string& features) {
  return "LOCUS       TOY  21 bp    DNA   " + topology +
         "  BCT\nDEFINITION  x.\nFEATURES             Location/Qualifiers\n" + features +
         "ORIGIN\n        1 aaccatgttt gtacctcatg\n       21 c\n//\n";
}
std::string feature(const std::string& location, const std::string& more = "") {
  return "     CDS             " + location + "\n" + more;
}

}  // namespace

TEST_CASE("FASTA records give their first letters, or windows along them, in either case") {
  const std::string text = ">one a comment\nACGTAC\ngt\n>short\nAC\n\n>two\r\nTTTTTTTT\r\n";
  CHECK(read("fasta", text, "length: 8") == Words{"ACGTACGT", "TTTTTTTT"});
  CHECK(read("fasta", text, "length: 5, stride: 3") == Words{"ACGTA", "TACGT", "TTTTT", "TTTTT"});
  CHECK(read("fasta", ">a\nUUAG\n>b\nacgu\n", "length: 4, alphabet: rna") == Words{"ACGU", "UUAG"});
  CHECK(read("fasta", ">a\nTtAG\n>b\nacgu\n", "length: 4, alphabet: rna") == Words{"ACGU", "UUAG"});
  CHECK(read("fasta", ">a\nMKV\n>b\nWYL\n", "length: 3, alphabet: protein") == Words{"MKV", "WYL"});
  CHECK(read("fasta", ">a\nabba\n>b\nbbbb\n", "length: 4, alphabet: ab") == Words{"abba", "bbbb"});
  CHECK(read("fasta", ">a\nACNT\n>b\nACGT\n>c\nTTTT\n", "length: 4, outside: skip") == Words{"ACGT", "TTTT"});
}

TEST_CASE("A FASTA file's mistakes are named with file, line and column") {
  CHECK_THAT(says("fasta", ">a\nACGT\nACNT\n", "length: 4"),
             holds("path: ") &&
                 holds("a.txt:3:3: 'N' is not a letter of ACGT; outside: skip leaves such samples out"));
  CHECK_THAT(says("fasta", ">a\nAC-T\n", "length: 4"), holds("a.txt:2:3: '-' is not a letter"));
  CHECK_THAT(says("fasta", "ACGT\n", "length: 4"), holds("a.txt:1: not a FASTA file"));
  CHECK_THAT(says("fasta", ">a\nACGT\n", "length: 5"), holds("a.txt has no windows of 5 letters"));
  CHECK_THAT(says("fasta", ">a\nACGT\n", "length: 4"), holds("1 samples, too few"));
  CHECK_THAT(says("fasta", ">a\n" + std::string(3000000, 'A') + "\n", "length: 1000000, stride: 1"),
             holds("2000001 windows of 1000000 letters need 10000.0 GB") && holds("larger stride"));
  CHECK_THAT(says("fasta", ">a\nACGT\n", "length: 4, alphabet: AA"), holds("alphabet: 'AA' holds A twice"));
  CHECK_THAT(says("fasta", ">a\nACGT\n", "length: 4, alphabet: A"),
             holds("alphabet: 'A' has fewer than two letters"));
}

TEST_CASE("Windows around GenBank features are read in the feature's direction") {
  // Forward from letter 5 (atg…), backward from letter 20: the complement of …catgc, atgagg….
  const std::string two = feature("5..10") + feature("complement(11..19)");
  CHECK(read("genbank", genbank("linear", two), "length: 6") == Words{"ATGAGG", "ATGTTT"});
  CHECK(read("genbank", genbank("linear", two), "length: 6, upstream: 2") == Words{"CCATGT", "GCATGA"});
  CHECK(read("genbank", genbank("linear", two), "around: CDS end, length: 3, upstream: 2") ==
        Words{"TAC", "TTT"});
  // Pieces on the complementary strand begin with the last one, written either way.
  const std::string joined =
      feature("complement(join(1..2,17..19))") + feature("join(complement(17..19),complement(1..2))");
  CHECK(read("genbank", genbank("linear", joined), "length: 3") == Words{"ATG", "ATG"});
  CHECK(read("genbank", genbank("linear", joined), "around: CDS end, length: 1") == Words{"T", "T"});
}

TEST_CASE("Features that go on beyond the sequence, and windows that leave it, are left out") {
  const std::string text =
      feature("5..10") + feature("complement(11..19)") + feature("<1..6") + feature("complement(3..>7)");
  CHECK(read("genbank", genbank("linear", text), "length: 3") == Words{"ATG", "ATG"});
  // At the other end they are whole.
  CHECK(read("genbank", genbank("linear", text), "around: CDS end, length: 1") == Words{"C", "G", "T", "T"});
  const std::string edges = feature("2..5") + feature("20..21") + feature("9..12");
  CHECK(read("genbank", genbank("linear", edges), "length: 3, upstream: 1") == Words{"AAC", "TGC", "TTT"});
  CHECK(read("genbank", genbank("circular", edges), "length: 4, upstream: 2") ==
        Words{"ATGC", "CAAC", "GTTT"});
  CHECK(read("genbank", genbank("linear", edges), "length: 4, upstream: 1") == Words{"AACC", "TTTG"});
}

TEST_CASE("GenBank translations, labels and qualifiers of several lines") {
  const std::string text =
      feature("5..10",
              "                     /strand=\"leading\"\n                     /note=\"a /slash and\n"
              "                     more\"\n                     /translation=\"MK\n                     "
              "VW\"\n") +
      feature("complement(11..19)",
              "                     /strand=\"lagging\"\n                     /pseudo\n"
              "                     /translation=\"MAAY\"\n") +
      feature("join(5..7,\n                     9..10)",
              "                     /strand=\"leading\"\n                     "
              "/translation=\"M\"\n");
  CHECK(read("genbank", genbank("linear", text), "around: CDS translation, alphabet: protein, length: 4") ==
        Words{"MAAY", "MKVW"});
  const Folder folder;
  write(folder / "a.gbk", genbank("linear", text));
  const PluginObject object = data("genbank", path_is(folder / "a.gbk", "length: 3, label: strand"));
  CHECK(object.as<Data>().classes() == Words{"lagging", "leading"});
  CHECK(at::equal(at::bincount(everything(object.as<Data>()).labels), at::tensor({1, 2}, at::kLong)));
  CHECK_THAT(complaint("genbank", path_is(folder / "a.gbk", "length: 3, label: gene")),
             holds("label: ") && holds("a.gbk:4: CDS: no qualifier /gene"));
}

TEST_CASE("A GenBank file's mistakes are named with file and line") {
  const std::string good = feature("5..10") + feature("9..12");
  CHECK(says("genbank", genbank("linear", good), "length: 3") == "fine");
  CHECK_THAT(says("genbank", genbank("linear", good), "length: 3, around: gene start"),
             holds("around: ") && holds("has no feature 'gene', only CDS"));
  CHECK_THAT(says("genbank", genbank("linear", good), "length: 3, around: CDS"),
             holds("around: 'CDS' is not a feature followed by"));
  CHECK_THAT(says("genbank", ">a\nACGT\n", "length: 3"), holds("a.txt:1: not a GenBank file"));
  CHECK_THAT(says("genbank", "", "length: 3"), holds("a.txt:0: not a GenBank file"));
  CHECK_THAT(says("genbank", genbank("linear", feature("5..30")), "length: 3"),
             holds("the feature CDS of line 4 is at 30, but the sequence has 21 letters"));
  CHECK_THAT(says("genbank", genbank("linear", feature("5..x")), "length: 3"),
             holds("'5..x' is no location"));
  CHECK_THAT(says("genbank", genbank("linear", feature("one-of(5,6)..9")), "length: 3"),
             holds("is no location"));
  std::string nested = "5..10";
  for (int i = 0; i < 100000; ++i) nested = "complement(" + nested;
  CHECK_THAT(says("genbank", genbank("linear", feature(nested)), "length: 3"), holds("is no location"));
  const std::string whole = genbank("linear", good);
  CHECK_THAT(says("genbank", whole.substr(0, whole.size() - 3), "length: 3"),
             holds("the file ends within a record"));
  CHECK_THAT(says("genbank", whole.substr(0, whole.find("       21")) + "       31 c\n//\n", "length: 3"),
             holds("a.txt:8: the line says that it begins with letter 31, but 20 came before"));
  std::string strange = whole;
  strange[strange.find("gttt gt") + 1] = 'n';
  CHECK_THAT(says("genbank", strange, "length: 4"), holds("a.txt:4: CDS: 'n' is not a letter of ACGT"));
  std::string more = genbank("linear", good + feature("11..14"));
  more[more.find("gttt gt") + 1] = 'n';
  CHECK(read("genbank", more, "length: 4, outside: skip") == Words{"GTAC", "TTGT"});
}

TEST_CASE("Words of one length are kept, others left out") {
  const std::string list = "cat\nhouse\ndog's\nDog\ncow\nd\xC3\xB4m\n";
  CHECK(read("words", list, "length: 3") == Words{"cat", "cow"});
  CHECK(read("words", "abc\nbca\ncab\n", "length: 3, alphabet: abc") == Words{"abc", "bca", "cab"});
  CHECK_THAT(says("words", list, "length: 3, outside: error"),
             holds("a.txt:4:1: 'D' is not a letter of abc"));
  CHECK_THAT(says("words", list, "length: 9"), holds("has no words of 9 letters"));
  CHECK_THAT(says("words", "ab\nx\x07\n", "length: 2, outside: error"),
             holds("a.txt:2:2: '\\x07' is not a letter"));
}

TEST_CASE("Lines longer than a piece of the file, and files without an end of line, are read whole") {
  const std::string many(600000, 'A');
  const Words found = read("fasta", ">a\n" + many + "CG\n>b\n" + many + "\r\nTT", "length: 600002");
  REQUIRE(found.size() == 2);
  CHECK(found[0] == many + "CG");
  CHECK(found[1] == many + "TT");
}

TEST_CASE("The genome of C. trachomatis is what its publishers say, where it is installed") {
  const std::string yaml = "{path: ct.gbk.gz, length: 3}";
  if (const std::string why = complaint("genbank", yaml); why != "fine") {
    CHECK_THAT(why, holds("`./saddle fetch chlamydia` gets it"));
    WARN(why);
    return;
  }
  const PluginObject object = data("genbank", yaml);
  std::map<std::string, int> starts;
  for (const std::string& codon : words(everything(object.as<Data>()).samples, "ACGT")) ++starts[codon];
  CHECK(starts == std::map<std::string, int>{{"ATG", 788}, {"GTG", 73}, {"TTG", 33}});
}

TEST_CASE("The PBMC subset's counts come back exactly, where it is installed") {
  const std::string yaml =
      "{path: 10x_pbmc68k_reduced.h5ad, layer: raw, recover_counts: n_counts, label: bulk_labels}";
  if (const std::string why = complaint("anndata", yaml); why != "fine") {
    CHECK_THAT(why, holds("`./saddle fetch pbmc68k` gets it"));
    WARN(why);
    return;
  }
  const PluginObject object = data("anndata", yaml);
  const auto& d = object.as<Data>();
  CHECK(d.shape() == Shape{765});
  CHECK(d.classes().size() == 10);
  CHECK(d.not_a_count().empty());
  const Tensor counts = everything(d).samples;
  CHECK(counts.size(0) == 700);
  CHECK(counts.sum().item<double>() == 486651);
  CHECK(counts.max().item<double>() == 259);
  CHECK(counts.ne(0).sum().item<int64_t>() == 174400);
}
