// Metrics of cells, compositions and sequences, against SciPy and scikit-learn
// (tests/fixtures/make_biology_fixtures.py) and against what is known of perfect, collapsed and copied
// samples.
#include "data_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

/// Data that hand out given training samples; what metrics ask of data.
class Given final : public Data {
 public:
  Tensor kept, labels;  // [n, feature…], [n]
  std::string letters;
  bool counts = false;
  int64_t stored = 0;
  std::optional<Grammar> rule;

  Shape shape() const override { return kept.sizes().slice(1).vec(); }
  Batch draw(Random& random, int64_t batch) const override {
    const Tensor index = random.integers({batch}, kept.size(0)).flatten();
    return {kept.index_select(0, index).unsqueeze(0),
            labels.defined() ? labels.index_select(0, index).unsqueeze(0) : Tensor()};
  }
  Batch held_out(Random& random, int64_t count) const override { return draw(random, count); }
  Batch training(int64_t first, int64_t count, const at::TensorOptions& options) const override {
    return {kept.narrow(0, first, count).to(options).unsqueeze(0),
            labels.defined() ? labels.narrow(0, first, count).unsqueeze(0) : Tensor()};
  }
  int64_t training_size() const override { return stored; }
  bool has_labels() const override { return labels.defined(); }
  std::string not_a_count() const override { return counts ? "" : "some are not"; }
  std::string alphabet() const override { return letters; }
  std::optional<Grammar> grammar() const override { return rule; }
};

/// [column] of the only lane; fake [n, …], real [m, …].
std::vector<double> measure(const std::string& metric, const Tensor& fake, const Tensor& real, const Data& d,
                            const std::string& yaml = "{}", const Tensor& real_labels = {}) {
  const PluginObject object = from_yaml(Kind::metric, metric, yaml);
  Measurement m;
  m.fake = fake.unsqueeze(0);
  m.real = real.unsqueeze(0);
  if (real_labels.defined()) m.real_labels = real_labels.unsqueeze(0);
  m.data = &d;
  m.random = [](std::string_view purpose) {
    return Streams({0}, at::TensorOptions(at::kDouble)).at(purpose, 0);
  };
  const Tensor result = object.as<Metric>().measure(m);
  REQUIRE(result.sizes() ==
          at::IntArrayRef({1, static_cast<int64_t>(object.as<Metric>().columns(d).size())}));
  return {result.const_data_ptr<double>(), result.const_data_ptr<double>() + result.numel()};
}

std::string unsupported(const std::string& metric, const Data& d, const std::string& yaml = "{}") {
  const PluginObject object = from_yaml(Kind::metric, metric, yaml);
  Parts parts;
  parts.data = &d;
  return object.as<Metric>().unsupported(parts);
}

void check_near(const std::vector<double>& found, const std::vector<double>& truth) {
  REQUIRE(found.size() == truth.size());
  for (size_t i = 0; i < found.size(); ++i) {
    INFO(i);
    CHECK(found[i] == Approx(truth[i]).epsilon(1e-9).margin(1e-13));
  }
}

const nlohmann::json& truth() {
  static const nlohmann::json all = json_fixture("biology_fixtures.json");
  return all;
}

Tensor table_of(const char* key) { return table(truth().at(key)); }
Tensor integers_of(const char* key) {
  return at::tensor(truth().at(key).get<std::vector<int64_t>>(), at::kLong);
}
std::vector<double> numbers_of(const nlohmann::json& x) { return x.get<std::vector<double>>(); }

Given cells() {
  Given d;
  d.kept = table_of("trained");
  d.labels = integers_of("trained_types");
  d.stored = d.kept.size(0);
  d.counts = true;
  return d;
}

Tensor one_hot(const std::vector<std::string>& sequences, const std::string& letters) {
  Tensor x = at::zeros({static_cast<int64_t>(sequences.size()), static_cast<int64_t>(sequences[0].size()),
                        static_cast<int64_t>(letters.size())},
                       at::kDouble);
  for (size_t i = 0; i < sequences.size(); ++i)
    for (size_t j = 0; j < sequences[i].size(); ++j)
      x[static_cast<int64_t>(i)][static_cast<int64_t>(j)]
       [static_cast<int64_t>(letters.find(sequences[i][j]))] = 1;
  return x;
}

