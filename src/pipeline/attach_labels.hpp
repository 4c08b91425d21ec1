#pragma once

#include <cstdint>
#include <vector>

#include "concord/drive.hpp"

namespace concord::pipeline {

/// Gathers label sets of other drives into the frames of a reference drive. Both ego frames are taken to be the same.
class LabelGatherer {
 public:
  explicit LabelGatherer(const Drive& reference);

  /// Takes the labels of `set`, of `drive`, whose frame `frame_of` maps to a frame of the reference; kNone leaves a
  /// frame out. Image boxes stay behind: their sensors are the other drive's.
  void take(const Drive& drive, const LabelSet& set, const std::vector<std::uint32_t>& frame_of);

  /// Takes these rows, in ascending order, of a label set of the reference itself.
  void take_rows(const LabelSet& set, const std::vector<std::uint32_t>& rows);

  /// The labels taken, sorted by frame.
  [[nodiscard]] LabelSet finish(std::string name);
  /// Per frame of the reference: whether a drive showed it.
  [[nodiscard]] const std::vector<std::uint8_t>& covered() const { return covered_; }

 private:
  struct Source {
    std::uint32_t frame = 0;  ///< of the reference
    std::size_t part = 0;
    std::uint32_t row = 0;
  };
  std::vector<LabelSet> parts_;
  std::vector<Source> rows_;
  std::vector<std::uint8_t> covered_;
};

}  // namespace concord::pipeline
