#include "src/readers/nuscenes/table_text.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "src/readers/common/files.hpp"

namespace concord::readers::nuscenes {

std::string json_string(std::string_view text) { return nlohmann::json(text).dump(); }

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return readers::number_text(value);
}

Result<std::string> replace_elements(std::string_view before, std::span<const std::string> new_texts,
                                     const std::string& file) {
  std::string result;
  std::uint64_t copied = 0;
  std::size_t i = 0;
  const JsonScanner scanner(before, file);
  CONCORD_RETURN_IF_ERROR(scanner.for_each_element(0, [&](Span element) -> Result<void> {
    if (i < new_texts.size() && !new_texts[i].empty()) {
      result += before.substr(copied, element.begin - copied);
      result += new_texts[i];
      copied = element.end();
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
  CONCORD_RETURN_IF_ERROR(scanner.for_each_member(0, [&](std::string_view key, Span value) -> Result<void> {
    const auto member = members.find(key);
    // The first of equal keys is the one that readers see.
    if (member == members.end() || !replaced.insert(key).second) return {};
    result += row.substr(copied, value.begin - copied);
    result += member->second;
    copied = value.end();
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

namespace {

/// Collects pieces; neighbours in the same text become one.
class Pieces {
 public:
  explicit Pieces(PiecedText& out) : out_(out) {}
  void keep(std::string_view source) {
    if (source.empty()) return;
    auto& pieces = out_.pieces;
    if (source_is_last_ && pieces.back().data() + pieces.back().size() == source.data()) {
      pieces.back() = {pieces.back().data(), pieces.back().size() + source.size()};
    } else {
      pieces.push_back(source);
    }
    source_is_last_ = true;
  }
  void write(std::string text) {
    out_.pieces.emplace_back(out_.owned.emplace_back(std::move(text)));
    source_is_last_ = false;
  }

 private:
  PiecedText& out_;
  bool source_is_last_ = false;
};

}  // namespace

Result<PiecedText> edited_table(std::string_view text, const std::vector<Span>& rows, const TableEdits& edits,
                                const std::string& file) {
  PiecedText out;
  Pieces pieces(out);
  // What stands between the first two rows separates added ones, too.
  const auto between = [&](std::size_t row) {
    return text.substr(rows[row - 1].end(), rows[row].begin - rows[row - 1].end());
  };
  const std::string usual(rows.size() > 1 ? between(1) : std::string_view(", "));
  pieces.keep(text.substr(0, rows.empty() ? text.find('[') + 1 : rows.front().begin));
  bool any = false;
  const auto add_behind = [&](std::uint32_t row) {
    const auto more = edits.added.find(row);
    if (more == edits.added.end()) return;
    for (const std::string& added : more->second) {
      pieces.write((any ? usual : std::string()) + added);
      any = true;
    }
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = static_cast<std::uint32_t>(i);
    if (!edits.dropped.contains(row)) {
      if (any) pieces.keep(between(i));
      any = true;
      if (const auto change = edits.changed.find(row); change != edits.changed.end()) {
        CONCORD_ASSIGN_OR_RETURN(std::string changed, replace_members(rows[i].of(text), change->second, file));
        pieces.write(std::move(changed));
      } else {
        pieces.keep(rows[i].of(text));
      }
    }
    add_behind(row);
  }
  if (rows.empty()) add_behind(0);
  pieces.keep(text.substr(rows.empty() ? text.find('[') + 1 : rows.back().end()));
  return out;
}

}  // namespace concord::readers::nuscenes
