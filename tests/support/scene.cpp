#include "tests/support/scene.hpp"

#include <yaml-cpp/yaml.h>
#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <set>
#include <stdexcept>

#include "tests/support/scene_cloud.hpp"

namespace concord::tests {
namespace {

constexpr double kDegree = std::numbers::pi / 180.0;

// Misspelt keys must not turn an example into one that shows nothing.
void require_keys(const YAML::Node& map, const std::set<std::string>& allowed) {
  for (const auto& entry : map) {
    const auto key = entry.first.as<std::string>();
    if (!allowed.contains(key)) throw YAML::RepresentationException(entry.first.Mark(), "unknown key '" + key + "'");
  }
}

Vec3 vector_of(const YAML::Node& node, const Vec3& otherwise) {
  if (!node) return otherwise;
  const auto values = node.as<std::vector<double>>();
  if (values.size() != 3) throw YAML::RepresentationException(node.Mark(), "three numbers expected");
  return {values[0], values[1], values[2]};
}

Vec3 default_size(const std::string& class_name) {
  static const std::map<std::string, Vec3> kSizes{{"car", {4.5, 1.8, 1.5}},         {"truck", {8, 2.5, 3.2}},
                                                  {"bus", {12, 2.6, 3.2}},          {"pedestrian", {0.6, 0.6, 1.7}},
                                                  {"bicycle", {1.8, 0.6, 1.1}},     {"cyclist", {1.8, 0.7, 1.7}},
                                                  {"traffic_cone", {0.4, 0.4, 0.8}}};
  const auto found = kSizes.find(class_name);
  return found == kSizes.end() ? Vec3(2, 1, 1.5) : found->second;
}

/// Centre, direction and speed of an object that moves evenly, at time t_s.
struct Motion {
  Vec3 start_m, velocity_mps, acceleration_mps2;
  double turn_radps = 0;
  double brake_from_s = std::numeric_limits<double>::infinity();
  double brake_mps2 = 0;

