#include <pcl/PCLPointCloud2.h>
#include <pcl/console/print.h>
#include <pcl/io/pcd_io.h>
#include <array>
#include <exception>
#include <istream>
#include <sstream>
#include <streambuf>
#include <string>

#include "src/readers/clouds/pcl/decode.hpp"

namespace concord::readers::clouds {
namespace fs = std::filesystem;
namespace {

/// A stream of bytes that somebody else owns.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());
    setg(begin, begin, begin + text.size());
  }
};

char type_letter(NumberType type) {
  switch (type) {
    case NumberType::int8:
    case NumberType::int16:
    case NumberType::int32:
    case NumberType::int64:
      return 'I';
    case NumberType::float32:
    case NumberType::float64:
      return 'F';
    default:
      return 'U';
  }
}

/// The fields that the data holds: PCL's writer leaves padding ("_") out of packed data.
std::vector<PcdHeader::Field> stored_fields(const PcdHeader& header) {
  std::vector<PcdHeader::Field> fields;
  std::uint64_t offset = 0;
  for (PcdHeader::Field field : header.fields) {
    if (field.name == "_" && header.encoding == PcdHeader::Encoding::binary_compressed) continue;
    field.offset = offset;
    offset += std::uint64_t{field.count} * size_of(field.type);
    fields.push_back(field);
  }
  return fields;
}

/// A header in PCL's own form that says the same as ours. So PCL reads no header that we have not read in the same way,
/// and the names, which it gives meanings, are plain.
std::string plain_header(const std::vector<PcdHeader::Field>& fields, const PcdHeader& header) {
  std::array<std::ostringstream, 4> columns;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    columns[0] << " f" << i;
    columns[1] << ' ' << size_of(fields[i].type);
    columns[2] << ' ' << type_letter(fields[i].type);
    columns[3] << ' ' << fields[i].count;
  }
  std::ostringstream text;
  text << "# .PCD v0.7\nVERSION 0.7\nFIELDS" << columns[0].str() << "\nSIZE" << columns[1].str() << "\nTYPE"
       << columns[2].str() << "\nCOUNT" << columns[3].str() << "\nWIDTH " << header.points
       << "\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS " << header.points << "\nDATA ";
  constexpr std::array<const char*, 3> kEncodings{"ascii", "binary", "binary_compressed"};
  text << kEncodings.at(static_cast<std::size_t>(header.encoding)) << '\n';
  return text.str();
}

Result<PointFields> decode(std::string_view text, const PcdHeader& header, const fs::path& path) {
  const Error failed{ErrorCode::malformed, "is refused by PCL's reader", path.string(), "PCD data"};
  const std::vector<PcdHeader::Field> fields = stored_fields(header);
  pcl::PCDReader reader;
  pcl::PCLPointCloud2 cloud;
  Eigen::Vector4f origin;
  Eigen::Quaternionf orientation;
  int version = 0;
  int encoding = 0;
  unsigned int body = 0;
  std::istringstream header_stream(plain_header(fields, header));
  if (reader.readHeader(header_stream, cloud, origin, orientation, version, encoding, body) != 0) return failed;
  const std::uint64_t step =
      fields.empty() ? 0 : fields.back().offset + std::uint64_t{fields.back().count} * size_of(fields.back().type);
  if (cloud.point_step != step || cloud.data.size() != header.points * step || cloud.fields.size() != fields.size()) {
    return failed;
  }
  if (header.encoding == PcdHeader::Encoding::ascii) {
    ViewBuffer buffer(text.substr(header.body));
    std::istream stream(&buffer);
    if (reader.readBodyASCII(stream, cloud, version) != 0) return failed;
  } else {
    const auto* data = reinterpret_cast<const unsigned char*>(text.data());
    const bool compressed = header.encoding == PcdHeader::Encoding::binary_compressed;
    if (reader.readBodyBinary(data, cloud, version, compressed, static_cast<unsigned int>(header.body)) != 0) {
      return failed;
    }
  }
  if (cloud.data.size() != header.points * step) return failed;

  PointFields result;
  result.points = header.points;
  for (const PcdHeader::Field& field : fields) {
    if (!wanted_field(field.name) || field.count != 1 || result.find({field.name}) != nullptr) continue;
    PointFields::Field column{.name = field.name, .floating = is_floating(field.type), .values = {}};
    column.values.resize(header.points);
    const std::uint8_t* data = cloud.data.data() + field.offset;
    for (double& value : column.values) {
      value = number_at(data, field.type);
      data += step;
    }
    result.fields.push_back(std::move(column));
  }
  return result;
}

}  // namespace

Result<PointFields> decode_pcd(std::string_view text, const PcdHeader& header, const fs::path& path) {
  // PCL writes to the console what we return as errors; its level is one for the process.
  static const bool silenced = (pcl::console::setVerbosityLevel(pcl::console::L_ALWAYS), true);
  static_cast<void>(silenced);
  try {
    return decode(text, header, path);
  } catch (const std::exception& failure) {
    return Error{ErrorCode::malformed, std::string("is refused by PCL's reader: ") + failure.what(), path.string(),
                 "PCD data"};
  }
}

}  // namespace concord::readers::clouds
