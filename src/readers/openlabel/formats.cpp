#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include "src/core/input_file.hpp"
#include "src/readers/common/files.hpp"
#include "src/readers/common/taxonomy_of.hpp"
#include "src/readers/openlabel/patch.hpp"
#include "src/readers/openlabel/read.hpp"
#include "src/readers/registry.hpp"

namespace concord::readers {
namespace fs = std::filesystem;
using namespace openlabel;

namespace {

class OpenLabelDataset final : public Dataset {
 public:
  OpenLabelDataset(fs::path input, OpenOptions options, std::vector<fs::path> files)
      : input_(std::move(input)), options_(std::move(options)), files_(std::move(files)) {
    std::set<std::string> names;
    for (const fs::path& file : files_) {
      std::error_code failure;
      const std::uintmax_t bytes = fs::file_size(file, failure);
      std::string name = drive_name(file);
      // Two files may state one name; their own names differ within a folder.
      while (!names.insert(name).second) name = file.stem().string() + (name == file.stem().string() ? "_file" : "");
      drives_.push_back({std::move(name), failure ? 0 : bytes});
    }
  }

  [[nodiscard]] const std::vector<DriveInfo>& drives() const override { return drives_; }

  Result<Drive> read(std::size_t index) override {
    CONCORD_ASSIGN_OR_RETURN(const ReadOptions options, read_options());
    Drive drive;
    {
      CONCORD_ASSIGN_OR_RETURN(const auto document, Document::open(files_.at(index)));
      CONCORD_ASSIGN_OR_RETURN(FileReading reading, read_drive(*document, files_[index], drives_[index].name, options));
      drive = std::move(reading.drive);
    }
    drive.source = input_;
    for (const ExtraLabels& extra : options_.extra_labels) {
      std::error_code failure;
      const fs::path file = fs::is_directory(extra.path, failure) ? extra.path / files_[index].filename() : extra.path;
      CONCORD_ASSIGN_OR_RETURN(LabelSet set, read_extra_labels(file, extra.name, options, drive));
      drive.label_sets.push_back(std::move(set));
    }
    return drive;
  }

  Result<void> patch(const DatasetEdits& edits, const fs::path& out) override {
    CONCORD_ASSIGN_OR_RETURN(const ReadOptions options, read_options());
    std::map<fs::path, const std::vector<LabelEdit>*> by_file;
    for (const auto& [drive, list] : edits) {
      std::size_t index = 0;
      while (index < drives_.size() && drives_[index].name != drive) ++index;
      if (index == drives_.size()) {
        return Error{ErrorCode::not_found, "no drive '" + drive.substr(0, 80) + "'", input_.string(),
                     "a drive of the dataset"};
      }
      by_file.emplace(files_[index], &list);
    }
    std::error_code failure;
    const bool existed = fs::exists(out, failure);
    auto copied = copy_tree(input_, out, [&](const fs::path& source, const fs::path& target) -> Result<bool> {
      const auto edited = by_file.find(source);
      if (edited == by_file.end()) return false;
      CONCORD_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::open(source, kMaxFileBytes));
      CONCORD_ASSIGN_OR_RETURN(const std::string text, patch_text(file.text(), *edited->second, source, options));
      CONCORD_RETURN_IF_ERROR(write_text(target, text));
      return true;
    });
    if (copied && fs::is_regular_file(input_, failure)) copied = copy_recordings(out);
    if (!copied && !existed) fs::remove_all(out, failure);
    return copied;
  }

 private:
  /// A single label file takes along the recordings below its folder that it names.
  Result<void> copy_recordings(const fs::path& out) {
    CONCORD_ASSIGN_OR_RETURN(const Drive drive, read(0));
    std::set<fs::path> paths;
    for (const SensorRecord& record : drive.records) {
      if (record.format != PayloadFormat::synthetic) paths.insert(record.path);
    }
    return copy_files_below(input_.parent_path(), paths, out);
  }

  Result<ReadOptions> read_options() const {
    CONCORD_ASSIGN_OR_RETURN(Taxonomy taxonomy, taxonomy_of(options_, "openlabel"));
    return ReadOptions{std::make_shared<const Taxonomy>(std::move(taxonomy)), options_.taxonomy.has_value(), false};
  }

  fs::path input_;
  OpenOptions options_;
  std::vector<fs::path> files_;
  std::vector<DriveInfo> drives_;
};

/// Whether `file` is JSON of another kind, which may lie beside label files. What is no file, is empty or is no JSON at
/// all may have been one of them.
bool is_other_json(const fs::path& file) {
  constexpr std::size_t kLookAt = 1024;
  const std::string text = first_bytes(file, kLookAt);
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  return begin != std::string::npos && (text[begin] == '{' || text[begin] == '[') &&
         text.find('\0') == std::string::npos;
}

/// The label files that `input` stands for, with those that can no longer be read as such: empty where there is none.
Result<std::vector<fs::path>> label_files(const fs::path& input) {
  std::error_code failure;
  if (!fs::is_directory(input, failure)) {
    CONCORD_ASSIGN_OR_RETURN([[maybe_unused]] const InputFile file, InputFile::open(input, "a label file"));
    return std::vector<fs::path>{input};
  }
  CONCORD_ASSIGN_OR_RETURN(std::vector<fs::path> files, list_files(input, ".json"));
  if (std::none_of(files.begin(), files.end(), looks_like_openlabel)) return std::vector<fs::path>();
  std::erase_if(files, [](const fs::path& file) { return !looks_like_openlabel(file) && is_other_json(file); });
  return files;
}

class OpenLabelFormat final : public Format {
 public:
  [[nodiscard]] std::string_view name() const override { return "openlabel"; }
  [[nodiscard]] std::string_view title() const override { return "ASAM OpenLABEL 1.0"; }
  [[nodiscard]] bool recognises(const fs::path& input) const override {
    std::error_code failure;
    if (fs::is_regular_file(input, failure)) return looks_like_openlabel(input);
    if (!fs::is_directory(input, failure)) return false;
    const auto files = label_files(input);
    return files && !files->empty();
  }
  [[nodiscard]] Result<std::unique_ptr<Dataset>> open(const fs::path& input,
                                                      const OpenOptions& options) const override {
    CONCORD_ASSIGN_OR_RETURN(std::vector<fs::path> files, label_files(input));
    if (files.empty())
      return Error{ErrorCode::not_found, "holds no OpenLABEL file", input.string(), "*.json with \"openlabel\""};
    return std::unique_ptr<Dataset>(std::make_unique<OpenLabelDataset>(input, options, std::move(files)));
  }
};

}  // namespace

const Format& openlabel_format() {
  static const OpenLabelFormat format;
  return format;
}

}  // namespace concord::readers
