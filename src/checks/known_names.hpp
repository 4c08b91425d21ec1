#pragma once

#include <string_view>

#include "concord/judge.hpp"

namespace concord::judging {

/// Why `profile` and `options` leave the check out; empty when it runs.
[[nodiscard]] std::string_view why_left_out(std::string_view check, const Profile& profile,
                                            const JudgeOptions& options);

/// An error when --only or --skip names no check and no family; it says which ones are near.
[[nodiscard]] Result<void> require_known_names(const JudgeOptions& options);

}  // namespace concord::judging
