// Which numbers of an image a window sees: the two linear maps between an image and the rows of a matrix, one
// row a place of the window, of which convolutions are made.
#pragma once
#include <saddle/layers.hpp>

#include <cstdint>
#include <vector>

namespace saddle {

class SADDLE_API Sliding {
 public:
  Sliding(const Window& window, const Extent& size, int64_t channels);

  const Extent& size() const { return size_; }
  const Extent& places() const { return places_; }
  int64_t channels() const { return channels_; }
  /// Numbers that the window sees at a place, a row's length.
  int64_t seen() const { return taps_[0] * taps_[1] * channels_; }
  int64_t places_of_sample() const { return places_[0] * places_[1]; }

  /// rows[count, seen] of the places from `first` on, counted through all samples of a batch.
  void gather(const float* images, float* rows, int64_t first, int64_t count) const;
  void gather(const double* images, double* rows, int64_t first, int64_t count) const;
  /// Its adjoint: adds what the rows hold to the numbers of the images that they were gathered from.
  void scatter(const float* rows, float* images, int64_t first, int64_t count) const;
  void scatter(const double* rows, double* images, int64_t first, int64_t count) const;

  /// By place and tap, the pixel of a sample that is seen, or as many as a sample has pixels for none.
  std::vector<int64_t> pixels() const;

 private:
  template <class Visit>
  void visit(int64_t first, int64_t count, Visit&& visit) const;

  Extent size_, taps_, places_;
  int64_t channels_;
  std::array<std::vector<int64_t>, 2> index_;  // by axis: [place, tap], −1 beyond an edge
  std::vector<bool> dense_;  // by place along a row: whether its taps are neighbours, all inside
};

}  // namespace saddle
