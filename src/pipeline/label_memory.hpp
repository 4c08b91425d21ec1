#pragma once

#include <cstdint>

#include "concord/drive.hpp"
#include "concord/result.hpp"

namespace concord::pipeline {

/// The labels of all sets of `drive`; an error where they do not fit `memory_bytes` (--memory) at that many bytes each.
[[nodiscard]] Result<std::uint64_t> count_labels_that_fit(const Drive& drive, std::uint64_t bytes_per_label,
                                                          std::uint64_t memory_bytes);

}  // namespace concord::pipeline
