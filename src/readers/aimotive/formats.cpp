#include <algorithm>
#include <map>
#include <system_error>

#include "src/readers/aimotive/segment.hpp"
#include "src/readers/common/files.hpp"
#include "src/readers/registry.hpp"

namespace concord::readers {
namespace {

namespace fs = std::filesystem;
using aimotive::Segment;

class AimotiveDataset final : public Dataset {
 public:
  AimotiveDataset(fs::path input, std::vector<Segment> segments, OpenOptions options)
      : input_(std::move(input)), segments_(std::move(segments)), options_(std::move(options)) {
    for (const Segment& segment : segments_) {
      // Label files are alike in size: their number orders the drives as well as their bytes would.
      constexpr std::uint64_t kBytesPerFile = 10'000;
      const auto files = list_files(segment.boxes(), ".json");
      drives_.push_back({segment.folder.filename().string(), files ? files->size() * kBytesPerFile : 0});
    }
  }
  [[nodiscard]] const std::vector<DriveInfo>& drives() const override { return drives_; }
  [[nodiscard]] Result<Drive> read(std::size_t drive_index) override {
    return aimotive::read_segment(segments_.at(drive_index), options_, input_);
  }
  [[nodiscard]] Result<void> patch(const DatasetEdits& edits, const fs::path& out) override {
    // All texts first: where one edit is wrong, nothing is written.
    std::map<fs::path, std::string> texts;
    for (const auto& [drive, list] : edits) {
      const auto segment = std::find_if(segments_.begin(), segments_.end(), [&name = drive](const Segment& s) {
        return s.folder.filename().string() == name;
      });
      if (segment == segments_.end()) {
        return Error{ErrorCode::not_found, "no drive '" + drive + "'", input_.string(), "a segment of the input"};
      }
      CONCORD_RETURN_IF_ERROR(patch_segment(*segment, list, texts));
    }
    return copy_with_texts(input_, out, texts);
  }

 private:
  static Result<void> patch_segment(const Segment& segment, const std::vector<LabelEdit>& edits,
                                    std::map<fs::path, std::string>& texts) {
    CONCORD_ASSIGN_OR_RETURN(const std::vector<fs::path> files, list_files(segment.boxes(), ".json"));
    std::map<std::string, fs::path> file_of;
    for (const fs::path& file : files) file_of.emplace(aimotive::frame_of_file(file), file);
    std::map<std::string, std::vector<LabelEdit>> by_frame;
    std::map<std::string, MappedFile> opened;
    std::unordered_map<std::string, std::string_view> sources;
    for (const LabelEdit& edit : edits) {
      by_frame[edit.frame].push_back(edit);
      for (const std::string& frame : {edit.frame, edit.from_frame}) {
        if (frame.empty() || opened.contains(frame)) continue;
        const auto file = file_of.find(frame);
        if (file == file_of.end()) {
          return Error{ErrorCode::not_found, "no frame '" + frame.substr(0, 120) + "'", segment.boxes().string(),
                       "a frame of the segment"};
        }
        CONCORD_ASSIGN_OR_RETURN(opened[frame], MappedFile::open(file->second));
        sources[frame] = opened[frame].text();
      }
    }
    for (const auto& [frame, list] : by_frame) {
      const fs::path& path = file_of[frame];
      CONCORD_ASSIGN_OR_RETURN(texts[path], aimotive::patch_labels(sources[frame], frame, list, sources, path));
    }
    return {};
  }

  fs::path input_;
  std::vector<Segment> segments_;
  OpenOptions options_;
  std::vector<DriveInfo> drives_;
};

class AimotiveFormat final : public Format {
 public:
  [[nodiscard]] std::string_view name() const override { return "aimotive"; }
  [[nodiscard]] std::string_view title() const override { return "aiMotive multimodal dataset"; }
  [[nodiscard]] bool recognises(const fs::path& input) const override {
    return !aimotive::find_segments(input).empty();
  }
  [[nodiscard]] Result<std::unique_ptr<Dataset>> open(const fs::path& input,
                                                      const OpenOptions& options) const override {
    std::vector<Segment> segments = aimotive::find_segments(input);
    if (segments.empty()) {
      return Error{ErrorCode::not_found, "holds no aiMotive segment", input.string(),
                   "folders with dynamic/box/3d_body"};
    }
    return std::unique_ptr<Dataset>(std::make_unique<AimotiveDataset>(input, std::move(segments), options));
  }
};

}  // namespace

const Format& aimotive_format() {
  static const AimotiveFormat format;
  return format;
}

}  // namespace concord::readers
