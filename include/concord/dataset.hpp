#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "concord/drive.hpp"
#include "concord/result.hpp"

namespace concord {

/// A further label set to read beside the dataset's own: `--labels NAME=PATH`.
struct ExtraLabels {
  std::string name;
  std::filesystem::path path;
};

struct OpenOptions {
  std::vector<ExtraLabels> extra_labels;
  std::optional<std::filesystem::path> taxonomy;  ///< class mapping that replaces the format's own
  std::optional<std::filesystem::path> mapping;   ///< column mapping, for the CSV reader
};

struct DriveInfo {
  std::string name;              ///< unique within the dataset
  std::uint64_t cost_bytes = 0;  ///< rough size of what will be read, for ordering
};

/// One change of one label of a dataset's own label set, addressed by the dataset's own ids.
struct LabelEdit {
  enum class Op : std::uint8_t {
    modify,  ///< change the given fields of `label` in `frame`
    drop,    ///< remove `label` from `frame`
    copy,    ///< add to `frame` a copy of `label` (of frame `from_frame`, or of the same frame when empty), then change
             ///< it
  };
  Op op = Op::modify;
  std::string frame;  ///< Frames::name of the frame that changes
  std::string label;  ///< LabelSet::label_id
  std::string from_frame;
  std::optional<Cuboid> cuboid;          ///< new geometry, ego frame of `frame`
  std::optional<std::string> track;      ///< new track id, dataset's own
  std::optional<std::string> raw_class;  ///< new class, dataset's own name
};

/// Edits by drive name.
using DatasetEdits = std::map<std::string, std::vector<LabelEdit>>;

/// An opened dataset: a list of drives that are read one at a time. `read` may be called from another thread than the
/// one that opened it, but not from two at once.
class Dataset {
 public:
  virtual ~Dataset() = default;
  [[nodiscard]] virtual const std::vector<DriveInfo>& drives() const = 0;
  /// Reads one drive whole but for its recordings, which stay paths. Errors name the file and the line, token or JSON
  /// pointer, and leave the other drives readable. An index from drives().size() on is a bug: std::out_of_range.
  [[nodiscard]] virtual Result<Drive> read(std::size_t drive_index) = 0;
  /// Writes a copy of the dataset to the new or empty folder `out` in which only the edited labels differ; every other
  /// byte of every file is identical. An edit that names an unknown drive, frame or label is an error and nothing is
  /// kept.
  [[nodiscard]] virtual Result<void> patch(const DatasetEdits& edits, const std::filesystem::path& out) = 0;
};

/// One readable format. Implementations are stateless singletons, listed by `formats()`.
class Format {
 public:
  virtual ~Format() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;   ///< as in `--format`
  [[nodiscard]] virtual std::string_view title() const = 0;  ///< for people
  /// Cheap look at names (not contents beyond the first kilobytes): does this look like the format?
  [[nodiscard]] virtual bool recognises(const std::filesystem::path& input) const = 0;
  /// Lists the drives of `input`; what is wrong inside one of them is an error of reading it.
  [[nodiscard]] virtual Result<std::unique_ptr<Dataset>> open(const std::filesystem::path& input,
                                                              const OpenOptions& options) const = 0;
};

/// Every format of this build.
[[nodiscard]] std::span<const Format* const> formats();

/// Opens `input` with the format called `format`, or, when empty, with the only one that recognises it. Zero or several
/// matches are an error that lists the formats.
[[nodiscard]] Result<std::unique_ptr<Dataset>> open_dataset(const std::filesystem::path& input, std::string_view format,
                                                            const OpenOptions& options);

/// For programs, not for libraries that others load: a large dataset file that somebody cuts while it is read costs its
/// drive an error in place of the process a SIGBUS. Other causes of that signal end the process as before.
void survive_cut_files();

}  // namespace concord