  [[nodiscard]] Vec3 position_m(double t_s) const {
    if (turn_radps != 0) {
      const double angle = turn_radps * t_s;
      const Vec3& v = velocity_mps;
      // Integral of the velocity turned by angle(t): a circle.
      return start_m + Vec3(v.x() * std::sin(angle) - v.y() * (1 - std::cos(angle)),
                            v.x() * (1 - std::cos(angle)) + v.y() * std::sin(angle), 0) /
                           turn_radps;
    }
    Vec3 position = start_m + velocity_mps * t_s + 0.5 * t_s * t_s * acceleration_mps2;
    if (t_s > brake_from_s && brake_mps2 > 0) {
      const double stop_s = velocity_mps.norm() / brake_mps2;
      const double braked_s = std::min(t_s - brake_from_s, stop_s);
      const double saved_m =
          0.5 * brake_mps2 * braked_s * braked_s + velocity_mps.norm() * (t_s - brake_from_s - braked_s);
      position -= velocity_mps.normalized() * saved_m;
    }
    return position;
  }
};

struct LabelLine {
  std::uint32_t frame = 0;
  std::string id, track, class_name;
  Cuboid world;
  std::map<std::string, std::string> attributes;  // no YAML::Node: assigning one changes what it refers to
  std::string moving_state;
  std::optional<int> occlusion;
  const YAML::Node* object = nullptr;
};

bool covers(const std::string& frames, std::uint32_t frame) {
  const std::size_t dash = frames.find('-');
  const auto number = [](const std::string& text) { return static_cast<std::uint32_t>(std::stoul(text)); };
  if (dash == std::string::npos) return number(frames) == frame;
  return number(frames.substr(0, dash)) <= frame && frame <= number(frames.substr(dash + 1));
}

void apply_override(const YAML::Node& change, LabelLine& line) {
  require_keys(change, {"shift_m", "turn_deg", "size", "scale", "class", "track", "attributes", "late_frames",
                        "frozen_at", "moving_state", "occlusion"});
  line.world.center_m += vector_of(change["shift_m"], Vec3::Zero());
  line.world.rotation = quat_from_ypr(change["turn_deg"].as<double>(0) * kDegree, 0, 0) * line.world.rotation;
  line.world.size_m =
      vector_of(change["size"], line.world.size_m).cwiseProduct(vector_of(change["scale"], Vec3::Ones()));
  line.class_name = change["class"].as<std::string>(line.class_name);
  line.track = change["track"].as<std::string>(line.track);
  if (change["attributes"]) line.attributes = change["attributes"].as<std::map<std::string, std::string>>();
  if (change["moving_state"]) line.moving_state = change["moving_state"].as<std::string>();
  if (change["occlusion"]) line.occlusion = change["occlusion"].as<int>();
}

/// A fixed sequence without pattern, each component within +-1.
Vec3 scatter_of(std::uint32_t frame) {
  const auto component = [frame](std::uint32_t axis) {
    std::uint32_t bits = (frame * 3 + axis + 1) * 2654435761U;
    bits ^= bits >> 15U;
    bits *= 2246822519U;
    bits ^= bits >> 13U;
    return static_cast<double>(bits % 2001U) / 1000.0 - 1.0;
  };
  return {component(0), component(1), component(2)};
}

std::vector<LabelLine> labels_of(const YAML::Node& object, const std::vector<double>& times_s) {
  require_keys(object,
               {"id",           "class",           "size",       "start",     "velocity",  "acceleration", "turn_deg_s",
                "heading_deg",  "braking",         "first",      "last",      "skip",      "occlusion",    "truncation",
                "visibility",   "lidar_points",    "attributes", "at",        "scatter_m", "key_frames",   "growth",
                "moving_state", "stored_velocity", "phantom",    "unlabelled"});
  const auto class_name = object["class"].as<std::string>();
  Motion motion{vector_of(object["start"], Vec3::Zero()), vector_of(object["velocity"], Vec3::Zero()),
                vector_of(object["acceleration"], Vec3::Zero())};
  motion.turn_radps = object["turn_deg_s"].as<double>(0) * kDegree;
  if (object["braking"]) {
    motion.brake_from_s = times_s.at(object["braking"]["frame"].as<std::size_t>());
    motion.brake_mps2 = object["braking"]["mps2"].as<double>();
  }
  const double along_motion =
      motion.velocity_mps.norm() > 0 ? std::atan2(motion.velocity_mps.y(), motion.velocity_mps.x()) : 0;
  const double heading = object["heading_deg"] ? object["heading_deg"].as<double>() * kDegree : along_motion;
  const auto skipped = object["skip"].as<std::vector<std::uint32_t>>(std::vector<std::uint32_t>{});
  const auto last = object["last"].as<std::uint32_t>(static_cast<std::uint32_t>(times_s.size() - 1));
  const double scatter_m = object["scatter_m"].as<double>(0);
  const double growth = object["growth"].as<double>(1);
  const auto key_frames = object["key_frames"].as<std::uint32_t>(1);
  const auto box_at = [&](std::uint32_t frame) {
    const double t_s = times_s.at(frame) - times_s.front();
    Cuboid box{motion.position_m(t_s), vector_of(object["size"], default_size(class_name)),
               quat_from_ypr(heading + motion.turn_radps * t_s, 0, 0)};
    // Between key frames as a labelling tool places it: on a straight line.
    const std::uint32_t before = frame - frame % key_frames, after = before + key_frames;
    if (frame != before && after < times_s.size()) {
      const double share = (times_s[frame] - times_s[before]) / (times_s[after] - times_s[before]);
      const Vec3 from = motion.position_m(times_s[before] - times_s.front());
      box.center_m = from + share * (motion.position_m(times_s[after] - times_s.front()) - from);
    }
    box.center_m += scatter_m * scatter_of(frame);
    box.size_m *= std::pow(growth, frame);
    return box;
  };
  std::vector<LabelLine> lines;
  for (auto frame = object["first"].as<std::uint32_t>(0); frame <= last; ++frame) {
    if (std::find(skipped.begin(), skipped.end(), frame) != skipped.end()) continue;
    LabelLine line{
        .frame = frame, .track = object["id"].as<std::string>(""), .class_name = class_name, .object = &object};
    if (object["attributes"]) line.attributes = object["attributes"].as<std::map<std::string, std::string>>();
    line.moving_state = object["moving_state"].as<std::string>("");
    line.world = box_at(frame);
    for (const auto& entry : object["at"]) {
      if (!covers(entry.first.as<std::string>(), frame)) continue;
      const YAML::Node& change = entry.second;
      if (change["late_frames"]) {
        line.world = box_at(static_cast<std::uint32_t>(static_cast<int>(frame) - change["late_frames"].as<int>()));
      }
      if (change["frozen_at"]) line.world = box_at(change["frozen_at"].as<std::uint32_t>());
      apply_override(change, line);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<SE3> ego_path(const YAML::Node& ego, const std::vector<double>& times_s) {
  Motion motion{Vec3::Zero(), Vec3(ego["speed_mps"].as<double>(0), 0, 0), Vec3::Zero()};
  motion.turn_radps = ego["turn_deg_s"].as<double>(0) * kDegree;
  std::vector<SE3> poses;
  for (const double time_s : times_s) {
    const double t_s = time_s - times_s.front();
    poses.push_back(make_se3(motion.position_m(t_s), quat_from_ypr(motion.turn_radps * t_s, 0, 0)));
  }
  return poses;
}

/// The pose that the dataset gives: the true one, changed by `ego: {at: {frames: {shift_m, turn_deg}}}`.
SE3 stated_pose(const YAML::Node& ego, std::uint32_t frame, const SE3& pose) {
  SE3 stated = pose;
  if (!ego || !ego["at"]) return stated;
  for (const auto& entry : ego["at"]) {
    if (!covers(entry.first.as<std::string>(), frame)) continue;
    require_keys(entry.second, {"shift_m", "turn_deg"});
    stated.pretranslate(vector_of(entry.second["shift_m"], Vec3::Zero()));
    stated.rotate(quat_from_ypr(entry.second["turn_deg"].as<double>(0) * kDegree, 0, 0));
  }
  return stated;
}

std::vector<double> frame_times_s(const YAML::Node& root) {
  std::vector<double> times_s(root["frames"].as<std::size_t>());
  const double rate_hz = root["rate_hz"].as<double>(10);
  for (std::size_t i = 0; i < times_s.size(); ++i) times_s[i] = static_cast<double>(i) / rate_hz;
  return times_s;
}

void add_attributes(const LabelLine& line, std::uint32_t row, LabelSet& set) {
  for (AttributeColumn& column : set.attributes) {
    column.code.resize(row + 1, kNone);
    const auto found = line.attributes.find(column.name);
    if (found != line.attributes.end()) column.code[row] = column.values.intern(found->second);
  }
}

void add_label(const LabelLine& line, const SE3& T_world_ego, const Taxonomy& taxonomy, LabelSet& set) {
  const std::uint32_t track = line.track.empty() ? kNone : set.tracks.intern(line.track);
  const std::uint32_t row = set.push_back(line.frame, line.id, track, taxonomy.classify(line.class_name),
                                          line.class_name, transformed(T_world_ego.inverse(), line.world));
  const YAML::Node& object = *line.object;
  if (line.occlusion || object["occlusion"]) {
    set.occlusion_level.set(row,
                            static_cast<std::int8_t>(line.occlusion ? *line.occlusion : object["occlusion"].as<int>()));
  }
  if (!line.moving_state.empty()) {
    static const std::map<std::string, MovingState> kStates{
        {"moving", MovingState::moving}, {"stopped", MovingState::stopped}, {"parked", MovingState::parked}};
    set.moving_state.set(row, kStates.at(line.moving_state));
  }
  if (object["stored_velocity"]) {
    const Vec3 velocity = T_world_ego.rotation().transpose() * vector_of(object["stored_velocity"], Vec3::Zero());
    set.velocity_x_mps.set(row, velocity.x());
    set.velocity_y_mps.set(row, velocity.y());
  }
  if (object["truncation"]) set.truncation.set(row, object["truncation"].as<double>());
  if (object["visibility"]) set.visibility.set(row, object["visibility"].as<double>());
  if (object["lidar_points"]) set.lidar_points.set(row, object["lidar_points"].as<std::int32_t>());
  add_attributes(line, row, set);
}

void set_label_ids(std::vector<LabelLine>& lines) {
  std::map<std::string, int> used;
  for (LabelLine& line : lines) {
    const std::string id = std::to_string(line.frame) + ":" + (line.track.empty() ? "#" : line.track);
    const int count = used[id]++;
    line.id = count == 0 ? id : id + "#" + std::to_string(count);
  }
}

Drive build_drive(const YAML::Node& root) {
  Drive drive;
  drive.name = "scene";
  drive.format = "scene";
  auto taxonomy = Taxonomy::builtin("");
  if (!taxonomy.ok()) throw std::logic_error(taxonomy.error().text());
  drive.taxonomy = std::make_shared<const Taxonomy>(std::move(taxonomy).value());

  const std::vector<double> motion_times_s = frame_times_s(root);
  std::vector<double> times_s = motion_times_s;
  const bool has_times = !root["times_s"] || root["times_s"].IsSequence();
  if (root["times_s"] && has_times) times_s = root["times_s"].as<std::vector<double>>();
  if (times_s.size() != motion_times_s.size())
    throw YAML::RepresentationException(root.Mark(), "one time a frame expected");
  const std::vector<SE3> poses = ego_path(root["ego"] ? root["ego"] : YAML::Node(YAML::NodeType::Map), motion_times_s);
  const auto unrecorded = root["unrecorded"].as<std::vector<std::uint32_t>>(std::vector<std::uint32_t>{});
  for (std::uint32_t f = 0; f < times_s.size(); ++f) {
    drive.frames.push_back(std::to_string(f), has_times ? std::llround(times_s[f] * 1e9) : kNoTime,
                           root["poses"] ? std::nullopt : std::optional(stated_pose(root["ego"], f, poses[f])),
                           std::find(unrecorded.begin(), unrecorded.end(), f) == unrecorded.end());
  }

  for (const auto& entry : root["tags"]) {
    drive.tags.push_back({.type = entry["type"].as<std::string>(),
                          .value = entry["value"].as<std::string>(),
                          .frame_begin = entry["first"].as<std::uint32_t>(0),
                          .frame_end = entry["last"].as<std::uint32_t>(kNone)});
  }

  LabelSet set;
  set.name = "labels";
  if (root["extent"].as<std::string>("") == "visible") set.scope.extent = LabelScope::Extent::visible;
  for (const auto& entry : root["attributes"]) {
    AttributeColumn column;
    column.name = entry.first.as<std::string>();
    column.allowed = entry.second.as<std::vector<std::string>>();
    set.attributes.push_back(std::move(column));
  }
  std::vector<YAML::Node> objects;
  for (const auto& object : root["tracks"]) {
    if (!object["unlabelled"].as<bool>(false)) objects.push_back(object);
  }
  std::vector<LabelLine> lines;
  for (const YAML::Node& object : objects) {
    for (LabelLine& line : labels_of(object, motion_times_s)) {
      line.object = &object;
      lines.push_back(std::move(line));
    }
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const LabelLine& a, const LabelLine& b) { return a.frame < b.frame; });
  set_label_ids(lines);
  for (const LabelLine& line : lines) add_label(line, poses[line.frame], *drive.taxonomy, set);
  set.finish(drive.frames.size());
  drive.label_sets.push_back(std::move(set));
  return drive;
}

/// The object as it really was: without what was done to its labels.
std::vector<LabelLine> truth_of(const YAML::Node& object, const std::vector<double>& times_s) {
  const YAML::Node real = YAML::Clone(object);
  for (const char* key : {"at", "skip", "scatter_m", "key_frames", "growth"}) {
    YAML::Node(real).remove(key);
  }
  return labels_of(real, times_s);
}

/// The sweeps of a LiDAR among the real objects of the scene.
CloudBatch build_clouds(const YAML::Node& root) {
  const std::vector<double> times_s = frame_times_s(root);
  const std::vector<SE3> poses = ego_path(root["ego"] ? root["ego"] : YAML::Node(YAML::NodeType::Map), times_s);
  std::vector<std::vector<Cuboid>> boxes(times_s.size());
  for (const auto& object : root["tracks"]) {
    if (object["phantom"].as<bool>(false)) continue;
    for (const LabelLine& line : truth_of(object, times_s)) {
      boxes[line.frame].push_back(transformed(poses[line.frame].inverse(), line.world));
    }
  }
  CloudBatch batch;
  batch.state.assign(times_s.size(), frame_cloud::kMeasured);
  for (std::uint32_t f = 0; f < times_s.size(); ++f) batch.sweeps.push_back(cast_rays(f, boxes[f]));
  return batch;
}

Expectation parse_expectation(const YAML::Node& node, std::string_view check, int first_line) {
  require_keys(node, {"check", "track", "other_track", "label", "class", "frame", "frame_end", "frame_within", "value",
                      "propose", "optional"});
  Expectation expected;
  expected.check = node["check"].as<std::string>(std::string(check));
  expected.track = node["track"].as<std::string>("");
  expected.other_track = node["other_track"].as<std::string>("");
  expected.label = node["label"].as<std::string>("");
  expected.class_name = node["class"].as<std::string>("");
  expected.frame = node["frame"].as<std::string>("");
  expected.frame_end = node["frame_end"].as<std::string>("");
  if (node["frame_within"]) {
    expected.frame_within = {node["frame_within"][0].as<std::uint32_t>(), node["frame_within"][1].as<std::uint32_t>()};
  }
  if (node["value"]) expected.value = node["value"].as<double>();
  for (const auto& entry : node["propose"]) {
    expected.proposals.emplace_back(entry.first.as<std::string>(), entry.second.as<std::string>());
  }
  expected.optional = node["optional"].as<bool>(false);
  expected.line = first_line + node.Mark().line + 1;
  return expected;
}

Scene parse_scene(const std::string& yaml, std::string_view check, int first_line) {
  const YAML::Node root = YAML::Load(yaml);
  require_keys(root, {"scene", "frames", "rate_hz", "times_s", "ego", "poses", "unrecorded", "attributes", "extent",
                      "lidar", "tags", "tracks", "expect"});
  if (!root["expect"]) throw YAML::RepresentationException(root.Mark(), "no 'expect'");
  Scene scene;
  scene.title = root["scene"].as<std::string>();
  scene.line = first_line;
  scene.drive = build_drive(root);
  if (root["lidar"].as<bool>(false)) scene.clouds = build_clouds(root);
  for (const auto& node : root["expect"]) scene.expectations.push_back(parse_expectation(node, check, first_line));
  return scene;
}

}  // namespace

Result<std::vector<Scene>> parse_scenes(std::string_view page, std::string_view check, std::string_view where) {
  constexpr std::string_view kOpen = "```yaml\n";
  std::vector<Scene> scenes;
  for (std::size_t at = page.find(kOpen); at != std::string_view::npos; at = page.find(kOpen, at)) {
    const std::size_t begin = at + kOpen.size();
    const std::size_t end = page.find("```", begin);
    const auto line =
        static_cast<int>(std::count(page.begin(), page.begin() + static_cast<std::ptrdiff_t>(begin), '\n'));
    if (end == std::string_view::npos) {
      return Error{ErrorCode::malformed, "a scene has no end", std::string(where) + ":" + std::to_string(line), "```"};
    }
    try {
      scenes.push_back(parse_scene(std::string(page.substr(begin, end - begin)), check, line));
    } catch (const YAML::Exception& e) {
      return Error{ErrorCode::malformed, e.msg, std::string(where) + ":" + std::to_string(line + e.mark.line + 1),
                   "a scene"};
    } catch (const std::out_of_range&) {
      return Error{ErrorCode::malformed, "a scene names a frame that it does not have",
                   std::string(where) + ":" + std::to_string(line), "frames from 0 to frames - 1"};
    }
    at = end + 3;
  }
  return scenes;
}

}  // namespace concord::tests
