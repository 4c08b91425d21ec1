#include "src/readers/openlabel/read.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "src/core/input_file.hpp"
#include "src/readers/common/json_spans.hpp"
#include "src/readers/openlabel/extension.hpp"
#include "src/readers/openlabel/objects.hpp"
#include "src/readers/openlabel/streams.hpp"
#include "src/readers/openlabel/tags.hpp"

namespace concord::readers::openlabel {
namespace fs = std::filesystem;

namespace {

bool usable_name(std::string_view name) {
  constexpr std::size_t kMaxName = 200;
  return !name.empty() && name.size() <= kMaxName && name.front() != '.' && name != "." &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return c != '/' && c != '\\' && static_cast<unsigned char>(c) >= 0x20; });
}

Result<void> check_version(const Node& openlabel, std::vector<std::string>& notes) {
  const auto metadata = openlabel.find("metadata");
  const auto member = metadata ? metadata->find("schema_version") : std::nullopt;
  if (!member) {
    notes.emplace_back("no schema_version: read as OpenLABEL 1.0.0");
    return {};
  }
  CONCORD_ASSIGN_OR_RETURN(const std::string_view version, member->text());
  if (!version.starts_with("1.0")) {
    return member->error("is OpenLABEL " + std::string(version.substr(0, 20)), "1.0.0", ErrorCode::unsupported);
  }
  return {};
}

Result<LabelScope> read_scope(const Node& node, const Taxonomy& taxonomy) {
  LabelScope scope;
  scope.known = true;
  CONCORD_RETURN_IF_ERROR(node.for_each_element_of("classes", [&](std::size_t, const Node& name) -> Result<void> {
    CONCORD_ASSIGN_OR_RETURN(const std::string_view text, name.text());
    const auto code = taxonomy.find(text);
    if (!code) return name.error("is no class", "a Concord class");
    scope.classes.push_back(*code);
    return {};
  }));
  if (const auto member = node.find("max_range_m")) {
    CONCORD_ASSIGN_OR_RETURN(scope.max_range_m, member->number());
  }
  if (const auto member = node.find("camera_view")) {
    CONCORD_ASSIGN_OR_RETURN(const std::string_view view, member->text());
    scope.camera_view = std::string(view);
  }
  if (const auto member = node.find("min_points")) {
    CONCORD_ASSIGN_OR_RETURN(const std::int64_t points, member->integer());
    if (points < 0 || points > 1'000'000'000) return member->error("is out of range", "a number of points");
    scope.min_points = static_cast<int>(points);
  }
  CONCORD_ASSIGN_OR_RETURN(const std::string_view extent, node.text_of("extent", kExtents[0]));
  const auto known = std::find(kExtents.begin(), kExtents.end(), extent);
  if (known == kExtents.end()) return node.error("extent is unknown", "unknown, amodal or visible");
  scope.extent = static_cast<LabelScope::Extent>(known - kExtents.begin());
  if (const auto member = node.find("cycle_includes_rider")) {
    CONCORD_ASSIGN_OR_RETURN(scope.cycle_includes_rider, member->boolean());
  }
  return scope;
}

/// Concord's additions to the metadata, but for the attributes, which the label reader takes.
Result<void> read_extension(const Node& extension, const ReadOptions& options, LabelContext& context, Drive& drive,
                            LabelSet& head) {
  CONCORD_ASSIGN_OR_RETURN(head.name, extension.text_of("label_set", head.name));
  if (const auto member = extension.find("time_assumed")) {
    CONCORD_ASSIGN_OR_RETURN(drive.frames.time_assumed, member->boolean());
  }
  if (const auto member = extension.find("velocity_relative")) {
    CONCORD_ASSIGN_OR_RETURN(head.velocity_relative, member->boolean());
  }
  if (const auto scope = extension.find("scope")) {
    CONCORD_ASSIGN_OR_RETURN(head.scope, read_scope(*scope, *options.taxonomy));
  }
  return extension.for_each_member_of("classes", [&](std::string_view raw, const Node& name) -> Result<void> {
    CONCORD_ASSIGN_OR_RETURN(const std::string_view text, name.text());
    const auto code = options.taxonomy->find(text);
    if (!code) return name.error("is no class", "a Concord class");
    if (!options.own_taxonomy) context.stated_classes.emplace(raw, *code);
    return {};
  });
}

}  // namespace

