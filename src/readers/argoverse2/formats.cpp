#include <algorithm>
#include <map>
#include <system_error>

#include "src/readers/argoverse2/log.hpp"
#include "src/readers/common/files.hpp"
#include "src/readers/registry.hpp"

namespace concord::readers {
namespace {

namespace fs = std::filesystem;
using argoverse2::LogFiles;

class Argoverse2Dataset final : public Dataset {
 public:
  Argoverse2Dataset(fs::path input, std::vector<LogFiles> logs, OpenOptions options)
      : input_(std::move(input)), logs_(std::move(logs)), options_(std::move(options)) {
    for (const LogFiles& log : logs_) {
      std::error_code failure;
      const auto bytes = fs::file_size(log.annotations, failure);
      drives_.push_back({log.folder.filename().string(), failure ? 0 : bytes});
    }
  }
  [[nodiscard]] const std::vector<DriveInfo>& drives() const override { return drives_; }
  [[nodiscard]] Result<Drive> read(std::size_t drive_index) override {
    return argoverse2::read_log(logs_.at(drive_index), options_, input_);
  }
  [[nodiscard]] Result<void> patch(const DatasetEdits& edits, const fs::path& out) override {
    for (const auto& [drive, list] : edits) {
      const bool known = std::ranges::find(drives_, drive, &DriveInfo::name) != drives_.end();
      if (!known) return Error{ErrorCode::not_found, "no drive '" + drive + "'", input_.string(), "a log of the input"};
    }
    // All texts first: where one edit is wrong, nothing is written.
    std::map<fs::path, std::string> texts;
    for (const LogFiles& log : logs_) {
      const auto found = edits.find(log.folder.filename().string());
      if (found == edits.end() || found->second.empty()) continue;
      CONCORD_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::open(log.annotations));
      CONCORD_ASSIGN_OR_RETURN(texts[log.annotations],
                               argoverse2::patch_annotations(file.text(), found->second, log.annotations));
    }
    return copy_with_texts(input_, out, texts);
  }

 private:
  fs::path input_;
  std::vector<LogFiles> logs_;
  OpenOptions options_;
  std::vector<DriveInfo> drives_;
};

class Argoverse2Format final : public Format {
 public:
  [[nodiscard]] std::string_view name() const override { return "argoverse2"; }
  [[nodiscard]] std::string_view title() const override { return "Argoverse 2 sensor dataset (tables as CSV)"; }
  [[nodiscard]] bool recognises(const fs::path& input) const override { return !argoverse2::find_logs(input).empty(); }
  [[nodiscard]] Result<std::unique_ptr<Dataset>> open(const fs::path& input,
                                                      const OpenOptions& options) const override {
    std::vector<LogFiles> logs = argoverse2::find_logs(input);
    if (logs.empty()) {
      return Error{ErrorCode::not_found, "holds no Argoverse 2 log", input.string(),
                   "folders with annotations.csv and city_SE3_egovehicle.csv"};
    }
    return std::unique_ptr<Dataset>(std::make_unique<Argoverse2Dataset>(input, std::move(logs), options));
  }
};

}  // namespace

const Format& argoverse2_format() {
  static const Argoverse2Format format;
  return format;
}

}  // namespace concord::readers
