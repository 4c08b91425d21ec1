#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "src/seeding/plan.hpp"
#include "src/seeding/random.hpp"

namespace concord::seeding {

/// One entry of a spec on its way into a drive.
struct Attempt {
  Plan& plan;
  const ErrorEntry& entry;
  const ErrorKindInfo& info;
  Random& random;

  [[nodiscard]] const Labels& labels() const { return plan.labels(); }
  /// One of the numbers of a parameter, drawn where there are several.
  [[nodiscard]] double draw(std::string_view name) const { return random.one_of(entry.numbers.find(name)->second); }
  [[nodiscard]] std::size_t draw_count(std::string_view name) const { return static_cast<std::size_t>(draw(name)); }
  [[nodiscard]] const std::string& choice(std::string_view name) const { return entry.choices.find(name)->second; }
  /// The label's class is one of the entry's, or the entry names none.
  [[nodiscard]] bool wants(std::uint32_t row) const;
};

/// Tries to place the error at `row`, an eligible label of a wanted class; nothing happens where it returns false.
using Place = bool (*)(const Attempt& attempt, std::uint32_t row);

// geometry_errors.cpp
bool place_shift(const Attempt& attempt, std::uint32_t row);
bool place_rotate(const Attempt& attempt, std::uint32_t row);
bool place_flip(const Attempt& attempt, std::uint32_t row);
bool place_resize(const Attempt& attempt, std::uint32_t row);
bool place_lift(const Attempt& attempt, std::uint32_t row);
bool place_shrink(const Attempt& attempt, std::uint32_t row);  ///< `row` is the first one; changes the whole drive
// presence_errors.cpp
bool place_drop(const Attempt& attempt, std::uint32_t row);
bool place_duplicate(const Attempt& attempt, std::uint32_t row);
bool place_phantom(const Attempt& attempt, std::uint32_t row);
// identity_errors.cpp
bool place_swap_ids(const Attempt& attempt, std::uint32_t row);
bool place_split(const Attempt& attempt, std::uint32_t row);
bool place_merge(const Attempt& attempt, std::uint32_t row);
// class_errors.cpp
bool place_swap_class(const Attempt& attempt, std::uint32_t row);
bool place_flicker(const Attempt& attempt, std::uint32_t row);
// timing_errors.cpp
bool place_delay(const Attempt& attempt, std::uint32_t row);
bool place_freeze(const Attempt& attempt, std::uint32_t row);

}  // namespace concord::seeding
