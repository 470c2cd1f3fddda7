#include <saddle/portable.hpp>
#include <saddle/random.hpp>

#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "philox.hpp"
#include "recording.hpp"
#include "samplers.hpp"

namespace saddle {
namespace {

// One chunk at a time keeps the words and the doubles in the first-level cache.
constexpr int64_t chunk_blocks = 256;

uint64_t mix(uint64_t x) {  // the finaliser of SplitMix64
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

uint64_t key_of(uint64_t seed, std::string_view purpose) {
  uint64_t hash = 0xCBF29CE484222325ULL;  // FNV-1a
  for (const char c : purpose) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return mix(mix(seed + 0x9E3779B97F4A7C15ULL) ^ hash);
}

Shape with_lanes(int64_t lanes, const Shape& shape) {
  Shape all{lanes};
  all.insert(all.end(), shape.begin(), shape.end());
  return all;
}

// Calls run(first, end) for ranges of lanes, in several threads where this one may have them and n numbers a
// lane are worth it.
template <class Run>
void for_lanes(int64_t lanes, int64_t n, Run run) {
  constexpr int64_t worth_it = 4096;
  at::parallel_for(0, lanes, std::max<int64_t>(1, worth_it / std::max<int64_t>(1, n)), run);
}

// Calls fill(words, blocks, out, n) for the pieces of each lane; lanes with one key are copies of each other.
template <class T, class Fill>
void fill_lanes(const std::vector<uint64_t>& keys, uint64_t step, uint64_t position, int64_t n, T* out,
                Fill fill) {
  for_lanes(static_cast<int64_t>(keys.size()), n, [&](int64_t first, int64_t end) {
    uint32_t words[4 * chunk_blocks];
    for (int64_t lane = first; lane < end; ++lane) {
      T* const to = out + lane * n;
      const uint64_t key = keys[static_cast<size_t>(lane)];
      if (lane > first && key == keys[static_cast<size_t>(lane - 1)]) {
        std::memcpy(to, to - n, static_cast<size_t>(n) * sizeof(T));
        continue;
      }
      for (int64_t done = 0; done < n; done += 4 * chunk_blocks) {
        const int64_t count = std::min(n - done, 4 * chunk_blocks), blocks = (count + 3) / 4;
        philox::words(key, position + static_cast<uint64_t>(done / 4), step, blocks, words);
        fill(words, blocks, to + done, count);
      }
    }
  });
}

// One draw, fill(step, first number): now, and at every replay of what is being recorded.
void fill_now_and_again(const Tensor& numbers, int64_t step,
                        const std::function<void(int64_t, char*)>& fill) {
  fill(step, raw_pointer(numbers));
  if (Recording* recording = Recording::current()) recording->drawn(numbers, step, fill);
}

template <class T, class Fill>
void draw_lanes(const std::vector<uint64_t>& keys, int64_t step, uint64_t position, int64_t n,
                const Tensor& numbers, Fill fill) {
  fill_now_and_again(numbers, step, [=](int64_t now, char* to) {
    fill_lanes(keys, static_cast<uint64_t>(now), position, n, reinterpret_cast<T*>(to), fill);
  });
}

// What `draw(step)` draws on the CPU, where it belongs. A recording elsewhere gets that of each run's step.
template <class Draw>
Tensor placed(const at::Device& device, int64_t step, Draw draw) {
  if (device.is_cpu()) return draw(step);
  const Recording* recording = Recording::current();
  const bool other = recording != nullptr && step == recording->step();  // numbers in every run
  return brought_to(device, step, [=](int64_t now) { return Recording::Made{draw(other ? now : step)}; })[0];
}

// Numbers [lane, shape…] that fill(words, blocks, out, n) makes.
template <class T, class Fill>
Tensor drawn(const at::TensorOptions& options, const std::vector<uint64_t>& keys, int64_t step,
             uint64_t position, const Shape& shape, Fill fill) {
  return placed(options.device(), step, [=](int64_t now) {
    const Tensor out =
        at::empty(with_lanes(static_cast<int64_t>(keys.size()), shape), c10::CppTypeToScalarType<T>::value);
    draw_lanes<T>(keys, now, position, numel(shape), out, fill);
    return out;
  });
}

uint64_t blocks_of(int64_t n) { return static_cast<uint64_t>((n + 3) / 4); }

}  // namespace

Random::Random(std::vector<uint64_t> keys, int64_t step, const at::TensorOptions& options)
    : keys_(std::move(keys)), options_(options), step_(step) {}

Tensor Random::normal(const Shape& shape) {
  const Tensor numbers =
      AT_DISPATCH_FLOATING_TYPES(c10::typeMetaToScalarType(options_.dtype()), "normal", [&] {
        return drawn<scalar_t>(options_, keys_, step_, position_, shape,
                               [](const uint32_t* words, int64_t blocks, scalar_t* to, int64_t count) {
                                 double values[4 * chunk_blocks];
                                 philox::normals(words, words + 2 * blocks, 2 * blocks, values,
                                                 values + 2 * blocks);
                                 for (int64_t i = 0; i < count; ++i) to[i] = static_cast<scalar_t>(values[i]);
                               });
      });
  position_ += blocks_of(numel(shape));
  return numbers;
}

Tensor Random::uniform(const Shape& shape, double low, double high) {
  const Tensor numbers =
      AT_DISPATCH_FLOATING_TYPES(c10::typeMetaToScalarType(options_.dtype()), "uniform", [&] {
        // 24 bits fit a float below 1; rounding 32 of them would reach 1.
        return drawn<scalar_t>(options_, keys_, step_, position_, shape,
                               [=](const uint32_t* words, int64_t, scalar_t* to, int64_t count) {
                                 for (int64_t i = 0; i < count; ++i)
                                   to[i] = static_cast<scalar_t>(
                                       low + (high - low) * (static_cast<double>(words[i] >> 8) * 0x1p-24));
                               });
      });
  position_ += blocks_of(numel(shape));
  return numbers;
}

Tensor Random::integers(const Shape& shape, int64_t count) {
  const Tensor numbers = drawn<int64_t>(
      options_, keys_, step_, position_, shape, [=](const uint32_t* words, int64_t, int64_t* to, int64_t m) {
        for (int64_t i = 0; i < m; ++i)
          to[i] =
              static_cast<int64_t>((static_cast<uint64_t>(words[i]) * static_cast<uint64_t>(count)) >> 32);
      });
  position_ += blocks_of(numel(shape));
  return numbers;
}

Tensor Random::choice(const Shape& shape, const std::vector<double>& weights) {
  std::vector<double> ends(weights.size());
  double total = 0;
  for (size_t k = 0; k < weights.size(); ++k) ends[k] = total += weights[k];
  const auto last = static_cast<int64_t>(weights.size()) - 1;
  const Tensor numbers = drawn<int64_t>(
      options_, keys_, step_, position_, shape, [=](const uint32_t* words, int64_t, int64_t* to, int64_t m) {
        for (int64_t i = 0; i < m; ++i) {
          const double u = (static_cast<double>(words[i]) + 0.5) * 0x1p-32 * total;
          to[i] = std::min<int64_t>(std::upper_bound(ends.begin(), ends.end(), u) - ends.begin(), last);
        }
      });
  position_ += blocks_of(numel(shape));
  return numbers;
}

namespace {

// Calls put(i, u) for n uniform numbers of 52 bits.
template <class Put>
void each_open_uniform(uint64_t key, uint64_t step, uint64_t position, int64_t n, Put put) {
  // Two blocks' worth of words for every four numbers, one chunk of them at a time.
  uint32_t words[4 * chunk_blocks];
  for (int64_t done = 0; done < n; done += 2 * chunk_blocks) {
    const int64_t count = std::min(n - done, 2 * chunk_blocks), blocks = (count + 1) / 2;
    philox::words(key, position + static_cast<uint64_t>(done / 2), step, blocks, words);
    for (int64_t i = 0; i < count; ++i) {
      const int64_t at = (i % 2) * 2 * blocks + i / 2;
      put(done + i, samplers::open_uniform(words[at], words[at + blocks]));
    }
  }
}

}  // namespace

// function(u) of n open uniform numbers a lane, in float64.
template <class Function>
Tensor Random::from_open_uniform(const Shape& shape, Function function) {
  const int64_t n = numel(shape);
  const Tensor numbers =
      placed(options_.device(), step_, [keys = keys_, position = position_, shape, n, function](int64_t now) {
        const Tensor out = at::empty(with_lanes(static_cast<int64_t>(keys.size()), shape), at::kDouble);
        fill_now_and_again(out, now, [keys, position, n, function](int64_t step, char* to) {
          for_lanes(static_cast<int64_t>(keys.size()), n, [&](int64_t first, int64_t end) {
            for (int64_t lane = first; lane < end; ++lane) {
              auto* out_lane = reinterpret_cast<double*>(to) + lane * n;
              each_open_uniform(keys[static_cast<size_t>(lane)], static_cast<uint64_t>(step), position, n,
                                [&](int64_t i, double u) { out_lane[i] = function(u); });
            }
          });
        });
        return out;
      });
  position_ += static_cast<uint64_t>((n + 1) / 2);
  return numbers;
}

Tensor Random::open_uniform(const Shape& shape) {
  return from_open_uniform(shape, [](double u) { return u; });
}

Tensor Random::gumbel(const Shape& shape) {
  return from_open_uniform(shape, [](double u) { return -portable::log(-portable::log(u)); })
      .to(options_.dtype());
}

Tensor Random::logistic(const Shape& shape) {
  return from_open_uniform(shape, [](double u) { return portable::log(u) - portable::log1p(-u); })
      .to(options_.dtype());
}

// draw(words of its own, parameter) for every parameter.
template <class Draw>
Tensor Random::for_each(const Tensor& parameters, Draw draw_one) {
  const Tensor in = parameters.detach().to(at::kCPU, at::kDouble).contiguous();
  TORCH_CHECK(in.size(0) == lanes(), "one parameter a number and lane: ", in.sizes(), " for ", lanes(),
              " lanes");
  Tensor out = at::empty_like(in);
  const int64_t n = in.numel() / std::max<int64_t>(lanes(), 1);
  const auto again = [keys = keys_, position = position_, n, draw_one](int64_t step, const char* from,
                                                                       char* to) {
    for_lanes(static_cast<int64_t>(keys.size()), n, [&](int64_t first, int64_t end) {
      const auto* parameter = reinterpret_cast<const double*>(from) + first * n;
      auto* number = reinterpret_cast<double*>(to) + first * n;
      for (int64_t lane = first; lane < end; ++lane)
        for (int64_t i = 0; i < n; ++i) {
          samplers::Words words(keys[static_cast<size_t>(lane)], static_cast<uint64_t>(step),
                                position + static_cast<uint64_t>(i) * Draw::blocks);
          *number++ = draw_one(words, *parameter++);
        }
    });
  };
  again(step_, raw_pointer(in), raw_pointer(out));
  if (Recording* recording = Recording::current()) recording->drawn(in, out, step_, again);
  position_ += static_cast<uint64_t>(n) * Draw::blocks;
  return out.to(options_.device());
}

namespace {

struct LogGamma {
  static constexpr uint64_t blocks = samplers::gamma_blocks;
  double operator()(samplers::Words& words, double a) const { return samplers::log_gamma(words, a); }
};
struct Poisson {
  static constexpr uint64_t blocks = samplers::poisson_blocks;
  double operator()(samplers::Words& words, double rate) const { return samplers::poisson(words, rate); }
};

}  // namespace

Tensor Random::log_gamma(const Tensor& concentration) { return for_each(concentration, LogGamma()); }
Tensor Random::poisson(const Tensor& rate) { return for_each(rate, Poisson()); }

Streams::Streams(std::vector<uint64_t> seeds, at::TensorOptions options)
    : seeds_(std::move(seeds)), options_(options) {}

Random Streams::at(std::string_view purpose, int64_t step) const {
  std::vector<uint64_t> keys;
  keys.reserve(seeds_.size());
  for (const uint64_t seed : seeds_) keys.push_back(key_of(seed, purpose));
  return {std::move(keys), step, options_};
}

}  // namespace saddle
