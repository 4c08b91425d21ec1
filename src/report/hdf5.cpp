#include "src/report/hdf5.hpp"

#include <algorithm>
#include <utility>

#include "concord/text.hpp"

namespace concord::report {
namespace {

/// Names follow the innermost message, which says most.
herr_t append_error(unsigned /*n*/, const H5E_error2_t* error, void* text) {
  auto& line = *static_cast<std::string*>(text);
  if (error->desc != nullptr && line.size() < 300) line += (line.empty() ? "" : "; ") + std::string(error->desc);
  return 0;
}

[[noreturn]] void fail(std::string_view what) {
  std::string stack;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, append_error, &stack);
  throw Hdf5Error(std::string(what) + (stack.empty() ? "" : ": " + stack));
}

constexpr hsize_t kChunkRows = 131072;
constexpr hsize_t kChunkBytes = hsize_t{1} << 20U;
/// HDF5 keeps attributes in the object's header, which has 64 KiB.
constexpr std::size_t kMostAttributeBytes = 32'000;
/// Texts of one column together; one endless text beside many short ones must not take all memory.
constexpr std::uint64_t kMostTextBytes = std::uint64_t{1} << 31U;
/// Deflate cannot expand by more than this.
constexpr std::uint64_t kMostCompression = 1100;

}  // namespace

Handle::Handle(hid_t id, std::string_view what) : id_(id) {
  if (id < 0) fail(what);
}
Handle::Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)) {}
Handle::~Handle() {
  if (id_ < 0) return;
  switch (H5Iget_type(id_)) {
    case H5I_FILE:
      H5Fclose(id_);
      break;
    case H5I_GROUP:
      H5Gclose(id_);
      break;
    case H5I_DATASET:
      H5Dclose(id_);
      break;
    case H5I_DATATYPE:
      H5Tclose(id_);
      break;
    case H5I_DATASPACE:
      H5Sclose(id_);
      break;
    case H5I_ATTR:
      H5Aclose(id_);
      break;
    default:
      H5Pclose(id_);
  }
}

void require(herr_t status, std::string_view what) {
  if (status < 0) fail(what);
}

void silence_hdf5() { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }

Handle create_file_in_memory() {
  const Handle creation(H5Pcreate(H5P_FILE_CREATE), "file properties");
  require(H5Pset_obj_track_times(creation, 0), "file times");
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), "access properties");
  require(H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18), "library bounds");
  constexpr std::size_t kGrowthBytes = std::size_t{8} << 20U;
  require(H5Pset_fapl_core(access, kGrowthBytes, 0), "file in memory");
  // The name is of no consequence.
  return {H5Fcreate("report.h5", H5F_ACC_TRUNC, creation, access), "cannot be created"};
}

std::string bytes_of(const Handle& file) {
  require(H5Fflush(file, H5F_SCOPE_GLOBAL), "flush");
  const ssize_t size = H5Fget_file_image(file, nullptr, 0);
  if (size < 0) fail("size of the file");
  std::string bytes(static_cast<std::size_t>(size), '\0');
  if (H5Fget_file_image(file, bytes.data(), bytes.size()) != size) fail("bytes of the file");
  return bytes;
}

Handle open_file(const std::filesystem::path& path) {
  return {H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), "cannot be opened as HDF5"};
}

Handle create_group(hid_t parent, const std::string& name) {
  const Handle creation(H5Pcreate(H5P_GROUP_CREATE), "group properties");
  require(H5Pset_obj_track_times(creation, 0), "group times");
  return {H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, creation, H5P_DEFAULT), "group " + name};
}

Handle open_group(hid_t parent, const std::string& name) {
  if (!exists(parent, name)) throw Hdf5Error("no group '" + name + "'");
  return {H5Gopen2(parent, name.c_str(), H5P_DEFAULT), "group " + name};
}

Handle fixed_string_type(std::size_t bytes) {
  Handle type(H5Tcopy(H5T_C_S1), "string type");
  require(H5Tset_size(type, std::max<std::size_t>(bytes, 1)), "string size");
  require(H5Tset_cset(type, H5T_CSET_UTF8), "string encoding");
  require(H5Tset_strpad(type, H5T_STR_NULLPAD), "string padding");
  return type;
}

void write_text_attribute(hid_t object, const char* name, std::string_view original) {
  std::string text = to_utf8(original);
  // A cut sequence would be no UTF-8.
  if (text.size() > kMostAttributeBytes) text = to_utf8(std::string_view(text).substr(0, kMostAttributeBytes)) + "...";
  const Handle type = fixed_string_type(text.size());
  const Handle space(H5Screate(H5S_SCALAR), "scalar");
  const Handle attribute(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT), name);
  if (text.empty()) text.push_back('\0');
  require(H5Awrite(attribute, type, text.data()), name);
}

