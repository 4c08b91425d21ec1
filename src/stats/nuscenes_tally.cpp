#include "src/stats/nuscenes_tally.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <optional>
#include <string>

namespace concord::stats {
namespace {

constexpr std::size_t kNoClass = 10;
constexpr double kPi = std::numbers::pi;
/// The devkit's longest time between two annotations for a velocity; over two steps twice that.
constexpr double kLongestStepS = 1.5;

enum Error : std::size_t { kTranslation, kScale, kOrientation, kVelocity, kAttribute };

/// Concord's classes as positions in kClasses; a class that is none of these counts as its nearest ancestor that is.
std::vector<std::size_t> detection_classes(const Taxonomy& taxonomy) {
  std::vector<std::size_t> classes(taxonomy.size(), kNoClass);
  for (std::size_t code = 1; code < classes.size(); ++code) {
    for (const ClassCode ancestor : taxonomy.lineage(static_cast<ClassCode>(code))) {
      const auto found =
          std::find_if(NuscenesTally::kClasses.begin(), NuscenesTally::kClasses.end(),
                       [&](const auto& detection_class) { return detection_class.name == taxonomy.at(ancestor).name; });
      if (found == NuscenesTally::kClasses.end()) continue;
      classes[code] = static_cast<std::size_t>(found - NuscenesTally::kClasses.begin());
      break;
    }
  }
  return classes;
}

/// All attributes of a label as one text, as a submission states them.
std::string attribute_of(const LabelSet& set, std::uint32_t row) {
  std::string text;
  for (const AttributeColumn& column : set.attributes) {
    if (row < column.code.size()) text += column.values.at(column.code[row]);
  }
  return text;
}

/// Velocities over ground of the reference's labels, world axes: from the label before to the one after in the track,
/// one-sided at its ends.
class Velocities {
 public:
  Velocities(const Drive& drive, const LabelSet& set)
      : drive_(drive), set_(set), before_(set.size(), kNone), after_(before_) {
    std::vector<std::uint32_t> last(set.tracks.size(), kNone);
    for (std::uint32_t row = 0; row < set.size(); ++row) {
      const std::uint32_t track = set.track[row];
      if (track == kNone) continue;
      if (last[track] != kNone) {
        before_[row] = last[track];
        after_[last[track]] = row;
      }
      last[track] = row;
    }
  }

  [[nodiscard]] std::optional<Vec3> at(std::uint32_t row) const {
    const std::uint32_t first = before_[row] != kNone ? before_[row] : row;
    const std::uint32_t last = after_[row] != kNone ? after_[row] : row;
    const auto from = place(first);
    const auto to = place(last);
    const TimeNs from_ns = drive_.frames.time_ns[set_.frame[first]];
    const TimeNs to_ns = drive_.frames.time_ns[set_.frame[last]];
    if (first == last || !from || !to || from_ns == kNoTime || to_ns == kNoTime) return std::nullopt;
    const double time_s = 1e-9 * (static_cast<double>(to_ns) - static_cast<double>(from_ns));
    const bool both = first != row && last != row;
    if (!(time_s > 0) || time_s > (both ? 2 : 1) * kLongestStepS) return std::nullopt;
    return (*to - *from) / time_s;
  }

 private:
  [[nodiscard]] std::optional<Vec3> place(std::uint32_t row) const {
    const std::uint32_t frame = set_.frame[row];
    if (!drive_.frames.has_pose(frame)) return std::nullopt;
    return drive_.frames.T_world_ego[frame] * set_.cuboid.at(row).center_m;
  }

