#include "src/report/content_hash.hpp"

#include <cmath>
#include <type_traits>
#include <vector>

#include "concord/hash.hpp"
#include "src/report/columns.hpp"

namespace concord::report {
namespace {

class Hasher {
 public:
  void text(std::string_view value) {
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

class MeasurementHasher {
 public:
  explicit MeasurementHasher(Hasher& hasher) : hasher_(hasher) {}
  void begin(const char* name) { hasher_.text(name); }
  template <class T>
  void column(const char* name, const std::vector<T>& values, const char* /*unit*/, const char* /*meaning*/) {
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

}  // namespace

std::string content_hash(const Report& original) {
  Report report = original;  // the descriptions take rows that a reader could fill
  Hasher hasher;
  hasher.text(report.schema_version);
  hasher.text(report.producer_version);
  hasher.text(report.configuration);
  FlatDrives flat = flatten(report.drives);
  // The place where a dataset lies is no content.
  for (FlatDrive& drive : flat.drives) drive.source.clear();
  hash_rows(hasher, flat.drives);
  hash_rows(hasher, flat.label_sets);
  hash_rows(hasher, flat.inputs);
  hash_rows(hasher, flat.notes);
  hash_rows(hasher, report.checks);
  hash_rows(hasher, report.findings);
  hash_rows(hasher, report.proposals);
  hash_rows(hasher, report.statuses);
  hash_rows(hasher, report.exposure);
  for (KeptMeasurements& kept : report.measurements) {
    hasher.text(kept.drive);
    hasher.text(kept.label_set);
    hasher.number(static_cast<std::uint8_t>(kept.tables.motion.world));
    MeasurementHasher visitor(hasher);
    describe_measurements(visitor, kept);
  }
  return hasher.hex();
}

}  // namespace concord::report
