#include "src/readers/csv/dataset.hpp"

#include <set>
#include <system_error>
#include <utility>

#include "concord/embedded.hpp"
#include "src/readers/common/files.hpp"
#include "src/readers/csv/frames.hpp"
#include "src/readers/csv/labels.hpp"
#include "src/readers/csv/patch.hpp"

namespace concord::readers::csv {
namespace fs = std::filesystem;

namespace {

/// An open label file.
struct LabelFile {
  MappedFile file;
  Table table;
  Layout layout;
};

Result<LabelFile> open_label_file(const fs::path& path, const Mapping& mapping) {
  CONCORD_ASSIGN_OR_RETURN(MappedFile file, MappedFile::open(path));
  CONCORD_ASSIGN_OR_RETURN(Table table, Table::open(file.text(), mapping.delimiter, path));
  CONCORD_ASSIGN_OR_RETURN(Layout layout, Layout::resolve(mapping.columns, mapping.columns_given, false, table));
  return LabelFile{std::move(file), std::move(table), std::move(layout)};
}

RowPlace place_of(const Row& row, const Table& table) {
  return {static_cast<std::size_t>(row.bytes().data() - table.text().data()), row.line};
}

/// Rows of each drive that `file` holds, in order of first appearance. Without a drive column there is one, `stem`.
Result<std::vector<std::pair<std::string, std::vector<RowPlace>>>> rows_by_drive(const LabelFile& file,
                                                                                 const std::string& stem) {
  std::vector<std::pair<std::string, std::vector<RowPlace>>> drives;
  Dictionary names;
  if (!file.layout.has(Field::drive)) drives.emplace_back(stem, std::vector<RowPlace>());
  CONCORD_RETURN_IF_ERROR(file.table.for_each_row([&](const Row& row) -> Result<void> {
    std::size_t drive = 0;
    if (file.layout.has(Field::drive)) {
      const std::string name = file.layout.text(row, Field::drive);
      if (name.empty()) {
        return Error{ErrorCode::malformed, "drive is empty", at_line(file.table.path(), row.line), "a drive's name"};
      }
      drive = names.intern(name);
      if (drive == drives.size()) drives.emplace_back(name, std::vector<RowPlace>());
    }
    drives[drive].second.push_back(place_of(row, file.table));
    return {};
  }));
  return drives;
}

std::string with_names(std::string pattern, std::string_view drive, std::string_view frame) {
  for (const auto& [key, name] :
       {std::pair<std::string_view, std::string_view>{"{drive}", drive}, {"{frame}", frame}}) {
    for (std::size_t at = pattern.find(key); at != std::string::npos; at = pattern.find(key, at + name.size())) {
      pattern.replace(at, key.size(), name);
    }
  }
  return pattern;
}

class CsvDataset final : public Dataset {
 public:
  CsvDataset(fs::path input, Mapping mapping, OpenOptions options)
      : input_(std::move(input)), mapping_(std::move(mapping)), options_(std::move(options)) {}

  /// Lists the drives of `files`. A file that cannot be read is one drive that reports why.
  void list(const std::vector<fs::path>& files) {
    for (const fs::path& path : files) {
      std::error_code failure;
      const std::uintmax_t size = fs::file_size(path, failure);
      const std::string stem = path.stem().string();
      auto rows = [&]() -> Result<std::vector<std::pair<std::string, std::vector<RowPlace>>>> {
        CONCORD_ASSIGN_OR_RETURN(const LabelFile file, open_label_file(path, mapping_));
        if (!file.layout.has(Field::drive)) return std::vector{std::pair(stem, std::vector<RowPlace>())};
        return rows_by_drive(file, stem);
      }();
      if (rows && rows->empty()) {
        rows = Error{ErrorCode::malformed, "has no row, which would name its drive", at_line(path, 1), "labels"};
      }
      if (!rows) {
        drives_.push_back({stem, 0});
        sources_.push_back({path, {}, std::move(rows).error()});
        continue;
      }
      for (auto& [name, places] : rows.value()) {
        drives_.push_back({name, failure ? 0 : size / rows->size()});
        sources_.push_back({path, std::move(places), std::nullopt});
      }
    }
  }

  [[nodiscard]] const std::vector<DriveInfo>& drives() const override { return drives_; }

  Result<Drive> read(std::size_t index) override {
    const Source& source = sources_.at(index);
    if (source.error) return *source.error;
    CONCORD_ASSIGN_OR_RETURN(const LabelFile file, open_label_file(source.path, mapping_));
    CONCORD_ASSIGN_OR_RETURN(const std::vector<RowPlace> places, places_of(index, file));
    Drive drive;
    drive.name = drives_[index].name;
    drive.format = "csv";
    drive.source = input_;
    CONCORD_ASSIGN_OR_RETURN(Taxonomy taxonomy, make_taxonomy());
    drive.taxonomy = std::make_shared<const Taxonomy>(std::move(taxonomy));
    drive.input_files.push_back(source.path);
    if (!mapping_.file.empty()) drive.input_files.push_back(mapping_.file);
    CONCORD_RETURN_IF_ERROR(add_frames(file, places, drive));
    CONCORD_RETURN_IF_ERROR(add_clouds(drive));
    std::size_t outside = 0;
    CONCORD_ASSIGN_OR_RETURN(LabelSet labels,
                             read_labels(mapping_, file.layout, file.table, places, drive, "labels", outside));
    drive.label_sets.push_back(std::move(labels));
    for (const ExtraLabels& extra : options_.extra_labels) {
      CONCORD_RETURN_IF_ERROR(add_extra_labels(extra, source.path.filename(), drive));
    }
    return drive;
  }

