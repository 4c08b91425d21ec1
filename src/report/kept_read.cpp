#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "src/report/column_visitor.hpp"
#include "src/report/kept.hpp"
#include "src/report/kept_columns.hpp"
#include "src/report/kept_labels.hpp"
#include "src/report/measurement_columns.hpp"

namespace concord::report {
namespace {

class Reader : public ColumnVisitor<Reader> {
 public:
  static constexpr bool kReads = true;
  Reader(hid_t parent, std::uint64_t file_bytes) : parent_(parent), file_bytes_(file_bytes) {}
  void begin(const std::string& name, const char* /*meaning*/) {
    group_ = std::make_unique<Handle>(open_group(parent_, name));
    rows_.reset();
  }
  void flag(const char* name, bool& value, const char* /*meaning*/) {
    value = read_text_attribute(*group_, name) == "1";
  }
  template <class T>
  void raw(const std::string& name, std::vector<T>& values, const char* /*unit*/, const char* /*meaning*/) {
    if constexpr (std::is_same_v<T, std::string>) {
      values = read_fixed_strings(*group_, name, file_bytes_);
    } else {
      values = read_numbers<T>(*group_, name, NumberType<T>::type(), file_bytes_);
    }
    if (rows_ && *rows_ != values.size()) {
      throw Hdf5Error("column '" + name + "' has another length than the columns before it");
    }
    rows_ = values.size();
  }
  void end() { group_.reset(); }

