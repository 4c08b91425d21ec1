#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "concord/geometry.hpp"

namespace concord::readers {

/// JSON tokens appended to a text; places the commas. Numbers read back exactly.
class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);
  JsonWriter& text(std::string_view value);
  /// The shortest text that reads back as the same double. JSON has no NaN and no infinity: 0 is written and `finite()`
  /// turns false.
  JsonWriter& number(double value);
  JsonWriter& integer(std::int64_t value);
  JsonWriter& boolean(bool value);
  /// `{"matrix4x4": [...]}`, row by row.
  JsonWriter& transform(const SE3& T_to_from);
  /// A line break, for files that people look into.
  JsonWriter& line_break();

  [[nodiscard]] bool finite() const { return finite_; }
  [[nodiscard]] const std::string& str() const { return text_; }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();
  void quote(std::string_view value);

  std::string text_;
  bool needs_comma_ = false;
  bool finite_ = true;
};

}  // namespace concord::readers
