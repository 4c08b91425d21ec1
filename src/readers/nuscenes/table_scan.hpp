#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "src/readers/nuscenes/tables.hpp"

namespace concord::readers::nuscenes {

/// Calls `on_row(row, members)` for each object of a table: its extent and those of its members `keys` (size 0 where
/// absent, the first where repeated). One pass over the text, nothing is parsed.
template <std::size_t N, class OnRow>
[[nodiscard]] Result<void> scan_rows(const Table& table, const std::array<std::string_view, N>& keys, OnRow&& on_row) {
  const JsonScanner scanner(table.text(), table.file);
  std::array<Span, N> members;
  std::uint64_t rows = 0;
  CONCORD_ASSIGN_OR_RETURN(
      const std::uint64_t end, scanner.walk_array(scanner.begin(), [&](std::uint64_t row) -> Result<std::uint64_t> {
        if (++rows >= kRepeated) {
          return Error{ErrorCode::limit_exceeded, "has too many rows", table.file,
                       "fewer than " + std::to_string(kRepeated)};
        }
        members.fill({});
        CONCORD_ASSIGN_OR_RETURN(
            const std::uint64_t row_end,
            scanner.walk_object(row, [&](std::string_view key, std::uint64_t value) -> Result<std::uint64_t> {
              CONCORD_ASSIGN_OR_RETURN(const std::uint64_t value_end, scanner.skip_value(value));
              for (std::size_t i = 0; i < N; ++i) {
                if (members[i].size == 0 && key == keys[i]) members[i] = {value, value_end - value};
              }
              return value_end;
            }));
        on_row(Span{row, row_end - row}, members);
        return row_end;
      }));
  return scanner.expect_end(end);
}

/// Calls `visit(text)` with the content of the JSON string `value`; does nothing for any other value.
template <class Visit>
void with_text(std::string_view value, Visit&& visit) {
  if (value.size() < 2 || value.front() != '"') return;
  if (value.find('\\') == std::string_view::npos) return visit(value.substr(1, value.size() - 2));
  if (const auto text = unquoted(value)) visit(std::string_view(*text));
}

}  // namespace concord::readers::nuscenes
