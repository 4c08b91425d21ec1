#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "concord/report.hpp"
#include "src/report/column_visitor.hpp"
#include "src/report/columns.hpp"
#include "src/report/kept_columns.hpp"
#include "src/report/kept_labels.hpp"
#include "src/report/layout.hpp"
#include "src/report/measurement_columns.hpp"

namespace concord {
namespace report {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json missing_of() {
  if constexpr (std::is_floating_point_v<T>) return "NaN";
  return NumberType<T>::kMissing;
}

Json number_column(const char* type, const Json& missing, const char* unit, const std::string& meaning) {
  return {{"type", type}, {"units", unit}, {"missing", missing}, {"description", meaning}};
}

Json text_column(const std::string& meaning) {
  return {{"type", "string"}, {"units", ""}, {"missing", ""}, {"description", meaning}};
}

Json attribute(const std::string& meaning) { return {{"type", "string"}, {"description", meaning}}; }

template <class Enum>
const char* enum_name() {
  if constexpr (std::is_same_v<Enum, Severity>) return "severity";
  if constexpr (std::is_same_v<Enum, Fault>) return "fault";
  if constexpr (std::is_same_v<Enum, Scope>) return "scope";
  if constexpr (std::is_same_v<Enum, CheckState>) return "state";
  if constexpr (std::is_same_v<Enum, ValueState>) return "value_state";
  if constexpr (std::is_same_v<Enum, ValueSource>) return "value_source";
}

template <class Enum>
Json enum_members() {
  Json members = Json::object();
  for (int i = 0; i < enum_size<Enum>(); ++i) members[member_name(static_cast<Enum>(i))] = i;
  return members;
}

/// The groups of the file by path; {drive}, {set} and {attribute} stand for numbers from 0.
class Schema {
 public:
  Json& group(const std::string& path, const std::string& meaning) {
    groups[path] = {{"description", meaning}, {"attributes", Json::object()}, {"columns", Json::object()}};
    return groups[path];
  }
  Json groups = Json::object();
  Json dictionaries = Json::object();
};

template <class Row>
class RowSchema {
 public:
  explicit RowSchema(Schema& schema) : schema_(schema) {}
  void begin(const char* name, const char* meaning, std::vector<Row>& /*rows*/) {
    group_ = &schema_.group(std::string("/") + name, meaning);
  }
  void text(const char* name, std::string Row::* /*member*/, const char* dictionary, const char* meaning) {
    Json column = number_column("uint32", kNone, "", std::string(meaning) + "; code of /dict/" + dictionary);
    column["dictionary"] = std::string("/dict/") + dictionary;
    (*group_)["columns"][name] = column;
    schema_.dictionaries[dictionary] = text_column(kDictionaryMeaning);
  }
  void fixed(const char* name, std::string Row::* /*member*/, const char* meaning) {
    (*group_)["columns"][name] = text_column(meaning);
  }
  template <class T>
  void number(const char* name, T Row::* /*member*/, const char* unit, const char* meaning) {
    (*group_)["columns"][name] = number_column(NumberType<T>::kName, missing_of<T>(), unit, meaning);
  }
  template <class Enum>
  void enumeration(const char* name, Enum Row::* /*member*/, const char* meaning) {
    Json column = number_column("enum", "UNKNOWN", "", meaning);
    column["enumeration"] = enum_name<Enum>();
    (*group_)["columns"][name] = column;
  }
  void end() {}

 private:
  Schema& schema_;
  Json* group_ = nullptr;
};

template <class Row>
void add_rows(Schema& schema) {
  std::vector<Row> none;
  RowSchema<Row> visitor(schema);
  describe(visitor, none);
}

class KeptSchema : public ColumnVisitor<KeptSchema> {
 public:
  static constexpr bool kReads = false;
  KeptSchema(Schema& schema, std::string parent) : schema_(schema), parent_(std::move(parent)) {}
  void begin(const std::string& name, const char* meaning) { group_ = &schema_.group(parent_ + name, meaning); }
  void flag(const char* name, bool /*value*/, const char* meaning) {
    (*group_)["attributes"][name] = attribute(meaning);
  }
  template <class T>
  void raw(const std::string& name, const std::vector<T>& /*values*/, const char* unit, const char* meaning) {
    if constexpr (std::is_same_v<T, std::string>) {
      (*group_)["columns"][name] = text_column(meaning);
    } else {
      (*group_)["columns"][name] = number_column(NumberType<T>::kName, missing_of<T>(), unit, meaning);
    }
  }
  void end() {}

