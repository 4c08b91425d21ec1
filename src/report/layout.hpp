#pragma once

// Names and meanings of what is no table: attributes and single groups. The tables are in columns.hpp.

#include <array>
#include <string_view>
#include <utility>

namespace concord::report {

inline constexpr const char* kFormatName = "concord-report";

using Meaning = std::pair<const char*, const char*>;

inline constexpr std::array<Meaning, 6> kRootAttributes{
    {{"format", "concord-report"},
     {"schema_version", "semantic version of this schema; readers refuse another major version"},
     {"producer", "the program that wrote the file"},
     {"producer_version", "its version"},
     {"content_sha256", "SHA-256 of all content but /run and the paths of the input; see src/report/README.md"},
     {"complete", "1; written last"}}};
inline constexpr std::array<Meaning, 4> kRunAttributes{{{"started_utc", "when the drive was read, ISO 8601"},
                                                        {"host", "name of the machine"},
                                                        {"device", "what measured"},
                                                        {"command", "as typed"}}};

inline constexpr const char* kRootMeaning =
    "what Concord found in the labels of one drive, or of several after a merge";
inline constexpr const char* kRunMeaning = "what may differ between equal runs; outside content_sha256";
inline constexpr const char* kSecondsMeaning = "read, measure, judge";
inline constexpr const char* kConfigurationMeaning = "what was in force; one row";
inline constexpr const char* kYamlMeaning = "profile and options that change results";
inline constexpr const char* kDictMeaning = "texts of the tables, in order of their codes; 4294967295 is no text";
inline constexpr const char* kDictionaryMeaning = "texts in order of their codes";
inline constexpr const char* kOddMeaning = "the drives as operational design domains see them";
inline constexpr const char* kMeasurementsMeaning =
    "all that judging needs, with --keep-measurements; one group a drive";
inline constexpr const char* kKeptDriveMeaning = "a drive without its recordings";
inline constexpr const char* kKeptSetsMeaning = "one group a label set";
inline constexpr const char* kKeptSetMeaning = "labels, and what was measured of them";
inline constexpr const char* kAttributesMeaning = "one group an attribute of the labels";
inline constexpr const char* kAttributeMeaning = "values of one attribute";

inline constexpr std::array<const char*, 5> kSchemaNotes{
    "columns are one-dimensional and of equal length within a group; not empty ones are chunked, shuffled, deflated "
    "and have a checksum",
    "each column has the attributes units (empty for texts, codes and values with a unit of their own) and "
    "description; "
    "each group has description",
    "strings are UTF-8, fixed-length, padded with zeros",
    "missing is NaN or the fill value, never 0; missing in an enumeration is UNKNOWN",
    "{drive}, {set} and {attribute} are numbers from 0"};

}  // namespace concord::report
