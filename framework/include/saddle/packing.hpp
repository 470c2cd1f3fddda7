// Packing: the critic scores m samples as one (PacGAN, Lin et al. 2018).
#pragma once
#include <saddle/lanes.hpp>

namespace saddle {

/// Shape of m samples side by side: along the only axis of vectors, the letters of sequences [position,
/// letter], the channels of images [channel, row, column].
SADDLE_API Shape packed_shape(const Shape& sample, int64_t m);
/// Each m samples that follow each other as one: [lane, m·n, feature…] -> [lane, n, packed feature…].
SADDLE_API Tensor pack(const Tensor& samples, int64_t m);

}  // namespace saddle
