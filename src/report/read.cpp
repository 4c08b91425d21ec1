#include <map>
#include <memory>
#include <new>
#include <type_traits>

#include "concord/report.hpp"
#include "src/report/columns.hpp"
#include "src/report/content_hash.hpp"
#include "src/report/hdf5.hpp"
#include "src/report/kept.hpp"
#include "src/report/layout.hpp"
#include "src/report/trailer.hpp"
#include "src/report/types.hpp"

namespace concord {
namespace report {
namespace {

using Dictionaries = std::map<std::string, std::vector<std::string>>;

template <class Row>
class TableReader {
 public:
  TableReader(hid_t file, Dictionaries& dictionaries, std::uint64_t file_bytes)
      : file_(file), dictionaries_(dictionaries), file_bytes_(file_bytes) {}

  void begin(const char* name, const char* /*meaning*/, std::vector<Row>& rows) {
    table_ = name;
    rows_ = &rows;
    rows.clear();
    sized_ = false;
    group_ = std::make_unique<Handle>(open_group(file_, name));
  }
  void text(const char* name, std::string Row::*member, const char* dictionary, const char* /*meaning*/) {
    const auto codes = read_numbers<std::uint32_t>(*group_, name, H5T_NATIVE_UINT32, file_bytes_);
    size(name, codes.size());
    const std::vector<std::string>& texts = dictionaries_[dictionary];
    for (std::size_t row = 0; row < codes.size(); ++row) {
      if (codes[row] == kNone) continue;
      if (codes[row] >= texts.size()) throw Hdf5Error(table_ + "/" + name + ": a code is outside its dictionary");
      (*rows_)[row].*member = texts[codes[row]];
    }
  }
  void fixed(const char* name, std::string Row::*member, const char* /*meaning*/) {
    std::vector<std::string> texts = read_fixed_strings(*group_, name, file_bytes_);
    size(name, texts.size());
    for (std::size_t row = 0; row < texts.size(); ++row) (*rows_)[row].*member = std::move(texts[row]);
  }
  template <class T>
  void number(const char* name, T Row::*member, const char* /*unit*/, const char* /*meaning*/) {
    const auto values = read_numbers<T>(*group_, name, NumberType<T>::type(), file_bytes_);
    size(name, values.size());
    for (std::size_t row = 0; row < values.size(); ++row) (*rows_)[row].*member = values[row];
  }
  template <class Enum>
  void enumeration(const char* name, Enum Row::*member, const char* /*meaning*/) {
    const auto values = read_numbers<std::uint8_t>(*group_, name, enum_type<Enum>(), file_bytes_);
    size(name, values.size());
    for (std::size_t row = 0; row < values.size(); ++row) {
      // A member that a later version added is unknown here.
      (*rows_)[row].*member = values[row] < enum_size<Enum>() ? static_cast<Enum>(values[row]) : Enum::unknown;
    }
  }
  void end() { group_.reset(); }

 private:
  void size(const char* name, std::size_t rows) {
    if (!sized_) rows_->resize(rows);
    sized_ = true;
    if (rows_->size() != rows) throw Hdf5Error(table_ + "/" + name + " has another length than the columns before it");
  }
  hid_t file_;
  Dictionaries& dictionaries_;
  std::uint64_t file_bytes_;
  std::string table_;
  std::unique_ptr<Handle> group_;
  std::vector<Row>* rows_ = nullptr;
  bool sized_ = false;
};

Dictionaries read_dictionaries(hid_t file, std::uint64_t file_bytes) {
  const Handle group = open_group(file, "dict");
  Dictionaries dictionaries;
  H5G_info_t info{};
  require(H5Gget_info(group, &info), "dict");
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    std::string name(256, '\0');
    const ssize_t length =
        H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, name.data(), name.size(), H5P_DEFAULT);
    if (length < 0 || static_cast<std::size_t>(length) >= name.size())
      throw Hdf5Error("a dictionary's name cannot be read");
    name.resize(static_cast<std::size_t>(length));
    dictionaries[name] = read_fixed_strings(group, name, file_bytes);
  }
  return dictionaries;
}

Report read_content(const std::filesystem::path& path, std::uint64_t file_bytes) {
  const Handle file = open_file(path);
  if (read_text_attribute(file, "format") != kFormatName) throw Hdf5Error("is no Concord report");
  Report report;
  report.schema_version = read_text_attribute(file, "schema_version");
  const std::string major = report.schema_version.substr(0, report.schema_version.find('.'));
  if (major != kReportSchemaVersion.substr(0, kReportSchemaVersion.find('.'))) {
    throw Hdf5Error("has schema version " + report.schema_version + ", this program reads " +
                    std::string(kReportSchemaVersion));
  }
  if (read_text_attribute(file, "complete") != "1") throw Hdf5Error("is not complete");
  report.producer_version = read_text_attribute(file, "producer_version");
  report.content_sha256 = read_text_attribute(file, "content_sha256");
  const auto configuration = read_fixed_strings(open_group(file, "configuration"), "yaml", file_bytes);
  if (!configuration.empty()) report.configuration = configuration.front();

  Dictionaries dictionaries = read_dictionaries(file, file_bytes);
  FlatDrives flat;
  const auto read_rows = [&]<class Row>(std::vector<Row>& rows) {
    TableReader<Row> reader(file, dictionaries, file_bytes);
    describe(reader, rows);
  };
  read_rows(flat.drives);
  read_rows(flat.label_sets);
  read_rows(flat.inputs);
  read_rows(flat.notes);
  read_rows(report.checks);
  read_rows(report.findings);
  read_rows(report.proposals);
  read_rows(report.statuses);
  read_rows(report.exposure);
  if (exists(file, "odd")) {  // from schema version 1.2 on
    read_rows(report.odd.frames);
    read_rows(report.odd.attributes);
    read_rows(report.odd.objects);
  }
  report.drives = unflatten(flat);
  report.measurements = read_measurements(file, file_bytes);
  const Handle run = open_group(file, "run");
  report.run.started_utc = read_text_attribute(run, "started_utc");
  report.run.host = read_text_attribute(run, "host");
  report.run.device = read_text_attribute(run, "device");
  report.run.command = read_text_attribute(run, "command");
  const auto seconds = read_numbers<double>(run, "seconds", H5T_NATIVE_DOUBLE, file_bytes);
  if (seconds.size() != 3) throw Hdf5Error("run/seconds has not three values");
  report.run.seconds_read = seconds[0];
  report.run.seconds_measure = seconds[1];
  report.run.seconds_judge = seconds[2];
  return report;
}

}  // namespace
}  // namespace report

Result<Report> read_report(const std::filesystem::path& path, bool verify) {
  report::silence_hdf5();
  CONCORD_ASSIGN_OR_RETURN(const std::uint64_t bytes, report::check_trailer(path));
  try {
    Report report = report::read_content(path, bytes);
    if (verify && report::content_hash(report) != report.content_sha256) {
      return Error{ErrorCode::malformed, "content does not match its checksum", path.string(), "an unchanged report"};
    }
    return report;
  } catch (const report::Hdf5Error& e) {
    return Error{ErrorCode::malformed, e.what(), path.string(), "a complete Concord report"};
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::limit_exceeded, "does not fit in memory", path.string(), ""};
  }
}

}  // namespace concord
