// Review queues and verdicts: one CSV form for both.

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <tuple>

#include "concord/acceptance.hpp"
#include "concord/text.hpp"
#include "src/acceptance/names.hpp"
#include "src/core/csv_text.hpp"
#include "src/core/input_file.hpp"

namespace concord {
namespace {

constexpr std::uint64_t kMaxReviewBytes = std::uint64_t{4} << 30U;
constexpr std::string_view kHeader =
    "unit,drive,label_set,frame,label,track,class,range_band,occlusion,arm,probability,seconds,stage,sampling,findings,"
    "verdict,faults,reviewer,reason,suppress";

enum Column : std::uint8_t {
  kUnit,
  kDrive,
  kLabelSet,
  kFrame,
  kLabel,
  kTrack,
  kClass,
  kRangeBand,
  kOcclusion,
  kArm,
  kProbability,
  kSeconds,
  kStage,
  kSampling,
  kFindings,
  kVerdict,
  kFaults,
  kReviewer,
  kReason,
  kSuppress,
  kColumns
};

std::string shown(const std::string& text) { return printable(text.size() <= 40 ? text : text.substr(0, 37) + "..."); }

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" ;", at), text.size());
    if (end > at) parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

/// A spreadsheet may have kept the apostrophe that csv_spreadsheet_field() puts before what looks like a formula.
std::string unescaped(const std::string& text) {
  const bool escaped =
      text.size() > 1 && text[0] == '\'' && std::string_view("=+-@\t\r").find(text[1]) != std::string::npos;
  return escaped ? text.substr(1) : text;
}

class Reader {
 public:
  explicit Reader(std::vector<ReviewItem>& items) : items_(items) {}

  Result<void> read(const std::filesystem::path& path) {
    CONCORD_ASSIGN_OR_RETURN(const std::string text, read_file(path, kMaxReviewBytes, "a review queue, CSV"));
    CsvRecords records(text, path.string());
    CONCORD_ASSIGN_OR_RETURN(const bool begins, records.next(fields_));
    if (!begins || fmt::format("{}", fmt::join(fields_, ",")) != kHeader) {
      return Error{ErrorCode::malformed, "is no review queue", records.where(), std::string(kHeader)};
    }
    while (true) {
      CONCORD_ASSIGN_OR_RETURN(const bool found, records.next(fields_));
      if (!found) return {};
      where_ = records.where();
      CONCORD_RETURN_IF_ERROR(read_item());
    }
  }

 private:
  Result<void> read_item() {
    if (fields_.size() != kColumns) {
      return error(fmt::format("{} columns", fields_.size()), fmt::format("{} columns", static_cast<int>(kColumns)));
    }
    for (std::string& field : fields_) {
      if (!is_utf8_text(field)) return error("a text that is not UTF-8", "UTF-8");
      field = unescaped(field);
    }
    ReviewItem item{.drive = fields_[kDrive],
                    .label_set = fields_[kLabelSet],
                    .frame = fields_[kFrame],
                    .label = fields_[kLabel],
                    .track = fields_[kTrack],
                    .class_name = fields_[kClass],
                    .range_band = fields_[kRangeBand],
                    .occlusion = fields_[kOcclusion],
                    .arm = fields_[kArm],
                    .sampling = fields_[kSampling],
                    .findings = split(fields_[kFindings]),
                    .faults = {},
                    .reviewer = fields_[kReviewer],
                    .reason = fields_[kReason]};
    const auto unit = acceptance::find_name<ReviewUnit>(acceptance::kUnits, fields_[kUnit]);
    if (!unit || *unit == ReviewUnit::object_second)
      return error("unit '" + shown(fields_[kUnit]) + "'", "label or track");
    item.unit = *unit;
    const auto stage = acceptance::find_name<ReviewStage>(acceptance::kStages, fields_[kStage]);
    if (!stage) return error("stage '" + shown(fields_[kStage]) + "'", acceptance::any_of(acceptance::kStages));
    item.stage = *stage;
    CONCORD_ASSIGN_OR_RETURN(item.probability, number(kProbability));
    CONCORD_ASSIGN_OR_RETURN(item.seconds, number(kSeconds));
    if (!(item.probability > 0 && item.probability <= 1)) {
      return error("probability " + shown(fields_[kProbability]), "above 0, at most 1");
    }
    if (item.seconds < 0) return error("seconds " + shown(fields_[kSeconds]), "0 or more");
    if (item.drive.empty() || (item.unit == ReviewUnit::label ? item.label : item.track).empty()) {
      return error("no drive, or no label or track to review", "a drive, and a label or track");
    }
    CONCORD_RETURN_IF_ERROR(read_verdict(item));
    const auto key = std::make_tuple(item.unit, item.stage, item.drive, item.label_set,
                                     item.unit == ReviewUnit::label ? item.label : item.track);
    const auto [first, is_new] = first_.emplace(key, where_);
    if (!is_new) return error("is about the " + fields_[kUnit] + " of " + first->second + " again", "each once");
    items_.push_back(std::move(item));
    return {};
  }

