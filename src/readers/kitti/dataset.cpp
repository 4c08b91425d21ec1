#include "src/readers/kitti/dataset.hpp"
#include "src/readers/common/taxonomy_of.hpp"

#include <algorithm>
#include <cstdio>
#include <set>
#include <system_error>
#include <utility>

#include "src/readers/common/files.hpp"
#include "src/readers/kitti/calibration.hpp"
#include "src/readers/kitti/label_set.hpp"
#include "src/readers/kitti/patch.hpp"
#include "src/readers/kitti/results.hpp"

namespace concord::readers::kitti {
namespace fs = std::filesystem;

namespace {

/// KITTI's LiDAR turns at 10 Hz; the tracking benchmark ships no times.
constexpr TimeNs kFramePeriodNs = 100'000'000;

std::string six_digits(std::size_t number) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "%06zu", number);
  return text.data();
}

/// The last frame that `lines` name, -1 where there is none. Each frame up to it becomes a frame of the drive, so a
/// number far behind all others is taken for a mistake and not for hours without labels.
Result<std::int64_t> last_labelled_frame(const std::vector<LabelLine>& lines, std::int64_t recorded,
                                         const fs::path& path) {
  constexpr std::int64_t kMostUnlabelled = 36'000;  // an hour
  std::vector<const LabelLine*> by_frame;
  for (const LabelLine& line : lines) by_frame.push_back(&line);
  std::stable_sort(by_frame.begin(), by_frame.end(),
                   [](const LabelLine* a, const LabelLine* b) { return a->frame < b->frame; });
  std::int64_t last = -1;
  for (const LabelLine* line : by_frame) {
    const std::int64_t known = std::max(last, recorded - 1);
    if (line->frame > known + kMostUnlabelled) {
      return Error{ErrorCode::limit_exceeded,
                   "frame " + std::to_string(line->frame) + " lies " + std::to_string(line->frame - known) +
                       " frames behind the last that is recorded or labelled",
                   at_line(path, line->number), "at most " + std::to_string(kMostUnlabelled)};
    }
    last = line->frame;
  }
  return last;
}

class KittiDataset final : public Dataset {
 public:
  KittiDataset(fs::path input, fs::path root, Layout layout, OpenOptions options, std::vector<fs::path> files)
      : input_(std::move(input)),
        root_(std::move(root)),
        layout_(std::move(layout)),
        options_(std::move(options)),
        files_(std::move(files)) {
    for (const fs::path& file : files_) {
      std::error_code failure;
      const std::uintmax_t bytes = fs::file_size(file, failure);
      drives_.push_back({file.stem().string(), failure ? 0 : bytes});
    }
  }

  [[nodiscard]] const std::vector<DriveInfo>& drives() const override { return drives_; }