 private:
  Schema& schema_;
  std::string parent_;
  Json* group_ = nullptr;
};

void add_measurements(Schema& schema) {
  Drive drive;
  drive.taxonomy = std::make_shared<const Taxonomy>();
  LabelSet set;
  LabelSetMeasurements tables;
  AttributeColumn column;
  schema.group("/measurements", kMeasurementsMeaning)["optional"] = true;
  Json& one = schema.group("/measurements/{drive}", kKeptDriveMeaning);
  one["attributes"] = {{"drive", attribute("the drive's name")}, {"format", attribute("the reader that read it")}};
  KeptSchema drive_schema(schema, "/measurements/{drive}/");
  describe_drive(drive_schema, drive);
  schema.group("/measurements/{drive}/label_sets", kKeptSetsMeaning);
  const std::string path = "/measurements/{drive}/label_sets/{set}";
  schema.group(path, kKeptSetMeaning)["attributes"] = {{"label_set", attribute("the label set's name")}};
  KeptSchema set_schema(schema, path + "/");
  describe_labels(set_schema, set);
  describe(set_schema, tables);
  schema.group(path + "/attributes", kAttributesMeaning);
  schema.group(path + "/attributes/{attribute}",
               kAttributeMeaning)["attributes"] = {{"name", attribute("the attribute's name")}};
  KeptSchema attribute_schema(schema, path + "/attributes/{attribute}/");
  describe(attribute_schema, column, 0);
}

void add_fixed_parts(Schema& schema) {
  Json& root = schema.group("/", kRootMeaning);
  for (const auto& [name, meaning] : kRootAttributes) root["attributes"][name] = attribute(meaning);
  Json& run = schema.group("/run", kRunMeaning);
  for (const auto& [name, meaning] : kRunAttributes) run["attributes"][name] = attribute(meaning);
  run["columns"]["seconds"] = number_column("float64", "NaN", "s", kSecondsMeaning);
  schema.group("/configuration", kConfigurationMeaning)["columns"]["yaml"] = text_column(kYamlMeaning);
}

}  // namespace
}  // namespace report

std::string report_schema() {
  using namespace report;
  Schema schema;
  add_fixed_parts(schema);
  add_rows<Finding>(schema);
  add_rows<Proposal>(schema);
  add_rows<StatusRow>(schema);
  add_rows<ExposureRow>(schema);
  schema.group("/odd", kOddMeaning);
  add_rows<FrameExposure>(schema);
  add_rows<AttributeSpan>(schema);
  add_rows<ObjectSpan>(schema);
  add_rows<CheckRow>(schema);
  add_rows<FlatDrive>(schema);
  add_rows<FlatLabelSet>(schema);
  add_rows<FlatInput>(schema);
  add_rows<FlatNote>(schema);
  schema.group("/dict", kDictMeaning)["columns"] = schema.dictionaries;
  add_measurements(schema);
  const Json root{{"format", kFormatName},
                  {"schema_version", kReportSchemaVersion},
                  {"notes", kSchemaNotes},
                  {"enumerations",
                   {{"severity", enum_members<Severity>()},
                    {"fault", enum_members<Fault>()},
                    {"scope", enum_members<Scope>()},
                    {"state", enum_members<CheckState>()},
                    {"value_state", enum_members<ValueState>()},
                    {"value_source", enum_members<ValueSource>()}}},
                  {"groups", schema.groups}};
  return root.dump(1) + "\n";
}

}  // namespace concord