 private:
  hid_t parent_;
  std::uint64_t file_bytes_;
  std::unique_ptr<Handle> group_;
  std::optional<std::size_t> rows_;
};

/// Numbers of rows or codes: below `count`, or kNone where that is allowed.
void require_below(const std::vector<std::uint32_t>& rows, std::size_t count, const char* what, bool none_allowed) {
  for (const std::uint32_t row : rows) {
    if (row >= count && !(none_allowed && row == kNone)) {
      throw Hdf5Error(std::string("a measurement refers to a ") + what + " that is not there");
    }
  }
}

void require_below(const OptionalColumn<std::uint32_t>& codes, std::size_t rows, std::size_t count) {
  for (std::size_t row = 0; row < rows; ++row) {
    if (codes.get(row).value_or(0) >= std::max<std::size_t>(count, 1)) {
      throw Hdf5Error("a label's provenance is not there");
    }
  }
}

/// Checks follow the row numbers of the tables blindly.
void require_consistent(const Drive& drive, const LabelSet& set, const LabelSetMeasurements& tables) {
  const std::size_t frames = drive.frames.size();
  require_below(set.frame, frames, "frame", false);
  require_below(set.track, set.tracks.size(), "track", true);
  require_below(set.raw_class, set.raw_classes.size(), "class name", false);
  for (const auto* codes : {&set.annotator, &set.vendor, &set.batch, &set.guideline_version, &set.review_stage}) {
    require_below(*codes, set.size(), set.provenance.size());
  }
  if (!std::is_sorted(set.frame.begin(), set.frame.end())) throw Hdf5Error("labels are not sorted by frame");
  for (const AttributeColumn& attribute : set.attributes) {
    if (attribute.code.size() != set.size()) throw Hdf5Error("an attribute is of other labels");
    require_below(attribute.code, attribute.values.size(), "attribute value", true);
  }
  require_below(set.boxes_2d.frame, frames, "frame", false);
  require_below(set.boxes_2d.sensor, drive.sensors.size(), "sensor", true);
  require_below(set.boxes_2d.cuboid_row, set.size(), "label row", true);
  require_below(set.boxes_2d.track, set.tracks.size(), "track", true);

  if (tables.cuboids.size() != set.size()) throw Hdf5Error("measurements are of other labels");
  if (tables.clouds.present() && (tables.clouds.state.size() != frames || tables.points.size() != set.size())) {
    throw Hdf5Error("point measurements are of other labels");
  }
  if (!tables.clouds.present() && tables.points.size() != 0) throw Hdf5Error("point measurements without clouds");
  const ProbeTable& probes = tables.probes;
  if (probes.points.size() != probes.size()) throw Hdf5Error("point measurements are of other probes");
  require_below(probes.frame, frames, "frame", false);
  require_below(probes.track, set.tracks.size(), "track", false);
  for (const auto* rows : {&probes.row_before, &probes.row_after}) require_below(*rows, set.size(), "label row", true);
  require_below(tables.clusters.frame, frames, "frame", false);
  require_below(tables.pairs.frame, frames, "frame", false);
  require_below(tables.motion.track, set.tracks.size(), "track", false);
  require_below(tables.tracks.track, set.tracks.size(), "track", false);
  require_below(tables.registrations.track, set.tracks.size(), "track", false);
  require_below(tables.residuals.track, set.tracks.size(), "track", false);
  if (!std::is_sorted(tables.residuals.track.begin(), tables.residuals.track.end())) {
    throw Hdf5Error("residuals are not sorted by track");
  }
  if (tables.noise.size() != set.tracks.size()) throw Hdf5Error("label noise is of other tracks");
  for (const auto* rows : {&tables.pairs.row_a, &tables.pairs.row_b, &tables.motion.row_from, &tables.motion.row_to,
                           &tables.tracks.first_row, &tables.tracks.last_row, &tables.residuals.row,
                           &tables.registrations.row_from, &tables.registrations.row_to}) {
    require_below(*rows, set.size(), "label row", false);
  }
}

void read_label_set(hid_t parent, std::uint64_t file_bytes, const std::vector<ClassCode>& class_of_code,
                    KeptMeasurements& kept) {
  LabelSet& set = kept.drive.label_sets.emplace_back();
  LabelSetMeasurements& tables = kept.tables.emplace_back();
  set.name = read_text_attribute(parent, "label_set");
  Reader reader(parent, file_bytes);
  reader.class_of_code = class_of_code;
  describe_labels(reader, set);
  describe(reader, tables);
  const Handle attributes = open_group(parent, "attributes");
  for (std::size_t i = 0; exists(attributes, std::to_string(i)); ++i) {
    const Handle group = open_group(attributes, std::to_string(i));
    AttributeColumn& attribute = set.attributes.emplace_back();
    attribute.name = read_text_attribute(group, "name");
    Reader attribute_reader(group, file_bytes);
    describe(attribute_reader, attribute, set.size());
  }
  require_consistent(kept.drive, set, tables);
  set.finish(kept.drive.frames.size());
}

}  // namespace

std::vector<KeptMeasurements> read_measurements(hid_t file, std::uint64_t file_bytes) {
  std::vector<KeptMeasurements> all;
  if (!exists(file, "measurements")) return all;
  auto built = Taxonomy::builtin("");
  if (!built) throw Hdf5Error("the built-in classes cannot be read: " + built.error().text());
  const auto taxonomy = std::make_shared<const Taxonomy>(std::move(built).value());
  const Handle parent = open_group(file, "measurements");
  for (std::size_t i = 0; exists(parent, std::to_string(i)); ++i) {
    const Handle group = open_group(parent, std::to_string(i));
    KeptMeasurements& kept = all.emplace_back();
    kept.drive.name = read_text_attribute(group, "drive");
    kept.drive.format = read_text_attribute(group, "format");
    kept.drive.taxonomy = taxonomy;
    Reader reader(group, file_bytes);
    describe_drive(reader, kept.drive);
    for (const SensorRecord& record : kept.drive.records) {
      if (record.frame >= kept.drive.frames.size()) throw Hdf5Error("a recording is of a frame that is not there");
      if (record.sensor != kNone && record.sensor >= kept.drive.sensors.size()) {
        throw Hdf5Error("a recording is of a sensor that is not there");
      }
    }
    const Handle sets = open_group(group, "label_sets");
    for (std::size_t k = 0; exists(sets, std::to_string(k)); ++k) {
      read_label_set(open_group(sets, std::to_string(k)), file_bytes, reader.class_of_code, kept);
    }
  }
  return all;
}

}  // namespace concord::report
