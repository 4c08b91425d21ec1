#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "concord/report.hpp"

namespace concord::seeding {

/// Positions of one drive's frame names, as far as a report tells them.
class FrameOrder {
 public:
  /// Learns from the drive's findings and, where they were kept, from its frames.
  void learn(const Report& report, const std::string& drive);
  [[nodiscard]] std::optional<std::int64_t> position(const std::string& frame) const;

 private:
  void learn(const std::string& frame, std::uint32_t index);

  std::map<std::string, std::int64_t, std::less<>> position_;
  std::optional<std::int64_t> offset_;  ///< number - position, where names are whole numbers
  bool numbers_ = true;                 ///< every name so far is a whole number with the same offset
};

}  // namespace concord::seeding
