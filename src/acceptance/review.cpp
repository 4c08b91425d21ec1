#include "concord/review.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "concord/text.hpp"
#include "src/core/csv_text.hpp"
#include "src/core/input_file.hpp"
#include "src/stats/clustered_rate.hpp"

namespace concord {
namespace {

constexpr std::uint64_t kMinDrives = 20;
constexpr std::uint64_t kMaxSuppressionBytes = std::uint64_t{1} << 30U;
constexpr std::string_view kHeader = "finding,fingerprint,drive,check,reason,reviewer";

bool is_decided(const ReviewItem& item) { return item.verdict == Verdict::clean || item.verdict == Verdict::defect; }
bool has_fault(const ReviewItem& item, Fault fault) {
  return std::find(item.faults.begin(), item.faults.end(), fault) != item.faults.end();
}

/// Adds up a share; what is open is a hit in `most_` only.
class ShareTally {
 public:
  void add(const ReviewItem& item, bool hit) {
    const bool open = !is_decided(item);
    share_.reviewed += open ? 0 : 1;
    share_.hits += hit && !open ? 1 : 0;
    share_.open += open ? 1 : 0;
    const double weight = 1 / item.probability;
    weight_ += weight;
    least_[item.drive].add(item.track, weight, hit && !open);
    most_[item.drive].add(item.track, weight, hit || open);
    if (!open) decided_[item.drive].add(item.track, weight, hit);
  }
  [[nodiscard]] double weight() const { return weight_; }

  [[nodiscard]] ReviewedShare share() const {
    ReviewedShare share = share_;
    share.drives = decided_.size();
    share.value = bound(decided_).rate;
    if (share.drives >= kMinDrives) {
      share.lower = bound(least_).lower;
      share.upper = bound(most_).upper;
    }
    return share;
  }

 private:
  using Tallies = std::map<std::string, stats::DriveTally>;
  [[nodiscard]] static stats::RateBounds bound(const Tallies& tallies) {
    std::vector<stats::DriveSums> sums;
    for (const auto& [drive, tally] : tallies) sums.push_back(tally.sums());
    return stats::bound_rate(sums, {});
  }
  ReviewedShare share_;
  double weight_ = 0;
  Tallies least_, most_, decided_;
};

class Import {
 public:
  Import(const DeliveryFacts& delivery, std::span<const ReviewItem> items) : delivery_(delivery), items_(items) {}

  ReviewResult run() {
    for (const ReviewItem& item : items_) {
      ++result_.items;
      result_.reviewed += is_decided(item) ? 1 : 0;
      add_rates(item);
      add_findings(item);
    }
    for (const auto& [id, finding] : delivery_.findings) ++findings_[finding.check];
    for (const auto& [check, findings] : findings_) {
      result_.checks.push_back({check, findings, precision_[check].share()});
    }
    for (const auto& [key, tally] : rates_) {
      const auto& [unit, stage, sampling, class_name, fault] = key;
      result_.rates.push_back({unit, stage, sampling, class_name, fault, tally.weight(), tally.share()});
    }
    suppress();
    for (const auto& [key, label_sets] : delivery_.not_checked) {
      result_.not_checked.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), label_sets});
    }
    if (unknown_ > 0) {
      result_.notes.push_back(fmt::format("{} findings that the queue names are not in these reports", unknown_));
    }
    return std::move(result_);
  }

 private:
  void add_rates(const ReviewItem& item) {
    const bool defect = item.verdict == Verdict::defect;
    const auto tally = [&](const std::string& class_name, Fault fault) -> ShareTally& {
      return rates_[{item.unit, item.stage, item.sampling, class_name, fault}];
    };
    tally("", Fault::unknown).add(item, defect);
    tally(item.class_name, Fault::unknown).add(item, defect);
    for (int code = 1; code <= static_cast<int>(Fault::schema); ++code) {
      const auto fault = static_cast<Fault>(code);
      if (faults_.empty()) collect_faults();
      if (faults_.contains(fault)) tally("", fault).add(item, has_fault(item, fault));
    }
  }
  /// Faults that no reviewer named make no rates.
  void collect_faults() {
    faults_.insert(Fault::unknown);
    for (const ReviewItem& item : items_) faults_.insert(item.faults.begin(), item.faults.end());
  }

  void add_findings(const ReviewItem& item) {
    std::map<std::string, bool> confirmed;  // by check: a label counts once
    for (const std::string& id : item.findings) {
      const auto finding = delivery_.findings.find(id);
      if (finding == delivery_.findings.end()) {
        ++unknown_;
        continue;
      }
      const bool right = has_fault(item, finding->second.fault);
      confirmed[finding->second.check] |= right;
      if (right) right_.insert(id);
      if (item.suppress && is_decided(item) && !right) wrong_.emplace(id, &item);
    }
    for (const auto& [check, right] : confirmed) precision_[check].add(item, right);
  }

  void suppress() {
    std::uint64_t disputed = 0;
    for (const auto& [id, item] : wrong_) {
      if (right_.contains(id)) {
        ++disputed;
        continue;
      }
      const DeliveryFacts::FindingFacts& finding = delivery_.findings.find(id)->second;
      result_.suppressions.push_back(
          {id, finding.fingerprint, item->drive, finding.check, item->reason, item->reviewer});
    }
    if (disputed > 0) {
      result_.notes.push_back(fmt::format("{} findings are not suppressed: another verdict confirms them", disputed));
    }
  }

  const DeliveryFacts& delivery_;
  std::span<const ReviewItem> items_;
  std::map<std::string, std::uint64_t> findings_;
  std::map<std::string, ShareTally> precision_;
  std::map<std::tuple<ReviewUnit, ReviewStage, std::string, std::string, Fault>, ShareTally> rates_;
  std::set<Fault> faults_;
  std::set<std::string> right_;
  std::map<std::string, const ReviewItem*> wrong_;
  std::uint64_t unknown_ = 0;
  ReviewResult result_;
};

}  // namespace

