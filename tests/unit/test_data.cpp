#include <saddle/plugin.hpp>

#include "catch.hpp"
#include "data_fixture.hpp"

#include <numbers>
#include <sstream>

using namespace saddle;
using fixtures::Folder;
using testing::complaint;
using testing::data;
using testing::from_yaml;
using testing::path_is;
using testing::stream;
using testing::write;

namespace {

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

/// Of a csv file with this text.
std::string csv_complaint(const std::string& text, const std::string& more = "") {
  const Folder folder;
  write(folder / "a.csv", text);
  return complaint("csv", path_is(folder / "a.csv", more));
}

PluginObject csv(const std::string& text, const std::string& more = "") {
  const Folder folder;
  write(folder / "a.csv", text);
  return data("csv", path_is(folder / "a.csv", more));
}

std::string big_endian(uint32_t x) {
  return {static_cast<char>(x >> 24), static_cast<char>(x >> 16), static_cast<char>(x >> 8),
          static_cast<char>(x)};
}

/// Every held-out sample, and every training sample that many draws find, as sorted lists of first features.
std::vector<double> held_out_values(const Data& d) {
  Random random = stream({1});
  const Tensor x = d.held_out(random, 1000).samples[0].flatten(1).select(1, 0).contiguous();
  std::vector<double> values(x.const_data_ptr<double>(), x.const_data_ptr<double>() + x.numel());
  std::sort(values.begin(), values.end());
  return values;
}

std::vector<double> training_values(const Data& d) {
  Random random = stream({1});
  const Tensor x = d.draw(random, 5000).samples[0].flatten(1).select(1, 0).contiguous();
  std::vector<double> values(x.const_data_ptr<double>(), x.const_data_ptr<double>() + x.numel());
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

std::string numbered_rows(int n) {
  std::string text = "x,y\n";
  for (int i = 0; i < n; ++i) text += std::to_string(i) + "," + std::to_string(10 * i) + "\n";
  return text;
}

}  // namespace

TEST_CASE("The ring has its modes at angles 2πk/modes, none of them twice") {
  const PluginObject object = data("ring", "{modes: 8, radius: 2}");
  const Modes modes = object.as<Data>().modes().value();
  REQUIRE(modes.means.size(0) == 8);
  for (int64_t k = 0; k < 8; ++k) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(k) / 8;
    CHECK(modes.means[k][0].item<double>() == Approx(2 * std::cos(angle)).margin(1e-15));
    CHECK(modes.means[k][1].item<double>() == Approx(2 * std::sin(angle)).margin(1e-15));
    CHECK(modes.weights[k].item<double>() == 0.125);
    CHECK(modes.stds[k].item<double>() == 0.01);
  }
}

TEST_CASE("The grid is centred and has side times side modes") {
  const Modes modes = data("grid").as<Data>().modes().value();
  REQUIRE(modes.means.size(0) == 25);
  CHECK(modes.means.min().item<double>() == -4);
  CHECK(modes.means.max().item<double>() == 4);
  CHECK(modes.means.sum(0).abs().max().item<double>() == 0);
  CHECK(modes.stds[0].item<double>() == 0.05);
  const Modes even = data("grid", "{side: 2, spacing: 1}").as<Data>().modes().value();
  CHECK(even.means.abs().eq(0.5).all().item<bool>());
}

TEST_CASE("Samples of a mixture have the weights, means and deviations that it was given") {
  const PluginObject object =
      data("gaussian_mixture", "{means: [-1, 2], stds: [0.255, 1.415], weights: [33, 67]}");
  const Data& mixture = object.as<Data>();
  CHECK(mixture.shape() == Shape{1});
  Random random = stream({3});
  constexpr int64_t n = 100000;
  const Batch batch = mixture.draw(random, n);
  REQUIRE(batch.samples.sizes() == at::IntArrayRef({1, n, 1}));
  const Tensor x = batch.samples.flatten(), mode = batch.labels.flatten();
  const double share = mode.eq(0).to(at::kDouble).mean().item<double>();
  CHECK(std::abs(share - 0.33) < 4 * std::sqrt(0.33 * 0.67 / n));
  for (const auto& [k, mean, std] : {std::tuple(0, -1.0, 0.255), std::tuple(1, 2.0, 1.415)}) {
    const Tensor own = x.masked_select(mode == k);
    const auto count = static_cast<double>(own.numel());
    CHECK(std::abs(own.mean().item<double>() - mean) < 4 * std / std::sqrt(count));
    CHECK(std::abs(own.std().item<double>() - std) < 4 * std / std::sqrt(2 * count));
  }
}

