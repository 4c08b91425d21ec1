#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "concord/result.hpp"

namespace concord::readers::clouds {

/// A larger file, or a smaller one that unpacks to more, is refused: a sweep has some megabytes.
inline constexpr std::uint64_t kMaxCloudBytes = std::uint64_t{512} << 20U;

/// Type of one stored number.
enum class NumberType : std::uint8_t { int8, uint8, int16, uint16, int32, uint32, int64, uint64, float32, float64 };
[[nodiscard]] std::size_t size_of(NumberType type);
[[nodiscard]] bool is_floating(NumberType type);
/// The number of that type at `data`, which need not be aligned. 64-bit integers beyond 2^53 are rounded.
[[nodiscard]] double number_at(const std::uint8_t* data, NumberType type);

/// What a point file holds, as columns of equal length, in the sensor's frame and the file's units. Only the fields
/// that `wanted_field` names are kept.
struct PointFields {
  struct Field {
    std::string name;
    bool floating = true;  ///< stored as float32 or float64, not as an integer
    std::vector<double> values;
  };
  std::size_t points = 0;
  std::vector<Field> fields;

  /// The first of `names` that the file has, or null.
  [[nodiscard]] const Field* find(std::initializer_list<std::string_view> names) const;
};

/// True for the fields that load_points and load_radar use.
[[nodiscard]] bool wanted_field(std::string_view name);

/// Checks that each of the first `count` lines of `text` holds `numbers` numbers and nothing else (PCL reads what is no
/// number as 0 or NaN), and returns the text behind them. `line` is the number in the file of the first one.
[[nodiscard]] Result<std::string_view> check_number_lines(std::string_view text, const std::filesystem::path& path,
                                                          std::size_t line, std::uint64_t count, std::uint64_t numbers);
/// Cuts the first line off `text`; its end (and a carriage return before it) is in neither.
std::string_view take_line(std::string_view& text);
/// Cuts the first token off `line`; empty when only blanks are left.
[[nodiscard]] std::string_view take_token(std::string_view& line);

}  // namespace concord::readers::clouds
