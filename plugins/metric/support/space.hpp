// The space in which samples are compared.
#pragma once
#include <saddle/metric.hpp>

#include <string>

namespace saddle {

constexpr auto space_doc =
    "Where distances are taken. own: of the samples as they are. log: of log(1 + 1e4 x/Σx), for counts. "
    "auto: log where "
    "the data are counts.";

/// x [n, dimension] float64 in that space.
Tensor in_space(const Tensor& x, const std::string& space, const Data& data);

/// Labelled samples to compare with: training samples, up to `most`, of data that keep some, otherwise `most`
/// draws.
struct Reference {
  Tensor samples;  ///< [n, dimension] float64
  Tensor labels;   ///< [n] int64, or undefined
};
Reference reference(const Measurement& m, int64_t most);

}  // namespace saddle
