#pragma once

#include <vector>

#include "concord/coverage.hpp"
#include "src/odd/cell_counts.hpp"

namespace concord::odd {

/// Drives to record, greedily: each begins with a cell that is still open, and then takes for attribute after attribute
/// the value that closes most further ones. Of some such beginnings the best is kept. At most `most` drives.
/// `can_be(values)` says of a whole or partial choice whether it is possible.
template <class CanBe>
[[nodiscard]] std::vector<DriveProposal> propose_drives(const CellCounts& counts, const std::vector<std::size_t>& sizes,
                                                        std::vector<bool> open, std::size_t most, const CanBe& can_be);

/// The combinations that hold an attribute, so that what a choice closes is found without looking at all of them.
class Choice {
 public:
  Choice(const CellCounts& counts, std::size_t attributes);

  /// Open cells whose values are all chosen and that have `attribute`.
  [[nodiscard]] std::uint64_t gain(const std::vector<std::uint32_t>& values, std::uint32_t attribute,
                                   const std::vector<std::size_t>& sizes, const std::vector<bool>& open) const;
  /// Closes the cells of a choice and says how many there were.
  std::uint64_t close(const std::vector<std::uint32_t>& values, const std::vector<std::size_t>& sizes,
                      std::vector<bool>& open) const;

 private:
  /// The cell of the combination, or false where a value is not chosen.
  [[nodiscard]] bool cell_of(const CellCounts::Combination& combination, const std::vector<std::uint32_t>& values,
                             const std::vector<std::size_t>& sizes, std::size_t& cell) const;

  const CellCounts& counts_;
  std::vector<std::vector<std::uint32_t>> combinations_of_;  ///< per attribute
};

template <class CanBe>
std::vector<DriveProposal> propose_drives(const CellCounts& counts, const std::vector<std::size_t>& sizes,
                                          std::vector<bool> open, std::size_t most, const CanBe& can_be) {
  constexpr std::size_t kBeginnings = 8;
  const Choice choice(counts, sizes.size());
  std::vector<DriveProposal> proposals;
  const auto complete = [&](std::vector<std::uint32_t> values) {
    for (std::uint32_t a = 0; a < sizes.size(); ++a) {
      if (values[a] != kNone) continue;
      std::uint64_t best = 0;
      std::uint32_t chosen = kNone;
      for (std::uint32_t value = 0; value < sizes[a]; ++value) {
        values[a] = value;
        const std::uint64_t gain = choice.gain(values, a, sizes, open);
        if (gain <= best || !can_be(values)) continue;
        best = gain;
        chosen = value;
      }
      values[a] = chosen;
    }
    return values;
  };
  while (proposals.size() < most) {
    DriveProposal best;
    std::size_t tried = 0;
    for (const CellCounts::Combination& combination : counts.combinations()) {
      if (tried == kBeginnings) break;
      for (std::size_t cell = combination.first_cell; cell < combination.first_cell + counts.cells_of(combination);
           ++cell) {
        if (!open[cell]) continue;
        std::vector<std::uint32_t> values(sizes.size(), kNone);
        const auto of_cell = counts.values_of(combination, cell);
        for (int i = 0; i < counts.t(); ++i) {
          values[combination.attribute[static_cast<std::size_t>(i)]] = of_cell[static_cast<std::size_t>(i)];
        }
        values = complete(std::move(values));
        std::vector<bool> after = open;
        const std::uint64_t cells = choice.close(values, sizes, after);
        if (cells > best.cells) best = {.values = std::move(values), .cells = cells};
        ++tried;
        break;
      }
    }
    if (best.cells == 0) break;
    choice.close(best.values, sizes, open);
    proposals.push_back(std::move(best));
  }
  return proposals;
}

}  // namespace concord::odd
