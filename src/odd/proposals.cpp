#include "src/odd/proposals.hpp"

namespace concord::odd {

Choice::Choice(const CellCounts& counts, std::size_t attributes) : counts_(counts), combinations_of_(attributes) {
  for (std::uint32_t i = 0; i < counts.combinations().size(); ++i) {
    for (int k = 0; k < counts.t(); ++k) {
      combinations_of_[counts.combinations()[i].attribute[static_cast<std::size_t>(k)]].push_back(i);
    }
  }
}

bool Choice::cell_of(const CellCounts::Combination& combination, const std::vector<std::uint32_t>& values,
                     const std::vector<std::size_t>& sizes, std::size_t& cell) const {
  cell = 0;
  for (int k = 0; k < counts_.t(); ++k) {
    const std::uint32_t attribute = combination.attribute[static_cast<std::size_t>(k)];
    if (values[attribute] == kNone) return false;
    cell = cell * sizes[attribute] + values[attribute];
  }
  cell += combination.first_cell;
  return true;
}

std::uint64_t Choice::gain(const std::vector<std::uint32_t>& values, std::uint32_t attribute,
                           const std::vector<std::size_t>& sizes, const std::vector<bool>& open) const {
  std::uint64_t count = 0;
  for (const std::uint32_t index : combinations_of_[attribute]) {
    std::size_t cell = 0;
    if (cell_of(counts_.combinations()[index], values, sizes, cell) && open[cell]) ++count;
  }
  return count;
}

std::uint64_t Choice::close(const std::vector<std::uint32_t>& values, const std::vector<std::size_t>& sizes,
                            std::vector<bool>& open) const {
  std::uint64_t count = 0;
  for (const CellCounts::Combination& combination : counts_.combinations()) {
    std::size_t cell = 0;
    if (!cell_of(combination, values, sizes, cell) || !open[cell]) continue;
    open[cell] = false;
    ++count;
  }
  return count;
}

}  // namespace concord::odd
