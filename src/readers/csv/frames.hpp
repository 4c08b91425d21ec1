#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "concord/drive.hpp"
#include "src/readers/csv/layout.hpp"
#include "src/readers/csv/mapping.hpp"
#include "src/readers/csv/table.hpp"

namespace concord::readers::csv {

/// Collects the frames that label and pose rows mention and puts them in order: as the pose file lists them; else by
/// number where every name is a whole number; else by time where every frame has one; else as they first appear.
class FrameCollector {
 public:
  /// Takes the frame (and time) of a label row. Another time for a known frame is an error.
  [[nodiscard]] Result<void> add_label_row(const Layout& layout, const Row& row, const Table& table);
  /// From here on pose rows of frames that nothing has mentioned are passed over.
  void close() { closed_ = true; }
  /// Takes a row of the pose file. A frame with two poses is an error.
  [[nodiscard]] Result<void> add_pose_row(const Layout& layout, const Row& row, const Table& table);
  /// The frames in order. `frame_rate_hz` gives times (marked as assumed) where the files have none.
  [[nodiscard]] Frames finish(std::optional<double> frame_rate_hz) const;

 private:
  struct Entry {
    TimeNs time_ns = kNoTime;
    std::optional<SE3> T_world_ego;
  };
  [[nodiscard]] Result<std::size_t> entry(const Layout& layout, const Row& row, const Table& table);
  [[nodiscard]] std::vector<std::uint32_t> order() const;

  Dictionary names_;
  std::vector<Entry> entries_;
  bool closed_ = false;
  bool listed_ = false;    ///< the pose file says which frames there are
  std::size_t posed_ = 0;  ///< entries that the pose file listed; they come first
};

}  // namespace concord::readers::csv
