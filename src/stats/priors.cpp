#include "concord/priors.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <stdexcept>
#include <utility>

#include "src/stats/tail.hpp"

namespace concord {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
/// Labels that a check must have examined for the rate of its findings to say something.
constexpr std::uint64_t kLeastExamined = 1000;

const Taxonomy& tree() {
  static const Taxonomy kTree = [] {
    auto built = Taxonomy::builtin("");
    if (!built.ok()) throw std::logic_error(built.error().text());
    return std::move(built).value();
  }();
  return kTree;
}

/// `class_name` and the classes above it, by name. A name that is no class of this program stands alone.
std::vector<std::string_view> lineage_of(std::string_view class_name) {
  const auto code = tree().find(class_name);
  if (!code) return {class_name};
  std::vector<std::string_view> names;
  for (const ClassCode ancestor : tree().lineage(*code)) names.emplace_back(tree().at(ancestor).name);
  return names;
}

/// The class has vulnerable road users and others below it: what they have in common says nothing of either.
bool is_mixed(std::string_view class_name) {
  const auto ancestor = tree().find(class_name);
  if (!ancestor) return false;
  bool mixed = false;
  for (std::size_t i = 0; i < tree().size(); ++i) {
    const auto code = static_cast<ClassCode>(i);
    if (tree().is_a(code, *ancestor) && !tree().at(code).ignore) {
      mixed = mixed || tree().at(code).vulnerable != tree().at(*ancestor).vulnerable;
    }
  }
  return mixed;
}

}  // namespace

Result<void> Priors::merge(const Priors& other) {
  for (const auto& [name, drive] : other.drives) {
    if (drives.contains(name)) {
      return Error{ErrorCode::invalid_argument, "drive '" + name + "' would be learned twice", "",
                   "inputs without a common drive"};
    }
  }
  if (drives.empty() && sketches.empty() && !calibration) {
    calibration = other.calibration;
  } else if (!other.drives.empty() || !other.sketches.empty()) {
    calibration.reset();
  }
  for (const auto& [key, sketch] : other.sketches) sketches[key].merge(sketch);
  for (const auto& [key, check] : other.checks) {
    CheckPrior& mine = checks[key];
    mine.examined += check.examined;
    mine.scores.merge(check.scores);
  }
  drives.insert(other.drives.begin(), other.drives.end());
  return {};
}

/// What one class and those below it have together.
struct LearnedPriors::Index {
  struct Quantity {
    std::uint64_t samples = 0;
    std::array<stats::Tail, 2> tail;  ///< by side
  };
  std::map<PriorKey, Quantity> quantities;
  std::map<PriorKey, CheckPrior> checks;  ///< class "": all together

  /// The class's own entry if it is enough, else the nearest one above it.
  [[nodiscard]] const std::pair<const PriorKey, Quantity>* find(std::string_view name,
                                                                std::string_view class_name) const {
    const QuantityInfo* info = find_quantity(name);
    if (info == nullptr) return nullptr;
    for (const std::string_view ancestor : lineage_of(class_name)) {
      const auto found = quantities.find({std::string(name), std::string(ancestor)});
      if (found != quantities.end() && found->second.samples >= info->least_samples) return &*found;
    }
    return nullptr;
  }
};

LearnedPriors::LearnedPriors(Priors priors) : priors_(std::move(priors)), index_(std::make_unique<Index>()) {
  std::map<PriorKey, Sketch> sums;
  for (const auto& [key, sketch] : priors_.sketches) {
    for (const std::string_view ancestor : lineage_of(key.class_name)) {
      sums[{key.name, std::string(ancestor)}].merge(sketch);
    }
  }
  for (const auto& [key, sketch] : sums) {
    const QuantityInfo* info = find_quantity(key.name);
    if (info == nullptr || is_mixed(key.class_name)) continue;  // the former: of a later version
    index_->quantities.emplace(key, Index::Quantity{sketch.count(),
                                                    {stats::Tail(sketch, PriorSide::upper, info->logarithmic),
                                                     stats::Tail(sketch, PriorSide::lower, info->logarithmic)}});
  }
  for (const auto& [key, check] : priors_.checks) {
    std::vector<std::string_view> classes = lineage_of(key.class_name);
    classes.emplace_back();
    for (const std::string_view ancestor : classes) {
      CheckPrior& sum = index_->checks[{key.name, std::string(ancestor)}];
      sum.examined += check.examined;
      sum.scores.merge(check.scores);
    }
  }
}

LearnedPriors::~LearnedPriors() = default;

std::optional<LearnedLimit> LearnedPriors::limit(std::string_view quantity, std::string_view class_name, PriorSide side,
                                                 double tail) const {
  const auto* found = index_->find(quantity, class_name);
  if (found == nullptr || !(tail > 0)) return std::nullopt;
  return LearnedLimit{found->second.tail[static_cast<std::size_t>(side)].limit(std::min(tail, 0.5)),
                      found->first.class_name, found->second.samples};
}

double LearnedPriors::tail_probability(std::string_view quantity, std::string_view class_name, PriorSide side,
                                       double value) const {
  const auto* found = index_->find(quantity, class_name);
  return found == nullptr ? kNaN : found->second.tail[static_cast<std::size_t>(side)].probability(value);
}

double LearnedPriors::finding_rate(std::string_view check, std::string_view class_name, double score) const {
  std::vector<std::string_view> classes = lineage_of(class_name);
  classes.emplace_back();
  for (const std::string_view ancestor : classes) {
    const auto found = index_->checks.find({std::string(check), std::string(ancestor)});
    if (found == index_->checks.end() || found->second.examined < kLeastExamined) continue;
    const auto beyond = static_cast<double>(found->second.scores.count_from(score));
    return std::min(1.0, (beyond + 1) / (static_cast<double>(found->second.examined) + 1));
  }
  return kNaN;
}

}  // namespace concord
