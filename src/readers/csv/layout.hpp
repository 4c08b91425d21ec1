#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "concord/drive.hpp"
#include "concord/result.hpp"
#include "src/readers/csv/mapping.hpp"
#include "src/readers/csv/table.hpp"

namespace concord::readers::csv {

/// The columns of a mapping as they lie in one file, and the values in them, in SI units.
class Layout {
 public:
  /// A listed column that the file lacks is an error; so is a file without frame or time, without a needed field, or
  /// without an orientation (yaw, or qw qx qy qz). `poses`: the file holds ego poses instead of labels.
  static Result<Layout> resolve(const Columns& columns, bool given, bool poses, const Table& table);

  [[nodiscard]] bool has(Field field) const { return position_[index(field)].has_value(); }
  /// Position of the column in the file; only where `has(field)`.
  [[nodiscard]] std::size_t position(Field field) const { return *position_[index(field)]; }
  [[nodiscard]] bool has_quaternion() const { return has(Field::qw); }

  /// Text of a field; empty where there is no such column.
  [[nodiscard]] std::string text(const Row& row, Field field) const;
  /// Name of the row's frame: its frame, or its time as written where there is no frame column.
  [[nodiscard]] Result<std::string> frame_name(const Row& row) const;
  /// An error where a name or an id of a label is no text, or too long.
  [[nodiscard]] Result<void> require_ids(const Row& row) const;
  /// A number that must be there.
  [[nodiscard]] Result<double> number(const Row& row, Field field) const;
  /// A number that may be absent: no such column, or an empty field. Outside [low, high] it is an error.
  [[nodiscard]] Result<std::optional<double>> optional_number(const Row& row, Field field, double low,
                                                              double high) const;
  [[nodiscard]] Result<std::optional<TimeNs>> optional_time(const Row& row, Field field) const;
  /// Position and orientation; an angle without a column is 0.
  [[nodiscard]] Result<Cuboid> placed(const Row& row) const;

  /// `value` (SI) as the file would write it.
  [[nodiscard]] std::string written(Field field, double value) const;

 private:
  static std::size_t index(Field field) { return static_cast<std::size_t>(field); }
  [[nodiscard]] Error error_at(const Row& row, Field field, const std::string& message, std::string expected) const;

  std::array<std::optional<std::size_t>, kFieldCount> position_;
  std::array<double, kFieldCount> scale_{};
  std::filesystem::path path_;
};

}  // namespace concord::readers::csv