TEST_CASE("A lane of data has the same bits whatever stands beside it") {
  const Folder folder;
  write(folder / "a.csv", numbered_rows(23));
  const std::vector<std::pair<std::string, std::string>> all{
      {"ring", "{}"},
      {"gaussian_mixture", "{means: [[0, 1, 3], [2, 5, 7]], stds: [0.1, 3], weights: [1, 4]}"},
      {"csv", path_is(folder / "a.csv", "standardise: standard")}};
  for (const auto& [name, yaml] : all) {
    INFO(name);
    const PluginObject object = data(name, yaml);
    Random together = stream({5, 6, 7}, at::kFloat), alone = stream({6}, at::kFloat);
    const Batch group = object.as<Data>().draw(together, 77), single = object.as<Data>().draw(alone, 77);
    CHECK(group.samples.scalar_type() == at::kFloat);
    CHECK(at::equal(group.samples[1], single.samples[0]));
    CHECK_FALSE(at::equal(group.samples[0], group.samples[1]));
    if (group.labels.defined()) CHECK(at::equal(group.labels[1], single.labels[0]));
  }
}

TEST_CASE("A mixture's log density is SciPy's") {
  const auto truth = testing::json_fixture("metric_fixtures.json").at("unequal modes");
  const PluginObject object =
      data("gaussian_mixture", "{means: [[0, 0], [2, 0], [0, 3]], stds: [0.5, 1, 0.1], weights: [5, 3, 2]}");
  REQUIRE(object.as<Data>().has_density());
  const Tensor density = object.as<Data>().log_density(testing::table(truth.at("fake")).unsqueeze(0));
  REQUIRE(density.sizes() == at::IntArrayRef({1, 80}));
  for (int64_t i = 0; i < 80; ++i)
    CHECK(density[0][i].item<double>() ==
          Approx(truth.at("log_density")[static_cast<size_t>(i)].get<double>()).epsilon(1e-12));
  // Far out, where the densities themselves underflow: by hand, of the widest mode alone.
  const Tensor far = at::tensor({100.0, 0.0}, at::kFloat).view({1, 1, 2});
  CHECK(object.as<Data>().log_density(far).item<double>() ==
        Approx(std::log(0.3) - std::log(2 * std::numbers::pi) - 98.0 * 98.0 / 2).epsilon(1e-12));
}

TEST_CASE("A mixture whose lists don't fit is refused by the name of the list") {
  CHECK(complaint("gaussian_mixture", "{means: [0, 1, 2], stds: [1, 1]}") ==
        "stds: 2 standard deviations for 3 modes");
  CHECK(complaint("gaussian_mixture", "{means: [0, 1, 2], stds: [1], weights: [1]}") ==
        "weights: 1 weights for 3 modes");
  CHECK(complaint("gaussian_mixture", "{means: [], stds: [1]}") ==
        "means: a mixture needs at least one mode");
  CHECK(complaint("gaussian_mixture", "{means: [0, 1, 2], stds: [1]}") == "fine");
}

TEST_CASE("A point is every sample of itself") {
  const PluginObject object = data("point", "{at: [1.5, -2]}");
  const auto& point = object.as<Data>();
  CHECK(point.shape() == Shape{2});
  Random random = stream({1, 2, 3}), one = stream({1});
  const Batch batch = point.draw(random, 4);
  CHECK(at::equal(batch.samples, at::tensor({1.5, -2.0}, at::kDouble).expand({3, 4, 2})));
  CHECK_FALSE(batch.labels.defined());
  CHECK(at::equal(point.held_out(one, 5).samples, at::tensor({1.5, -2.0}, at::kDouble).expand({1, 5, 2})));
  CHECK(point.range().low == -2);
  CHECK(point.range().high == 1.5);
  CHECK_FALSE(point.has_density());
  CHECK_FALSE(point.has_labels());
  CHECK_FALSE(point.modes().has_value());
  CHECK(complaint("point", "{at: []}") == "at: a point has at least one dimension");
}

