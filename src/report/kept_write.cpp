#include <memory>
#include <string>
#include <type_traits>

#include "src/report/column_visitor.hpp"
#include "src/report/kept.hpp"
#include "src/report/kept_columns.hpp"
#include "src/report/kept_labels.hpp"
#include "src/report/layout.hpp"
#include "src/report/measurement_columns.hpp"

namespace concord::report {
namespace {

class Writer : public ColumnVisitor<Writer> {
 public:
  static constexpr bool kReads = false;
  explicit Writer(hid_t parent) : parent_(parent) {}
  void begin(const std::string& name, const char* meaning) {
    group_ = std::make_unique<Handle>(create_group(parent_, name));
    write_text_attribute(*group_, "description", meaning);
  }
  void flag(const char* name, bool value, const char* /*meaning*/) {
    write_text_attribute(*group_, name, value ? "1" : "0");
  }
  template <class T>
  void raw(const std::string& name, std::vector<T>& values, const char* unit, const char* meaning) {
    if constexpr (std::is_same_v<T, std::string>) {
      write_fixed_strings(*group_, name, {values.begin(), values.end()}, meaning);
    } else {
      const T missing = NumberType<T>::kMissing;
      write_dataset(*group_, name, {NumberType<T>::type(), values.data(), values.size(), &missing}, unit, meaning);
    }
  }
  void end() { group_.reset(); }

 private:
  hid_t parent_;
  std::unique_ptr<Handle> group_;
};

void write_label_set(hid_t parent, LabelSet& set, LabelSetMeasurements& tables) {
  write_text_attribute(parent, "description", kKeptSetMeaning);
  write_text_attribute(parent, "label_set", set.name);
  Writer writer(parent);
  describe_labels(writer, set);
  describe(writer, tables);
  const Handle attributes = create_group(parent, "attributes");
  write_text_attribute(attributes, "description", kAttributesMeaning);
  for (std::size_t i = 0; i < set.attributes.size(); ++i) {
    const Handle group = create_group(attributes, std::to_string(i));
    write_text_attribute(group, "description", kAttributeMeaning);
    write_text_attribute(group, "name", set.attributes[i].name);
    Writer attribute(group);
    describe(attribute, set.attributes[i], set.size());
  }
}

}  // namespace

void write_measurements(hid_t file, const std::vector<KeptMeasurements>& measurements) {
  if (measurements.empty()) return;
  const Handle all = create_group(file, "measurements");
  write_text_attribute(all, "description", kMeasurementsMeaning);
  for (std::size_t i = 0; i < measurements.size(); ++i) {
    // The descriptions take what a reader could fill; a writer only looks.
    auto& kept = const_cast<KeptMeasurements&>(measurements[i]);
    const Handle group = create_group(all, std::to_string(i));
    write_text_attribute(group, "description", kKeptDriveMeaning);
    write_text_attribute(group, "drive", kept.drive.name);
    write_text_attribute(group, "format", kept.drive.format);
    Writer writer(group);
    describe_drive(writer, kept.drive);
    const Handle sets = create_group(group, "label_sets");
    write_text_attribute(sets, "description", kKeptSetsMeaning);
    for (std::size_t k = 0; k < kept.tables.size(); ++k) {
      const Handle set = create_group(sets, std::to_string(k));
      write_label_set(set, kept.drive.label_sets[k], kept.tables[k]);
    }
  }
}

}  // namespace concord::report
