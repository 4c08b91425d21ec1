#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "concord/coverage.hpp"

namespace concord::odd {

/// "No value that is to be covered" in a row.
inline constexpr std::uint8_t kNoValue = 255;

/// Rows of values that hold at once, column by column. Frames are numbered through all drives of the block.
struct CellRows {
  explicit CellRows(std::size_t attributes) : code(attributes) {}

  std::vector<std::uint32_t> begin, end;        ///< frames from `begin` to before `end`
  std::vector<std::uint32_t> drive_begin;       ///< first frame of the row's drive
  std::vector<std::uint32_t> drive;             ///< number of the drive
  std::vector<std::uint32_t> object;            ///< of rows of objects: number of the object in the block
  std::vector<std::uint32_t> findings;          ///< of rows of objects: on its labels
  std::vector<std::vector<std::uint8_t>> code;  ///< per attribute: value or kNoValue

  [[nodiscard]] std::size_t size() const { return begin.size(); }
};

/// Some drives' rows: of the drives in order of drive, then begin; of objects too, and their order by object, then
/// begin.
struct CellBlock {
  explicit CellBlock(std::size_t attributes) : scene(attributes), objects(attributes) {}

  CellRows scene, objects;
  std::vector<std::uint32_t> by_object;
  /// Sums up to before each frame, one more than there are frames.
  std::vector<std::int64_t> duration_ns{0}, distance_mm{0};
  std::vector<std::uint64_t> labels{0}, findings{0};
  std::uint32_t object_count = 0;
};

/// The cells of all combinations of `t` attributes, each with its exposure. Sums of whole numbers: the order of drives
/// and their grouping into blocks do not matter.
class CellCounts {
 public:
  struct Combination {
    std::array<std::uint32_t, 3> attribute{};
    std::size_t first_cell = 0;
    bool of_objects = false;
  };

  /// `sizes[a]` values of attribute a. More than `kMostCells` in all: see count_cells().
  CellCounts(const std::vector<std::size_t>& sizes, const std::vector<bool>& of_objects, int t);
  static constexpr double kMostCells = 20e6;
  [[nodiscard]] static double count_cells(const std::vector<std::size_t>& sizes, int t);

  /// Adds a block. `drive_cells[d]` gets the cells that drive d shows.
  void add(const CellBlock& block, std::vector<std::uint64_t>& drive_cells);
  void merge(const CellCounts& other);

  [[nodiscard]] const std::vector<Combination>& combinations() const { return combinations_; }
  [[nodiscard]] int t() const { return t_; }
  [[nodiscard]] std::size_t size() const { return exposure_.size(); }
  [[nodiscard]] const Exposure& exposure(std::size_t cell) const { return exposure_[cell]; }
  [[nodiscard]] std::size_t cells_of(const Combination& combination) const;
  /// The values of a cell of that combination.
  [[nodiscard]] std::array<std::uint32_t, 3> values_of(const Combination& combination, std::size_t cell) const;

 private:
  void add_times(const Combination& combination, const CellRows& rows, const CellBlock& block,
                 std::vector<std::uint64_t>& drive_cells);
  void add_objects(const Combination& combination, const CellBlock& block);
  /// Sets `cell_` to the cell of each row, within the combination; kNone where one of its values is kNoValue.
  void find_cells(const Combination& combination, const CellRows& rows);

  std::vector<std::size_t> sizes_;
  int t_;
  std::vector<Combination> combinations_;
  std::vector<Exposure> exposure_;
  std::vector<std::uint32_t> cell_;            ///< of each row, for one combination
  std::vector<std::uint32_t> until_, object_;  ///< of the cells of one combination while it is counted
};

}  // namespace concord::odd