  const Drive& drive_;
  const LabelSet& set_;
  std::vector<std::uint32_t> before_, after_;
};

double scale_error(const Cuboid& a, const Cuboid& b) {
  const double common = a.size_m.cwiseMin(b.size_m).prod();
  return 1 - common / (a.size_m.prod() + b.size_m.prod() - common);
}

/// Linear interpolation at `x` of the points (xs, ys), xs not decreasing; beyond them the end values. As numpy.interp.
double interpolated(double x, const std::vector<double>& xs, const std::vector<double>& ys) {
  if (x >= xs.back()) return ys.back();
  if (x < xs.front()) return ys.front();
  const auto j = static_cast<std::size_t>(std::upper_bound(xs.begin(), xs.end(), x) - xs.begin()) - 1;
  return ys[j] + (ys[j + 1] - ys[j]) / (xs[j + 1] - xs[j]) * (x - xs[j]);
}

constexpr std::size_t kRecalls = 101;     ///< recall 0, 0.01 ... 1
constexpr std::size_t kFirstRecall = 11;  ///< beyond the least recall, 0.1
constexpr double kLeastPrecision = 0.1;

struct Curve {
  std::vector<double> precision, confidence;  ///< at each recall
};

}  // namespace

const std::array<NuscenesTally::DetectionClass, 10> NuscenesTally::kClasses{{
    {"car", 50, true, false, true, true},
    {"truck", 50, true, false, true, true},
    {"bus", 50, true, false, true, true},
    {"trailer", 50, true, false, true, true},
    {"construction_vehicle", 50, true, false, true, true},
    {"pedestrian", 40, true, false, true, true},
    {"motorcycle", 40, true, false, true, true},
    {"bicycle", 40, true, false, true, true},
    {"traffic_cone", 30, false, false, false, false},
    {"barrier", 30, true, true, false, false},
}};

/// What is asked of both sets of one drive, frame after frame.
class NuscenesTally::Frames {
 public:
  Frames(NuscenesTally& tally, const Drive& drive, const LabelSet& reference, const LabelSet& candidate,
         const CentrePairTable& pairs)
      : tally_(tally),
        drive_(drive),
        reference_(reference),
        candidate_(candidate),
        pairs_(pairs),
        class_of_(detection_classes(*drive.taxonomy)),
        velocities_(drive, reference),
        class_a_(reference.size(), kNoClass),
        class_b_(candidate.size(), kNoClass) {
    rack_ = drive.taxonomy->find("bicycle_rack");
  }

  void add(std::uint32_t frame) {
    T_world_ego_ = drive_.frames.has_pose(frame) ? drive_.frames.T_world_ego[frame] : SE3::Identity();
    std::vector<Cuboid> racks;
    for (std::uint32_t row = reference_.frame_offset[frame]; row < reference_.frame_offset[frame + 1]; ++row) {
      if (rack_ && reference_.class_code[row] == *rack_) racks.push_back(reference_.cuboid.at(row));
    }
    const auto admitted = [&](const LabelSet& set, std::uint32_t row) {
      const std::size_t c = class_of_[set.class_code[row]];
      return c != kNoClass && in_range(set.cuboid.at(row), c) && !in_rack(set.cuboid.at(row), c, racks) ? c : kNoClass;
    };
    for (std::uint32_t row = reference_.frame_offset[frame]; row < reference_.frame_offset[frame + 1]; ++row) {
      const auto lidar = reference_.lidar_points.get(row);
      const bool has_points = !lidar || *lidar + reference_.radar_points.get(row).value_or(0) != 0;
      class_a_[row] = has_points ? admitted(reference_, row) : kNoClass;
      if (class_a_[row] != kNoClass) ++tally_.classes_[class_a_[row]].reference;
    }
    const std::uint32_t begin = candidate_.frame_offset[frame];
    const std::uint32_t end = candidate_.frame_offset[frame + 1];
    for (std::uint32_t row = begin; row < end; ++row) class_b_[row] = admitted(candidate_, row);
    match(frame, begin, end);
  }

 private:
  [[nodiscard]] bool in_range(const Cuboid& box, std::size_t c) const {
    const Vec3 from_ego_m = T_world_ego_.linear() * box.center_m;
    return std::hypot(from_ego_m.x(), from_ego_m.y()) < kClasses[c].range_m;
  }

