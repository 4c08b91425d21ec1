// Reads what `concord compare GOLD DELIVERY --format json` wrote.

#include <cmath>
#include <nlohmann/json.hpp>

#include "concord/acceptance.hpp"
#include "src/acceptance/names.hpp"
#include "src/core/input_file.hpp"

namespace concord {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kMaxComparisonBytes = std::uint64_t{1} << 30U;

/// Asks for members of a JSON value whose shape is not known; a member that is not as wanted makes the whole unread.
class Cursor {
 public:
  [[nodiscard]] const Json& at(const Json& json, const char* key) {
    static const Json kNothing;
    if (json.is_object()) {
      if (const auto found = json.find(key); found != json.end()) return *found;
    }
    miss(key);
    return kNothing;
  }
  [[nodiscard]] const Json& array(const Json& json, const char* key) {
    const Json& value = at(json, key);
    if (!value.is_array()) miss(key);
    return value;
  }
  [[nodiscard]] std::string text(const Json& json, const char* key) {
    const Json& value = at(json, key);
    if (value.is_string()) return value.get<std::string>();
    miss(key);
    return {};
  }
  [[nodiscard]] std::uint64_t count(const Json& json, const char* key) { return count_of(at(json, key), key); }
  [[nodiscard]] std::uint64_t count_of(const Json& value, const char* key) {
    constexpr std::uint64_t kMost = std::uint64_t{1} << 53U;
    if (value.is_number_unsigned() && value.get<std::uint64_t>() <= kMost) return value.get<std::uint64_t>();
    miss(key);
    return 0;
  }
  /// NaN of null.
  [[nodiscard]] double number(const Json& json, const char* key) {
    const Json& value = at(json, key);
    if (value.is_number()) return value.get<double>();
    if (!value.is_null()) miss(key);
    return std::numeric_limits<double>::quiet_NaN();
  }
  void miss(const char* key) {
    if (missed_.empty()) missed_ = key;
  }
  [[nodiscard]] const std::string& missed() const { return missed_; }

 private:
  std::string missed_;
};

void read_drives(const Json& candidate, Cursor& cursor, GoldComparison& gold) {
  for (const Json& row : cursor.array(candidate, "by_drive")) {
    GoldComparison::Drive drive{.name = cursor.text(row, "drive"),
                                .gold = cursor.count(row, "reference"),
                                .found = cursor.count(row, "reference_matched"),
                                .distances = {}};
    if (drive.found > drive.gold) cursor.miss("reference_matched");
    std::uint64_t pairs = 0;
    for (const Json& bin : cursor.array(row, "distances_m")) {
      if (!bin.is_array() || bin.size() != 2 || !bin[0].is_number()) {
        cursor.miss("distances_m");
        continue;
      }
      drive.distances.emplace_back(bin[0].get<double>(), cursor.count_of(bin[1], "distances_m"));
      pairs += drive.distances.back().second;
    }
    if (pairs > drive.found) cursor.miss("distances_m");
    gold.classes[cursor.text(row, "class")].push_back(std::move(drive));
  }
}

void read_kappas(const Json& candidate, Cursor& cursor, GoldComparison& gold) {
  for (const Json& row : cursor.array(candidate, "agreement")) {
    if (cursor.text(row, "variable") != "class") continue;
    const Json& category = cursor.at(row, "category");
    if (!category.is_string()) continue;
    const Json& kappa = cursor.at(row, "kappa");
    gold.kappas[category.get<std::string>()] = {.value = cursor.number(kappa, "value"),
                                                .low = cursor.number(kappa, "low"),
                                                .high = cursor.number(kappa, "high"),
                                                .labels = cursor.count(row, "units")};
  }
}

}  // namespace

Result<GoldComparison> read_comparison(const std::string& stage_and_path) {
  GoldComparison gold;
  gold.source = stage_and_path;
  if (const std::size_t equals = stage_and_path.find('='); equals != std::string::npos) {
    const auto stage =
        acceptance::find_name<ReviewStage>(acceptance::kStages, std::string_view(stage_and_path).substr(0, equals));
    if (stage) {
      gold.stage = *stage;
      gold.source = stage_and_path.substr(equals + 1);
    }
  }
  constexpr const char* kExpected = "the output of `concord compare GOLD DELIVERY --format json`";
  CONCORD_ASSIGN_OR_RETURN(const std::string text, read_file(gold.source, kMaxComparisonBytes, kExpected));
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return Error{ErrorCode::malformed, "is no JSON", gold.source, kExpected};
  Cursor cursor;
  const Json& candidates = cursor.array(json, "candidates");
  if (candidates.is_array() && candidates.size() != 1) {
    return Error{ErrorCode::malformed, "compares " + std::to_string(candidates.size()) + " candidates", gold.source,
                 "gold labels and one delivery"};
  }
  if (cursor.missed().empty()) {
    read_drives(candidates[0], cursor, gold);
    read_kappas(candidates[0], cursor, gold);
  }
  if (!cursor.missed().empty()) {
    return Error{ErrorCode::malformed, "'" + cursor.missed() + "' is missing or not as it should be", gold.source,
                 kExpected};
  }
  return gold;
}

}  // namespace concord
