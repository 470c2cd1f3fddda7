// Matrices of cells in HDF5: the sparse groups of AnnData and 10x.
#pragma once
#include "hdf5_file.hpp"
#include "table.hpp"

namespace saddle {

/// From the data sets `data`, `indices` and `indptr` of a group: `major` compressed lines (rows of a CSR
/// matrix, columns of a CSC one) of `minor` places each. Complains about what doesn't fit together.
SparseRows compressed_lines(const Hdf5File& file, const std::string& group, int64_t major, int64_t minor);

}  // namespace saddle
