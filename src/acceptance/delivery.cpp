#include <algorithm>

#include "concord/acceptance.hpp"

namespace concord {

Result<void> DeliveryFacts::add(const Report& report) {
  for (const DriveSummary& summary : report.drives) {
    Drive drive;
    if (!summary.label_sets.empty()) {
      drive.label_set = summary.label_sets.front().name;
      drive.tracks = summary.label_sets.front().tracks;
    }
    if (!drives.emplace(summary.name, std::move(drive)).second) {
      return Error{ErrorCode::invalid_argument, "two reports have the drive '" + summary.name + "'", "",
                   "one report a drive"};
    }
  }
  const auto is_own = [&](const std::string& drive, const std::string& label_set) {
    const auto found = drives.find(drive);
    return found != drives.end() && found->second.label_set == label_set;
  };
  // A category's size is what the check that examined most of it saw.
  std::map<std::tuple<std::string, std::string, std::string, std::string>, std::uint64_t> by_check;
  for (const ExposureRow& row : report.exposure) {
    if (!is_own(row.drive, row.label_set)) continue;
    examined[{row.check, row.class_name}] += row.labels;
    by_check[{row.drive, row.class_name, row.range_band, row.check}] += row.labels;
  }
  for (const auto& [key, labels] : by_check) {
    const auto& [drive, class_name, range_band, check] = key;
    std::uint64_t& most = drives.find(drive)->second.labels[{class_name, range_band}];
    most = std::max(most, labels);
  }
  for (const Finding& finding : report.findings) {
    if (is_own(finding.drive, finding.label_set)) {
      findings[finding.id] = {finding.check, finding.class_name, finding.fault, finding.fingerprint};
    }
  }
  for (const StatusRow& status : report.statuses) {
    if (status.state != CheckState::completed && is_own(status.drive, status.label_set)) {
      ++not_checked[{status.check, status.state, status.reason}];
    }
  }
  return {};
}

Result<void> require_reviewed(const DeliveryFacts& delivery, std::span<const ReviewItem> items) {
  for (const ReviewItem& item : items) {
    const auto drive = delivery.drives.find(item.drive);
    if (drive == delivery.drives.end()) {
      return Error{ErrorCode::not_found, "verdicts are about drive '" + item.drive + "', which no report has", "",
                   "the reports that the queue was drawn from"};
    }
    if (item.label_set != drive->second.label_set) {
      return Error{ErrorCode::not_found,
                   "verdicts are about label set '" + item.label_set + "' of drive '" + item.drive + "'", "",
                   "the drive's own, '" + drive->second.label_set + "'"};
    }
  }
  return {};
}

}  // namespace concord
