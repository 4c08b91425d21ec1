#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "concord/drive.hpp"

namespace concord::stats {

/// Whether a label of one set is held against another set.
enum class Standing : std::uint8_t {
  checked,
  excused,  ///< counts where it is matched; the other set need not have it
  out,      ///< outside what either set labels: neither it nor what it is matched with counts
};

/// What the user narrows the comparison to, beyond the label sets' own scopes.
struct ScopeLimits {
  std::vector<ClassCode> classes;  ///< these and those below them; empty: all
  std::optional<double> max_range_m;
};

/// The labels of one set as another set's scope sees them.
struct ScopedLabels {
  std::vector<ClassCode> class_code;  ///< in the classes that both sets label; kUnknownClass where there is none
  std::vector<Standing> standing;
  std::vector<double> range_m;  ///< horizontal, from the ego origin
};

/// A label is out where its class is an ignore region or not labelled by both sets (a class counts as its nearest
/// ancestor that is), or where it has fewer points than its own set labels. It is excused where only the other set's
/// scope ends before it: beyond its range, with a centre outside its camera's image, more than half in one of its
/// image's ignore regions or with its centre in an ignore cuboid, and beyond `limits.max_range_m`.
[[nodiscard]] ScopedLabels scope_labels(const Drive& drive, const LabelSet& set, const LabelSet& other,
                                        const ScopeLimits& limits);

}  // namespace concord::stats
