#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace concord::tests {

/// Damages of one kind each: flipped bits and bytes, cut ends, exchanged, zeroed and repeated blocks.
[[nodiscard]] std::string damaged(const std::string& bytes, std::uint64_t seed);

/// What a process that read the file, rendered its findings and judged its measurements anew ended with.
enum class Reading : std::uint8_t { refused, read, crashed, hung };

/// Reads the report in a process of its own, so that a crash or an endless loop is a result.
[[nodiscard]] Reading read_apart(const std::filesystem::path& path, int limit_s);

/// The bytes of a report with findings, proposals, notes and kept measurements.
[[nodiscard]] std::string whole_report(const std::filesystem::path& folder);

}  // namespace concord::tests