  Result<Drive> read(std::size_t index) override {
    const std::string& name = drives_.at(index).name;
    CONCORD_ASSIGN_OR_RETURN(Taxonomy taxonomy, taxonomy_of(options_, "kitti"));
    Drive drive;
    drive.name = name;
    drive.format = layout_.format;
    drive.source = input_;
    drive.taxonomy = std::make_shared<const Taxonomy>(std::move(taxonomy));

    const fs::path calibration_path = root_ / "calib" / (name + ".txt");
    CONCORD_ASSIGN_OR_RETURN(const Calibration calibration, read_calibration(calibration_path));
    drive.sensors = make_sensors(calibration);
    if (!calibration.has_imu) drive.notes.emplace_back("no IMU in the calibration: the LiDAR frame is taken as ego");

    CONCORD_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::open(files_[index]));
    CONCORD_ASSIGN_OR_RETURN(const std::vector<LabelLine> lines,
                             parse_label_lines(file.text(), layout_.lines, files_[index]));
    drive.input_files = {files_[index], calibration_path};
    CONCORD_RETURN_IF_ERROR(layout_.lines == LineLayout::tracking ? add_sequence_frames(lines, calibration, drive)
                                                                  : add_single_frame(drive));
    LabelSet labels;
    labels.name = "labels";
    labels.scope = kitti_scope(*drive.taxonomy);
    append_labels(drive, calibration.T_ego_camera, lines, layout_.lines, labels);
    drive.label_sets.push_back(std::move(labels));
    for (const ExtraLabels& extra : options_.extra_labels) {
      if (layout_.lines == LineLayout::object) {
        return Error{ErrorCode::unsupported, "further label sets are read for kitti_tracking only", extra.path.string(),
                     ""};
      }
      CONCORD_ASSIGN_OR_RETURN(LabelSet set,
                               read_results(drive, calibration.T_ego_camera, extra.name, extra.path, name));
      drive.label_sets.push_back(std::move(set));
    }
    return drive;
  }

  Result<void> patch(const DatasetEdits& edits, const fs::path& out) override {
    std::error_code failure;
    const bool existed = fs::exists(out, failure);
    std::set<std::string> pending;
    for (const auto& [drive, list] : edits) pending.insert(drive);
    const auto rewrite = [&](const fs::path& source, const fs::path& target) -> Result<bool> {
      const auto edited = edits.find(source.stem().string());
      if (edited == edits.end() || std::find(files_.begin(), files_.end(), source) == files_.end()) return false;
      CONCORD_ASSIGN_OR_RETURN(const Calibration calibration, read_calibration(root_ / "calib" / source.filename()));
      CONCORD_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::open(source));
      CONCORD_ASSIGN_OR_RETURN(
          const std::string text,
          patch_label_text(file.text(), layout_.lines, calibration.T_ego_camera.inverse(), edited->second, source));
      CONCORD_RETURN_IF_ERROR(write_text(target, text));
      pending.erase(edited->first);
      return true;
    };
    // The copy starts at the folder that was given; a single label file takes its whole benchmark folder along.
    auto copied = copy_tree(fs::is_directory(input_, failure) ? input_ : root_, out, rewrite);
    if (copied && !pending.empty()) {
      copied =
          Error{ErrorCode::not_found, "no drive '" + *pending.begin() + "'", input_.string(), "a drive of the dataset"};
    }
    if (!copied && !existed) fs::remove_all(out, failure);
    return copied;
  }

 private:
  Result<void> add_sequence_frames(const std::vector<LabelLine>& lines, const Calibration& calibration, Drive& drive) {
    std::vector<SE3> poses;
    if (const fs::path oxts = root_ / "oxts" / (drive.name + ".txt"); is_present(oxts) && calibration.has_imu) {
      CONCORD_ASSIGN_OR_RETURN(poses, read_oxts(oxts));
      drive.input_files.push_back(oxts);
    } else {
      drive.notes.emplace_back("no oxts with an IMU calibration: no ego poses");
    }
    CONCORD_ASSIGN_OR_RETURN(const std::int64_t last_labelled,
                             last_labelled_frame(lines, static_cast<std::int64_t>(poses.size()), drive.input_files[0]));
    const std::size_t count = std::max(poses.size(), static_cast<std::size_t>(last_labelled + 1));
    for (std::size_t frame = 0; frame < count; ++frame) {
      const bool has_pose = frame < poses.size();
      drive.frames.push_back(std::to_string(frame), static_cast<TimeNs>(frame) * kFramePeriodNs,
                             has_pose ? std::optional<SE3>(poses[frame]) : std::nullopt, poses.empty() || has_pose);
      add_records(drive, frame, fs::path(drive.name) / six_digits(frame));
    }
    drive.frames.time_assumed = true;
    drive.notes.emplace_back("no timestamps: 10 Hz is assumed");
    return {};
  }

  Result<void> add_single_frame(Drive& drive) {
    drive.frames.push_back(drive.name, kNoTime, std::nullopt);
    add_records(drive, 0, drive.name);
    return {};
  }

  /// Clouds and images that exist, by file stem below their folders.
  void add_records(Drive& drive, std::size_t frame, const fs::path& stem) {
    const bool sequence = layout_.lines == LineLayout::tracking;
    struct Source {
      std::vector<std::string> folders;
      const char* sensor;
      const char* extension;
      PayloadFormat format;
    };
    const std::array<Source, 2> sources{
        Source{
            sequence ? std::vector<std::string>{"velodyne"} : std::vector<std::string>{"velodyne", "velodyne_reduced"},
            "velodyne", ".bin", PayloadFormat::kitti_bin},
        Source{{sequence ? "image_02" : "image_2"}, "image_02", ".png", PayloadFormat::image}};
    for (const Source& source : sources) {
      for (const std::string& folder : source.folders) {
        const fs::path path = root_ / folder / (stem.string() + source.extension);
        if (!is_present(path)) continue;
        drive.records.push_back({.frame = static_cast<std::uint32_t>(frame),
                                 .sensor = drive.find_sensor(source.sensor),
                                 .time_ns = drive.frames.time_ns[frame],
                                 .format = source.format,
                                 .path = path,
                                 .T_world_ego = {}});
        break;
      }
    }
  }

  fs::path input_;
  fs::path root_;
  Layout layout_;
  OpenOptions options_;
  std::vector<fs::path> files_;
  std::vector<DriveInfo> drives_;
};

}  // namespace

fs::path find_root(const fs::path& input, const Layout& layout) {
  std::error_code failure;
  if (fs::is_regular_file(input, failure)) {
    const fs::path folder = input.parent_path();
    return input.extension() == ".txt" && folder.filename() == layout.labels ? folder.parent_path() : fs::path();
  }
  for (const fs::path& root : {input, input / "training"}) {
    if (fs::is_directory(root / layout.labels, failure)) return root;
  }
  return {};
}

Result<std::unique_ptr<Dataset>> open_kitti(const fs::path& input, const Layout& layout, const OpenOptions& options) {
  const fs::path root = find_root(input, layout);
  if (root.empty()) {
    return Error{ErrorCode::not_found, "has no folder " + layout.labels, input.string(),
                 layout.labels + " or training/" + layout.labels};
  }
  std::vector<fs::path> files;
  std::error_code failure;
  if (fs::is_regular_file(input, failure)) {
    files.push_back(input);
  } else {
    CONCORD_ASSIGN_OR_RETURN(files, list_files(root / layout.labels, ".txt"));
  }
  if (files.empty()) {
    return Error{ErrorCode::not_found, "holds no label file", (root / layout.labels).string(), "NUMBER.txt"};
  }
  return std::unique_ptr<Dataset>(std::make_unique<KittiDataset>(input, root, layout, options, std::move(files)));
}

}  // namespace concord::readers::kitti
