#pragma once

#include <simdjson.h>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "concord/geometry.hpp"
#include "concord/result.hpp"
#include "src/readers/nuscenes/json_scan.hpp"

namespace concord::readers::nuscenes {

/// Where an object stands in its file, for errors: element `index` of the results of `sample`, or, where `sample` is
/// empty, a table's row at byte `index`, which is called by its token.
struct Place {
  std::string_view sample;
  std::uint64_t index = 0;
};

/// One parsed object of a table or result file. Valid until the next parse of the RowParser it came from.
class Row {
 public:
  Row(simdjson::dom::object members, std::string_view file, Place place)
      : members_(members), file_(file), place_(place) {}

  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] Result<std::string_view> text(std::string_view key) const;
  /// As `text`; whole numbers are written out (tracking ids).
  [[nodiscard]] Result<std::string> id(std::string_view key) const;
  [[nodiscard]] Result<std::vector<std::string_view>> texts(std::string_view key) const;
  [[nodiscard]] Result<std::int64_t> integer(std::string_view key) const;
  [[nodiscard]] Result<bool> boolean(std::string_view key) const;
  [[nodiscard]] Result<double> number(std::string_view key) const;
  /// Exactly `values.size()` numbers; NaN and null become NaN, infinities too.
  [[nodiscard]] Result<void> numbers(std::string_view key, std::span<double> values) const;
  /// A 3x3 matrix, row by row; nullopt when the array is empty.
  [[nodiscard]] Result<std::optional<std::array<double, 9>>> matrix3(std::string_view key) const;
  /// `translation` and `rotation` (w x y z) as T_parent_child; both must be finite and the rotation of unit length.
  [[nodiscard]] Result<SE3> pose() const;

  /// `file token abc` or `file#/results/sample/3`.
  [[nodiscard]] std::string where() const;
  /// An error about this row.
  [[nodiscard]] Error error(std::string message, std::string expected) const;

 private:
  [[nodiscard]] Error wrong(std::string_view key, std::string_view expected) const;

  simdjson::dom::object members_;
  std::string_view file_;
  Place place_;
};

/// Parses single objects of a mapped file with simdjson; memory is that of the largest object.
class RowParser {
 public:
  /// The object at `span` of `text`. `file` and `sample` must outlive the row. With a `sample` the object is element
  /// `index` of its results.
  [[nodiscard]] Result<Row> parse(std::string_view text, Span span, std::string_view file, std::string_view sample = {},
                                  std::uint64_t index = 0);

 private:
  // simdjson's parser cannot be moved while a row refers to it.
  std::unique_ptr<simdjson::dom::parser> parser_ = std::make_unique<simdjson::dom::parser>();
  std::string buffer_;
};

}  // namespace concord::readers::nuscenes