Given dna(const std::vector<std::string>& sequences) {
  Given d;
  d.letters = "ACGT";
  d.kept = one_hot(sequences, d.letters);
  return d;
}

const double nan_value = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("Metrics of cells agree with SciPy and NumPy") {
  const Given d = cells();
  const Tensor real = table_of("real"), fake = table_of("fake");
  check_near(measure("gene_statistics", fake, real, d), numbers_of(truth().at("gene_statistics")));
  check_near(measure("library_size", fake, real, d), {truth().at("library_size").get<double>()});
  check_near(measure("gene_correlation", fake, real, d), {truth().at("gene_correlation").get<double>()});
  for (const char* metric : {"library_size", "gene_correlation", "gene_statistics"})
    for (const double x : measure(metric, real, real, d)) CHECK(x == 0);
}

TEST_CASE("Types of generated cells are those of scikit-learn's classifiers") {
  const Given d = cells();
  const Tensor real = table_of("real"), fake = table_of("fake"), types = integers_of("real_types");
  for (const auto& [name, yaml] :
       {std::pair("neighbours log", "{}"), std::pair("neighbours own", "{space: own, k: 3}"),
        std::pair("centroids log", "{by: centroids, space: log}"),
        std::pair("centroids own", "{by: centroids, space: own}")}) {
    INFO(name);
    check_near(measure("cell_types", fake, real, d, yaml, types),
               numbers_of(truth().at("cell_types").at(name)));
  }
}

TEST_CASE("A generator that misses the rare types, or makes them only, is told so") {
  const Given d = cells();
  const Tensor real = table_of("real"), types = integers_of("real_types");
  const auto only = [&](int64_t type) {
    return d.kept.index_select(0, (d.labels == type).nonzero().flatten());
  };
  const std::string yaml = "{space: own, k: 1}";
  const auto common = measure("cell_types", only(0), real, d, yaml, types),
             rare = measure("cell_types", only(3), real, d, yaml, types);
  CHECK(common[0] == 0.25);
  CHECK(common[1] == 0);
  CHECK(common[2] == Approx(std::log(119.0 / 60)));
  CHECK(rare[0] == 0.25);
  CHECK(rare[1] == 0.5);  // one of two rare types
  CHECK(rare[2] == Approx(std::log(119.0 / 4)));
  const auto same = measure("cell_types", d.kept, real, d, yaml, types);
  CHECK(same[0] == 1);
  CHECK(same[1] == 1);
  CHECK(same[2] == Approx(0).margin(1e-15));
  CHECK(std::isnan(measure("cell_types", d.kept, real, d, "{rare: 0.001}", types)[1]));
  // Data that keep no samples are drawn from.
  Given fresh = cells();
  fresh.stored = 0;
  CHECK(measure("cell_types", d.kept, real, fresh, yaml, types)[0] == 1);
  fresh.labels = Tensor();
  CHECK(unsupported("cell_types", fresh) == "it has no labels");
  CHECK(unsupported("cell_types", d).empty());
}

