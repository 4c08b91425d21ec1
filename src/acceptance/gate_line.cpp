#include "src/acceptance/gate_line.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>

namespace concord::acceptance {
namespace {

/// "about 120 more labels, in 8 further drives": what would decide, were it like what is reviewed so far.
std::string describe_growth(const stats::RateBounds& bounds, double growth, const std::string& what, GateLine& line) {
  constexpr double kMost = 1e12;
  const double more = static_cast<double>(bounds.units) * (growth - 1);
  if (!(more < kMost)) return "the rate is as good as the limit: only a review of all " + what + " decides";
  line.more = static_cast<std::uint64_t>(std::ceil(more));
  std::string text = fmt::format("about {} more {} must be reviewed, in {:.0f} further drives", line.more, what,
                                 std::ceil(static_cast<double>(bounds.drives) * (growth - 1)));
  if (line.units > line.reviewed && line.more >= line.units - line.reviewed) {
    line.more = line.units - line.reviewed;
    text = fmt::format("all {} other {} must be reviewed", line.more, what);
  }
  return text;
}

}  // namespace

bool GateInputs::is_a(const std::string& class_name, const std::string& ancestor) const {
  const auto code = tree.find(class_name);
  const auto above = tree.find(ancestor);
  return code && above && tree.is_a(*code, *above);
}

stats::RateBounds bound_rate(const DriveSums& drives, const stats::BoundRule& rule) {
  std::vector<stats::DriveSums> sums;
  for (const auto& [drive, of_drive] : drives) sums.push_back(of_drive);
  return stats::bound_rate(sums, rule);
}

void decide_by_bounds(const GateInputs& inputs, const stats::RateBounds& best, const stats::RateBounds& worst,
                      double limit, const std::string& what, GateLine& line) {
  const double confidence = inputs.spec.confidence;
  const auto undecided = [&](std::string reason) {
    line.outcome = Outcome::undecided;
    line.reason = std::move(reason);
  };
  if (line.drives < inputs.spec.min_drives) {
    return undecided(fmt::format("only {} drive{}; bounds need {} independent ones", line.drives,
                                 line.drives == 1 ? "" : "s", inputs.spec.min_drives));
  }
  if (best.lower > limit) {
    line.outcome = Outcome::fail;
    line.reason = "the lower bound is beyond the limit";
    return;
  }
  if (line.reviewed < line.needed_sample) {
    line.more = line.needed_sample - line.reviewed;
    return undecided(
        fmt::format("{} more {} must be reviewed for the minimum sample of {}", line.more, what, line.needed_sample));
  }
  if (worst.upper <= limit) {
    line.outcome = Outcome::pass;
    line.reason = "the upper bound is within the limit";
    return;
  }
  if (line.open > 0 && best.upper <= limit) {
    line.more = line.open;
    return undecided(fmt::format("{} queued {} have no clear verdict yet", line.open, what));
  }
  const stats::RateBounds& bounds = best.rate > limit ? best : worst;
  undecided(describe_growth(bounds, stats::growth_to_decide(bounds, limit, confidence), what, line));
}

}  // namespace concord::acceptance