  Result<void> patch(const DatasetEdits& edits, const fs::path& out) override {
    std::map<fs::path, std::vector<DriveEdits>> by_file;
    for (const auto& [name, list] : edits) {
      std::size_t index = 0;
      while (index < drives_.size() && drives_[index].name != name) ++index;
      if (index == drives_.size()) {
        return Error{ErrorCode::not_found, "no drive '" + name.substr(0, 80) + "'", input_.string(),
                     "a drive of the dataset"};
      }
      DriveEdits drive_edits;
      CONCORD_ASSIGN_OR_RETURN(drive_edits.drive, read(index));
      CONCORD_ASSIGN_OR_RETURN(const LabelFile file, open_label_file(sources_[index].path, mapping_));
      CONCORD_ASSIGN_OR_RETURN(drive_edits.places, places_of(index, file));
      drive_edits.edits = &list;
      by_file[sources_[index].path].push_back(std::move(drive_edits));
    }
    std::error_code failure;
    const bool existed = fs::exists(out, failure);
    auto copied = copy_tree(input_, out, [&](const fs::path& source, const fs::path& target) -> Result<bool> {
      const auto edited = by_file.find(source);
      if (edited == by_file.end()) return false;
      CONCORD_ASSIGN_OR_RETURN(const LabelFile file, open_label_file(source, mapping_));
      CONCORD_ASSIGN_OR_RETURN(const std::string text, patch_text(mapping_, file.layout, file.table, edited->second));
      CONCORD_RETURN_IF_ERROR(write_text(target, text));
      return true;
    });
    // A single file takes along what it is read with.
    if (copied && fs::is_regular_file(input_, failure)) copied = copy_companions(out);
    if (!copied && !existed) fs::remove_all(out, failure);
    return copied;
  }

 private:
  struct Source {
    fs::path path;
    std::vector<RowPlace> places;  ///< only where the file has a drive column; else found on reading
    std::optional<Error> error;
  };

  Result<std::vector<RowPlace>> places_of(std::size_t index, const LabelFile& file) const {
    if (file.layout.has(Field::drive)) return sources_[index].places;
    CONCORD_ASSIGN_OR_RETURN(auto drives, rows_by_drive(file, drives_[index].name));
    return std::move(drives.front().second);
  }

  Result<Taxonomy> make_taxonomy() const {
    if (options_.taxonomy) return Taxonomy::from_file(*options_.taxonomy);
    if (!mapping_.has_classes) return Taxonomy::builtin("");
    return Taxonomy::parse(embedded_file("taxonomies/concord.yaml").value_or(""), mapping_.yaml,
                           mapping_.file.string());
  }

  Result<std::optional<fs::path>> pose_path(const Drive& drive) const {
    if (mapping_.pose_file.empty()) return std::optional<fs::path>();
    CONCORD_ASSIGN_OR_RETURN(
        const fs::path path,
        join_below(folder_of(input_), with_names(mapping_.pose_file, drive.name, ""), mapping_.file.string()));
    return std::optional<fs::path>(path);
  }

  Result<void> add_poses(FrameCollector& frames, Drive& drive) const {
    CONCORD_ASSIGN_OR_RETURN(const std::optional<fs::path> path, pose_path(drive));
    if (!path || !is_present(*path)) {
      drive.notes.push_back((path ? "no " + path->filename().string() : "the mapping names no pose file") +
                            ": no ego poses");
      return {};
    }
    CONCORD_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::open(*path));
    CONCORD_ASSIGN_OR_RETURN(const Table table, Table::open(file.text(), mapping_.delimiter, *path));
    CONCORD_ASSIGN_OR_RETURN(const Layout layout,
                             Layout::resolve(mapping_.pose_columns, mapping_.pose_columns_given, true, table));
    drive.input_files.push_back(*path);
    return table.for_each_row([&](const Row& row) -> Result<void> {
      if (layout.has(Field::drive) && layout.text(row, Field::drive) != drive.name) return {};
      return frames.add_pose_row(layout, row, table);
    });
  }

  Result<void> add_frames(const LabelFile& file, const std::vector<RowPlace>& places, Drive& drive) const {
    FrameCollector frames;
    const auto add_label_rows = [&]() -> Result<void> {
      for (const RowPlace& place : places) {
        CONCORD_ASSIGN_OR_RETURN(const Row row, file.table.row_at(place.begin, place.line));
        CONCORD_RETURN_IF_ERROR(frames.add_label_row(file.layout, row, file.table));
      }
      return {};
    };
    if (mapping_.poses_of_labelled_frames) {
      CONCORD_RETURN_IF_ERROR(add_label_rows());
      frames.close();
    }
    CONCORD_RETURN_IF_ERROR(add_poses(frames, drive));
    if (!mapping_.poses_of_labelled_frames) CONCORD_RETURN_IF_ERROR(add_label_rows());
    drive.frames = frames.finish(mapping_.frame_rate_hz);
    if (drive.frames.time_assumed) drive.notes.emplace_back("no timestamps: the mapping's frame rate is assumed");
    return {};
  }