TEST_CASE("Priors have the moments and ranges that they are named for") {
  constexpr int64_t n = 50000;
  const PluginObject normal = from_yaml(Kind::prior, "normal", "{dim: 3}"),
                     uniform = from_yaml(Kind::prior, "uniform", "{dim: 3}");
  Random random = stream({11});
  const Tensor z = normal.as<Prior>().draw(random, n), u = uniform.as<Prior>().draw(random, n);
  CHECK(normal.as<Prior>().shape() == Shape{3});
  CHECK(z.sizes() == at::IntArrayRef({1, n, 3}));
  CHECK(std::abs(z.mean().item<double>()) < 4 / std::sqrt(3.0 * n));
  CHECK(std::abs(z.square().mean().item<double>() - 1) < 4 * std::sqrt(2 / (3.0 * n)));
  CHECK(u.min().item<double>() >= -1);
  CHECK(u.max().item<double>() < 1);
  CHECK(std::abs(u.mean().item<double>()) < 4 / std::sqrt(9.0 * n));
  CHECK(normal.as<Prior>().is_standard_normal());
  CHECK_FALSE(uniform.as<Prior>().is_standard_normal());
}

TEST_CASE("Data from a file are split into parts that share no sample and lose none") {
  const PluginObject object = csv(numbered_rows(50));
  const std::vector<double> held_out = held_out_values(object.as<Data>()),
                            training = training_values(object.as<Data>());
  CHECK(held_out.size() == 10);
  CHECK(training.size() == 40);
  std::vector<double> all = held_out;
  all.insert(all.end(), training.begin(), training.end());
  std::sort(all.begin(), all.end());
  for (size_t i = 0; i < 50; ++i) CHECK(all.at(i) == static_cast<double>(i));
  CHECK(held_out_values(csv(numbered_rows(50)).as<Data>()) == held_out);
  CHECK(held_out_values(csv(numbered_rows(50), "split_seed: 1").as<Data>()) != held_out);
  CHECK(held_out_values(csv(numbered_rows(50), "held_out: 0.5").as<Data>()).size() == 25);
}

TEST_CASE("Held-out samples are drawn without replacement, fewer where there are fewer") {
  const PluginObject object = csv(numbered_rows(50));
  Random first = stream({1}), second = stream({2});
  const Tensor some = object.as<Data>().held_out(first, 7).samples,
               others = object.as<Data>().held_out(second, 7).samples;
  CHECK(some.sizes() == at::IntArrayRef({1, 7, 2}));
  CHECK(std::get<0>(at::_unique2(some.select(2, 0))).numel() == 7);
  CHECK_FALSE(at::equal(some, others));
  CHECK(object.as<Data>().held_out(first, 1000).samples.size(1) == 10);
}

TEST_CASE("A table is read by names or numbers of columns, with labels numbered in order") {
  const std::string text =
      "\xEF\xBB\xBF\"petal, length\",width , kind\r\n1.5,2,b\r\n\r\n+3e0, 4 ,a\r\n5,6,b\r\n";
  const PluginObject object = csv(text, "label: kind, held_out: 0.01");
  const Data& d = object.as<Data>();
  CHECK(d.shape() == Shape{2});
  CHECK(d.has_labels());
  CHECK(d.range().low == 1.5);
  CHECK(d.range().high == 6);
  Random random = stream({1});
  const Batch out = d.held_out(random, 9), in = d.draw(random, 100);
  const Tensor samples = at::cat({out.samples[0], in.samples[0]}),
               labels = at::cat({out.labels[0], in.labels[0]});
  for (int64_t i = 0; i < samples.size(0); ++i)
    CHECK(labels[i].item<int64_t>() == (samples[i][0].item<double>() == 3 ? 0 : 1));

  CHECK(csv("1;2;3\n4;5;6\n", "delimiter: ';', columns: ['3', '1']").as<Data>().shape() == Shape{2});
  CHECK(csv("a,b\n1,2\n3,4\n", "columns: [b]").as<Data>().range().low == 2);
  CHECK(csv("3,2,names\na,b\n1,2\n3,4\n", "skip_lines: 1").as<Data>().range().high == 4);
  CHECK(csv("10,1\n9,2\n2,3\n", "label: '1'").as<Data>().range().high == 3);
}