TEST_CASE(
    "The two-sample classifier is scikit-learn's, at chance for equal sets and sure of different ones") {
  Given d;
  d.kept = table_of("plain real");
  check_near(measure("classifier_two_sample", table_of("plain fake"), d.kept, d),
             numbers_of(truth().at("two_sample")));
  check_near(measure("classifier_two_sample", table_of("plain fake"), d.kept, d, "{by: logistic}"),
             numbers_of(truth().at("logistic")));
  const Tensor a = normals("a", {2000, 2})[0], b = normals("b", {2000, 2})[0];
  const auto chance = measure("classifier_two_sample", a, b, d);
  CHECK(std::abs(chance[0] - 0.5) < 4 * 0.5 / std::sqrt(2000.0));
  CHECK(std::abs(chance[1] - 0.5) < 4 * std::sqrt(2001.0 / (12.0 * 1000 * 1000)));
  for (const char* by : {"{by: neighbours}", "{by: logistic}"})
    for (const double x : measure("classifier_two_sample", a + 20, b, d, by)) CHECK(x == 1);
  const auto linear = measure("classifier_two_sample", a + 1, b, d, "{by: logistic}");
  // The best line between N(0, I) and N((1, 1), I): right with probability Φ(√2/2), AUC Φ(1).
  CHECK(std::abs(linear[0] - 0.7602499) < 4 * std::sqrt(0.76 * 0.24 / 2000));
  CHECK(std::abs(linear[1] - 0.8413447) < 4 * std::sqrt(0.84 * 0.16 / 1000));
  for (const double x : measure("classifier_two_sample", a.narrow(0, 0, 2), b, d)) CHECK(std::isnan(x));
}

TEST_CASE("Copies of training samples are noticed") {
  Given d;
  d.kept = table_of("kept");
  d.stored = d.kept.size(0);
  check_near(measure("memorisation", table_of("copied"), table_of("plain real"), d),
             numbers_of(truth().at("memorisation")));
  const auto copies = measure("memorisation", d.kept, table_of("plain real"), d);
  CHECK(copies[0] == 0);
  CHECK(copies[1] == 1);
  const auto own = measure("memorisation", table_of("plain real"), table_of("plain real"), d);
  CHECK(own[0] == 1);
  d.stored = 0;
  CHECK(unsupported("memorisation", d) == "it draws every training sample afresh");
}

TEST_CASE("Compositions are compared in Aitchison's geometry") {
  Given d;
  d.kept = table_of("real_parts");
  check_near(measure("aitchison", table_of("fake_parts"), d.kept, d), numbers_of(truth().at("aitchison")));
  check_near(measure("aitchison", d.kept, d.kept, d), {0, 0});
  // Perturbation moves the centre by the norm of its centred logarithms and leaves the spread.
  const Tensor shift = at::tensor({2.0, 1.0, 1.0, 0.5}),
               moved = d.kept * shift / (d.kept * shift).sum(1, true);
  check_near(measure("aitchison", moved, d.kept, d, "{pseudo: 1e-300}"), {std::sqrt(2.0) * std::log(2.0), 0});
  const PluginObject ring = data("ring");
  CHECK(unsupported("aitchison", ring.as<Data>()) == "it may have negative parts");
  CHECK(unsupported("library_size", ring.as<Data>()) == "its values may be negative");
}

TEST_CASE("Spectra and GC content of sequences agree with SciPy") {
  const auto real = truth().at("real_words").get<std::vector<std::string>>(),
             fake = truth().at("fake_words").get<std::vector<std::string>>();
  const Given d = dna(real);
  const Tensor x = one_hot(fake, "ACGT");
  for (const char* k : {"1", "3"})
    check_near(measure("kmers", x, d.kept, d, fmt::format("{{k: {}}}", k)),
               {truth().at("kmers").at(k).get<double>()});
  check_near(measure("gc_content", x, d.kept, d), numbers_of(truth().at("gc_content")));
  check_near(measure("kmers", d.kept, d.kept, d), {0});
  const Given left = dna({"AAAA", "AAAA"}), right = dna({"CCCC"});
  check_near(measure("kmers", right.kept, left.kept, left), {std::log(2.0)});
  check_near(measure("gc_content", right.kept, left.kept, left), {1, 1});
  // Soft letters count as the largest.
  check_near(measure("kmers", 0.4 * x + 0.1, d.kept, d), measure("kmers", x, d.kept, d));
  CHECK_THAT(unsupported("kmers", left, "{k: 5}"), holds("its sequences have 4 letters, fewer than 5"));
  Given protein = left;
  protein.letters = "ACDE";
  CHECK(unsupported("gc_content", protein) == "its samples are neither DNA nor RNA");
  const PluginObject ring = data("ring");
  for (const char* metric : {"kmers", "validity"})
    CHECK(unsupported(metric, ring.as<Data>()) == "its samples are no sequences of letters");
}

