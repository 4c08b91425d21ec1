#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "concord/drive.hpp"
#include "src/readers/csv/layout.hpp"
#include "src/readers/csv/mapping.hpp"
#include "src/readers/csv/table.hpp"

namespace concord::readers::csv {

/// Where a row begins in its file.
struct RowPlace {
  std::size_t begin = 0;
  std::size_t line = 0;
};

/// Gives each row of a drive, in file order, its label id: the label column; without one, or where it is empty,
/// `frame:track`. The n-th further label of one id gets `#n`.
class LabelIds {
 public:
  [[nodiscard]] std::string next(const Layout& layout, const Row& row, const std::string& frame);

 private:
  std::map<std::string, std::size_t, std::less<>> seen_;
};

/// Reads the rows at `places` (file order) into a label set. Rows of frames that `drive` does not have are left out and
/// counted in `outside`. A label in the world frame whose frame has no pose is an error.
[[nodiscard]] Result<LabelSet> read_labels(const Mapping& mapping, const Layout& layout, const Table& table,
                                           const std::vector<RowPlace>& places, const Drive& drive, std::string name,
                                           std::size_t& outside);

}  // namespace concord::readers::csv