TEST_CASE("A table's mistakes are named with file and line") {
  CHECK_THAT(csv_complaint("a,b\n1,2\n1,2,3\n"), holds("a.csv:3: 3 fields, but the first line has 2"));
  CHECK_THAT(csv_complaint("a,b\n1,2\n\n1\n"), holds("a.csv:4: 1 fields, but the first line has 2"));
  CHECK_THAT(csv_complaint("a,b\n1,2\n1,x2\n"), holds("a.csv:3: column 'b': 'x2' is not a number"));
  CHECK_THAT(csv_complaint("1,2\n1,2,\n"), holds("a.csv:2: 3 fields"));
  CHECK_THAT(csv_complaint("1,2\n1,\n"), holds("a.csv:2: column 2 is empty"));
  CHECK_THAT(csv_complaint("1,2\n1,nan\n"), holds("a.csv:2: column 2: 'nan' is not a finite number"));
  CHECK_THAT(csv_complaint("1,2\n1,1e999\n"), holds("a.csv:2: column 2: '1e999' is not a"));
  CHECK_THAT(csv_complaint("1,2\n1,0x10\n"), holds("a.csv:2: column 2: '0x10' is not a number"));
  CHECK_THAT(csv_complaint("1,2\n1,\"2\n"), holds("a.csv:2: a quote is not closed"));
  CHECK_THAT(csv_complaint(std::string("1,2\n1,\0\n", 8)),
             holds("a.csv:2: not a text file: there is a zero byte"));
  CHECK_THAT(csv_complaint("1,2\n\"1\"x,2\n"), holds("a.csv:2: text after a closing quote"));
  CHECK_THAT(csv_complaint(""), holds("a.csv holds no rows"));
  CHECK_THAT(csv_complaint("a,b\n"), holds("a.csv holds no rows, only a header"));
  CHECK_THAT(csv_complaint("1,2\n"), holds("1 samples, too few"));
  CHECK_THAT(csv_complaint("a,b\n1,2\n3,4\n", "header: none"),
             holds("a.csv:1: column 1: 'a' is not a number"));
  CHECK_THAT(csv_complaint("a,b\n1,2\n3,4\n", "label: c"),
             holds("label: ") && holds("has no column 'c', only a, b"));
  CHECK_THAT(csv_complaint("a,b\n1,2\n3,4\n", "columns: ['0']"),
             holds("columns: ") && holds("2 columns, counted from 1"));
  CHECK_THAT(csv_complaint("1,2\n3,4\n", "columns: [a]"), holds("no header that could name 'a'"));
  CHECK_THAT(csv_complaint("a,a\n1,2\n3,4\n", "columns: [a]"), holds("several columns 'a'"));
  CHECK_THAT(csv_complaint("1\n3\n", "label: '1'"), holds("no column but the label"));
  CHECK_THAT(csv_complaint("1\n3\n", "delimiter: ', '"), holds("delimiter: ', ' is not one character"));
  CHECK_THAT(complaint("csv", "{path: /nowhere/a.csv}"), holds("path: can't read /nowhere/a.csv"));
  CHECK_THAT(complaint("csv", "{path: /}"), holds("path: / is a folder"));
}

TEST_CASE("A gzip table is read, and one that is cut off is refused") {
  const Folder folder;
  const std::string bytes =
      from_hex(testing::json_fixture("npy_fixtures.json").at("files").at("table.csv.gz").get<std::string>());
  write(folder / "a.csv.gz", bytes);
  CHECK(data("csv", path_is(folder / "a.csv.gz")).as<Data>().range().high == 8);
  write(folder / "cut.csv.gz", bytes.substr(0, bytes.size() - 9));
  CHECK_THAT(complaint("csv", path_is(folder / "cut.csv.gz")), holds("cut.csv.gz is cut off"));
  std::string damaged = bytes;
  damaged[bytes.size() - 6] = static_cast<char>(damaged[bytes.size() - 6] ^ 1);  // the checksum
  write(folder / "damaged.csv.gz", damaged);
  CHECK_THAT(complaint("csv", path_is(folder / "damaged.csv.gz")), holds("damaged.csv.gz is damaged"));
}