  Result<void> read_verdict(ReviewItem& item) {
    const auto verdict = acceptance::find_name<Verdict>(acceptance::kVerdicts, fields_[kVerdict]);
    if (!verdict) {
      return error("verdict '" + shown(fields_[kVerdict]) + "'",
                   "clean, defect, unsure, or nothing while not reviewed");
    }
    item.verdict = *verdict;
    for (const std::string& name : split(fields_[kFaults])) {
      const Fault fault = acceptance::find_fault(name);
      if (fault == Fault::unknown) return error("fault '" + shown(name) + "'", acceptance::fault_names());
      if (std::find(item.faults.begin(), item.faults.end(), fault) == item.faults.end()) item.faults.push_back(fault);
    }
    if (item.verdict == Verdict::defect && item.faults.empty()) {
      return error("a defect without faults", acceptance::fault_names());
    }
    if (item.verdict != Verdict::defect && !item.faults.empty()) {
      return error("faults of what is no defect", "the verdict defect, or no faults");
    }
    const std::string& suppress = fields_[kSuppress];
    if (suppress != "" && suppress != "yes" && suppress != "no") {
      return error("suppress '" + shown(suppress) + "'", "yes, no or nothing");
    }
    item.suppress = suppress == "yes";
    const bool decided = item.verdict == Verdict::clean || item.verdict == Verdict::defect;
    if (item.suppress && (!decided || item.reason.empty() || item.reviewer.empty())) {
      return error("suppresses without verdict, reason or reviewer", "all three");
    }
    return {};
  }

  Result<double> number(Column column) const {
    const std::string& text = fields_[column];
    double value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed == std::errc() && end == text.data() + text.size() && std::isfinite(value)) return value;
    return error("'" + shown(text) + "' is no number", "a number");
  }

  [[nodiscard]] Error error(std::string message, std::string expected) const {
    return {ErrorCode::malformed, std::move(message), where_, std::move(expected)};
  }

  std::vector<ReviewItem>& items_;
  std::map<std::tuple<ReviewUnit, ReviewStage, std::string, std::string, std::string>, std::string> first_;
  std::vector<std::string> fields_;
  std::string where_;
};

}  // namespace

std::string_view review_columns() { return kHeader; }

Result<std::vector<ReviewItem>> read_review(std::span<const std::filesystem::path> paths) {
  std::vector<ReviewItem> items;
  Reader reader(items);
  for (const std::filesystem::path& path : paths) CONCORD_RETURN_IF_ERROR(reader.read(path));
  return items;
}

std::string review_csv(std::span<const ReviewItem> items) {
  std::string text(kHeader);
  text += '\n';
  for (const ReviewItem& item : items) {
    std::string faults;
    for (const Fault fault : item.faults) faults += (faults.empty() ? "" : " ") + std::string(to_string(fault));
    const std::array<std::string, kColumns> fields{
        std::string(to_string(item.unit)),
        item.drive,
        item.label_set,
        item.frame,
        item.label,
        item.track,
        item.class_name,
        item.range_band,
        item.occlusion,
        item.arm,
        fmt::format("{}", item.probability),
        fmt::format("{}", item.seconds),
        std::string(to_string(item.stage)),
        item.sampling,
        fmt::format("{}", fmt::join(item.findings, " ")),
        std::string(acceptance::kVerdicts[static_cast<std::size_t>(item.verdict)]),
        faults,
        item.reviewer,
        item.reason,
        item.suppress ? "yes" : ""};
    for (std::size_t i = 0; i < fields.size(); ++i) {
      text += (i == 0 ? "" : ",") + csv_spreadsheet_field(to_utf8(fields[i]));
    }
    text += '\n';
  }
  return text;
}

}  // namespace concord
