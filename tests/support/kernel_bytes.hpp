#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <random>
#include <vector>

#include "cuda/types.hpp"

namespace concord::tests {

/// The operations whose bytes are compared, of whichever backend and instruction set.
struct ByteKernels {
  std::function<void(const kernels::PairRequest&, kernels::PairColumns&)> box_pairs;
  std::function<void(const kernels::BoxColumns&, const kernels::BoxColumns&, double*)> box_iou;
  std::function<void(const kernels::MotionRequest&, const kernels::MotionColumns&)> track_motion;
};

/// Hash of what the kernels give for `bytes_of`'s inputs. It changes only when a kernel's arithmetic does; then every
/// backend, instruction set, compiler and Thrust must change to the same new value.
inline constexpr std::uint64_t kKernelBytes = 3378780351246106745U;

namespace detail {

class Fnv {
 public:
  template <class T>
  void add(const std::vector<T>& values) {
    for (const T& value : values) {
      std::array<unsigned char, sizeof(T)> bytes{};
      std::memcpy(bytes.data(), &value, sizeof(T));
      for (const unsigned char byte : bytes) hash_ = (hash_ ^ byte) * 0x100000001B3U;
    }
  }
  [[nodiscard]] std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xCBF29CE484222325U;
};

/// Boxes from integers and basic arithmetic alone, so that every machine makes the same: upright, tilted together by a
/// common rotation, tilted each its own way, equal to their predecessor, thin, empty and broken ones.
struct Boxes {
  std::array<std::vector<double>, 10> column;

  Boxes(std::size_t count, double extent_m, std::uint64_t seed) {
    std::mt19937_64 engine(seed);
    const auto unit = [&] { return static_cast<double>(engine() >> 11U) * 0x1p-52 - 1.0; };
    for (std::size_t i = 0; i < count; ++i) {
      std::array<double, 10> box{1e5 + extent_m * unit(),
                                 extent_m * unit(),
                                 unit(),
                                 4 + unit(),
                                 2 + 0.5 * unit(),
                                 1.5 + 0.2 * unit(),
                                 unit(),
                                 0,
                                 0,
                                 unit()};
      if (i % 3 == 1) {  // the same tilt before the turn: (1, 0.02, -0.03, 0) * (w, 0, 0, z)
        box[7] = 0.02 * box[6] - 0.03 * box[9];
        box[8] = -0.03 * box[6] - 0.02 * box[9];
      }
      if (i % 7 == 3) box[7] = 0.1 * unit();
      if (i % 13 == 5) box[4] = 0.001;
      if (i % 29 == 11) box[5] = 0;
      if (i % 31 == 17) box[3] = -1;
      if (i % 37 == 20) box[6] = box[9] = 0;
      for (std::size_t k = 0; k < 10; ++k) column[k].push_back(i % 11 == 10 ? column[k].back() : box[k]);
    }
  }
  [[nodiscard]] kernels::BoxColumns view() const {
    return {column[0].data(), column[1].data(), column[2].data(), column[3].data(), column[4].data(), column[5].data(),
            column[6].data(), column[7].data(), column[8].data(), column[9].data(), column[0].size()};
  }
};

inline void add_pairs(const ByteKernels& run, const Boxes& a, const Boxes& b, bool same_set, Fnv& hash) {
  const std::vector<std::uint32_t> offset{0, 70, 70, 261, 300};
  for (const bool keep_footprint_only : {false, true}) {
    kernels::PairColumns pairs;
    run.box_pairs({.a = a.view(),
                   .b = same_set ? a.view() : b.view(),
                   .offset_a = offset.data(),
                   .offset_b = offset.data(),
                   .frames = 4,
                   .same_set = same_set,
                   .keep_footprint_only = keep_footprint_only},
                  pairs);
    hash.add(pairs.frame);
    hash.add(pairs.row_a);
    hash.add(pairs.row_b);
    hash.add(pairs.iou_bev);
    hash.add(pairs.iou_3d);
    hash.add(pairs.overlap_smaller);
    hash.add(pairs.overlap_smaller_bev);
  }
}

inline void add_motion(const ByteKernels& run, const Boxes& boxes, Fnv& hash) {
  const std::size_t labels = boxes.column[0].size(), steps = labels - 1;
  std::vector<double> heading_x(labels), heading_y(labels), dt(steps), turn_cos(steps), turn_sin(steps);
  std::vector<std::uint32_t> from(steps), to(steps), previous(steps);
  for (std::size_t i = 0; i < labels; ++i) {
    const double t = static_cast<double>(i % 19) / 7, scale = 1 / (1 + t * t);
    heading_x[i] = i % 23 == 0 ? 0 : (1 - t * t) * scale;
    heading_y[i] = i % 23 == 0 ? 0 : 2 * t * scale;
  }
  for (std::size_t s = 0; s < steps; ++s) {
    from[s] = static_cast<std::uint32_t>(s);
    to[s] = from[s] + 1;
    previous[s] = s % 17 == 0 ? kernels::MotionRequest::no_step : from[s] - 1;
    dt[s] = static_cast<double>(s % 5) / 10;
    const double t = static_cast<double>(s % 9) / 40, scale = 1 / (1 + t * t);
    turn_cos[s] = (1 - t * t) * scale;
    turn_sin[s] = 2 * t * scale;
  }
  std::array<std::vector<double>, 13> out;
  for (auto& column : out) column.resize(steps);
  run.track_motion(
      {boxes.view(), heading_x.data(), heading_y.data(), from.data(), to.data(), previous.data(), dt.data(),
       turn_cos.data(), turn_sin.data(), steps},
      {out[0].data(), out[1].data(), out[2].data(), out[3].data(), out[4].data(), out[5].data(), out[6].data(),
       out[7].data(), out[8].data(), out[9].data(), out[10].data(), out[11].data(), out[12].data()});
  for (const auto& column : out) hash.add(column);
}

}  // namespace detail

inline std::uint64_t bytes_of(const ByteKernels& run) {
  detail::Fnv hash;
  const detail::Boxes a(300, 10, 1), b(300, 10, 2);
  detail::add_pairs(run, a, b, false, hash);
  detail::add_pairs(run, a, b, true, hash);
  std::vector<double> iou(a.column[0].size());
  run.box_iou(a.view(), b.view(), iou.data());
  hash.add(iou);
  detail::add_motion(run, detail::Boxes(301, 1, 3), hash);
  return hash.value();
}

}  // namespace concord::tests
