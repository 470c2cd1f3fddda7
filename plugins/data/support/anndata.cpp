#include "anndata.hpp"
#include <saddle/portable.hpp>

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace saddle {
namespace {

/// Sparse groups name their format and shape by these attributes, or by older names.
std::string format_of(const Hdf5File& file, const std::string& matrix) {
  if (const auto now = file.text_attribute(matrix, "encoding-type")) return *now;
  if (const auto before = file.text_attribute(matrix, "h5sparse_format")) return *before + "_matrix";
  return {};
}

std::string place_of(const Hdf5File& file, const std::string& layer) {
  if (layer == "X") return "X";
  if (layer == "raw") return file.has("raw.X") ? "raw.X" : "raw/X";
  return "layers/" + layer;
}

std::vector<std::string> layers_of(const Hdf5File& file) {
  std::vector<std::string> all;
  for (const char* name : {"X", "raw"})
    if (file.has(place_of(file, name))) all.emplace_back(name);
  if (file.is_group("layers"))
    for (const std::string& name : file.members("layers")) all.push_back(name);
  return all;
}

/// Codes of categories as their names; −1 is a cell without a value.
std::vector<std::string> named(const Tensor& codes, const std::vector<std::string>& categories,
                               const auto& fail) {
  const Tensor all = codes.to(at::kLong).contiguous();
  std::vector<std::string> texts;
  for (int64_t i = 0; i < all.numel(); ++i) {
    const int64_t code = all.const_data_ptr<int64_t>()[i];
    if (code < 0) fail(fmt::format("row {} has no value", i + 1));
    if (code >= static_cast<int64_t>(categories.size()))
      fail(fmt::format("row {}: category {}, but there are {}", i + 1, code, categories.size()));
    texts.push_back(categories[static_cast<size_t>(code)]);
  }
  return texts;
}

std::vector<std::string> as_texts(const Hdf5File& file, const std::string& data,
                                  const std::string& field = {}) {
  if (file.holds_texts(data, field)) return file.texts(data, field);
  const Tensor numbers = file.numbers(data, field);
  const Tensor x = numbers.to(at::kDouble).flatten();
  std::vector<std::string> texts;
  for (int64_t i = 0; i < x.numel(); ++i) {
    const double value = x.const_data_ptr<double>()[i];
    // A float32 in its own shortest form.
    texts.push_back(numbers.scalar_type() == at::kFloat ? fmt::format("{}", static_cast<float>(value))
                                                        : number_text(value));
  }
  return texts;
}

}  // namespace

Table anndata_matrix(const Hdf5File& file, const std::string& layer) {
  const std::string matrix = place_of(file, layer);
  if (!file.has(matrix))
    throw ParamError(
        "layer", fmt::format("{} has no matrix '{}', only {}", file.name(), layer, joined(layers_of(file))));
  Table table{file.name(), {}, {}, {}};
  if (!file.is_group(matrix)) {
    if (file.shape(matrix).size() != 2) file.fail("'" + matrix + "' is not a matrix");
    table.dense = file.numbers(matrix);
    return table;
  }
  const std::string format = format_of(file, matrix);
  auto shape = file.integer_attribute(matrix, "shape");
  if (!shape) shape = file.integer_attribute(matrix, "h5sparse_shape");
  if (!shape || shape->size() != 2) file.fail("'" + matrix + "' is a sparse matrix without a shape");
  const int64_t rows = (*shape)[0], columns = (*shape)[1];
  if (format == "csr_matrix")
    table.sparse = compressed_lines(file, matrix, rows, columns);
  else if (format == "csc_matrix")
    table.sparse = transposed(compressed_lines(file, matrix, columns, rows), rows);
  else
    file.fail(
        fmt::format("'{}' is of the unknown format '{}'; known are arrays, CSR and CSC", matrix, format));
  return table;
}

std::vector<std::string> obs_column(const Hdf5File& file, const std::string& column,
                                    const std::string& param) {
  const auto fail = [&](const std::string& why) {
    throw ParamError(param, fmt::format("{}: obs column '{}': {}", file.name(), column, why));
  };
  const auto missing = [&](const std::vector<std::string>& there) {
    throw ParamError(param,
                     fmt::format("{} has no obs column '{}', only {}", file.name(), column, joined(there)));
  };
  if (!file.has("obs")) file.fail("has no obs: not an AnnData file");
  if (!file.is_group("obs")) {  // before 0.7: records, categories in uns
    const auto fields = file.fields("obs");
    if (std::find(fields.begin(), fields.end(), column) == fields.end()) missing(fields);
    const std::string categories = "uns/" + column + "_categories";
    if (!file.has(categories)) return as_texts(file, "obs", column);
    return named(file.numbers("obs", column), as_texts(file, categories), fail);
  }
  const std::string place = "obs/" + column;
  if (!file.has(place)) {
    auto there = file.members("obs");
    std::erase_if(there, [](const std::string& name) { return name.starts_with("__"); });
    missing(there);
  }
  if (!file.is_group(place)) {  // 0.7: categories in a folder of their own
    const std::string categories = "obs/__categories/" + column;
    if (!file.has(categories)) return as_texts(file, place);
    return named(file.numbers(place), as_texts(file, categories), fail);
  }
  if (file.has(place + "/codes"))
    return named(file.numbers(place + "/codes"), as_texts(file, place + "/categories"), fail);
  if (!file.has(place + "/values")) fail("of an unknown layout");
  if (file.has(place + "/mask")) {
    const Tensor gaps = file.numbers(place + "/mask").nonzero();
    if (gaps.size(0) > 0) fail(fmt::format("row {} has no value", gaps[0][0].item<int64_t>() + 1));
  }
  return as_texts(file, place + "/values");
}

void round_to_counts(Table& table, const Tensor& factors) {
  const auto whole = [&](double x, int64_t row, int64_t column) {
    const double count = portable::expm1(x) * factors.const_data_ptr<double>()[row], near = std::round(count);
    if (!(near >= 0) || std::abs(count - near) > 0.01 * std::max(1.0, near))
      throw ParamError(
          "recover_counts",
          fmt::format("{}: row {}, column {}: {} stands for {:.4g} counts, which is not a whole number",
                      table.name, row + 1, column + 1, number_text(x), count));
    return near;
  };
  if (table.dense.defined()) {
    table.dense = table.dense.to(at::kDouble).contiguous();
    auto* x = table.dense.mutable_data_ptr<double>();
    for (int64_t i = 0; i < table.rows(); ++i)
      for (int64_t j = 0; j < table.columns(); ++j, ++x) *x = whole(*x, i, j);
    return;
  }
  SparseRows& s = table.sparse;
  for (int64_t i = 0; i < s.rows(); ++i)
    for (auto e = static_cast<size_t>(s.starts[static_cast<size_t>(i)]);
         e < static_cast<size_t>(s.starts[static_cast<size_t>(i) + 1]); ++e)
      s.values[e] = whole(s.values[e], i, s.column[e]);
}

}  // namespace saddle
