#include "src/readers/nuscenes/table_text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>

namespace concord::readers::nuscenes {
namespace {

/// Values move by less than this through a change of frame and back, relative to their size (at least 1).
constexpr double kRounding = 1e-9;

bool same_but_for_rounding(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return std::abs(a - b) <= kRounding * std::max(1.0, std::abs(b));
}

}  // namespace

std::string quoted(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  std::array<char, 32> digits{};
  const auto [end, failure] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return failure == std::errc() ? std::string(digits.data(), end) : std::string("NaN");
}

Result<std::string> replace_numbers(std::string_view before, std::span<const double> old_values,
                                    std::span<const double> new_values, const std::string& file) {
  std::string result;
  std::uint64_t copied = 0;
  std::size_t i = 0;
  const JsonScanner scanner(before, file);
  CONCORD_RETURN_IF_ERROR(scanner.for_each_element({0, before.size()}, [&](Span element) -> Result<void> {
    if (i < new_values.size() && !same_but_for_rounding(new_values[i], old_values[i])) {
      result += before.substr(copied, element.begin - copied);
      result += number_text(new_values[i]);
      copied = element.begin + element.size;
    }
    ++i;
    return {};
  }));
  result += before.substr(copied);
  return result;
}

Result<std::string> replace_members(std::string_view row, const MemberTexts& members, const std::string& file) {
  std::string result;
  std::uint64_t copied = 0;
  std::set<std::string_view> replaced;
  const JsonScanner scanner(row, file);
  CONCORD_RETURN_IF_ERROR(
      scanner.for_each_member({0, row.size()}, [&](std::string_view key, Span value) -> Result<void> {
        const auto member = members.find(std::string(key));
        // The first of equal keys is the one that readers see.
        if (member == members.end() || !replaced.insert(key).second) return {};
        result += row.substr(copied, value.begin - copied);
        result += member->second;
        copied = value.begin + value.size;
        return {};
      }));
  result += row.substr(copied);
  if (replaced.size() != members.size()) {
    std::string names;
    for (const auto& [key, text] : members) {
      if (!replaced.contains(key)) names += (names.empty() ? "'" : ", '") + key + "'";
    }
    return Error{ErrorCode::unsupported, "a row to be changed has no member " + names, file, "the nuScenes schema"};
  }
  return result;
}

Result<std::string> edited_table(std::string_view text, const std::vector<Span>& rows, const TableEdits& edits,
                                 const std::string& file) {
  if (rows.empty()) return std::string(text);
  // What stands between the first two rows separates added ones, too.
  const auto between = [&](std::size_t row) {
    const std::uint64_t end = rows[row - 1].begin + rows[row - 1].size;
    return text.substr(end, rows[row].begin - end);
  };
  const std::string_view usual = rows.size() > 1 ? between(1) : std::string_view(", ");
  std::string result(text.substr(0, rows.front().begin));
  bool any = false;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = static_cast<std::uint32_t>(i);
    if (!edits.dropped.contains(row)) {
      if (any) result += between(i);
      any = true;
      if (const auto change = edits.changed.find(row); change != edits.changed.end()) {
        CONCORD_ASSIGN_OR_RETURN(const std::string changed, replace_members(rows[i].of(text), change->second, file));
        result += changed;
      } else {
        result += rows[i].of(text);
      }
    }
    if (const auto more = edits.added.find(row); more != edits.added.end()) {
      for (const std::string& added : more->second) {
        if (any) result += usual;
        any = true;
        result += added;
      }
    }
  }
  result += text.substr(rows.back().begin + rows.back().size);
  return result;
}

}  // namespace concord::readers::nuscenes
