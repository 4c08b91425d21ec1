#include <cmath>
#include <new>
#include <optional>
#include <utility>

#include "concord/hash.hpp"
#include "concord/priors.hpp"
#include "concord/text.hpp"
#include "concord/version.hpp"
#include "src/report/hdf5.hpp"
#include "src/report/sealed_file.hpp"
#include "src/report/trailer.hpp"
#include "src/report/types.hpp"

// PRIORS.md describes the file.
namespace concord {
namespace report {
namespace {

constexpr const char* kPriorsFormat = "concord-priors";
/// No count of one file is larger, so that sums of thousands of files fit 64 bits and doubles hold them exactly.
constexpr std::uint64_t kMostCount = std::uint64_t{1} << 50U;
constexpr std::size_t kMostNameBytes = 4096;

/// The tables of a file, column by column. Sketches of quantities and of checks share one table of bins.
struct Columns {
  std::vector<std::string> name, class_name;
  std::vector<std::uint64_t> count, examined;
  std::vector<std::uint32_t> bin_sketch, bin;
  std::vector<std::uint64_t> bin_count;
  std::vector<std::string> drive, drive_sha256;
  std::vector<std::uint64_t> drive_labels;
  std::vector<std::string> calibration_check, calibration_drive;
  std::vector<double> base_rate, intercept, score_slope, surprise_slope;
  std::vector<std::uint64_t> calibration_findings, calibration_hits;
};

void add_sketch(Columns& c, const PriorKey& key, const Sketch& sketch, std::uint64_t examined) {
  const auto row = static_cast<std::uint32_t>(c.name.size());
  c.name.push_back(key.name);
  c.class_name.push_back(key.class_name);
  c.count.push_back(sketch.count());
  c.examined.push_back(examined);
  for (const auto& [bin, count] : sketch.bins()) {
    c.bin_sketch.push_back(row);
    c.bin.push_back(bin);
    c.bin_count.push_back(count);
  }
}

Columns columns_of(const Priors& priors) {
  Columns c;
  for (const auto& [key, sketch] : priors.sketches) add_sketch(c, key, sketch, 0);
  for (const auto& [key, check] : priors.checks) add_sketch(c, key, check.scores, check.examined);
  for (const auto& [name, drive] : priors.drives) {
    c.drive.push_back(to_utf8(name));
    c.drive_sha256.push_back(drive.inputs_sha256);
    c.drive_labels.push_back(drive.labels);
  }
  if (!priors.calibration) return c;
  c.base_rate.push_back(priors.calibration->base_rate);
  for (const std::string& drive : priors.calibration->drives) c.calibration_drive.push_back(to_utf8(drive));
  for (const CalibrationRow& row : priors.calibration->rows) {
    c.calibration_check.push_back(row.check);
    c.intercept.push_back(row.intercept);
    c.score_slope.push_back(row.score_slope);
    c.surprise_slope.push_back(row.surprise_slope);
    c.calibration_findings.push_back(row.findings);
    c.calibration_hits.push_back(row.hits);
  }
  return c;
}

/// The one description of the file: `group`, `text` and `number` are called for each, by writer, reader and hash.
template <class Visitor>
void describe(Visitor& v, Columns& c) {
  v.group("sketches", "one row a distribution: of a quantity of a class, or of the scores of a check's findings");
  v.text("name", c.name, "quantity, or id of a check: only the latter has a dot");
  v.text("class", c.class_name, "Concord class");
  v.number("count", c.count, "1", "values in all bins");
  v.number("examined", c.examined, "1", "labels that the check examined; 0 of a quantity");
  v.group("bins", "bins that hold something, by sketch, then bin");
  v.number("sketch", c.bin_sketch, "1", "row of `sketches`");
  v.number("bin", c.bin, "1",
           "0: below 2^-20; bin b holds (1 + (b - 1) % 128 / 128) * 2^((b - 1) / 128 - 20) and above");
  v.number("count", c.bin_count, "1", "values in it");
  v.group("drives", "what was learned from, by name");
  v.text("name", c.drive, "the drive's name");
  v.text("inputs_sha256", c.drive_sha256, "SHA-256 over the hashes of its input files, by path");
  v.number("labels", c.drive_labels, "1", "labels of its own label set");
  v.group("calibration", "one row a check, the first of all together; none: not calibrated");
  v.text("check", c.calibration_check, "the check's id; empty: all together");
  v.number("intercept", c.intercept, "1", "log odds of a finding of score 0 and surprise 1");
  v.number("score_slope", c.score_slope, "1", "log odds more for a score of 1");
  v.number("surprise_slope", c.surprise_slope, "1", "log odds more for every four decades of surprise");
  v.number("findings", c.calibration_findings, "1", "findings of the fit");
  v.number("hits", c.calibration_hits, "1", "of these, true ones");
  v.group("calibration_fit", "of all rows of `calibration`");
  v.number("base_rate", c.base_rate, "1", "errors over labels in the drives of the fit; one row or none");
  v.group("calibration_drives", "drives of the fit");
  v.text("name", c.calibration_drive, "the drive's name");
}

class Writer {
 public:
  explicit Writer(hid_t file) : file_(file) {}
  void group(const char* name, const char* meaning) {
    group_.emplace(create_group(file_, name));
    write_text_attribute(*group_, "description", meaning);
  }
  void text(const char* name, const std::vector<std::string>& values, const char* meaning) {
    write_fixed_strings(*group_, name, {values.begin(), values.end()}, meaning);
  }
  template <class T>
  void number(const char* name, const std::vector<T>& values, const char* unit, const char* meaning) {
    const T missing = NumberType<T>::kMissing;
    write_dataset(*group_, name, {NumberType<T>::type(), values.data(), values.size(), &missing}, unit, meaning);
  }

