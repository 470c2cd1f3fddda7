// Readers of cells and matrices, against files that anndata, h5py and SciPy wrote and what is in them
// (tests/fixtures/make_reader_fixtures.py).
#include "data_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;
using fixtures::Folder;

namespace {

const nlohmann::json& truth() {
  static const nlohmann::json all = json_fixture("reader_fixtures.json");
  return all;
}

Tensor counts() { return table(truth().at("counts")); }

/// A reader's samples are these rows.
void check_holds(const std::string& name, const std::string& file, const std::string& more,
                 const Tensor& rows) {
  INFO(name << " " << file << " " << more);
  const PluginObject object = data(name, path_is(foreign(file), more));
  CHECK(same_rows(everything(object.as<Data>()).samples, rows));
}

/// Labels go with their samples: every pair of row and name is one of the truth's.
void check_labels(const Data& d, const Tensor& rows, const std::vector<std::string>& names) {
  const auto classes = d.classes();
  const Batch all = everything(d);
  REQUIRE(all.samples.size(0) == rows.size(0));
  std::vector<std::string> found, expected;
  const auto entry = [](const Tensor& row, const std::string& name) {
    std::string text = name;
    for (int64_t j = 0; j < row.numel(); ++j) text += " " + number_text(row[j].item<double>());
    return text;
  };
  for (int64_t i = 0; i < rows.size(0); ++i) {
    found.push_back(entry(all.samples[i], classes.at(static_cast<size_t>(all.labels[i].item<int64_t>()))));
    expected.push_back(entry(rows[i], names[static_cast<size_t>(i)]));
  }
  std::sort(found.begin(), found.end());
  std::sort(expected.begin(), expected.end());
  CHECK(found == expected);
}

std::vector<std::string> names(const char* key) { return truth().at(key).get<std::vector<std::string>>(); }

}  // namespace

TEST_CASE("AnnData matrices of every layout hold the counts that were written") {
  const Tensor x = counts(), centred = (x - x.mean(0)).to(at::kFloat).to(at::kDouble);
  check_holds("anndata", "now.h5ad", "layer: raw", x);
  check_holds("anndata", "now.h5ad", "layer: columns", x);
  check_holds("anndata", "now.h5ad", "layer: dense", x);
  check_holds("anndata", "in_0_7.h5ad", "", x);
  check_holds("anndata", "before_0_7.h5ad", "layer: raw", table(truth().at("logs")));
  for (const char* file : {"now.h5ad", "before_0_7.h5ad"}) {
    const PluginObject object = data("anndata", path_is(foreign(file)));
    const Tensor all = everything(object.as<Data>()).samples;
    CHECK((std::get<0>(all.sort(0)) - std::get<0>(centred.sort(0))).abs().max().item<double>() < 1e-6);
    CHECK_THAT(object.as<Data>().not_a_count(), holds("feature"));
  }
}

TEST_CASE("Columns of obs label cells, as categories, texts or numbers, in every layout") {
  for (const auto& [file, more] :
       {std::pair("now.h5ad", "layer: raw"), std::pair("in_0_7.h5ad", "layer: X")}) {
    const auto with = [&, file = file, more = more](const char* column) {
      return data("anndata", path_is(foreign(file), fmt::format("{}, label: {}", more, column)));
    };
    const PluginObject type = with("type"), donor = with("donor");
    CHECK(type.as<Data>().classes() == std::vector<std::string>{"B", "NK", "T"});
    check_labels(type.as<Data>(), counts(), names("types"));
    check_labels(donor.as<Data>(), counts(), names("donors"));
  }
  const PluginObject age = data("anndata", path_is(foreign("now.h5ad"), "layer: raw, label: age"));
  std::vector<std::string> ages;
  for (const int64_t a : truth().at("ages").get<std::vector<int64_t>>()) ages.push_back(std::to_string(a));
  check_labels(age.as<Data>(), counts(), ages);
  for (const char* column : {"type", "donor"}) {
    const PluginObject old =
        data("anndata", path_is(foreign("before_0_7.h5ad"), fmt::format("layer: raw, label: {}", column)));
    check_labels(old.as<Data>(), table(truth().at("logs")),
                 names(column == std::string("type") ? "types" : "donors"));
  }
}