TEST_CASE("Standardised features have mean 0 and deviation 1 in training, or lie between 0 and 1") {
  const std::string rows = numbered_rows(40);
  const PluginObject plain = csv(rows), standard = csv(rows, "standardise: standard"),
                     minmax = csv(rows, "standardise: minmax");
  Tensor x = at::tensor(training_values(plain.as<Data>()), at::kDouble);
  x = (x - x.mean()) / x.std(false);
  const std::vector<double> found = training_values(standard.as<Data>());
  REQUIRE(found.size() == static_cast<size_t>(x.numel()));
  for (size_t i = 0; i < found.size(); ++i)
    CHECK(found[i] == Approx(x[static_cast<int64_t>(i)].item<double>()).margin(1e-12));
  CHECK(minmax.as<Data>().range().low == 0);
  CHECK(minmax.as<Data>().range().high == 1);
  const Interval constant =
      csv("1,5\n2,5\n3,5\n", "columns: ['2'], standardise: standard").as<Data>().range();
  CHECK(constant.low == 0);
  CHECK(constant.high == 0);
}

TEST_CASE("NumPy files of every number type hold the numbers that NumPy wrote") {
  const auto truth = testing::json_fixture("npy_fixtures.json");
  const Tensor table = testing::table(truth.at("table"));
  const Folder folder;
  for (const auto& [name, hex] : truth.at("files").items()) {
    const bool number_type = name.size() == 3 && (name[0] == '<' || name[0] == '|');
    if (!number_type && name.rfind("version", 0) != 0) continue;
    INFO(name);
    write(folder / "a.npy", from_hex(hex.get<std::string>()));
    const PluginObject object = data("npy", path_is(folder / "a.npy", "held_out: 0.5"));
    const Data& d = object.as<Data>();
    CHECK(d.shape() == Shape{3});
    Random random = stream({1});
    const Tensor samples = at::cat({d.held_out(random, 9).samples[0], d.draw(random, 50).samples[0]});
    CHECK(samples.scalar_type() == at::kDouble);
    // Every row of the table turns up, and nothing else.
    const Tensor matches = (samples.unsqueeze(1) == table.unsqueeze(0)).all(2);
    CHECK(matches.any(1).all().item<bool>());
    CHECK(matches.any(0).all().item<bool>());
  }
  const auto shape = [&](const char* name) {
    write(folder / "b.npy", from_hex(truth.at("files").at(name).get<std::string>()));
    return data("npy", path_is(folder / "b.npy")).as<Data>().shape();
  };
  CHECK(shape("images") == Shape{2, 2});
  CHECK(shape("vector") == Shape{1});
  CHECK(shape("bool") == Shape{3});
}

TEST_CASE("NumPy files that can't be taken say why, and how to save them") {
  const auto files = testing::json_fixture("npy_fixtures.json").at("files");
  const Folder folder;
  const auto says = [&](const std::string& bytes) {
    write(folder / "a.npy", bytes);
    return complaint("npy", path_is(folder / "a.npy"));
  };
  const auto of = [&](const char* name) { return from_hex(files.at(name).get<std::string>()); };
  CHECK_THAT(says(of("fortran")), holds("in Fortran order; save it with numpy.ascontiguousarray"));
  CHECK_THAT(says(of("big-endian")), holds("big-endian numbers (>f4); save it with array.astype('<f4')"));
  CHECK_THAT(says(of("object")), holds("Python objects (dtype object)"));
  CHECK_THAT(says(of("records")), holds("a structured array"));
  CHECK_THAT(says(of("text")), holds("dtype <U2 is not a number that is known here"));
  CHECK_THAT(says(of("complex")), holds("dtype <c8"));
  CHECK_THAT(says(of("number")), holds("a single number"));
  CHECK_THAT(says(of("not finite")), holds("sample 1 is not finite"));
  CHECK_THAT(says(of("empty")), holds("an array without elements"));
  CHECK_THAT(says("x,y\n1,2\n"), holds("not a NumPy file"));
  std::string late = of("<f4");
  late[6] = 4;
  CHECK_THAT(says(late), holds("NumPy format 4.0"));
  // Cut off anywhere, it is refused and nothing is read beyond the end.
  const std::string whole = of("<f4");
  CHECK_THAT(says(whole.substr(0, whole.size() - 1)),
             holds("cut off: 47 bytes of data, but its shape needs 48"));
  for (size_t size = 0; size < whole.size(); ++size) {
    INFO(size);
    CHECK(says(whole.substr(0, size)) != "fine");
  }
}