  [[nodiscard]] static bool in_rack(const Cuboid& box, std::size_t c, const std::vector<Cuboid>& racks) {
    if (kClasses[c].name != "bicycle" && kClasses[c].name != "motorcycle") return false;
    return std::any_of(racks.begin(), racks.end(), [&](const Cuboid& rack) {
      const Vec3 p = rack.rotation.conjugate().normalized() * (box.center_m - rack.center_m);
      return (p.cwiseAbs().array() <= rack.size_m.array() / 2).all();
    });
  }

  /// Each prediction, by falling score, takes the nearest label that is free.
  void match(std::uint32_t frame, std::uint32_t begin, std::uint32_t end) {
    std::vector<std::vector<std::pair<double, std::uint32_t>>> near(end - begin);
    while (next_ < pairs_.size() && pairs_.frame[next_] < frame) ++next_;
    for (; next_ < pairs_.size() && pairs_.frame[next_] == frame; ++next_) {
      const std::uint32_t row_a = pairs_.row_a[next_];
      const std::uint32_t row_b = pairs_.row_b[next_];
      if (class_b_[row_b] == kNoClass || class_a_[row_a] != class_b_[row_b]) continue;
      near[row_b - begin].emplace_back(pairs_.distance_m[next_], row_a);
    }
    std::vector<std::uint32_t> order;
    for (std::uint32_t row = begin; row < end; ++row) {
      if (class_b_[row] != kNoClass) order.push_back(row);
    }
    // Of equal scores the later one counts as the higher, as in the devkit.
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t p, std::uint32_t q) { return std::pair(score_of(p), p) > std::pair(score_of(q), q); });
    std::array<std::vector<std::uint32_t>, kDistances> taken;
    std::vector<Prediction> made(end - begin);
    for (const std::uint32_t row : order) {
      auto& labels = near[row - begin];
      std::sort(labels.begin(), labels.end());
      Prediction& prediction = made[row - begin];
      prediction.score = score_of(row);
      for (std::size_t d = 0; d < kDistances; ++d) {
        const auto free = std::find_if(labels.begin(), labels.end(), [&](const auto& label) {
          return std::find(taken[d].begin(), taken[d].end(), label.second) == taken[d].end();
        });
        if (free == labels.end() || !(free->first < kDistancesM[d])) continue;
        taken[d].push_back(free->second);
        prediction.matched[d] = true;
        if (kDistancesM[d] == 2) prediction.error = errors(free->second, row, free->first);
      }
    }
    for (std::uint32_t row = begin; row < end; ++row) {
      if (class_b_[row] != kNoClass) tally_.classes_[class_b_[row]].predictions.push_back(made[row - begin]);
    }
  }

  [[nodiscard]] double score_of(std::uint32_t row) const { return candidate_.score.get(row).value_or(0); }

  [[nodiscard]] std::array<float, kErrors> errors(std::uint32_t row_a, std::uint32_t row_b, double distance_m) const {
    const Cuboid a = reference_.cuboid.at(row_a);
    const Cuboid b = candidate_.cuboid.at(row_b);
    std::array<double, kErrors> error{};
    error[kTranslation] = distance_m;
    error[kScale] = scale_error(a, b);
    const Quat to_world(T_world_ego_.linear());
    const double turn_rad = yaw_of(to_world * a.rotation) - yaw_of(to_world * b.rotation);
    const double period_rad = kClasses[class_a_[row_a]].half_turn ? kPi : 2 * kPi;
    error[kOrientation] = std::abs(std::remainder(turn_rad, period_rad));
    error[kVelocity] = kUndefined;
    const auto velocity_x = candidate_.velocity_x_mps.get(row_b);
    const auto velocity_y = candidate_.velocity_y_mps.get(row_b);
    if (const auto velocity = velocities_.at(row_a); velocity && velocity_x && velocity_y) {
      // Stated velocities are horizontal in the world, and kept as their part in the ego's xy plane.
      const Eigen::Matrix2d ego_of_world = T_world_ego_.linear().transpose().topLeftCorner<2, 2>();
      const Eigen::Vector2d stated = ego_of_world.inverse() * Eigen::Vector2d(*velocity_x, *velocity_y);
      error[kVelocity] = std::hypot(velocity->x() - stated.x(), velocity->y() - stated.y());
    }
    const std::string attribute = attribute_of(reference_, row_a);
    error[kAttribute] = attribute.empty() ? kUndefined : attribute == attribute_of(candidate_, row_b) ? 0 : 1;
    std::array<float, kErrors> rounded{};
    std::transform(error.begin(), error.end(), rounded.begin(), [](double e) { return static_cast<float>(e); });
    return rounded;
  }

  NuscenesTally& tally_;
  const Drive& drive_;
  const LabelSet& reference_;
  const LabelSet& candidate_;
  const CentrePairTable& pairs_;
  std::vector<std::size_t> class_of_;
  Velocities velocities_;
  std::vector<std::size_t> class_a_, class_b_;  ///< kNoClass: left out
  std::optional<ClassCode> rack_;
  SE3 T_world_ego_ = SE3::Identity();
  std::size_t next_ = 0;
};

