#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "concord/report.hpp"
#include "concord/seeding.hpp"
#include "src/seeding/frame_order.hpp"

namespace concord::seeding {

/// The key rows of one drive, ready to be held against findings.
class DriveKey {
 public:
  /// Adds row number `index` of the key.
  void add(std::size_t index, const KeyRow& row, const FrameOrder& order);
  /// Numbers of the key rows that the finding hits by itself, ascending. `is_new`: the untouched copy is known not to
  /// hold it.
  [[nodiscard]] std::vector<std::size_t> hit_by(const Finding& finding, bool is_new) const;
  /// The finding is on a track that has an error somewhere.
  [[nodiscard]] bool has_track_of(const Finding& finding) const;
  /// Rows whose frames have no known position: only their label can be hit.
  [[nodiscard]] std::size_t unplaced() const { return unplaced_; }

 private:
  struct Row {
    std::size_t index = 0;
    const ErrorKindInfo* info = nullptr;  ///< nullptr for a type of somebody's own
    std::string label;
    bool whole_drive = false;
    bool placed = false;
    std::int64_t begin = 0, end = 0;
  };
  [[nodiscard]] static bool meets(const Row& row, const Finding& finding);
  [[nodiscard]] static bool meets_in_time(const Row& row, const Finding& finding);
  /// Rows behind an object that is said to be missing and so has no label to be named by.
  void add_missing(const Finding& finding, bool is_new, std::set<std::size_t>& hit) const;

  std::vector<Row> rows_;
  std::multimap<std::string, std::size_t, std::less<>> by_track_, by_label_;
  std::size_t unplaced_ = 0;
};

/// The kind's faults contain the finding's.
[[nodiscard]] bool names_fault(const ErrorKindInfo* info, Fault fault);

/// The findings of the untouched copy.
class Baseline {
 public:
  void add(const Report& report);
  [[nodiscard]] bool has(const Finding& finding) const;

 private:
  std::set<std::pair<std::string, std::string>> ids_, fingerprints_;                 ///< with the check
  std::set<std::tuple<std::string, std::string, std::string, std::string>> labels_;  ///< check, drive, label, frame
};

}  // namespace concord::seeding
