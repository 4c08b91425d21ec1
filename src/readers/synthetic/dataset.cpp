#include <filesystem>
#include <system_error>
#include <utility>

#include "concord/synth.hpp"
#include "src/readers/registry.hpp"
#include "src/synth/payloads.hpp"
#include "src/synth/simulate.hpp"

namespace concord::readers {
namespace fs = std::filesystem;

namespace {

class SyntheticDataset final : public Dataset {
 public:
  SyntheticDataset(fs::path input, const SynthOptions& options) : input_(std::move(input)), options_(options) {
    constexpr std::uint64_t kBytesALabel = 100;
    const auto labels = static_cast<std::uint64_t>(options.frames) * static_cast<std::uint64_t>(options.objects + 1);
    for (int drive = 0; drive < options.drives; ++drive) {
      drives_.push_back({synth::drive_name(options, drive), labels * kBytesALabel});
    }
  }

  [[nodiscard]] const std::vector<DriveInfo>& drives() const override { return drives_; }

  Result<Drive> read(std::size_t index) override {
    Drive drive = synth::make_drive(*synth::shared_world(options_, static_cast<int>(index)));
    drive.source = input_;
    return drive;
  }

  Result<void> patch(const DatasetEdits& edits, const fs::path& out) override {
    // There is no file to copy: the drives are written as OpenLABEL, and those files are patched.
    fs::path written = out;
    written += ".clean";
    std::error_code failure;
    if (fs::exists(written, failure)) {
      return Error{ErrorCode::invalid_argument, "exists already", written.string(), "a free name beside the output"};
    }
    auto done = write_synthetic(options_, SynthClouds::pcd, written);
    if (done) done = patch_written(edits, written, out);
    fs::remove_all(written, failure);
    return done;
  }

 private:
  static Result<void> patch_written(const DatasetEdits& edits, const fs::path& written, const fs::path& out) {
    CONCORD_ASSIGN_OR_RETURN(const std::unique_ptr<Dataset> dataset, open_dataset(written, "openlabel", {}));
    return dataset->patch(edits, out);
  }

  fs::path input_;
  SynthOptions options_;
  std::vector<DriveInfo> drives_;
};

class SyntheticFormat final : public Format {
 public:
  [[nodiscard]] std::string_view name() const override { return "synthetic"; }
  [[nodiscard]] std::string_view title() const override { return "Simulated drives (synthetic:key=value,...)"; }
  [[nodiscard]] bool recognises(const fs::path& input) const override {
    return input.native().starts_with(kSynthPrefix);
  }
  [[nodiscard]] Result<std::unique_ptr<Dataset>> open(const fs::path& input,
                                                      const OpenOptions& options) const override {
    if (!recognises(input)) {
      return Error{ErrorCode::invalid_argument, "is no synthetic source", input.string(), "synthetic:key=value,..."};
    }
    if (!options.extra_labels.empty()) {
      return Error{ErrorCode::unsupported, "further label sets cannot join simulated drives",
                   options.extra_labels.front().path.string(), "drives written by concord synth"};
    }
    CONCORD_ASSIGN_OR_RETURN(const SynthOptions parsed, parse_synth_options(input.native()));
    return std::unique_ptr<Dataset>(std::make_unique<SyntheticDataset>(input, parsed));
  }
};

}  // namespace

const Format& synthetic_format() {
  static const SyntheticFormat format;
  return format;
}

}  // namespace concord::readers