TEST_CASE("Counts come back from logarithms where the totals are known") {
  check_holds("anndata", "before_0_7.h5ad", "layer: raw, recover_counts: n_counts", counts());
  check_holds("anndata", "now.h5ad", "layer: logs, recover_counts: total", counts());
  const PluginObject object =
      data("anndata", path_is(foreign("now.h5ad"), "layer: logs, recover_counts: total"));
  CHECK(object.as<Data>().not_a_count().empty());
  const auto says = [](const std::string& more) {
    return complaint("anndata", path_is(foreign("now.h5ad"), more));
  };
  CHECK_THAT(says("layer: logs, recover_counts: age"),
             holds("recover_counts: ") && holds("now.h5ad: row ") && holds("which is not a whole number"));
  CHECK_THAT(says("layer: logs, recover_counts: donor"),
             holds("obs column 'donor', row 1: 'd") && holds("is no total"));
}

TEST_CASE("AnnData files that can't be taken say what they have") {
  const auto says = [](const std::string& more) {
    return complaint("anndata", path_is(foreign("now.h5ad"), more));
  };
  CHECK_THAT(says("layer: missing"),
             holds("layer: ") && holds("has no matrix 'missing', only X, raw, columns, dense, logs"));
  CHECK_THAT(says("label: kind"),
             holds("label: ") && holds("has no obs column 'kind', only") && holds("donor") && holds("type"));
  CHECK_THAT(says("label: gap"), holds("obs column 'gap': row 5 has no value"));
  CHECK_THAT(says("label: maybe"), holds("obs column 'maybe': row 8 has no value"));
  CHECK_THAT(complaint("anndata", path_is(foreign("before_0_7.h5ad"), "label: kind")),
             holds("has no obs column 'kind', only index, type, n_counts, donor"));
  CHECK_THAT(complaint("anndata", path_is(foreign("arrays.hdf5"))), holds("has no matrix 'X', only"));
  const Folder folder;
  const std::string whole = bytes_of(foreign("now.h5ad"));
  write(folder / "cut.h5ad", whole.substr(0, whole.size() / 2));
  CHECK_THAT(complaint("anndata", path_is(folder / "cut.h5ad")), holds("cut.h5ad: damaged: truncated file"));
  write(folder / "text.h5ad", "no HDF5\n");
  CHECK_THAT(complaint("anndata", path_is(folder / "text.h5ad")), holds("text.h5ad: not an HDF5 file"));
  CHECK_THAT(complaint("anndata", "{path: /nowhere/10x_pbmc68k_reduced.h5ad}"),
             holds("can't read /nowhere/10x_pbmc68k_reduced.h5ad. `./saddle fetch pbmc68k` gets it"));
}

TEST_CASE("Cell Ranger's files of both versions hold the counts, a cell a sample") {
  check_holds("tenx_hdf5", "cell_ranger_2.hdf5", "", counts());
  check_holds("tenx_hdf5", "cell_ranger_2.hdf5", "genome: hg19", counts());
  check_holds("tenx_hdf5", "cell_ranger_3.hdf5", "feature_type: ''", counts());
  check_holds("tenx_hdf5", "cell_ranger_3.hdf5", "", counts().narrow(1, 0, 4));
  check_holds("tenx_hdf5", "cell_ranger_3.hdf5", "feature_type: Antibody Capture", counts().narrow(1, 4, 1));
  CHECK_THAT(complaint("tenx_hdf5", path_is(foreign("cell_ranger_3.hdf5"), "feature_type: CRISPR")),
             holds("none of type 'CRISPR', only Antibody Capture, Gene Expression"));
  CHECK_THAT(complaint("tenx_hdf5", path_is(foreign("cell_ranger_2.hdf5"), "genome: mm10")),
             holds("genome: ") && holds("has no genome 'mm10'; there are hg19"));
  CHECK_THAT(complaint("tenx_hdf5", path_is(foreign("arrays.hdf5"))),
             holds("has no group 'matrix', and no single genome; there are big_endian"));
}

