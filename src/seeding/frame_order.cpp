#include "src/seeding/frame_order.hpp"

#include <charconv>

namespace concord::seeding {
namespace {

constexpr std::int64_t kMaxNumber = 1'000'000'000'000'000'000;

std::optional<std::int64_t> number_of(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size() || number < 0 || number > kMaxNumber) {
    return std::nullopt;
  }
  return number;
}

}  // namespace

void FrameOrder::learn(const std::string& frame, std::uint32_t index) {
  if (frame.empty() || index == kNone) return;
  position_.emplace(frame, index);
  const auto number = number_of(frame);
  if (!number || (offset_ && *offset_ != *number - index)) numbers_ = false;
  if (number) offset_ = *number - index;
}

void FrameOrder::learn(const Report& report, const std::string& drive) {
  for (const KeptMeasurements& kept : report.measurements) {
    if (kept.drive.name != drive) continue;
    for (std::size_t frame = 0; frame < kept.drive.frames.size(); ++frame) {
      learn(std::string(kept.drive.frames.name[frame]), static_cast<std::uint32_t>(frame));
    }
  }
  for (const Finding& finding : report.findings) {
    if (finding.drive != drive) continue;
    learn(finding.frame, finding.frame_index);
    learn(finding.frame_end, finding.frame_index_end);
  }
}

std::optional<std::int64_t> FrameOrder::position(const std::string& frame) const {
  const auto found = position_.find(frame);
  if (found != position_.end()) return found->second;
  const auto number = number_of(frame);
  if (!numbers_ || !number) return std::nullopt;
  return *number - offset_.value_or(0);
}

}  // namespace concord::seeding
