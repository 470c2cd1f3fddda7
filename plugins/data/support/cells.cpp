#include "cells.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <limits>

namespace saddle {

SparseRows compressed_lines(const Hdf5File& file, const std::string& group, int64_t major, int64_t minor) {
  const auto fail = [&](const std::string& why) { file.fail("'" + group + "': " + why); };
  for (const char* part : {"data", "indices", "indptr"})
    if (!file.has(group + "/" + part)) fail(fmt::format("has no '{}': not a sparse matrix", part));
  if (major < 0 || minor < 0) fail("a negative shape");
  if (minor > std::numeric_limits<int32_t>::max()) fail(fmt::format("{} columns are too many", minor));
  const Tensor data = file.numbers(group + "/data").to(at::kDouble),
               indices = file.numbers(group + "/indices").to(at::kLong),
               indptr = file.numbers(group + "/indptr").to(at::kLong);
  if (indptr.numel() != major + 1)
    fail(fmt::format("indptr has {} numbers, but its shape needs {}", indptr.numel(), major + 1));
  if (data.numel() != indices.numel())
    fail(fmt::format("{} numbers, but {} indices", data.numel(), indices.numel()));
  SparseRows lines;
  lines.columns = minor;
  const auto* start = indptr.const_data_ptr<int64_t>();
  lines.starts.assign(start, start + indptr.numel());
  if (lines.starts.front() != 0 || lines.starts.back() != data.numel())
    fail(fmt::format("indptr goes from {} to {}, but there are {} numbers", lines.starts.front(),
                     lines.starts.back(), data.numel()));
  const auto* at = indices.const_data_ptr<int64_t>();
  lines.column.resize(static_cast<size_t>(data.numel()));
  for (int64_t line = 0; line < major; ++line) {
    if (start[line + 1] < start[line]) fail(fmt::format("indptr decreases at line {}", line + 1));
    for (int64_t e = start[line]; e < start[line + 1]; ++e) {
      if (at[e] < 0 || at[e] >= minor)
        fail(fmt::format("line {}: index {}, but there are {} places", line + 1, at[e], minor));
      lines.column[static_cast<size_t>(e)] = static_cast<int32_t>(at[e]);
    }
  }
  const auto* value = data.const_data_ptr<double>();
  lines.values.assign(value, value + data.numel());
  return lines;
}

}  // namespace saddle
