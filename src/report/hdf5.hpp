#pragma once

#include <hdf5.h>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace concord::report {

/// An HDF5 call failed; the text holds the library's error stack. Caught at the module's boundary and turned into
/// Error.
class Hdf5Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Owns an HDF5 identifier of any kind. A negative identifier throws with the library's error stack.
class Handle {
 public:
  Handle(hid_t id, std::string_view what);
  ~Handle();
  Handle(Handle&& other) noexcept;
  Handle& operator=(Handle&&) = delete;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  [[nodiscard]] hid_t get() const { return id_; }
  operator hid_t() const { return id_; }  // NOLINT(google-explicit-constructor)

 private:
  hid_t id_;
};

/// Throws Hdf5Error when `status` is negative.
void require(herr_t status, std::string_view what);

/// HDF5 prints its errors by default; a library does not. Per thread in thread-safe builds.
void silence_hdf5();

/// A new file in memory whose bytes do not depend on the clock, readable from HDF5 1.8 on. In memory, because the
/// library crashes at its end after a disk ran full.
[[nodiscard]] Handle create_file_in_memory();
/// Its bytes, once all else is closed.
[[nodiscard]] std::string bytes_of(const Handle& file);
[[nodiscard]] Handle open_file(const std::filesystem::path& path);
[[nodiscard]] Handle create_group(hid_t parent, const std::string& name);
[[nodiscard]] Handle open_group(hid_t parent, const std::string& name);

void write_text_attribute(hid_t object, const char* name, std::string_view text);
[[nodiscard]] std::string read_text_attribute(hid_t object, const char* name);

/// Fixed-length UTF-8 strings of `bytes` bytes, padded with zeros.
[[nodiscard]] Handle fixed_string_type(std::size_t bytes);
/// A column of such strings, as long as the longest. What is not UTF-8 is written as to_utf8() shows it.
void write_fixed_strings(hid_t group, const std::string& name, const std::vector<std::string_view>& texts,
                         std::string_view meaning);

/// Writes a one-dimensional compressed, checksummed dataset with its unit, meaning and fill value.
struct ColumnData {
  hid_t type;
  const void* values;
  std::size_t rows;
  const void* fill;  ///< one value of `type`, or nullptr
};
void write_dataset(hid_t group, const std::string& name, const ColumnData& data, std::string_view unit,
                   std::string_view meaning);

/// Opens a one-dimensional dataset and tells its length. A length that the file's size cannot hold is an error.
struct OpenColumn {
  Handle dataset;
  std::size_t rows;
};
[[nodiscard]] OpenColumn open_column(hid_t group, const std::string& name, std::uint64_t file_bytes);
[[nodiscard]] bool exists(hid_t group, const std::string& name);
[[nodiscard]] std::vector<std::string> read_fixed_strings(hid_t group, const std::string& name,
                                                          std::uint64_t file_bytes);

/// A column of numbers that are stored as `type`, or of an enumeration's numbers.
template <class T>
std::vector<T> read_numbers(hid_t group, const std::string& name, hid_t type, std::uint64_t file_bytes) {
  const OpenColumn column = open_column(group, name, file_bytes);
  const Handle stored(H5Dget_type(column.dataset), name);
  const H5T_class_t wanted = H5Tget_class(type);
  if (H5Tget_class(stored) != wanted || H5Tget_size(stored) != sizeof(T)) {
    throw Hdf5Error("column '" + name + "' has another type");
  }
  std::vector<T> values(column.rows);
  if (column.rows > 0) {
    // An enumeration is read as it is stored; its members are checked by the caller.
    require(
        H5Dread(column.dataset, wanted == H5T_ENUM ? stored.get() : type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
        "column " + name);
  }
  return values;
}

}  // namespace concord::report
