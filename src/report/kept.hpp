#pragma once

#include <cstdint>
#include <vector>

#include "concord/report.hpp"
#include "src/report/hdf5.hpp"

namespace concord::report {

/// Writes the group /measurements of `file`; nothing when there is none. Throws Hdf5Error.
void write_measurements(hid_t file, const std::vector<KeptMeasurements>& measurements);

/// Reads it back; empty when the file has none. Every row number that a table holds is in range afterwards.
[[nodiscard]] std::vector<KeptMeasurements> read_measurements(hid_t file, std::uint64_t file_bytes);

}  // namespace concord::report