TEST_CASE("Position weights are compared position by position") {
  const Given d = dna({"AC", "AC", "AG", "AT"});
  // First A alone against A and C; then C half, G and T a quarter each against C.
  const auto jensen_shannon = [](const std::vector<double>& p, const std::vector<double>& q) {
    double sum = 0;
    for (size_t i = 0; i < p.size(); ++i) {
      const double middle = (p[i] + q[i]) / 2;
      if (p[i] > 0) sum += p[i] * std::log(p[i] / middle) / 2;
      if (q[i] > 0) sum += q[i] * std::log(q[i] / middle) / 2;
    }
    return sum;
  };
  const double first = jensen_shannon({1, 0}, {0.5, 0.5}),
               second = jensen_shannon({0.5, 0.25, 0.25}, {1, 0, 0});
  check_near(measure("position_weights", one_hot({"AC", "CC"}, "ACGT"), d.kept, d),
             {(first + second) / 2, std::max(first, second)});
  check_near(measure("position_weights", d.kept, d.kept, d), {0, 0});
  const Given left = dna({"AA"}), right = dna({"CA"});
  check_near(measure("position_weights", right.kept, left.kept, left), {std::log(2.0) / 2, std::log(2.0)});
}

TEST_CASE("Motifs are counted at their place, or anywhere") {
  const Given d = dna({"ATGC", "GTGC", "CATG", "CCCC"});
  const Tensor fake = one_hot({"ATGC", "ATGA", "AATG", "GTGA", "CCCC"}, "ACGT");
  check_near(measure("motif", fake, d.kept, d, "{words: [ATG, GTG], at: 0}"),
             {0.6, 0.5, (std::abs(0.4 - 0.25) + std::abs(0.2 - 0.25)) / 2});
  check_near(measure("motif", fake, d.kept, d, "{words: [ATG]}"), {0.6, 0.5, 0.1});
  CHECK_THAT(unsupported("motif", d, "{words: [AUG]}"), holds("'AUG' has a letter that is not of ACGT"));
  CHECK_THAT(unsupported("motif", d, "{at: 2}"), holds("'ATG' does not fit into 4 letters from 2 on"));
  CHECK(unsupported("motif", d, "{words: []}") == "there are no words to look for");
  CHECK(unsupported("motif", data("ring").as<Data>()) == "its samples are no sequences of letters");
}

TEST_CASE("Validity is the share that the grammar accepts, beside chance") {
  Given d = dna({"ATGTAA"});
  d.rule = Grammar{[](std::string_view s) { return s == "ATGTAA"; }, 1 / 4096.0};
  check_near(measure("validity", one_hot({"ATGTAA", "ATGTAC", "CCCCCC", "ATGTAA"}, "ACGT"), d.kept, d),
             {0.5, 1 / 4096.0});
  d.rule.reset();
  CHECK(unsupported("validity", d) == "it has no grammar that is known");
  const PluginObject coding = data("coding_sequences");
  Random random = stream({1});
  const Tensor perfect = coding.as<Data>().draw(random, 500).samples[0];
  check_near(measure("validity", perfect, perfect, coding.as<Data>()),
             {1, coding.as<Data>().grammar()->chance});
}

TEST_CASE("Lanes with a sample that is not finite are NaN, the others as if alone") {
  const Given d = cells();
  const Tensor real = table_of("real"), fake = table_of("fake");
  const PluginObject object = from_yaml(Kind::metric, "gene_statistics");
  Measurement m;
  m.fake = at::stack({fake, fake.clone()});
  m.fake[1][3][2] = nan_value;
  m.real = real.unsqueeze(0);
  m.data = &d;
  const Tensor result = object.as<Metric>().measure(m);
  CHECK(result[1].isnan().all().item<bool>());
  CHECK(result[0][0].item<double>() == measure("gene_statistics", fake, real, d)[0]);
}
