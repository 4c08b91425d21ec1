#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include "concord/attributes.hpp"
#include "concord/finding.hpp"
#include "src/report/hdf5.hpp"

namespace concord::report {

/// HDF5 type and fill value ("missing") of each number type of the report.
template <class T>
struct NumberType;
template <>
struct NumberType<double> {
  static hid_t type() { return H5T_NATIVE_DOUBLE; }
  static constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
  static constexpr const char* kName = "float64";
};
template <>
struct NumberType<float> {
  static hid_t type() { return H5T_NATIVE_FLOAT; }
  static constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();
  static constexpr const char* kName = "float32";
};
template <>
struct NumberType<std::int64_t> {
  static hid_t type() { return H5T_NATIVE_INT64; }
  static constexpr std::int64_t kMissing = kNoTime;
  static constexpr const char* kName = "int64";
};
template <>
struct NumberType<std::int32_t> {
  static hid_t type() { return H5T_NATIVE_INT32; }
  static constexpr std::int32_t kMissing = std::numeric_limits<std::int32_t>::min();
  static constexpr const char* kName = "int32";
};
template <>
struct NumberType<std::uint64_t> {
  static hid_t type() { return H5T_NATIVE_UINT64; }
  static constexpr std::uint64_t kMissing = std::numeric_limits<std::uint64_t>::max();
  static constexpr const char* kName = "uint64";
};
template <>
struct NumberType<std::uint32_t> {
  static hid_t type() { return H5T_NATIVE_UINT32; }
  static constexpr std::uint32_t kMissing = kNone;
  static constexpr const char* kName = "uint32";
};
template <>
struct NumberType<std::uint8_t> {
  static hid_t type() { return H5T_NATIVE_UINT8; }
  static constexpr std::uint8_t kMissing = 255;
  static constexpr const char* kName = "uint8";
};

template <class T>
[[nodiscard]] bool is_missing(T value) {
  return value == NumberType<T>::kMissing || value != value;  // the latter: NaN
}

/// Number of members of the fixed enumerations, UNKNOWN included.
template <class Enum>
constexpr int enum_size() {
  if constexpr (std::is_same_v<Enum, Severity>) return 4;
  if constexpr (std::is_same_v<Enum, Fault>) return 12;
  if constexpr (std::is_same_v<Enum, Scope>) return 9;
  if constexpr (std::is_same_v<Enum, CheckState>) return 4;
  if constexpr (std::is_same_v<Enum, ValueState>) return 3;
  if constexpr (std::is_same_v<Enum, ValueSource>) return 3;
}

/// Name of an enumeration's member in the file: in capitals.
template <class Enum>
std::string member_name(Enum value) {
  std::string name(to_string(value));
  for (char& c : name) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return name;
}

/// The HDF5 enumeration type of a report enumeration.
template <class Enum>
Handle enum_type() {
  Handle type(H5Tenum_create(H5T_NATIVE_UINT8), "enumeration");
  for (int i = 0; i < enum_size<Enum>(); ++i) {
    const std::string name = member_name(static_cast<Enum>(i));
    const auto value = static_cast<std::uint8_t>(i);
    require(H5Tenum_insert(type, name.c_str(), &value), name);
  }
  return type;
}

}  // namespace concord::report
