#pragma once

#include <filesystem>
#include <memory>

#include "concord/dataset.hpp"
#include "src/readers/csv/mapping.hpp"

namespace concord::readers::csv {

/// Name of the mapping that is looked for beside the files when `--mapping` names none.
inline constexpr std::string_view kMappingName = "concord_csv.yaml";

/// The folder that `input` is or lies in.
[[nodiscard]] std::filesystem::path folder_of(const std::filesystem::path& input);

/// Opens a CSV file, or every label file of a folder, as `mapping` says.
[[nodiscard]] Result<std::unique_ptr<Dataset>> open_csv(const std::filesystem::path& input, Mapping mapping,
                                                        const OpenOptions& options);

}  // namespace concord::readers::csv
