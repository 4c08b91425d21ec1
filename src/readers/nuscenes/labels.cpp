#include <algorithm>
#include <limits>
#include <unordered_map>

#include "src/readers/nuscenes/attributes.hpp"
#include "src/readers/nuscenes/links.hpp"
#include "src/readers/nuscenes/read_scene.hpp"

namespace concord::readers::nuscenes {
namespace {

/// What the label's instance says; the same for all labels of a track.
struct Instance {
  std::uint32_t track = kNone;
  std::string category;
};

using InstanceCache = std::unordered_map<std::uint32_t, Instance>;

Result<const Instance*> read_instance(Tables& t, std::uint32_t instance_row, LabelSet& set, InstanceCache& cache) {
  if (const auto known = cache.find(instance_row); known != cache.end()) return &known->second;
  CONCORD_ASSIGN_OR_RETURN(const Row row, t.row(t.instance, instance_row));
  CONCORD_ASSIGN_OR_RETURN(const std::string_view token, row.text("token"));
  CONCORD_ASSIGN_OR_RETURN(const std::uint32_t category, t.follow(row, "category_token", t.category));
  Instance instance{set.tracks.intern(token), category == kNone ? std::string() : t.categories[category]};
  return &cache.emplace(instance_row, std::move(instance)).first->second;
}

/// The members of a sample_annotation row, copied: a parser holds one row at a time.
struct Annotation {
  std::string token;
  std::uint32_t instance = kNone;
  Links links;
  Cuboid cuboid;  ///< global frame
  std::vector<std::string> attributes;
  std::optional<double> visibility;
  std::optional<std::int32_t> lidar_points, radar_points;
};

Result<std::optional<std::int32_t>> point_count(const Row& row, std::string_view key) {
  if (!row.has(key)) return std::optional<std::int32_t>();
  CONCORD_ASSIGN_OR_RETURN(const std::int64_t count, row.integer(key));
  if (count < 0 || count > std::numeric_limits<std::int32_t>::max()) {
    return row.error(std::string(key) + " is " + std::to_string(count), "a count of points");
  }
  return std::optional(static_cast<std::int32_t>(count));
}

/// An absent link is as good as an empty one.
Result<std::uint32_t> link(Tables& t, const Row& row, std::string_view key) {
  if (!row.has(key)) return kNone;
  return t.follow(row, key, t.sample_annotation);
}

Result<Annotation> read_annotation(Tables& t, std::uint32_t annotation_row) {
  CONCORD_ASSIGN_OR_RETURN(const Row row, t.row(t.sample_annotation, annotation_row));
  Annotation annotation;
  CONCORD_ASSIGN_OR_RETURN(const std::string_view token, row.text("token"));
  annotation.token = token;
  CONCORD_ASSIGN_OR_RETURN(annotation.instance, t.follow(row, "instance_token", t.instance));
  CONCORD_ASSIGN_OR_RETURN(annotation.links.prev, link(t, row, "prev"));
  CONCORD_ASSIGN_OR_RETURN(annotation.links.next, link(t, row, "next"));
  CONCORD_ASSIGN_OR_RETURN(annotation.cuboid, global_cuboid(row));
  if (row.has("attribute_tokens")) {
    CONCORD_ASSIGN_OR_RETURN(const std::vector<std::string_view> attributes, row.texts("attribute_tokens"));
    for (const std::string_view attribute : attributes) {
      CONCORD_ASSIGN_OR_RETURN(const std::uint32_t found, t.follow(row, "attribute_tokens", attribute, t.attribute));
      if (found != kNone) annotation.attributes.push_back(t.attributes[found]);
    }
  }
  if (row.has("visibility_token")) {
    CONCORD_ASSIGN_OR_RETURN(const std::uint32_t found, t.follow(row, "visibility_token", t.visibility));
    if (found != kNone) annotation.visibility = t.visibilities[found];
  }
  CONCORD_ASSIGN_OR_RETURN(annotation.lidar_points, point_count(row, "num_lidar_pts"));
  CONCORD_ASSIGN_OR_RETURN(annotation.radar_points, point_count(row, "num_radar_pts"));
  return annotation;
}

}  // namespace

Result<Cuboid> global_cuboid(const Row& row) {
  std::array<double, 3> center{};
  std::array<double, 3> size{};
  std::array<double, 4> rotation{};
  CONCORD_RETURN_IF_ERROR(row.numbers("translation", center));
  CONCORD_RETURN_IF_ERROR(row.numbers("size", size));
  CONCORD_RETURN_IF_ERROR(row.numbers("rotation", rotation));
  return Cuboid{{center[0], center[1], center[2]},
                {size[1], size[0], size[2]},
                Quat(rotation[0], rotation[1], rotation[2], rotation[3])};
}

LabelScope nuscenes_scope(std::span<const std::string> class_names, const Taxonomy& taxonomy) {
  LabelScope scope;
  scope.known = true;
  for (const std::string& name : class_names) {
    const ClassCode code = taxonomy.classify(name);
    if (code != kUnknownClass && std::find(scope.classes.begin(), scope.classes.end(), code) == scope.classes.end()) {
      scope.classes.push_back(code);
    }
  }
  scope.min_points = 1;
  scope.extent = LabelScope::Extent::amodal;
  scope.cycle_includes_rider = true;
  return scope;
}

Result<LabelSet> read_labels(Tables& t, std::span<const std::uint32_t> samples, Drive& drive) {
  LabelSet set;
  set.name = "labels";
  set.scope = nuscenes_scope(t.categories, *drive.taxonomy);
  add_attribute_columns(t.attributes, set);
  InstanceCache instances;
  TrackLinks links;
  const Instance none;  // an empty instance token: the label has neither track nor class
  for (std::uint32_t frame = 0; frame < samples.size(); ++frame) {
    const SE3 T_ego_world = drive.frames.T_world_ego[frame].inverse();
    for (const std::uint32_t annotation_row : t.annotations.of(samples[frame])) {
      CONCORD_ASSIGN_OR_RETURN(const Annotation annotation, read_annotation(t, annotation_row));
      const Instance* instance = &none;
      if (annotation.instance != kNone) {
        CONCORD_ASSIGN_OR_RETURN(instance, read_instance(t, annotation.instance, set, instances));
      }
      const std::uint32_t row =
          set.push_back(frame, annotation.token, instance->track, drive.taxonomy->classify(instance->category),
                        instance->category, transformed(T_ego_world, annotation.cuboid));
      links.push_back(annotation_row, annotation.links, annotation.cuboid.center_m);
      set_attributes(annotation.attributes, row, set);
      if (annotation.visibility) set.visibility.set(row, *annotation.visibility);
      if (annotation.lidar_points) set.lidar_points.set(row, *annotation.lidar_points);
      if (annotation.radar_points) set.radar_points.set(row, *annotation.radar_points);
    }
  }
  set.finish(samples.size());
  links.finish(drive, set);
  return set;
}

}  // namespace concord::readers::nuscenes
