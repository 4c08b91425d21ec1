#include "src/report/content_hash.hpp"

#include <cmath>
#include <type_traits>
#include <vector>

#include "concord/hash.hpp"
#include "concord/text.hpp"
#include "src/report/column_visitor.hpp"
#include "src/report/columns.hpp"
#include "src/report/kept_columns.hpp"
#include "src/report/kept_labels.hpp"
#include "src/report/measurement_columns.hpp"

namespace concord::report {
namespace {

class Hasher {
 public:
  /// As the report will hold it.
  void text(std::string_view original) {
    const std::string value = to_utf8(original);
    number(static_cast<std::uint64_t>(value.size()));
    hash_.update(value);
  }
  template <class T>
  void number(T value) {
    if constexpr (std::is_floating_point_v<T>) {
      if (std::isnan(value)) value = std::numeric_limits<T>::quiet_NaN();
    }
    hash_.update(&value, sizeof(value));
  }
  std::string hex() { return hash_.hex(); }

 private:
  Sha256 hash_;
};

template <class Row>
class RowHasher {
 public:
  explicit RowHasher(Hasher& hasher) : hasher_(hasher) {}
  void begin(const char* name, const char* /*meaning*/, std::vector<Row>& rows) {
    rows_ = &rows;
    hasher_.text(name);
    hasher_.number(static_cast<std::uint64_t>(rows.size()));
  }
  void text(const char* name, std::string Row::*member, const char* /*dictionary*/, const char* /*meaning*/) {
    hasher_.text(name);
    for (const Row& row : *rows_) hasher_.text(row.*member);
  }
  void fixed(const char* name, std::string Row::*member, const char* meaning) { text(name, member, "", meaning); }
  template <class T>
  void number(const char* name, T Row::*member, const char* /*unit*/, const char* /*meaning*/) {
    hasher_.text(name);
    for (const Row& row : *rows_) hasher_.number(row.*member);
  }
  template <class Enum>
  void enumeration(const char* name, Enum Row::*member, const char* /*meaning*/) {
    hasher_.text(name);
    for (const Row& row : *rows_) hasher_.number(static_cast<std::uint8_t>(row.*member));
  }
  void end() {}

 private:
  Hasher& hasher_;
  std::vector<Row>* rows_ = nullptr;
};

template <class Row>
void hash_rows(Hasher& hasher, std::vector<Row>& rows) {
  RowHasher<Row> visitor(hasher);
  describe(visitor, rows);
}

class KeptHasher : public ColumnVisitor<KeptHasher> {
 public:
  static constexpr bool kReads = false;
  explicit KeptHasher(Hasher& hasher) : hasher_(hasher) {}
  void begin(const std::string& name, const char* /*meaning*/) { hasher_.text(name); }
  void flag(const char* name, bool value, const char* /*meaning*/) {
    hasher_.text(name);
    hasher_.number(static_cast<std::uint8_t>(value));
  }
  template <class T>
  void raw(const std::string& name, const std::vector<T>& values, const char* /*unit*/, const char* /*meaning*/) {
    hasher_.text(name);
    hasher_.number(static_cast<std::uint64_t>(values.size()));
    for (const T& value : values) {
      if constexpr (std::is_same_v<T, std::string>) {
        hasher_.text(value);
      } else {
        hasher_.number(value);
      }
    }
  }
  void end() {}

 private:
  Hasher& hasher_;
};

void hash_kept(Hasher& hasher, KeptMeasurements& kept) {
  hasher.text(kept.drive.name);
  hasher.text(kept.drive.format);
  KeptHasher visitor(hasher);
  describe_drive(visitor, kept.drive);
  for (std::size_t i = 0; i < kept.tables.size(); ++i) {
    LabelSet& set = kept.drive.label_sets[i];
    hasher.text(set.name);
    describe_labels(visitor, set);
    describe(visitor, kept.tables[i]);
    for (AttributeColumn& attribute : set.attributes) {
      hasher.text(attribute.name);
      describe(visitor, attribute, set.size());
    }
  }
}

/// Reports of earlier schema versions keep their hash.
bool has_odd(const Report& report) {
  return !report.schema_version.starts_with("1.0.") && !report.schema_version.starts_with("1.1.");
}

}  // namespace

std::string content_hash(const Report& original) {
  // The descriptions take rows that a reader could fill; a hash only looks.
  auto& report = const_cast<Report&>(original);
  Hasher hasher;
  hasher.text(report.schema_version);
  hasher.text(report.producer_version);
  hasher.text(report.configuration);
  FlatDrives flat = flatten(report.drives);
  // The place where a file lies is no content.
  for (FlatDrive& drive : flat.drives) drive.source = drive.taxonomy = drive.mapping = "";
  for (FlatLabelSet& set : flat.label_sets) set.source.clear();
  hash_rows(hasher, flat.drives);
  hash_rows(hasher, flat.label_sets);
  hash_rows(hasher, flat.inputs);
  hash_rows(hasher, flat.notes);
  hash_rows(hasher, report.checks);
  hash_rows(hasher, report.findings);
  hash_rows(hasher, report.proposals);
  hash_rows(hasher, report.statuses);
  hash_rows(hasher, report.exposure);
  if (has_odd(report)) {
    hash_rows(hasher, report.odd.frames);
    hash_rows(hasher, report.odd.attributes);
    hash_rows(hasher, report.odd.objects);
  }
  for (KeptMeasurements& kept : report.measurements) hash_kept(hasher, kept);
  return hasher.hex();
}

}  // namespace concord::report
