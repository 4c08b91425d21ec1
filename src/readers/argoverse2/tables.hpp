#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "concord/geometry.hpp"
#include "concord/result.hpp"

namespace concord::readers::argoverse2 {

/// One line of a CSV table, as views of the file's text in the order of the columns that were asked for.
struct Line {
  std::size_t number = 0;                ///< from 1
  std::string_view text;                 ///< the whole line, without its end
  std::vector<std::string_view> fields;  ///< asked columns
};

/// The tables of an Argoverse 2 log have one header line, no quotes and the same number of fields in each line. Calls
/// `on_line` for each line behind the header. A column that is not there, a quote, and another number of fields are
/// errors that name the line.
[[nodiscard]] Result<void> read_table(std::string_view text, const std::vector<std::string_view>& columns,
                                      const std::filesystem::path& path,
                                      const std::function<Result<void>(const Line&)>& on_line);

/// Names of the header, in file order.
[[nodiscard]] std::vector<std::string_view> header_of(std::string_view text);

/// Field `index` of a line as a number. Infinite and NaN are numbers: the checks report them.
[[nodiscard]] Result<double> number(const Line& line, std::size_t index, const std::filesystem::path& path);
[[nodiscard]] Result<std::int64_t> integer(const Line& line, std::size_t index, const std::filesystem::path& path);
/// Field `index` of a line as ns.
[[nodiscard]] Result<std::int64_t> timestamp(const Line& line, std::size_t index, const std::filesystem::path& path);
/// qw, qx, qy, qz, tx_m, ty_m, tz_m in fields [first, first + 7). A quaternion of length 0 or a number that is not
/// finite is an error.
[[nodiscard]] Result<SE3> transform(const Line& line, std::size_t first, const std::filesystem::path& path);

}  // namespace concord::readers::argoverse2