TEST_CASE("An uncompressed NumPy file is mapped, and stays readable when its name is gone") {
  const auto truth = testing::json_fixture("npy_fixtures.json");
  const Folder folder;
  write(folder / "a.npy", from_hex(truth.at("files").at("<f4").get<std::string>()));
  const PluginObject object = data("npy", path_is(folder / "a.npy"));
  std::ifstream maps("/proc/self/maps");
  const std::string all((std::istreambuf_iterator<char>(maps)), {});
  CHECK(all.find((folder / "a.npy").string()) != std::string::npos);
  std::filesystem::remove(folder / "a.npy");
  CHECK(
      testing::same_rows(testing::everything(object.as<Data>()).samples, testing::table(truth.at("table"))));
}

TEST_CASE("NumPy labels go with their samples") {
  const auto files = testing::json_fixture("npy_fixtures.json").at("files");
  const Folder folder;
  write(folder / "x.npy", from_hex(files.at("vector").get<std::string>()));
  write(folder / "y.npy", from_hex(files.at("<i4").get<std::string>()));
  CHECK_THAT(complaint("npy", path_is(folder / "x.npy", "labels: '" + (folder / "y.npy").string() + "'")),
             holds("labels: ") && holds("is not an array of 12 integers"));
  CHECK_THAT(complaint("npy", path_is(folder / "x.npy", "labels: /nowhere.npy")),
             holds("labels: can't read /nowhere.npy"));
}

TEST_CASE("Images are read from IDX files, the t10k part held out") {
  const Folder folder;
  const auto put = [&](const std::string& part, const std::string& pixels, const std::string& labels) {
    const auto n = static_cast<uint32_t>(labels.size());
    write(folder / (part + "-images-idx3-ubyte"),
          big_endian(0x803) + big_endian(n) + big_endian(1) + big_endian(2) + pixels);
    write(folder / (part + "-labels-idx1-ubyte"), big_endian(0x801) + big_endian(n) + labels);
  };
  using namespace std::string_literals;
  put("train", "\x00\xff\x33\x66"s, "\x03\x04"s);
  put("t10k", "\xff\xff"s, "\x07"s);
  const std::string yaml = path_is(folder.path());
  {
    const PluginObject object = data("fashion_mnist", yaml);
    const Data& d = object.as<Data>();
    CHECK(d.shape() == Shape{1, 1, 2});
    Random random = stream({1}, at::kFloat);
    const Batch in = d.draw(random, 20), out = d.held_out(random, 20);
    CHECK(out.samples.sizes() == at::IntArrayRef({1, 1, 1, 1, 2}));
    CHECK(out.samples.eq(1).all().item<bool>());
    CHECK(out.labels.item<int64_t>() == 7);
    CHECK(in.samples.min().item<float>() == 0);
    CHECK(in.samples.max().item<float>() == 1);
    for (int64_t i = 0; i < 20; ++i)
      CHECK(in.samples[0][i][0][0][1].item<float>() == (in.labels[0][i].item<int64_t>() == 3 ? 1.0F : 0.4F));
    CHECK(d.range().low == 0);
    CHECK(data("fashion_mnist", path_is(folder.path(), "scale: symmetric")).as<Data>().range().low == -1);
  }
  write(folder / "train-images-idx3-ubyte", big_endian(0x801) + big_endian(2));
  CHECK_THAT(complaint("fashion_mnist", yaml), holds("train-images-idx3-ubyte: wrong magic number 00000801"));
  write(folder / "train-images-idx3-ubyte", big_endian(0x803) + big_endian(2));
  CHECK_THAT(complaint("fashion_mnist", yaml), holds("cut off: no sizes after the magic number"));
  write(folder / "train-images-idx3-ubyte",
        big_endian(0x803) + big_endian(2) + big_endian(1) + big_endian(2) + "abc");
  CHECK_THAT(complaint("fashion_mnist", yaml), holds("3 bytes of data, but its sizes say 4"));
  write(folder / "train-images-idx3-ubyte",
        big_endian(0x803) + big_endian(1) + big_endian(1) + big_endian(2) + "ab");
  CHECK_THAT(complaint("fashion_mnist", yaml), holds("don't hold equally many samples"));
  CHECK_THAT(complaint("fashion_mnist", "{path: /nowhere}"),
             holds("looked for /nowhere/train-images-idx3-ubyte.gz") && holds("dataset-fashion-mnist"));
}