void NuscenesTally::add(const Drive& drive, const LabelSet& reference, const LabelSet& candidate,
                        const CentrePairTable& pairs, std::span<const std::uint8_t> covered) {
  Frames frames(*this, drive, reference, candidate, pairs);
  for (std::uint32_t frame = 0; frame < drive.frames.size(); ++frame) {
    if (covered[frame] != 0) frames.add(frame);
  }
  ++drives_;
}

void NuscenesTally::merge(const NuscenesTally& other) {
  for (std::size_t c = 0; c < classes_.size(); ++c) {
    classes_[c].reference += other.classes_[c].reference;
    const auto& more = other.classes_[c].predictions;
    classes_[c].predictions.insert(classes_[c].predictions.end(), more.begin(), more.end());
  }
  drives_ += other.drives_;
}

namespace {

/// Precision and confidence over recall, from predictions by falling score.
Curve make_curve(const std::vector<double>& scores, const std::vector<bool>& matched, double labels) {
  std::vector<double> recall, precision;
  double hits = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    hits += matched[i] ? 1 : 0;
    precision.push_back(hits / static_cast<double>(i + 1));
    recall.push_back(hits / labels);
  }
  Curve curve;
  for (std::size_t r = 0; r < kRecalls; ++r) {
    const double at = static_cast<double>(r) / (kRecalls - 1);
    const bool reached = at <= recall.back();
    curve.precision.push_back(reached ? interpolated(at, recall, precision) : 0);
    curve.confidence.push_back(reached ? interpolated(at, recall, scores) : 0);
  }
  return curve;
}

double average_precision(const Curve& curve) {
  double sum = 0;
  for (std::size_t r = kFirstRecall; r < kRecalls; ++r) sum += std::max(0.0, curve.precision[r] - kLeastPrecision);
  return sum / static_cast<double>(kRecalls - kFirstRecall) / (1 - kLeastPrecision);
}

/// Means of the first i errors, those that are not defined left out; ones where none is.
std::vector<double> running_means(const std::vector<double>& errors) {
  std::vector<double> means;
  double sum = 0;
  double count = 0;
  for (const double error : errors) {
    if (!std::isnan(error)) {
      sum += error;
      ++count;
    }
    means.push_back(count > 0 ? sum / count : 0);
  }
  if (count == 0) std::fill(means.begin(), means.end(), 1.0);
  return means;
}

/// The mean, over the recalls that were reached, of the error of all true positives found up to there.
double true_positive_error(const Curve& curve, std::vector<double> scores, const std::vector<double>& errors) {
  std::size_t last = 0;
  for (std::size_t r = 0; r < kRecalls; ++r) {
    if (curve.confidence[r] != 0) last = r;
  }
  if (last < kFirstRecall || errors.empty()) return 1;
  std::vector<double> means = running_means(errors);
  std::reverse(means.begin(), means.end());
  std::reverse(scores.begin(), scores.end());
  double sum = 0;
  for (std::size_t r = kFirstRecall; r <= last; ++r) sum += interpolated(curve.confidence[r], scores, means);
  return sum / static_cast<double>(last - kFirstRecall + 1);
}

}  // namespace

