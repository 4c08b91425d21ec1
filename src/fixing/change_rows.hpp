#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "concord/fixing.hpp"
#include "src/fixing/label_state.hpp"

namespace concord::fixing {

/// Collects the lines of a drive's change log.
class ChangeRows {
 public:
  explicit ChangeRows(const Drive& drive) : drive_(drive) {}

  /// One line for each field of the label that the correction changes or, where it is not applied, would change.
  void add(std::uint32_t row, const Finding& finding, const Correction& correction, FixOutcome outcome,
           const Finding* instead);
  void add_track(std::uint32_t row, const Finding& finding, const std::string& track);
  /// One line for each proposal of a finding that is not applied.
  void add_whole(const Finding& finding, std::span<const Proposal> proposals, FixOutcome outcome,
                 const Finding* instead = nullptr);
  [[nodiscard]] std::vector<LabelChange> take();

 private:
  [[nodiscard]] LabelChange line(std::uint32_t row, const Finding& finding) const;

  const Drive& drive_;
  std::multimap<std::uint32_t, LabelChange> applied_;  ///< by row
  std::vector<LabelChange> others_;
};

}  // namespace concord::fixing
