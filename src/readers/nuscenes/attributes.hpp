#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "concord/drive.hpp"

namespace concord::readers::nuscenes {

/// Gives `set` one attribute column a family of names: vehicle.moving and vehicle.parked are values of "vehicle". Names
/// without a dot belong to "attribute". Each column allows the names of its family.
void add_attribute_columns(std::span<const std::string> names, LabelSet& set);

/// Stores the attributes of label `row` and the moving state that follows from them. Two of one family are joined by
/// '|', a text that no column allows; an unknown family gets its own column, which allows nothing of it.
void set_attributes(std::span<const std::string> names, std::uint32_t row, LabelSet& set);

}  // namespace concord::readers::nuscenes