bool looks_like_openlabel(const fs::path& file) {
  constexpr std::size_t kLookAt = 8192;
  return file.extension() == ".json" && first_bytes(file, kLookAt).find("\"openlabel\"") != std::string::npos;
}

std::string drive_name(const fs::path& file) {
  constexpr std::size_t kLookAt = std::size_t{64} << 10U;
  const std::string text = first_bytes(file, kLookAt);
  Span value{0, text.size()};
  for (const char* key : {"openlabel", "metadata", "name"}) {
    const auto member = find_member(text, value, key);
    if (!member) return file.stem().string();
    value = member->value;
  }
  const auto name = unescaped_string(text, value);
  return name && usable_name(*name) ? *name : file.stem().string();
}

Result<Node> openlabel_member(const Document& document) {
  const Node root = document.root();
  CONCORD_RETURN_IF_ERROR(root.require_object("an object with the member 'openlabel'"));
  const auto node = root.find("openlabel");
  if (!node) {
    const bool vcd = root.find("vcd").has_value();
    return root.error(vcd ? "is VCD, the predecessor of OpenLABEL" : "has no member 'openlabel'", "ASAM OpenLABEL 1.0",
                      vcd ? ErrorCode::unsupported : ErrorCode::malformed);
  }
  CONCORD_RETURN_IF_ERROR(node->require_object("an object"));
  return *node;
}

Result<FileReading> read_drive(const Document& document, const fs::path& file, std::string name,
                               const ReadOptions& options) {
  CONCORD_ASSIGN_OR_RETURN(const Node openlabel, openlabel_member(document));
  FileReading result;
  Drive& drive = result.drive;
  drive.name = std::move(name);
  drive.format = "openlabel";
  drive.source = file;
  drive.taxonomy = options.taxonomy;
  drive.input_files = {file};
  CONCORD_RETURN_IF_ERROR(check_version(openlabel, drive.notes));
  CONCORD_ASSIGN_OR_RETURN(const CoordinateSystems systems, CoordinateSystems::read(openlabel));
  CONCORD_ASSIGN_OR_RETURN(const FrameList frames, read_frame_list(openlabel, systems));
  CONCORD_ASSIGN_OR_RETURN(const ObjectTable objects, read_objects(openlabel));
  LabelContext context{&systems, &frames, &objects, {}, options.keep_places};
  LabelSet head;
  head.name = "labels";
  if (const auto metadata = openlabel.find("metadata")) {
    if (const auto extension = metadata->find(kExtension)) {
      CONCORD_RETURN_IF_ERROR(read_extension(*extension, options, context, drive, head));
    }
  }
  CONCORD_RETURN_IF_ERROR(append_frames(frames, drive.frames));
  if (objects.has_external_data) drive.notes.emplace_back("objects refer to external resources: these are not read");
  if (frames.single) drive.notes.emplace_back("no frames: read as one frame without a time");
  if (drive.frames.T_world_ego.empty()) drive.notes.emplace_back("no transforms from ego to a scene: no ego poses");
  CONCORD_RETURN_IF_ERROR(append_sensors(openlabel, systems, frames, drive));
  CONCORD_RETURN_IF_ERROR(append_records(openlabel, frames, file, drive));
  CONCORD_RETURN_IF_ERROR(append_tags(openlabel, frames, drive.tags));
  CONCORD_ASSIGN_OR_RETURN(LabelReading labels, read_labels(openlabel, context, drive));
  labels.set.name = head.name;
  labels.set.scope = head.scope;
  labels.set.velocity_relative = head.velocity_relative;
  drive.label_sets.push_back(std::move(labels.set));
  drive.notes.insert(drive.notes.end(), labels.notes.begin(), labels.notes.end());
  result.places = std::move(labels.places);
  if (options.keep_places) {
    for (const FrameList::Entry& entry : frames.entries) result.frame_keys.emplace_back(entry.key);
    if (systems.ego()) result.ego = systems.name(*systems.ego());
  }
  return result;
}

}  // namespace concord::readers::openlabel
