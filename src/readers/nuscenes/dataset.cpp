#include <map>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "concord/dataset.hpp"
#include "src/readers/common/taxonomy_of.hpp"
#include "src/readers/nuscenes/patch.hpp"
#include "src/readers/nuscenes/read_scene.hpp"
#include "src/readers/nuscenes/results.hpp"
#include "src/readers/nuscenes/tables.hpp"
#include "src/readers/registry.hpp"

namespace concord::readers {
namespace nuscenes {
namespace fs = std::filesystem;
namespace {

class NuscenesDataset final : public Dataset {
 public:
  NuscenesDataset(fs::path input, OpenOptions options, std::unique_ptr<Tables> tables,
                  std::shared_ptr<const Taxonomy> taxonomy, std::vector<std::unique_ptr<ResultFile>> results)
      : input_(std::move(input)),
        options_(std::move(options)),
        tables_(std::move(tables)),
        taxonomy_(std::move(taxonomy)),
        results_(std::move(results)) {
    for (const Scene& scene : tables_->scenes) drives_.push_back({scene.name, scene.label_bytes});
  }

  [[nodiscard]] const std::vector<DriveInfo>& drives() const override { return drives_; }

  Result<Drive> read(std::size_t index) override {
    const auto scene = static_cast<std::uint32_t>(index);
    Drive drive;
    drive.name = drives_.at(index).name;
    CONCORD_ASSIGN_OR_RETURN(const std::vector<std::uint32_t> samples, sample_chain(*tables_, scene));
    drive.format = "nuscenes";
    drive.source = input_;
    drive.taxonomy = taxonomy_;
    drive.input_files = tables_->files();
    CONCORD_RETURN_IF_ERROR(read_recordings(*tables_, scene, samples, drive));
    CONCORD_ASSIGN_OR_RETURN(LabelSet labels, read_labels(*tables_, samples, drive));
    drive.label_sets.push_back(std::move(labels));
    for (std::size_t i = 0; i < results_.size(); ++i) {
      CONCORD_ASSIGN_OR_RETURN(LabelSet set,
                               results_[i]->read(*tables_, samples, options_.extra_labels[i].name, drive));
      drive.label_sets.push_back(std::move(set));
    }
    return drive;
  }

  Result<void> patch(const DatasetEdits& edits, const fs::path& out) override {
    return patch_dataset(*tables_, input_, edits, out);
  }

 private:
  fs::path input_;
  OpenOptions options_;
  std::unique_ptr<Tables> tables_;
  std::shared_ptr<const Taxonomy> taxonomy_;
  std::vector<std::unique_ptr<ResultFile>> results_;  ///< one an entry of options_.extra_labels
  std::vector<DriveInfo> drives_;
};

class NuscenesFormat final : public Format {
 public:
  [[nodiscard]] std::string_view name() const override { return "nuscenes"; }
  [[nodiscard]] std::string_view title() const override { return "nuScenes v1.0 tables"; }
  [[nodiscard]] bool recognises(const fs::path& input) const override {
    const auto folder = find_tables(input);
    // Several versions are nuScenes all the same: open() says which to choose from.
    return folder ? folder.value().has_value() : folder.error().code == ErrorCode::invalid_argument;
  }

  [[nodiscard]] Result<std::unique_ptr<Dataset>> open(const fs::path& input,
                                                      const OpenOptions& options) const override {
    CONCORD_ASSIGN_OR_RETURN(const std::optional<fs::path> folder, find_tables(input));
    if (!folder) {
      return Error{ErrorCode::not_found, "holds no nuScenes tables", input.string(),
                   "scene.json and its siblings, there or in a folder v1.0-*"};
    }
    CONCORD_ASSIGN_OR_RETURN(Taxonomy taxonomy, taxonomy_of(options, "nuscenes"));
    CONCORD_ASSIGN_OR_RETURN(std::unique_ptr<Tables> tables, open_tables(*folder));
    std::vector<std::unique_ptr<ResultFile>> results;
    for (const ExtraLabels& extra : options.extra_labels) {
      CONCORD_ASSIGN_OR_RETURN(std::unique_ptr<ResultFile> file, ResultFile::open(*tables, extra.path));
      results.push_back(std::move(file));
    }
    return std::unique_ptr<Dataset>(std::make_unique<NuscenesDataset>(
        input, options, std::move(tables), std::make_shared<const Taxonomy>(std::move(taxonomy)), std::move(results)));
  }
};

}  // namespace
}  // namespace nuscenes

const Format& nuscenes_format() {
  static const nuscenes::NuscenesFormat format;
  return format;
}

}  // namespace concord::readers
