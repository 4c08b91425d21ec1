#include "src/readers/csv/layout.hpp"

#include <charconv>
#include <cmath>

#include "src/readers/common/files.hpp"

namespace concord::readers::csv {
namespace {

constexpr std::array kQuaternion{Field::qw, Field::qx, Field::qy, Field::qz};

}  // namespace

Result<Layout> Layout::resolve(const Columns& columns, bool given, bool poses, const Table& table) {
  Layout layout;
  layout.path_ = table.path();
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    if (!columns[i]) continue;
    layout.position_[i] = table.find(columns[i]->name);
    layout.scale_[i] = columns[i]->scale;
    if (given && !layout.position_[i]) {
      return Error{ErrorCode::malformed, "has no column '" + columns[i]->name + "'", at_line(table.path(), 1),
                   "the column that the mapping gives for " + std::string(field_name(static_cast<Field>(i)))};
    }
  }
  const auto missing = [&](Field field) {
    const auto& column = columns[index(field)];
    return Error{ErrorCode::malformed, "has no " + std::string(field_name(field)), at_line(table.path(), 1),
                 column ? "a column '" + column->name + "', or a mapping that names another"
                        : "a mapping that names its column"};
  };
  if (!layout.has(Field::frame) && !layout.has(Field::time)) return missing(Field::frame);
  for (const Field field : {Field::x, Field::y, Field::z}) {
    if (!layout.has(field)) return missing(field);
  }
  if (!poses) {
    for (const Field field : {Field::class_, Field::length, Field::width, Field::height}) {
      if (!layout.has(field)) return missing(field);
    }
  }
  bool whole = true;
  for (const Field field : kQuaternion) whole = whole && layout.has(field);
  if (!whole) {
    for (const Field field : kQuaternion) layout.position_[index(field)].reset();
    if (!layout.has(Field::yaw)) return missing(Field::yaw);
  }
  return layout;
}

std::string Layout::text(const Row& row, Field field) const {
  return has(field) ? row.text(position(field)) : std::string();
}

Error Layout::error_at(const Row& row, Field field, const std::string& message, std::string expected) const {
  return {ErrorCode::malformed, std::string(field_name(field)) + " '" + text(row, field).substr(0, 80) + "' " + message,
          at_line(path_, row.line), std::move(expected)};
}

Result<std::string> Layout::frame_name(const Row& row) const {
  const Field field = has(Field::frame) ? Field::frame : Field::time;
  std::string name = text(row, field);
  if (name.empty()) return error_at(row, field, "is empty", "the frame of the row");
  if (!why_no_id(name).empty()) return id_error(name, field_name(field), at_line(path_, row.line));
  return name;
}

Result<void> Layout::require_ids(const Row& row) const {
  for (const Field field : {Field::track, Field::class_, Field::label, Field::annotator, Field::vendor, Field::batch,
                            Field::guideline_version, Field::review_stage, Field::moving}) {
    if (!has(field) || why_no_id(row.fields[position(field)]).empty()) continue;
    return id_error(row.fields[position(field)], field_name(field), at_line(path_, row.line));
  }
  return {};
}

Result<double> Layout::number(const Row& row, Field field) const {
  double value = 0;
  if (!parse_double(text(row, field), value)) return error_at(row, field, "is no number", "a number");
  return value * scale_[index(field)];
}

Result<std::optional<double>> Layout::optional_number(const Row& row, Field field, double low, double high) const {
  if (!has(field) || row.fields[position(field)].empty()) return std::optional<double>();
  CONCORD_ASSIGN_OR_RETURN(const double value, number(row, field));
  if (std::isnan(value)) return std::optional<double>();
  if (value < low || value > high) {
    return error_at(row, field, "is out of range",
                    "from " + std::to_string(low) + " to " + std::to_string(high) + " (SI units; see the mapping)");
  }
  return std::optional<double>(value);
}

Result<std::optional<TimeNs>> Layout::optional_time(const Row& row, Field field) const {
  const std::string written = text(row, field);
  if (written.empty()) return std::optional<TimeNs>();
  // 64 bits of mantissa hold every time in ns; a double would lose the last digits of seconds since 1970.
  long double value = 0;
  const auto [end, failure] = std::from_chars(written.data(), written.data() + written.size(), value);
  const long double ns = value * static_cast<long double>(scale_[index(field)]);
  constexpr long double kLimit = 4.6e18L;  // is_usable_time()
  if (failure != std::errc() || end != written.data() + written.size() || !(std::fabs(ns) < kLimit)) {
    return error_at(row, field, "is no time", "a number, within 146 years of 1970");
  }
  return std::optional<TimeNs>(static_cast<TimeNs>(std::llround(ns)));
}

Result<Cuboid> Layout::placed(const Row& row) const {
  Cuboid box;
  std::array<double, 3> center{};
  std::size_t i = 0;
  for (const Field field : {Field::x, Field::y, Field::z}) {
    CONCORD_ASSIGN_OR_RETURN(center[i++], number(row, field));
  }
  box.center_m = Vec3(center[0], center[1], center[2]);
  if (has_quaternion()) {
    std::array<double, 4> q{};
    i = 0;
    for (const Field field : kQuaternion) {
      CONCORD_ASSIGN_OR_RETURN(q[i++], number(row, field));
    }
    box.rotation = Quat(q[0], q[1], q[2], q[3]);
    const double norm = box.rotation.norm();
    if (!(norm > 1e-6)) return error_at(row, Field::qw, "begins a quaternion of length 0", "a unit quaternion");
    box.rotation.coeffs() /= norm;
    return box;
  }
  std::array<double, 3> angle_rad{};
  i = 0;
  for (const Field field : {Field::yaw, Field::pitch, Field::roll}) {
    if (has(field)) {
      CONCORD_ASSIGN_OR_RETURN(angle_rad[i], number(row, field));
    }
    ++i;
  }
  box.rotation = quat_from_ypr(angle_rad[0], angle_rad[1], angle_rad[2]);
  return box;
}

std::string Layout::written(Field field, double value) const { return number_text(value / scale_[index(field)]); }

}  // namespace concord::readers::csv