TEST_CASE("Data sets of HDF5 keep their numbers, whatever their type, chunks and byte order") {
  const PluginObject images =
      data("hdf5", path_is(foreign("arrays.hdf5"), "dataset: images/train, labels: names"));
  CHECK(images.as<Data>().shape() == Shape{2, 3});
  CHECK(same_rows(everything(images.as<Data>()).samples, at::arange(72, at::kDouble).view({12, 2, 3})));
  check_holds("hdf5", "arrays.hdf5", "dataset: big_endian", counts());
  check_holds("hdf5", "arrays.hdf5", "dataset: images/half", counts());
  check_holds("hdf5", "arrays.hdf5", "dataset: flags", counts() > 1);
  for (const char* labels : {"names", "fixed_names"}) {
    const PluginObject object =
        data("hdf5", path_is(foreign("arrays.hdf5"), fmt::format("dataset: big_endian, labels: {}", labels)));
    check_labels(object.as<Data>(), counts(), names("types"));
  }
  const auto says = [](const std::string& more) {
    return complaint("hdf5", path_is(foreign("arrays.hdf5"), more));
  };
  CHECK_THAT(says("dataset: nothing"),
             holds("dataset: ") && holds("no data set 'nothing'; at the top are big_endian"));
  CHECK_THAT(says("dataset: images"), holds("'images' is a group, not a data set"));
  CHECK_THAT(says("dataset: names"), holds("'names' does not hold plain numbers"));
  CHECK_THAT(says("dataset: records"), holds("'records' does not hold plain numbers"));
  CHECK_THAT(says("dataset: one"), holds("a single number"));
  CHECK_THAT(says("dataset: big_endian, labels: big_endian"),
             holds("labels: ") && holds("no list of 12 whole numbers"));
}

TEST_CASE("Matrix Market files of every kind hold what SciPy wrote") {
  check_holds("matrix_market", "general.mtx", "", counts());
  check_holds("matrix_market", "array.mtx", "", counts());
  check_holds("matrix_market", "columns.mtx.gz", "samples: columns", counts());
  check_holds("matrix_market", "symmetric.mtx", "", table(truth().at("square")));
  check_holds("matrix_market", "symmetric_array.mtx", "", table(truth().at("square")));
  check_holds("matrix_market", "skew.mtx", "", table(truth().at("skew")));
  check_holds("matrix_market", "pattern.mtx", "", counts() > 0);
  const Folder folder;
  std::string labels;
  for (const std::string& name : names("types")) labels += name + "\n";
  write(folder / "types.txt", labels);
  const std::string with = "labels: '" + (folder / "types.txt").string() + "'";
  const PluginObject object = data("matrix_market", path_is(foreign("general.mtx"), with));
  check_labels(object.as<Data>(), counts(), names("types"));
  CHECK_THAT(complaint("matrix_market", path_is(foreign("symmetric.mtx"), with)),
             holds("labels: ") && holds("12 labels for 5 samples"));
}

