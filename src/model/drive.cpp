#include "concord/drive.hpp"

#include <stdexcept>

namespace concord {

void Frames::push_back(std::string_view frame_name, TimeNs time, const std::optional<SE3>& pose, bool is_recorded) {
  const std::size_t before = size();
  name.push_back(frame_name);
  time_ns.push_back(time);
  recorded.push_back(is_recorded ? 1 : 0);
  if (pose && T_world_ego.empty()) {
    T_world_ego.assign(before, SE3::Identity());
    pose_valid.assign(before, 0);
  }
  if (pose || !T_world_ego.empty()) {
    T_world_ego.push_back(pose.value_or(SE3::Identity()));
    pose_valid.push_back(pose ? 1 : 0);
  }
}

std::uint32_t LabelSet::push_back(std::uint32_t frame_index, std::string_view id, std::uint32_t track_code,
                                  ClassCode code, std::string_view raw_class_name, const Cuboid& box) {
  if (!frame.empty() && frame_index < frame.back()) throw std::logic_error("label rows must be added frame by frame");
  const auto row = static_cast<std::uint32_t>(size());
  frame.push_back(frame_index);
  label_id.push_back(id);
  track.push_back(track_code);
  class_code.push_back(code);
  raw_class.push_back(raw_classes.intern(raw_class_name));
  cuboid.push_back(box);
  return row;
}

void LabelSet::finish(std::size_t frame_count) {
  frame_offset.assign(frame_count + 1, 0);
  for (const std::uint32_t f : frame) {
    if (f >= frame_count) throw std::logic_error("label row outside the drive's frames");
    ++frame_offset[f + 1];
  }
  for (std::size_t f = 0; f < frame_count; ++f) frame_offset[f + 1] += frame_offset[f];
}

std::uint32_t Drive::find_sensor(std::string_view sensor_name) const {
  for (std::size_t i = 0; i < sensors.size(); ++i) {
    if (sensors[i].name == sensor_name) return static_cast<std::uint32_t>(i);
  }
  return kNone;
}

}  // namespace concord
