#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "concord/odd.hpp"

namespace concord::odd {

/// Where a thing is written.
struct Place {
  std::string file;
  std::size_t line = 0;

  [[nodiscard]] std::string text() const { return file + ":" + std::to_string(line); }
};

/// Collects faults, up to a number that a person would still read.
class Faults {
 public:
  void add(std::string_view rule, Severity severity, const Place& place, std::string message) {
    if (is_full()) return;
    list_.push_back({std::string(rule), severity, place.file, place.line, std::move(message)});
    if (is_full()) {
      list_.push_back(
          {"too_many_faults", Severity::error, place.file, place.line, "there may be more; none after this is told"});
    }
  }
  [[nodiscard]] bool is_full() const { return list_.size() >= kMost; }
  /// Whether hints ("did you mean") are still worth their time.
  [[nodiscard]] bool gives_hints() const { return list_.size() < kMostHints; }
  [[nodiscard]] std::vector<LintFault>& list() { return list_; }

 private:
  static constexpr std::size_t kMost = 10'000, kMostHints = 100;

  std::vector<LintFault> list_;
};

/// "; did you mean a or b?" as long as hints are worth their time, else nothing.
[[nodiscard]] std::string hint_for(std::string_view text, const std::vector<std::string>& known, const Faults& faults);

}  // namespace concord::odd