 private:
  hid_t file_;
  std::optional<Handle> group_;
};

class Reader {
 public:
  Reader(hid_t file, std::uint64_t file_bytes) : file_(file), file_bytes_(file_bytes) {}
  void group(const char* name, const char* /*meaning*/) {
    group_.emplace(open_group(file_, name));
    table_ = name;
    rows_.reset();
  }
  void text(const char* name, std::vector<std::string>& values, const char* /*meaning*/) {
    values = read_fixed_strings(*group_, name, file_bytes_);
    hold_length(name, values.size());
    for (const std::string& value : values) {
      if (value.size() > kMostNameBytes) throw Hdf5Error(table_ + "/" + name + " holds an endless name");
    }
  }
  template <class T>
  void number(const char* name, std::vector<T>& values, const char* /*unit*/, const char* /*meaning*/) {
    values = read_numbers<T>(*group_, name, NumberType<T>::type(), file_bytes_);
    hold_length(name, values.size());
  }

 private:
  void hold_length(const char* name, std::size_t rows) {
    if (rows_.value_or(rows) != rows)
      throw Hdf5Error(table_ + "/" + name + " has another length than the columns before");
    rows_ = rows;
  }
  hid_t file_;
  std::uint64_t file_bytes_;
  std::optional<Handle> group_;
  std::string table_;
  std::optional<std::size_t> rows_;
};

class Hasher {
 public:
  void group(const char* name, const char* /*meaning*/) { add(name); }
  void text(const char* name, const std::vector<std::string>& values, const char* /*meaning*/) {
    begin(name, values.size());
    for (const std::string& value : values) add(value);
  }
  template <class T>
  void number(const char* name, const std::vector<T>& values, const char* /*unit*/, const char* /*meaning*/) {
    begin(name, values.size());
    hash_.update(values.data(), values.size() * sizeof(T));
  }
  std::string hex() { return hash_.hex(); }

