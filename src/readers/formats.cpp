#include <algorithm>
#include <array>
#include <system_error>
#include <utility>
#include <vector>

#include "concord/dataset.hpp"
#include "src/readers/common/watched_mapping.hpp"
#include "src/readers/registry.hpp"

namespace concord {

std::span<const Format* const> formats() {
  static const std::array<const Format*, 8> all{
      &readers::kitti_tracking_format(), &readers::kitti_object_format(),
      &readers::openlabel_format(),      &readers::csv_format(),
      &readers::argoverse2_format(),     &readers::nuscenes_format(),
      &readers::aimotive_format(),       &readers::synthetic_format(),
  };
  return all;
}

bool readers::is_dataset(const std::filesystem::path& path) {
  return std::ranges::any_of(formats(), [&](const Format* format) { return format->recognises(path); });
}

namespace {

namespace fs = std::filesystem;

/// What to say of a folder that is no dataset itself but holds some: their names, a few of them.
std::string datasets_below(const fs::path& folder) {
  constexpr std::size_t kMostEntries = 1000, kMostNames = 4;
  std::error_code failure;
  std::vector<std::string> names;
  std::size_t looked = 0;
  for (fs::directory_iterator entry(folder, failure); !failure && entry != fs::directory_iterator();
       entry.increment(failure)) {
    if (++looked > kMostEntries) break;
    const fs::path& path = entry->path();
    std::error_code unknown;
    if (!entry->is_directory(unknown)) continue;
    if (readers::is_dataset(path)) names.push_back(path.filename().string());
  }
  if (names.empty()) return "";
  std::sort(names.begin(), names.end());
  std::string text = "; datasets below it: ";
  for (std::size_t i = 0; i < std::min(names.size(), kMostNames); ++i) text += (i == 0 ? "" : ", ") + names[i];
  return names.size() > kMostNames ? text + ", ..." : text;
}

/// A dataset, whose files may be cut by others while they are read: nothing of that reading is kept.
class UncutDataset final : public Dataset {
 public:
  explicit UncutDataset(std::unique_ptr<Dataset> dataset) : dataset_(std::move(dataset)) {}
  [[nodiscard]] const std::vector<DriveInfo>& drives() const override { return dataset_->drives(); }
  [[nodiscard]] Result<Drive> read(std::size_t drive_index) override {
    Result<Drive> drive = dataset_->read(drive_index);
    if (auto cut = readers::cut_file()) return std::move(*cut);
    return drive;
  }
  [[nodiscard]] Result<void> patch(const DatasetEdits& edits, const fs::path& out) override {
    return dataset_->patch(edits, out);
  }

 private:
  std::unique_ptr<Dataset> dataset_;
};

}  // namespace

Result<std::unique_ptr<Dataset>> open_dataset(const fs::path& input, std::string_view format,
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
  if (matches == 1) {
    auto opened = chosen->open(input, options);
    if (auto cut = readers::cut_file()) return std::move(*cut);
    if (!opened) return std::move(opened).error();
    return std::unique_ptr<Dataset>(std::make_unique<UncutDataset>(std::move(opened).value()));
  }
  if (!format.empty()) {
    return Error{ErrorCode::invalid_argument, "unknown format '" + std::string(format) + "'", "--format", known};
  }
  std::error_code failure;
  // An in-memory source ("synthetic:...") is no path; anything else must exist.
  if (matches == 0 && !fs::exists(input, failure)) {
    return Error{ErrorCode::not_found, failure ? "cannot be read: " + failure.message() : "does not exist",
                 input.string(), "a dataset folder or file"};
  }
  if (matches == 0) {
    return Error{ErrorCode::unsupported, "is in no format that Concord recognises" + datasets_below(input),
                 input.string(), "one of " + known + " (--format forces one)"};
  }
  return Error{ErrorCode::invalid_argument, "looks like several formats: " + matching, input.string(), "--format"};
}

}  // namespace concord