TEST_CASE("A Matrix Market file's mistakes are named with file and line") {
  const Folder folder;
  const auto says = [&](const std::string& text, const std::string& more = "") {
    write(folder / "a.mtx", text);
    return complaint("matrix_market", path_is(folder / "a.mtx", more));
  };
  const std::string head = "%%MatrixMarket matrix coordinate real general\n% a comment\n";
  CHECK(says(head + "2 3 2\n1 1 5\n\n2 3 1e-1\n") == "fine");
  CHECK_THAT(says(""), holds("a.mtx:0: not a Matrix Market file"));
  CHECK_THAT(says("1,2\n"), holds("a.mtx:1: not a Matrix Market file"));
  CHECK_THAT(says("%%MatrixMarket matrix coordinate complex general\n"),
             holds(":1: 'complex' are no numbers"));
  CHECK_THAT(says("%%MatrixMarket matrix coordinate real hermitian\n"),
             holds(":1: 'hermitian' is a symmetry"));
  CHECK_THAT(says(head + "2 3\n"), holds(":3: 2 numbers, but a line of sizes has 3"));
  CHECK_THAT(says(head + "2 3 1\n1 1\n"), holds(":4: 2 numbers, but an entry has 3"));
  CHECK_THAT(says(head + "2 3 1\n3 1 5\n"), holds(":4: entry (3, 1) of a matrix of 2 × 3"));
  CHECK_THAT(says(head + "2 3 1\n0 1 5\n"), holds(":4: entry (0, 1)"));
  CHECK_THAT(says(head + "2 3 1\n1 1 x\n"), holds(":4: 'x' is not a finite number"));
  CHECK_THAT(says(head + "2 3 1\n1 1 nan\n"), holds(":4: 'nan' is not a finite number"));
  CHECK_THAT(says(head + "2 3 2\n1 1 5\n"), holds(":4: the file ends after 1 of 2 entries"));
  CHECK_THAT(says(head + "2 3 1\n1 1 5\n1 2 5\n"), holds(":5: text behind the last entry"));
  CHECK_THAT(says("%%MatrixMarket matrix array real general\n2 2\n1\n2\n3\n"),
             holds(":5: the file ends before the number (2, 2)"));
  CHECK_THAT(says("%%MatrixMarket matrix array real symmetric\n2 3\n"),
             holds(":2: a symmetric matrix is square"));
  CHECK_THAT(says(head + "300000 2000000000 1\n1 1 5\n"),
             holds("path: ") && holds("300000 × 2000000000 numbers as a dense table need 2400000.0 GB") &&
                 holds("variable_features: 2000"));
  CHECK_THAT(says(head + "900000000000000 3 1\n1 1 5\n"), holds("900000000000000 rows need 7200000.0 GB"));
  const std::string whole = bytes_of(foreign("columns.mtx.gz"));
  write(folder / "cut.mtx.gz", whole.substr(0, whole.size() - 9));
  CHECK_THAT(complaint("matrix_market", path_is(folder / "cut.mtx.gz")), holds("cut.mtx.gz is cut off"));
}

TEST_CASE("NumPy archives give the array that is named, and notice damage") {
  check_holds("npy", "stored.npz", "array: counts, label_array: codes", counts());
  check_holds("npy", "deflated.npz", "", counts());
  const PluginObject object =
      data("npy", path_is(foreign("stored.npz"), "array: counts, label_array: codes"));
  CHECK(at::equal(at::bincount(everything(object.as<Data>()).labels), at::full({3}, 4, at::kLong)));
  CHECK(object.as<Data>().classes() == std::vector<std::string>{"0", "1", "2"});
  const auto says = [](const std::string& more) {
    return complaint("npy", path_is(foreign("stored.npz"), more));
  };
  CHECK_THAT(says(""), holds("array: ") && holds("which array? There are counts, codes"));
  CHECK_THAT(says("array: x"), holds("array: ") && holds("no array 'x'. There are counts, codes"));
  CHECK_THAT(says("array: counts, label_array: counts"),
             holds("label_array: ") && holds("not an array of 12 integers"));
  const Folder folder;
  for (const char* name : {"stored.npz", "deflated.npz"}) {
    const std::string whole = bytes_of(foreign(name)), more = "array: counts";
    for (size_t cut = 4; cut < whole.size(); cut += 7) {
      write(folder / "cut.npz", whole.substr(0, cut));
      CHECK(complaint("npy", path_is(folder / "cut.npz", more)) != "fine");
    }
    std::string damaged = whole;
    damaged[150] = static_cast<char>(damaged[150] ^ 1);
    write(folder / "damaged.npz", damaged);
    CHECK_THAT(complaint("npy", path_is(folder / "damaged.npz", more)), holds("counts.npy is damaged"));
  }
}
