// The layouts that AnnData files have had: matrices and columns of obs.
#pragma once
#include "cells.hpp"

namespace saddle {

/// X, `raw` or a layer by name: cells × genes.
Table anndata_matrix(const Hdf5File& file, const std::string& layer);

/// A column of obs as texts: categories by their names, numbers in their shortest form. A missing column, or
/// a cell without a value, is a ParamError of `param`.
std::vector<std::string> obs_column(const Hdf5File& file, const std::string& column,
                                    const std::string& param);

/// Every number x becomes the count factor · (eˣ − 1), factors [row]. Throws ParamError("recover_counts", …)
/// with row and column if that is further than 0.01 (or a hundredth of it, beyond 1) from a whole number.
void round_to_counts(Table& table, const Tensor& factors);

}  // namespace saddle
