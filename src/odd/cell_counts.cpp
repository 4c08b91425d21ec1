#include "src/odd/cell_counts.hpp"

#include <algorithm>

namespace concord::odd {

double CellCounts::count_cells(const std::vector<std::size_t>& sizes, int t) {
  // Elementary symmetric polynomials of the sizes.
  std::array<double, 4> sums{1, 0, 0, 0};
  for (const std::size_t size : sizes) {
    for (std::size_t k = 3; k > 0; --k) sums[k] += sums[k - 1] * static_cast<double>(size);
  }
  return sums[static_cast<std::size_t>(t)];
}

CellCounts::CellCounts(const std::vector<std::size_t>& sizes, const std::vector<bool>& of_objects, int t)
    : sizes_(sizes), t_(t) {
  const auto count = static_cast<std::uint32_t>(sizes.size());
  std::size_t cells = 0;
  std::size_t most = 0;
  const auto add = [&](std::array<std::uint32_t, 3> attribute) {
    Combination combination{.attribute = attribute, .first_cell = cells};
    for (int i = 0; i < t_; ++i) {
      combination.of_objects = combination.of_objects || of_objects[attribute[static_cast<std::size_t>(i)]];
    }
    cells += cells_of(combination);
    most = std::max(most, cells_of(combination));
    combinations_.push_back(combination);
  };
  for (std::uint32_t a = 0; a < count; ++a) {
    if (t == 1) add({a, 0, 0});
    for (std::uint32_t b = a + 1; t > 1 && b < count; ++b) {
      if (t == 2) add({a, b, 0});
      for (std::uint32_t c = b + 1; t > 2 && c < count; ++c) add({a, b, c});
    }
  }
  exposure_.resize(cells);
  until_.resize(most);
  object_.resize(most);
}

std::size_t CellCounts::cells_of(const Combination& combination) const {
  std::size_t cells = 1;
  for (int i = 0; i < t_; ++i) cells *= sizes_[combination.attribute[static_cast<std::size_t>(i)]];
  return cells;
}

std::array<std::uint32_t, 3> CellCounts::values_of(const Combination& combination, std::size_t cell) const {
  std::array<std::uint32_t, 3> values{};
  std::size_t rest = cell - combination.first_cell;
  for (auto i = static_cast<std::size_t>(t_); i-- > 0;) {
    const std::size_t size = sizes_[combination.attribute[i]];
    values[i] = static_cast<std::uint32_t>(rest % size);
    rest /= size;
  }
  return values;
}

void CellCounts::find_cells(const Combination& combination, const CellRows& rows) {
  // Column by column and without a branch, so that the compiler makes vector code of it.
  const std::size_t count = rows.size();
  cell_.assign(count, 0U);
  std::uint32_t* const cell = cell_.data();
  for (int i = 0; i < t_; ++i) {
    const std::uint32_t attribute = combination.attribute[static_cast<std::size_t>(i)];
    const std::uint8_t* const code = rows.code[attribute].data();
    const auto size = static_cast<std::uint32_t>(sizes_[attribute]);
    for (std::size_t row = 0; row < count; ++row) {
      const std::uint32_t next = cell[row] * size + code[row];
      cell[row] = code[row] == kNoValue || cell[row] == kNone ? kNone : next;
    }
  }
}

void CellCounts::add_times(const Combination& combination, const CellRows& rows, const CellBlock& block,
                           std::vector<std::uint64_t>& drive_cells) {
  // Rows come in the order of their begin, so that what they add to a cell is what lies after the furthest end so far.
  find_cells(combination, rows);
  std::fill_n(until_.begin(), cells_of(combination), 0U);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::uint32_t cell = cell_[row];
    if (cell == kNone) continue;
    const std::uint32_t end = rows.end[row];
    std::uint32_t& until = until_[cell];
    if (end <= until) continue;
    Exposure& exposure = exposure_[combination.first_cell + cell];
    if (until <= rows.drive_begin[row]) {
      ++exposure.drives;
      ++drive_cells[rows.drive[row]];
    }
    const std::uint32_t begin = std::max(rows.begin[row], until);
    until = end;
    exposure.frames += end - begin;
    exposure.duration_ns += block.duration_ns[end] - block.duration_ns[begin];
    exposure.distance_mm += block.distance_mm[end] - block.distance_mm[begin];
    if (combination.of_objects) continue;
    exposure.labels += block.labels[end] - block.labels[begin];
    exposure.findings += block.findings[end] - block.findings[begin];
  }
}

void CellCounts::add_objects(const Combination& combination, const CellBlock& block) {
  const CellRows& rows = block.objects;
  std::fill_n(until_.begin(), cells_of(combination), 0U);
  std::fill_n(object_.begin(), cells_of(combination), kNone);
  for (const std::uint32_t row : block.by_object) {
    const std::uint32_t cell = cell_[row];  // as add_times() found them
    if (cell == kNone) continue;
    Exposure& exposure = exposure_[combination.first_cell + cell];
    if (object_[cell] != rows.object[row]) {
      object_[cell] = rows.object[row];
      until_[cell] = 0;
      ++exposure.objects;
    }
    // Rows of one object differ in their frames, or are the same frames again with another value elsewhere.
    if (rows.end[row] <= until_[cell]) continue;
    until_[cell] = rows.end[row];
    exposure.labels += rows.end[row] - rows.begin[row];
    exposure.findings += rows.findings[row];
  }
}

void CellCounts::add(const CellBlock& block, std::vector<std::uint64_t>& drive_cells) {
  for (const Combination& combination : combinations_) {
    add_times(combination, combination.of_objects ? block.objects : block.scene, block, drive_cells);
    if (combination.of_objects) add_objects(combination, block);
  }
}

void CellCounts::merge(const CellCounts& other) {
  for (std::size_t cell = 0; cell < exposure_.size(); ++cell) {
    Exposure& to = exposure_[cell];
    const Exposure& from = other.exposure_[cell];
    to.frames += from.frames;
    to.duration_ns += from.duration_ns;
    to.distance_mm += from.distance_mm;
    to.drives += from.drives;
    to.objects += from.objects;
    to.labels += from.labels;
    to.findings += from.findings;
  }
}

}  // namespace concord::odd
