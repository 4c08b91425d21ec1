#include <map>
#include <memory>
#include <type_traits>
#include <utility>

#include "concord/columns.hpp"
#include "concord/report.hpp"
#include "concord/text.hpp"
#include "src/report/columns.hpp"
#include "src/report/content_hash.hpp"
#include "src/report/hdf5.hpp"
#include "src/report/kept.hpp"
#include "src/report/layout.hpp"
#include "src/report/sealed_file.hpp"
#include "src/report/types.hpp"

namespace concord {
namespace report {
namespace {

/// Texts of all tables by dictionary; written to /dict at the end.
using Dictionaries = std::map<std::string, Dictionary>;

template <class Row>
class TableWriter {
 public:
  TableWriter(hid_t file, Dictionaries& dictionaries) : file_(file), dictionaries_(dictionaries) {}

  void begin(const char* name, const char* meaning, std::vector<Row>& rows) {
    rows_ = &rows;
    group_ = std::make_unique<Handle>(create_group(file_, name));
    write_text_attribute(*group_, "description", meaning);
  }
  void text(const char* name, std::string Row::*member, const char* dictionary, const char* meaning) {
    Dictionary& texts = dictionaries_[dictionary];
    std::vector<std::uint32_t> codes;
    codes.reserve(rows_->size());
    for (const Row& row : *rows_) {
      codes.push_back((row.*member).empty() ? kNone : texts.intern(to_utf8(row.*member)));
    }
    write_dataset(*group_, name, {H5T_NATIVE_UINT32, codes.data(), codes.size(), &kNone}, "",
                  std::string(meaning) + "; code of /dict/" + dictionary);
  }
  void fixed(const char* name, std::string Row::*member, const char* meaning) {
    std::vector<std::string_view> texts;
    for (const Row& row : *rows_) texts.push_back(row.*member);
    write_fixed_strings(*group_, name, texts, meaning);
  }
  template <class T>
  void number(const char* name, T Row::*member, const char* unit, const char* meaning) {
    std::vector<T> values;
    values.reserve(rows_->size());
    for (const Row& row : *rows_) values.push_back(row.*member);
    const T missing = NumberType<T>::kMissing;
    write_dataset(*group_, name, {NumberType<T>::type(), values.data(), values.size(), &missing}, unit, meaning);
  }
  template <class Enum>
  void enumeration(const char* name, Enum Row::*member, const char* meaning) {
    std::vector<std::uint8_t> values;
    for (const Row& row : *rows_) values.push_back(static_cast<std::uint8_t>(row.*member));
    const Handle type = enum_type<Enum>();
    const std::uint8_t unknown = 0;
    write_dataset(*group_, name, {type, values.data(), values.size(), &unknown}, "", meaning);
  }
  void end() { group_.reset(); }

 private:
  hid_t file_;
  Dictionaries& dictionaries_;
  std::unique_ptr<Handle> group_;
  std::vector<Row>* rows_ = nullptr;
};

template <class Row>
void write_rows(hid_t file, Dictionaries& dictionaries, std::vector<Row>& rows) {
  TableWriter<Row> writer(file, dictionaries);
  describe(writer, rows);
}

void write_run(hid_t file, const RunInfo& run) {
  const Handle group = create_group(file, "run");
  write_text_attribute(group, "description", kRunMeaning);
  write_text_attribute(group, "started_utc", run.started_utc);
  write_text_attribute(group, "host", run.host);
  write_text_attribute(group, "device", run.device);
  write_text_attribute(group, "command", run.command);
  const std::vector<double> seconds{run.seconds_read, run.seconds_measure, run.seconds_judge};
  write_dataset(group, "seconds", {H5T_NATIVE_DOUBLE, seconds.data(), seconds.size(), nullptr}, "s", kSecondsMeaning);
}

std::string file_bytes(const Report& original, const std::string& digest) {
  // The descriptions take rows that a reader could fill; a writer only looks.
  auto& report = const_cast<Report&>(original);
  const Handle file = create_file_in_memory();
  write_text_attribute(file, "description", kRootMeaning);
  write_text_attribute(file, "format", kFormatName);
  write_text_attribute(file, "schema_version", report.schema_version);
  write_text_attribute(file, "producer", "concord");
  write_text_attribute(file, "producer_version", report.producer_version);
  write_text_attribute(file, "content_sha256", digest);
  const Handle configuration = create_group(file, "configuration");
  write_text_attribute(configuration, "description", kConfigurationMeaning);
  // Longer than an attribute may be.
  write_fixed_strings(configuration, "yaml", {report.configuration}, kYamlMeaning);

  Dictionaries dictionaries;
  FlatDrives flat = flatten(report.drives);
  write_rows(file, dictionaries, flat.drives);
  write_rows(file, dictionaries, flat.label_sets);
  write_rows(file, dictionaries, flat.inputs);
  write_rows(file, dictionaries, flat.notes);
  write_rows(file, dictionaries, report.checks);
  write_rows(file, dictionaries, report.findings);
  write_rows(file, dictionaries, report.proposals);
  write_rows(file, dictionaries, report.statuses);
  write_rows(file, dictionaries, report.exposure);
  {
    const Handle odd = create_group(file, "odd");
    write_text_attribute(odd, "description", kOddMeaning);
  }
  write_rows(file, dictionaries, report.odd.frames);
  write_rows(file, dictionaries, report.odd.attributes);
  write_rows(file, dictionaries, report.odd.objects);
  write_measurements(file, report.measurements);
  const Handle dictionary_group = create_group(file, "dict");
  write_text_attribute(dictionary_group, "description", kDictMeaning);
  for (const auto& [name, dictionary] : dictionaries) {
    std::vector<std::string_view> texts;
    for (std::uint32_t code = 0; code < dictionary.size(); ++code) texts.push_back(dictionary.at(code));
    write_fixed_strings(dictionary_group, name, texts, kDictionaryMeaning);
  }
  write_run(file, report.run);
  write_text_attribute(file, "complete", "1");
  return bytes_of(file);
}

}  // namespace
}  // namespace report

Result<std::string> write_report(const std::filesystem::path& path, const Report& report) {
  return report::write_sealed(path, [&] {
    const std::string digest = report::content_hash(report);
    return std::pair(digest, report::file_bytes(report, digest));
  });
}

}  // namespace concord
