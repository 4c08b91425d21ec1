#include "src/readers/openlabel/objects.hpp"

#include "src/readers/openlabel/extension.hpp"

namespace concord::readers::openlabel {

Result<ObjectTable> read_objects(const Node& openlabel) {
  ObjectTable table;
  const auto read_object = [&](std::string_view uid, const Node& node) -> Result<void> {
    CONCORD_RETURN_IF_ERROR(node.require_object("an object with name and type"));
    if (!table.by_uid.emplace(uid, table.objects.size()).second) return node.error("is defined twice", "unique uids");
    Object object;
    object.uid = uid;
    object.track = uid;
    CONCORD_ASSIGN_OR_RETURN(object.type, node.text_of("type", ""));
    CONCORD_ASSIGN_OR_RETURN(object.coordinate_system, node.text_of("coordinate_system", ""));
    CONCORD_ASSIGN_OR_RETURN(object.intervals, read_intervals(node));
    table.has_external_data = table.has_external_data || node.find("resource_uid");
    object.data = node.find("object_data");
    if (object.data) {
      CONCORD_RETURN_IF_ERROR(object.data->require_object("an object"));
      for (const char* kind : {"cuboid", "bbox"}) {
        const auto list = object.data->find(kind);
        if (!list) continue;
        if (!list->value().is_array()) return list->type_error("an array");
        for ([[maybe_unused]] const auto shape : simdjson::dom::array(list->value())) ++object.static_shapes;
      }
      CONCORD_RETURN_IF_ERROR(
          object.data->for_each_element_of("text", [&](std::size_t, const Node& text) -> Result<void> {
            CONCORD_ASSIGN_OR_RETURN(const std::string_view name, text.text_of("name", ""));
            if (name != kTrackId) return {};
            CONCORD_ASSIGN_OR_RETURN(const std::string_view track, text.text_of("val", ""));
            object.track = track.empty() ? std::nullopt : std::optional(track);
            return {};
          }));
    }
    table.objects.push_back(std::move(object));
    return {};
  };
  CONCORD_RETURN_IF_ERROR(openlabel.for_each_member_of("objects", read_object));
  return table;
}

}  // namespace concord::readers::openlabel
