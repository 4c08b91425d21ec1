#include <array>

#include "concord/dataset.hpp"
#include "src/readers/registry.hpp"

namespace concord {

std::span<const Format* const> formats() {
  static const std::array<const Format*, 7> all{
      &readers::kitti_tracking_format(), &readers::kitti_object_format(),
      &readers::openlabel_format(),      &readers::csv_format(),
      &readers::argoverse2_format(),     &readers::nuscenes_format(),
      &readers::synthetic_format(),
  };
  return all;
}

Result<std::unique_ptr<Dataset>> open_dataset(const std::filesystem::path& input, std::string_view format,
                                              const OpenOptions& options) {
  std::string known;
  std::string matching;
  const Format* chosen = nullptr;
  std::size_t matches = 0;
  for (const Format* candidate : formats()) {
    known += (known.empty() ? "" : ", ") + std::string(candidate->name());
    if (format.empty() ? candidate->recognises(input) : candidate->name() == format) {
      matching += (matching.empty() ? "" : ", ") + std::string(candidate->name());
      chosen = candidate;
      ++matches;
    }
  }
  if (matches == 1) return chosen->open(input, options);
  if (!format.empty()) {
    return Error{ErrorCode::invalid_argument, "unknown format '" + std::string(format) + "'", "--format", known};
  }
  std::error_code failure;
  // An in-memory source ("synthetic:...") is no path; anything else must exist.
  if (matches == 0 && !std::filesystem::exists(input, failure)) {
    return Error{ErrorCode::not_found, failure ? "cannot be read: " + failure.message() : "does not exist",
                 input.string(), "a dataset folder or file"};
  }
  if (matches == 0) {
    return Error{ErrorCode::unsupported, "is in no format that Concord recognises", input.string(),
                 "one of " + known + " (--format forces one)"};
  }
  return Error{ErrorCode::invalid_argument, "looks like several formats: " + matching, input.string(), "--format"};
}

}  // namespace concord
