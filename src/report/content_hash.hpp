#pragma once

#include <string>

#include "concord/report.hpp"

namespace concord::report {

/// SHA-256 over the report's content, everything but RunInfo: schema version, producer version and configuration, then
/// each table in the order of columns.hpp: its name, row count, and each column's name and values. Numbers are their
/// little-endian bytes (every NaN the same), texts their length (uint64) and bytes. Two reports are equal when it is.
[[nodiscard]] std::string content_hash(const Report& report);

}  // namespace concord::report