NuscenesClassScore NuscenesTally::score_class(const DetectionClass& detection_class, const OfClass& of_class) {
  NuscenesClassScore score;
  score.class_name = detection_class.name;
  score.reference = of_class.reference;
  score.candidate = std::ssize(of_class.predictions);
  std::vector<std::size_t> order(of_class.predictions.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto& predictions = of_class.predictions;
  std::sort(order.begin(), order.end(), [&](std::size_t p, std::size_t q) {
    return std::pair(predictions[p].score, p) > std::pair(predictions[q].score, q);
  });
  std::vector<double> scores;
  for (const std::size_t i : order) scores.push_back(predictions[i].score);
  std::array<double*, kErrors> results{&score.translation_m, &score.scale, &score.orientation_rad, &score.velocity_mps,
                                       &score.attribute};
  for (double* result : results) *result = 1;
  score.average_precision = 0;
  for (std::size_t d = 0; d < kDistances; ++d) {
    std::vector<bool> matched;
    for (const std::size_t i : order) matched.push_back(predictions[i].matched[d]);
    if (of_class.reference == 0 || std::find(matched.begin(), matched.end(), true) == matched.end()) continue;
    const Curve curve = make_curve(scores, matched, static_cast<double>(of_class.reference));
    score.average_precision_at[d] = average_precision(curve);
    score.average_precision += score.average_precision_at[d] / kDistances;
    if (kDistancesM[d] != 2) continue;
    std::vector<double> scores_of_matches;
    std::array<std::vector<double>, kErrors> errors;
    for (const std::size_t i : order) {
      if (!predictions[i].matched[d]) continue;
      scores_of_matches.push_back(predictions[i].score);
      for (std::size_t e = 0; e < kErrors; ++e) errors[e].push_back(predictions[i].error[e]);
    }
    for (std::size_t e = 0; e < kErrors; ++e) *results[e] = true_positive_error(curve, scores_of_matches, errors[e]);
  }
  if (!detection_class.has_orientation) score.orientation_rad = kUndefined;
  if (!detection_class.has_velocity) score.velocity_mps = kUndefined;
  if (!detection_class.has_attribute) score.attribute = kUndefined;
  return score;
}

NuscenesScore NuscenesTally::score() const {
  NuscenesScore score;
  score.mean_average_precision = 0;
  std::array<double, kErrors> sum{};
  std::array<double, kErrors> classes{};
  for (std::size_t c = 0; c < kClasses.size(); ++c) {
    const NuscenesClassScore of_class = score_class(kClasses[c], classes_[c]);
    score.mean_average_precision += of_class.average_precision / static_cast<double>(kClasses.size());
    const std::array<double, kErrors> errors{of_class.translation_m, of_class.scale, of_class.orientation_rad,
                                             of_class.velocity_mps, of_class.attribute};
    for (std::size_t e = 0; e < kErrors; ++e) {
      if (std::isnan(errors[e])) continue;
      sum[e] += errors[e];
      ++classes[e];
    }
    score.classes.push_back(of_class);
  }
  double total = static_cast<double>(kErrors) * score.mean_average_precision;
  for (std::size_t e = 0; e < kErrors; ++e) {
    sum[e] /= classes[e];
    total += std::max(0.0, 1 - sum[e]);
  }
  score.translation_m = sum[kTranslation];
  score.scale = sum[kScale];
  score.orientation_rad = sum[kOrientation];
  score.velocity_mps = sum[kVelocity];
  score.attribute = sum[kAttribute];
  score.detection_score = total / (2 * kErrors);
  return score;
}

}  // namespace concord::stats
