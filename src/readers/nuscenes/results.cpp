#include "src/readers/nuscenes/results.hpp"

#include <array>
#include <cmath>

#include "src/readers/nuscenes/attributes.hpp"
#include "src/readers/nuscenes/read_scene.hpp"

namespace concord::readers::nuscenes {
namespace {

/// Member names of the two kinds of submission.
struct Kind {
  std::string_view class_name, score, id;
};
constexpr Kind kDetection{"detection_name", "detection_score", ""};
constexpr Kind kTracking{"tracking_name", "tracking_score", "tracking_id"};

constexpr std::array<const char*, 10> kResultClasses{
    "barrier",    "bicycle",    "bus",          "car",     "construction_vehicle",
    "motorcycle", "pedestrian", "traffic_cone", "trailer", "truck"};
constexpr std::array<const char*, 7> kTrackedClasses{"bicycle",    "bus",     "car",  "motorcycle",
                                                     "pedestrian", "trailer", "truck"};

struct Placement {
  std::uint32_t frame;
  SE3 T_ego_world;
};

Result<void> append_result(const Row& row, const Kind& kind, const Placement& place, std::string_view label_id,
                           const Taxonomy& taxonomy, LabelSet& set) {
  CONCORD_ASSIGN_OR_RETURN(const Cuboid box, global_cuboid(row));
  CONCORD_ASSIGN_OR_RETURN(const std::string_view class_name, row.text(kind.class_name));
  std::uint32_t track = kNone;
  if (!kind.id.empty()) {
    CONCORD_ASSIGN_OR_RETURN(const std::string id, row.id(kind.id));
    if (!id.empty()) track = set.tracks.intern(id);
  }
  const std::uint32_t label = set.push_back(place.frame, label_id, track, taxonomy.classify(class_name), class_name,
                                            transformed(place.T_ego_world, box));
  if (row.has(kind.score)) {
    CONCORD_ASSIGN_OR_RETURN(const double score, row.number(kind.score));
    if (!std::isfinite(score)) return row.error(std::string(kind.score) + " is not finite", "a number");
    set.score.set(label, score);
  }
  if (row.has("velocity")) {
    std::array<double, 2> v{};
    CONCORD_RETURN_IF_ERROR(row.numbers("velocity", v));
    const Vec3 velocity_mps = place.T_ego_world.linear() * Vec3(v[0], v[1], 0.0);
    if (velocity_mps.allFinite()) {
      set.velocity_x_mps.set(label, velocity_mps.x());
      set.velocity_y_mps.set(label, velocity_mps.y());
    }
  }
  if (row.has("attribute_name")) {
    CONCORD_ASSIGN_OR_RETURN(const std::string_view attribute, row.text("attribute_name"));
    const std::string name(attribute);
    if (!name.empty()) set_attributes(std::span(&name, 1), label, set);
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<ResultFile>> ResultFile::open(Tables& t, const std::filesystem::path& path) {
  auto result = std::make_unique<ResultFile>();
  result->path_ = path;
  result->file_ = path.string();
  CONCORD_ASSIGN_OR_RETURN(result->mapped_, MappedFile::open(path));
  result->array_of_sample_.resize(t.sample.rows.size());
  const JsonScanner scanner(result->mapped_.text(), result->file_);
  bool has_results = false;
  std::size_t known = 0;
  const auto on_sample = [&](std::string_view token, std::uint64_t at) -> Result<std::uint64_t> {
    CONCORD_ASSIGN_OR_RETURN(const std::uint64_t end, scanner.skip_value(at));
    const auto pooled = t.pool.find(token);
    const std::uint32_t sample = pooled ? t.sample.index.find(*pooled) : kNone;
    if (sample == kNone || sample == kRepeated) {
      ++result->unknown_samples_;
      return end;
    }
    if (result->array_of_sample_[sample].size != 0) {
      return Error{ErrorCode::malformed, "the sample stands twice",
                   result->file_ + "#/results/" + std::string(token.substr(0, 64)), "one array a sample"};
    }
    result->array_of_sample_[sample] = {at, end - at};
    ++known;
    return end;
  };
  CONCORD_ASSIGN_OR_RETURN(
      const std::uint64_t document_end,
      scanner.walk_object(scanner.begin(), [&](std::string_view key, std::uint64_t at) -> Result<std::uint64_t> {
        if (key != "results" || has_results) return scanner.skip_value(at);
        has_results = true;
        return scanner.walk_object(at, on_sample);
      }));
  CONCORD_RETURN_IF_ERROR(scanner.expect_end(document_end));
  if (!has_results) {
    return Error{ErrorCode::malformed, "has no member 'results'", result->file_,
                 "a nuScenes detection or tracking submission"};
  }
  if (known == 0) {
    return Error{ErrorCode::malformed,
                 "none of its " + std::to_string(result->unknown_samples_) + " samples is in the dataset",
                 result->file_ + "#/results", "results of " + t.folder.string()};
  }
  return result;
}

Result<LabelSet> ResultFile::read(Tables& t, std::span<const std::uint32_t> samples, const std::string& name,
                                  Drive& drive) const {
  LabelSet set;
  set.name = name;
  add_attribute_columns(t.attributes, set);
  const JsonScanner scanner(mapped_.text(), file_);
  bool tracking = false;
  std::size_t covered = 0;
  for (std::uint32_t frame = 0; frame < samples.size(); ++frame) {
    const Span array = array_of_sample_[samples[frame]];
    if (array.size == 0) continue;
    ++covered;
    const std::string sample_token(drive.frames.name[frame]);
    const Placement place{frame, drive.frames.T_world_ego[frame].inverse()};
    std::size_t index = 0;
    CONCORD_RETURN_IF_ERROR(scanner.for_each_element(array.begin, [&](Span span) -> Result<void> {
      CONCORD_ASSIGN_OR_RETURN(const Row row, t.parser.parse(mapped_.text(), span, file_, sample_token, index));
      CONCORD_ASSIGN_OR_RETURN(const std::string_view stated, row.text("sample_token"));
      if (stated != sample_token) return row.error("its sample_token names another sample", sample_token);
      const bool has_track = row.has(kTracking.class_name);
      if (set.size() > 0 && has_track != tracking) {
        return row.error("detections and tracking results in one file", "one kind");
      }
      tracking = has_track;
      const std::string label_id = sample_token + ":" + std::to_string(index++);
      return append_result(row, tracking ? kTracking : kDetection, place, label_id, *drive.taxonomy, set);
    }));
  }
  std::vector<std::string> classes(kResultClasses.begin(), kResultClasses.end());
  if (tracking) classes.assign(kTrackedClasses.begin(), kTrackedClasses.end());
  set.scope = nuscenes_scope(classes, *drive.taxonomy);
  set.finish(samples.size());
  if (covered < samples.size()) {
    drive.notes.push_back("label set " + name + ": no results for " + std::to_string(samples.size() - covered) +
                          " of " + std::to_string(samples.size()) + " samples");
  }
  if (unknown_samples_ > 0) {
    drive.notes.push_back("label set " + name + ": " + std::to_string(unknown_samples_) +
                          " samples of the results are not in the dataset");
  }
  drive.input_files.push_back(path_);
  return set;
}

}  // namespace concord::readers::nuscenes