  Result<void> add_clouds(Drive& drive) const {
    if (!mapping_.clouds) return {};
    drive.sensors.push_back(
        {.name = "lidar", .kind = SensorKind::lidar, .T_ego_sensor = mapping_.clouds->T_ego_sensor, .camera = {}});
    std::size_t missing = 0;
    for (std::uint32_t f = 0; f < drive.frames.size(); ++f) {
      CONCORD_ASSIGN_OR_RETURN(
          fs::path path,
          join_below(folder_of(input_), with_names(mapping_.clouds->path, drive.name, drive.frames.name[f]),
                     mapping_.file.string()));
      if (!is_present(path)) {
        ++missing;
        continue;
      }
      drive.records.push_back({.frame = f,
                               .sensor = 0,
                               .time_ns = drive.frames.time_ns[f],
                               .format = mapping_.clouds->format,
                               .path = std::move(path),
                               .T_world_ego = {}});
    }
    if (missing > 0) drive.notes.push_back(std::to_string(missing) + " frames have no cloud");
    return {};
  }

  Result<void> add_extra_labels(const ExtraLabels& extra, const fs::path& file_name, Drive& drive) const {
    std::error_code failure;
    const fs::path path = fs::is_directory(extra.path, failure) ? extra.path / file_name : extra.path;
    CONCORD_ASSIGN_OR_RETURN(const LabelFile file, open_label_file(path, mapping_));
    CONCORD_ASSIGN_OR_RETURN(const auto drives, rows_by_drive(file, drive.name));
    std::vector<RowPlace> places;
    for (const auto& [name, rows] : drives) {
      if (name == drive.name) places = rows;
    }
    std::size_t outside = 0;
    CONCORD_ASSIGN_OR_RETURN(LabelSet set,
                             read_labels(mapping_, file.layout, file.table, places, drive, extra.name, outside));
    if (outside > 0) {
      drive.notes.push_back(extra.name + ": " + std::to_string(outside) +
                            " labels in frames that the drive does not have");
    }
    drive.label_sets.push_back(std::move(set));
    drive.input_files.push_back(path);
    return {};
  }

  Result<void> copy_companions(const fs::path& out) {
    std::set<fs::path> companions;
    if (!mapping_.file.empty()) companions.insert(mapping_.file);
    for (std::size_t i = 0; i < drives_.size(); ++i) {
      CONCORD_ASSIGN_OR_RETURN(const Drive drive, read(i));
      CONCORD_ASSIGN_OR_RETURN(const auto poses, pose_path(drive));
      if (poses && is_present(*poses)) companions.insert(*poses);
      for (const SensorRecord& record : drive.records) companions.insert(record.path);
    }
    return copy_files_below(folder_of(input_), companions, out);
  }

  fs::path input_;
  Mapping mapping_;
  OpenOptions options_;
  std::vector<DriveInfo> drives_;
  std::vector<Source> sources_;
};

/// True when `name` is `pattern`, in which one '*' stands for any text.
bool matches(std::string_view name, std::string_view pattern) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return name == pattern;
  const std::string_view head = pattern.substr(0, star), tail = pattern.substr(star + 1);
  return name.size() >= head.size() + tail.size() && name.starts_with(head) && name.ends_with(tail);
}

/// Whether `name` may be a pose file of the mapping: then it holds no labels.
bool is_pose_file(const std::string& name, const Mapping& mapping) {
  return !mapping.pose_file.empty() && matches(name, with_names(mapping.pose_file, "*", ""));
}

}  // namespace

fs::path folder_of(const fs::path& input) {
  std::error_code failure;
  return fs::is_directory(input, failure) ? input : input.parent_path();
}

Result<std::unique_ptr<Dataset>> open_csv(const fs::path& input, Mapping mapping, const OpenOptions& options) {
  std::error_code failure;
  std::vector<fs::path> files;
  if (fs::is_directory(input, failure)) {
    // A folder whose name ends as those of the label files do stands where one of them should.
    const std::string extension = fs::path(mapping.files).extension().string();
    CONCORD_ASSIGN_OR_RETURN(files, list_files(input, extension.find('*') == std::string::npos ? extension : ""));
    std::erase_if(files, [&](const fs::path& file) {
      const std::string name = file.filename().string();
      return !matches(name, mapping.files) || is_pose_file(name, mapping);
    });
    if (files.empty()) return Error{ErrorCode::not_found, "holds no label file", input.string(), mapping.files};
  } else {
    files.push_back(input);
  }
  auto dataset = std::make_unique<CsvDataset>(input, std::move(mapping), options);
  dataset->list(files);
  return std::unique_ptr<Dataset>(std::move(dataset));
}

}  // namespace concord::readers::csv
