// Data read from files: what loading says against them, and all of their samples.
#pragma once
#include "plugin_fixture.hpp"
#include "store_fixtures.hpp"

namespace saddle::testing {

inline void write(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// A file that another program wrote (tests/fixtures/make_reader_fixtures.py).
inline std::filesystem::path foreign(const std::string& name) {
  return std::filesystem::path(std::getenv("SADDLE_SOURCE")) / "tests/fixtures/reader_fixtures" / name;
}

inline std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// What loading says against it, as "param: message"; "fine" if nothing.
inline std::string complaint(const std::string& name, const std::string& yaml) {
  PluginObject object = from_yaml(Kind::data, name, yaml);
  try {
    object.as<Data>().load();
  } catch (const ParamError& error) {
    return error.param() + ": " + error.what();
  }
  return "fine";
}

inline std::string path_is(const std::filesystem::path& file, const std::string& more = "") {
  return "{path: '" + file.string() + "'" + (more.empty() ? "" : ", " + more) + "}";
}

/// Every sample of a data set that is split, training and held-out ones: [n, feature…], float64, and their
/// labels. In an order of its own.
inline Batch everything(const Data& d) {
  Random random = stream({1});
  const Batch out = d.held_out(random, 1 << 20), in = d.training(0, d.training_size(), at::kDouble);
  return {at::cat({out.samples[0], in.samples[0]}),
          d.has_labels() ? at::cat({out.labels[0], in.labels[0]}) : Tensor()};
}

/// Whether both hold the same rows, each as often, in any order; [n, column].
inline bool same_rows(const Tensor& a, const Tensor& b) {
  const auto sorted = [](const Tensor& x) {
    std::vector<std::vector<double>> rows;
    const Tensor flat = x.flatten(1).to(at::kDouble).contiguous();
    for (int64_t i = 0; i < flat.size(0); ++i) {
      const auto* row = flat.const_data_ptr<double>() + i * flat.size(1);
      rows.emplace_back(row, row + flat.size(1));
    }
    std::sort(rows.begin(), rows.end());
    return rows;
  };
  return sorted(a) == sorted(b);
}

/// The letters of one-hot sequences [n, position, letter], sorted.
inline std::vector<std::string> words(const Tensor& samples, const std::string& alphabet) {
  std::vector<std::string> all;
  for (int64_t i = 0; i < samples.size(0); ++i) {
    std::string word;
    for (int64_t j = 0; j < samples.size(1); ++j)
      word += alphabet[static_cast<size_t>(samples[i][j].argmax().item<int64_t>())];
    all.push_back(word);
  }
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace saddle::testing
