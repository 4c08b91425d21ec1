#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "concord/drive.hpp"
#include "concord/finding.hpp"

namespace concord::fixing {

/// The labels of a drive's own label set as a report names them.
class LabelRows {
 public:
  explicit LabelRows(const Drive& drive);

  [[nodiscard]] const Drive& drive() const { return drive_; }
  [[nodiscard]] const LabelSet& set() const { return drive_.label_sets.front(); }
  /// The label with that id or kNone.
  [[nodiscard]] std::uint32_t find(std::string_view label) const;
  /// Code of the track with that id or kNone.
  [[nodiscard]] std::uint32_t find_track(std::string_view track) const;
  /// Labels of the track, by frame.
  [[nodiscard]] const std::vector<std::uint32_t>& of_track(std::uint32_t code) const { return by_track_[code]; }
  /// The finding's own label and the others of its track in its frames; empty where its label is not there.
  [[nodiscard]] std::vector<std::uint32_t> span_of(const Finding& finding) const;

 private:
  const Drive& drive_;
  std::unordered_map<std::string, std::uint32_t> by_id_, tracks_;
  std::vector<std::vector<std::uint32_t>> by_track_;
};

}  // namespace concord::fixing