void write_fixed_strings(hid_t group, const std::string& name, const std::vector<std::string_view>& originals,
                         std::string_view meaning) {
  std::vector<std::string> texts;
  texts.reserve(originals.size());
  std::size_t longest = 1;
  for (const std::string_view original : originals) {
    longest = std::max(longest, texts.emplace_back(to_utf8(original)).size());
  }
  if (longest > kMostTextBytes / std::max<std::size_t>(texts.size(), 1)) {
    throw Hdf5Error("column '" + name + "': a text of " + std::to_string(longest) + " bytes is too long for " +
                    std::to_string(texts.size()) + " rows");
  }
  std::vector<char> bytes(longest * texts.size(), '\0');
  for (std::size_t row = 0; row < texts.size(); ++row) {
    std::copy(texts[row].begin(), texts[row].end(), bytes.begin() + static_cast<std::ptrdiff_t>(row * longest));
  }
  const Handle type = fixed_string_type(longest);
  write_dataset(group, name, {type, bytes.data(), texts.size(), nullptr}, "", meaning);
}

std::string read_text_attribute(hid_t object, const char* name) {
  if (H5Aexists(object, name) <= 0) throw Hdf5Error(std::string("no attribute '") + name + "'");
  const Handle attribute(H5Aopen(object, name, H5P_DEFAULT), name);
  const Handle type(H5Aget_type(attribute), name);
  const Handle space(H5Aget_space(attribute), name);
  constexpr std::size_t kMostBytes = std::size_t{1} << 24U;
  const std::size_t bytes = H5Tget_size(type);
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) > 0 || H5Sget_simple_extent_npoints(space) != 1 ||
      bytes > kMostBytes) {
    throw Hdf5Error(std::string("attribute '") + name + "' is no fixed-length string");
  }
  std::string text(bytes, '\0');
  require(H5Aread(attribute, type, text.data()), name);
  return text.c_str();
}

void write_dataset(hid_t group, const std::string& name, const ColumnData& data, std::string_view unit,
                   std::string_view meaning) {
  const Handle creation(H5Pcreate(H5P_DATASET_CREATE), "dataset properties");
  require(H5Pset_obj_track_times(creation, 0), "dataset times");
  const hsize_t rows = data.rows;
  if (rows > 0) {
    const hsize_t fitting = std::max<hsize_t>(kChunkBytes / std::max<std::size_t>(H5Tget_size(data.type), 1), 1);
    const hsize_t chunk = std::min({rows, kChunkRows, fitting});
    require(H5Pset_chunk(creation, 1, &chunk), "chunks");
    require(H5Pset_shuffle(creation), "shuffle");
    require(H5Pset_deflate(creation, 1), "deflate");
    require(H5Pset_fletcher32(creation), "checksum");
  }
  if (data.fill != nullptr) require(H5Pset_fill_value(creation, data.type, data.fill), "fill value");
  const Handle space(H5Screate_simple(1, &rows, nullptr), "dataspace");
  const Handle dataset(H5Dcreate2(group, name.c_str(), data.type, space, H5P_DEFAULT, creation, H5P_DEFAULT),
                       "column " + name);
  if (rows > 0) require(H5Dwrite(dataset, data.type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data.values), "column " + name);
  write_text_attribute(dataset, "units", unit);
  write_text_attribute(dataset, "description", meaning);
}

bool exists(hid_t group, const std::string& name) { return H5Lexists(group, name.c_str(), H5P_DEFAULT) > 0; }

OpenColumn open_column(hid_t group, const std::string& name, std::uint64_t file_bytes) {
  if (!exists(group, name)) throw Hdf5Error("no column '" + name + "'");
  Handle dataset(H5Dopen2(group, name.c_str(), H5P_DEFAULT), "column " + name);
  const Handle space(H5Dget_space(dataset), "column " + name);
  hsize_t rows = 0;
  if (H5Sget_simple_extent_ndims(space) != 1 || H5Sget_simple_extent_dims(space, &rows, nullptr) != 1) {
    throw Hdf5Error("column '" + name + "' is not one-dimensional");
  }
  const Handle type(H5Dget_type(dataset), "column " + name);
  const std::uint64_t most_bytes = file_bytes * kMostCompression;
  if (const std::size_t bytes = H5Tget_size(type); bytes == 0 || rows > most_bytes / bytes) {
    throw Hdf5Error("column '" + name + "' claims " + std::to_string(rows) + " rows, more than the file can hold");
  }
  return {std::move(dataset), rows};
}

std::vector<std::string> read_fixed_strings(hid_t group, const std::string& name, std::uint64_t file_bytes) {
  const OpenColumn column = open_column(group, name, file_bytes);
  const Handle type(H5Dget_type(column.dataset), name);
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) > 0) {
    throw Hdf5Error("column '" + name + "' holds no fixed-length strings");
  }
  const std::size_t bytes = H5Tget_size(type);
  std::vector<char> buffer(bytes * column.rows);
  if (column.rows > 0) {
    require(H5Dread(column.dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer.data()), "column " + name);
  }
  std::vector<std::string> texts;
  texts.reserve(column.rows);
  for (std::size_t row = 0; row < column.rows; ++row) {
    const char* const begin = buffer.data() + row * bytes;
    texts.emplace_back(begin, std::find(begin, begin + bytes, '\0'));
  }
  return texts;
}

}  // namespace concord::report