Result<ReviewResult> import_review(const DeliveryFacts& delivery, std::span<const ReviewItem> items) {
  CONCORD_RETURN_IF_ERROR(require_reviewed(delivery, items));
  return Import(delivery, items).run();
}

std::string suppressions_csv(std::span<const Suppression> suppressions) {
  std::string text(kHeader);
  text += '\n';
  for (const Suppression& s : suppressions) {
    const char* comma = "";
    for (const std::string* field : {&s.finding, &s.fingerprint, &s.drive, &s.check, &s.reason, &s.reviewer}) {
      text += comma + csv_spreadsheet_field(to_utf8(*field));
      comma = ",";
    }
    text += '\n';
  }
  return text;
}

Result<SuppressionList> SuppressionList::read(const std::filesystem::path& path) {
  CONCORD_ASSIGN_OR_RETURN(const std::string text, read_file(path, kMaxSuppressionBytes, "suppressions, CSV"));
  CsvRecords records(text, path.string());
  std::vector<std::string> fields;
  CONCORD_ASSIGN_OR_RETURN(const bool begins, records.next(fields));
  if (!begins || fmt::format("{}", fmt::join(fields, ",")) != kHeader) {
    return Error{ErrorCode::malformed, "is no list of suppressions", records.where(), std::string(kHeader)};
  }
  SuppressionList list;
  while (true) {
    CONCORD_ASSIGN_OR_RETURN(const bool found, records.next(fields));
    if (!found) return list;
    if (fields.size() != 6) {
      return Error{ErrorCode::malformed, fmt::format("{} columns", fields.size()), records.where(),
                   std::string(kHeader)};
    }
    if (fields[0].empty() || fields[4].empty() || fields[5].empty()) {
      return Error{ErrorCode::malformed, "no finding, reason or reviewer", records.where(), "all three"};
    }
    list.by_id_.emplace(fields[0], list.rows_.size());
    if (!fields[1].empty()) list.by_fingerprint_.emplace(fields[1] + " " + fields[3], list.rows_.size());
    list.rows_.push_back({fields[0], fields[1], fields[2], fields[3], fields[4], fields[5]});
  }
}

const Suppression* SuppressionList::find(const Finding& finding) const {
  const auto by_id = by_id_.find(finding.id);
  if (by_id != by_id_.end()) return &rows_[by_id->second];
  const auto by_place = by_fingerprint_.find(finding.fingerprint + " " + finding.check);
  return by_place == by_fingerprint_.end() ? nullptr : &rows_[by_place->second];
}

}  // namespace concord