TEST_CASE("IDX files of any number type and any axes are read") {
  const Folder folder;
  using namespace std::string_literals;
  const auto put = [&](const std::string& bytes) { write(folder / "a.idx", bytes); };
  const auto values = [&](const std::string& more = "") {
    const PluginObject object = data("idx", path_is(folder / "a.idx", more));
    return testing::everything(object.as<Data>()).samples;
  };
  // Two floats 0.5 and 2.5: from their smallest to their largest.
  put("\0\0\x0d\x01"s + big_endian(2) + big_endian(0x3F000000) + big_endian(0x40200000));
  CHECK(testing::same_rows(values(), at::tensor({0.0, 1.0}).view({2, 1})));
  CHECK(testing::same_rows(values("scale: symmetric"), at::tensor({-1.0, 1.0}).view({2, 1})));
  put("\0\0\x0b\x02"s + big_endian(2) + big_endian(2) + "\xff\xff\0\0\0\x01\0\x03"s);  // −1, 0, 1, 3
  CHECK(testing::same_rows(values(), at::tensor({0.0, 0.25, 0.5, 1.0}).view({2, 2})));
  put("\0\0\x08\x03"s + big_endian(2) + big_endian(1) + big_endian(2) + "\0\xff\x33\x66"s);
  CHECK(data("idx", path_is(folder / "a.idx")).as<Data>().shape() == Shape{1, 1, 2});
  write(folder / "b.idx", "\0\0\x08\x01"s + big_endian(2) + "\x05\x06");
  const std::string labels = "labels: '" + (folder / "b.idx").string() + "'";
  CHECK(testing::everything(data("idx", path_is(folder / "a.idx", labels)).as<Data>())
            .labels.sum()
            .item<int64_t>() == 11);
  write(folder / "b.idx", "\0\0\x08\x01"s + big_endian(1) + "\x05");
  CHECK_THAT(complaint("idx", path_is(folder / "a.idx", labels)), holds("labels: 1 labels in"));
  CHECK_THAT(complaint("idx", path_is(folder / "a.idx", "labels: '" + (folder / "a.idx").string() + "'")),
             holds("labels: ") && holds("wrong magic number 00000803, not an IDX file with 1 axis"));
  put("\x1f\x8b\x08\0"s);
  CHECK_THAT(complaint("idx", path_is(folder / "a.idx")), holds("a.idx is cut off: its gzip data end early"));
  put("abcd");
  CHECK_THAT(complaint("idx", path_is(folder / "a.idx")),
             holds("wrong magic number 61626364, not an IDX file"));
}

TEST_CASE("A path that is not there is looked for in SADDLE_DATA, and one that is there is not") {
  const Folder folder, other;
  const char* before = std::getenv("SADDLE_DATA");
  const std::string old = before ? before : "";
  setenv("SADDLE_DATA", folder.path().c_str(), 1);
  write(folder / "only_there.csv", "1\n2\n");
  CHECK(data("csv", "{path: only_there.csv}").as<Data>().range().high == 2);
  write(other / "only_there.csv", "1\n9\n");
  CHECK(data("csv", path_is(other / "only_there.csv")).as<Data>().range().high == 9);
  CHECK_THAT(complaint("csv", "{path: nowhere.csv}"),
             holds("can't read " + (std::filesystem::current_path() / "nowhere.csv").string()));
  if (before)
    setenv("SADDLE_DATA", old.c_str(), 1);
  else
    unsetenv("SADDLE_DATA");
}