 private:
  void begin(const char* name, std::uint64_t rows) {
    add(name);
    hash_.update(&rows, sizeof(rows));
  }
  void add(std::string_view text) {
    const std::uint64_t bytes = text.size();
    hash_.update(&bytes, sizeof(bytes));
    hash_.update(text);
  }
  Sha256 hash_;
};

std::string hash_of(Columns& columns) {
  Hasher hasher;
  describe(hasher, columns);
  return hasher.hex();
}

void hold(bool holds, std::string_view what) {
  if (!holds) throw Hdf5Error(std::string(what));
}

std::vector<Sketch> sketches_of(const Columns& c) {
  std::vector<Sketch> sketches(c.name.size());
  for (std::size_t i = 0; i < c.bin.size(); ++i) {
    hold(c.bin_sketch[i] < sketches.size(), "bins/sketch names a row that does not exist");
    hold(c.bin[i] < Sketch::kBins, "bins/bin is outside its range");
    hold(c.bin_count[i] > 0 && c.bin_count[i] <= kMostCount, "bins/count is outside its range");
    const bool ascending = i == 0 || c.bin_sketch[i - 1] < c.bin_sketch[i] ||
                           (c.bin_sketch[i - 1] == c.bin_sketch[i] && c.bin[i - 1] < c.bin[i]);
    hold(ascending, "bins are not in their order");
    Sketch& sketch = sketches[c.bin_sketch[i]];
    sketch.add_to_bin(c.bin[i], c.bin_count[i]);
    hold(sketch.count() <= kMostCount, "a sketch holds more values than can be");
  }
  for (std::size_t row = 0; row < sketches.size(); ++row) {
    hold(sketches[row].count() == c.count[row], "sketches/count is not the sum of the bins");
  }
  return sketches;
}

std::optional<Calibration> calibration_of(const Columns& c) {
  hold(c.base_rate.size() <= 1, "calibration_fit has more than one row");
  hold(c.base_rate.empty() == c.calibration_check.empty(), "the calibration is not complete");
  if (c.base_rate.empty()) return std::nullopt;
  Calibration calibration{.base_rate = c.base_rate.front(), .drives = c.calibration_drive, .rows = {}};
  hold(calibration.base_rate > 0 && calibration.base_rate < 1, "calibration_fit/base_rate is not between 0 and 1");
  hold(c.calibration_check.front().empty(), "calibration does not begin with the common row");
  for (std::size_t i = 0; i < c.calibration_check.size(); ++i) {
    hold(i == 0 || c.calibration_check[i - 1] < c.calibration_check[i], "calibration is not in its order");
    hold(std::isfinite(c.intercept[i]) && std::abs(c.intercept[i]) < 1e6, "calibration/intercept is no number");
    hold(c.score_slope[i] >= 0 && c.score_slope[i] < 1e6, "calibration/score_slope is not 0 or more");
    hold(c.surprise_slope[i] >= 0 && c.surprise_slope[i] < 1e6, "calibration/surprise_slope is not 0 or more");
    hold(c.calibration_hits[i] <= c.calibration_findings[i], "calibration/hits exceeds findings");
    calibration.rows.push_back({c.calibration_check[i], c.intercept[i], c.score_slope[i], c.surprise_slope[i],
                                c.calibration_findings[i], c.calibration_hits[i]});
  }
  return calibration;
}

Priors priors_of(const Columns& c) {
  Priors priors;
  std::vector<Sketch> sketches = sketches_of(c);
  for (std::size_t row = 0; row < sketches.size(); ++row) {
    PriorKey key{c.name[row], c.class_name[row]};
    hold(!key.name.empty(), "sketches/name is empty");
    bool is_new = false;
    // The ids of checks have a dot, the names of quantities none.
    if (key.name.find('.') == std::string::npos) {
      hold(c.examined[row] == 0, "sketches/examined is not 0 of a quantity");
      is_new = priors.sketches.emplace(std::move(key), std::move(sketches[row])).second;
    } else {
      hold(c.examined[row] <= kMostCount, "sketches/examined is outside its range");
      is_new = priors.checks.emplace(std::move(key), CheckPrior{c.examined[row], std::move(sketches[row])}).second;
    }
    hold(is_new, "two sketches have one name and class");
  }
  for (std::size_t row = 0; row < c.drive.size(); ++row) {
    PriorDrive drive{c.drive[row], c.drive_sha256[row], c.drive_labels[row]};
    hold(drive.labels <= kMostCount, "drives/labels is outside its range");
    hold(priors.drives.emplace(c.drive[row], drive).second, "two drives have one name");
  }
  priors.calibration = calibration_of(c);
  return priors;
}

std::string file_bytes(Columns& columns, const std::string& digest) {
  const Handle file = create_file_in_memory();
  write_text_attribute(file, "description", "distributions that Concord learned from drives");
  write_text_attribute(file, "format", kPriorsFormat);
  write_text_attribute(file, "schema_version", kPriorsSchemaVersion);
  write_text_attribute(file, "producer", "concord");
  write_text_attribute(file, "producer_version", version());
  write_text_attribute(file, "content_sha256", digest);
  Writer writer(file);
  describe(writer, columns);
  write_text_attribute(file, "complete", "1");
  return bytes_of(file);
}

Priors read_content(const std::filesystem::path& path, std::uint64_t bytes) {
  const Handle file = open_file(path);
  hold(read_text_attribute(file, "format") == kPriorsFormat, "is no file of priors");
  const std::string schema = read_text_attribute(file, "schema_version");
  if (schema.substr(0, schema.find('.')) != kPriorsSchemaVersion.substr(0, kPriorsSchemaVersion.find('.'))) {
    throw Hdf5Error("has schema version " + schema + ", this program reads " + std::string(kPriorsSchemaVersion));
  }
  hold(read_text_attribute(file, "complete") == "1", "is not complete");
  Columns columns;
  Reader reader(file, bytes);
  describe(reader, columns);
  const std::string digest = hash_of(columns);
  hold(digest == read_text_attribute(file, "content_sha256"), "its content does not match its checksum");
  Priors priors = priors_of(columns);
  priors.content_sha256 = digest;
  return priors;
}

}  // namespace
}  // namespace report

Result<std::string> write_priors(const std::filesystem::path& path, const Priors& priors) {
  return report::write_sealed(path, [&] {
    report::Columns columns = report::columns_of(priors);
    const std::string digest = report::hash_of(columns);
    return std::pair(digest, report::file_bytes(columns, digest));
  });
}

Result<Priors> read_priors(const std::filesystem::path& path) {
  constexpr const char* kExpected = "a file that `concord learn` wrote";
  constexpr std::uintmax_t kMostFileBytes = std::uintmax_t{1} << 30U;
  report::silence_hdf5();
  std::error_code failure;
  const std::uintmax_t file_bytes = std::filesystem::file_size(path, failure);
  auto bytes = report::check_trailer(path);
  if (!bytes) {
    Error error = bytes.error();
    error.expected = kExpected;
    return error;
  }
  // The HDF5 library is no judge of strange bytes: it sees only what Concord wrote.
  if (failure || *bytes == file_bytes) {
    return Error{ErrorCode::malformed, "has no checksum at its end", path.string(), kExpected};
  }
  if (file_bytes > kMostFileBytes) {
    return Error{ErrorCode::limit_exceeded, std::to_string(file_bytes) + " bytes are no priors", path.string(),
                 "at most " + std::to_string(kMostFileBytes)};
  }
  try {
    return report::read_content(path, *bytes);
  } catch (const report::Hdf5Error& e) {
    return Error{ErrorCode::malformed, e.what(), path.string(), kExpected};
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::limit_exceeded, "does not fit in memory", path.string(), ""};
  }
}

}  // namespace concord
