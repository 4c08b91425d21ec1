#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "concord/dataset.hpp"

namespace concord::readers::argoverse2 {

/// The files of one log. Tables lie in the log's folder or in `csv` below it.
struct LogFiles {
  std::filesystem::path folder;
  std::filesystem::path annotations, poses, sensors, intrinsics;  ///< empty where there is none
};

/// The logs that `input` is or holds: itself, or folders below it up to three levels deep. Sorted by name.
[[nodiscard]] std::vector<LogFiles> find_logs(const std::filesystem::path& input);

/// Reads one log: annotations as the first label set, ego poses, rig and the sweeps that are there.
[[nodiscard]] Result<Drive> read_log(const LogFiles& files, const OpenOptions& options,
                                     const std::filesystem::path& source);

/// Reads an annotations table into a label set over the frames of `drive`. Labels of other timestamps are an error.
[[nodiscard]] Result<LabelSet> read_annotations(const std::filesystem::path& path, std::string name,
                                                const Drive& drive);

/// `text`, an annotations table, with the edits applied: only edited lines differ, copies are inserted behind the last
/// line of their frame. An edit of an unknown frame or label is an error.
[[nodiscard]] Result<std::string> patch_annotations(std::string_view text, const std::vector<LabelEdit>& edits,
                                                    const std::filesystem::path& path);

}  // namespace concord::readers::argoverse2