TEST_CASE("Digits are found in SADDLE_DATA, and asked for where they are missing") {
  const Folder folder;
  std::string rows;
  for (int i = 0; i < 20; ++i) {
    for (int j = 0; j < 64; ++j) rows += std::to_string(j % 17) + ",";
    rows += std::to_string(i % 10) + "\n";
  }
  const char* before = std::getenv("SADDLE_DATA");
  const std::string old = before ? before : "";
  setenv("SADDLE_DATA", folder.path().c_str(), 1);
  write(folder / "digits.csv.gz", rows);  // not compressed: it is taken all the same
  {
    const PluginObject object = data("digits", "{scale: symmetric}");
    const Data& d = object.as<Data>();
    CHECK(d.shape() == Shape{1, 8, 8});
    Random random = stream({1}, at::kFloat);
    const Batch out = d.held_out(random, 100);
    CHECK(out.samples.sizes() == at::IntArrayRef({1, 4, 1, 8, 8}));
    CHECK(out.samples[0][0][0][0][0].item<float>() == -1);
    CHECK(out.samples[0][0][0][2][0].item<float>() == 1);  // the 17th: 16
    CHECK(out.samples[0][0][0][1][0].item<float>() == 0);  // the 9th: 8
    CHECK(out.labels.max().item<int64_t>() < 10);
    CHECK(d.range().low == -1);
  }
  if (before)
    setenv("SADDLE_DATA", old.c_str(), 1);
  else
    unsetenv("SADDLE_DATA");
  CHECK_THAT(complaint("digits", "{path: /nowhere/digits.csv.gz}"),
             holds("path: can't find the digits; looked for /nowhere/digits.csv.gz") &&
                 holds("`./saddle fetch digits` gets it"));
}

TEST_CASE("A missing file that the launcher can fetch is said to be so, whatever would read it") {
  std::ifstream table(std::filesystem::path(std::getenv("SADDLE_SOURCE")) /
                      "plugins/data/support/fetchable.txt");
  int sets = 0;
  for (std::string name, files, rest; table >> name >> files && std::getline(table, rest); ++sets) {
    std::istringstream each(files);
    for (std::string file; std::getline(each, file, ',');)
      CHECK(complaint("csv", path_is("/nowhere/" + file)) ==
            "path: can't read /nowhere/" + file + ". `./saddle fetch " + name + "` gets it");
  }
  CHECK(sets >= 3);
  CHECK(complaint("csv", path_is("/nowhere/ct.fasta")) ==
        "path: can't read /nowhere/ct.fasta. `./saddle fetch chlamydia` gets it");
  CHECK(complaint("csv", path_is("/nowhere/a.csv")) == "path: can't read /nowhere/a.csv");
}

TEST_CASE("The real images are what their publishers say, where they are installed") {
  if (const std::string why = complaint("fashion_mnist", "{}"); why != "fine") {
    WARN(why);
  } else {
    const PluginObject object = data("fashion_mnist");
    const Data& d = object.as<Data>();
    CHECK(d.shape() == Shape{1, 28, 28});
    Random random = stream({1}, at::kFloat);
    const Batch out = d.held_out(random, 20000);
    CHECK(out.samples.size(1) == 10000);
    CHECK(at::bincount(out.labels[0]).eq(1000).all().item<bool>());
    // Training mean 72.940 (0.2860 of 255), deviation of an image's mean about 0.15 of it.
    CHECK(std::abs(d.draw(random, 20000).samples.mean().item<double>() * 255 - 72.940) <
          4 * 40 / std::sqrt(20000));
  }
  if (const std::string why = complaint("digits", "{}"); why != "fine") {
    WARN(why);
  } else {
    const PluginObject object = data("digits");
    Random random = stream({1}, at::kFloat);
    CHECK(object.as<Data>().held_out(random, 5000).samples.size(1) == 359);  // a fifth of 1,797
  }
}
