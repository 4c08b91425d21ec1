#include <pcl/io/ply/ply_parser.h>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>

#include "src/readers/clouds/pcl/decode.hpp"

namespace concord::readers::clouds {
namespace fs = std::filesystem;
namespace {

namespace ply = pcl::io::ply;

/// Collects the vertices that PCL's parser hands over number by number.
class Vertices {
 public:
  explicit Vertices(const PlyHeader& header) : header_(header) {
    for (const PlyHeader::Property& property : header.vertices().properties) {
      if (!wanted_field(property.name)) continue;
      result_.fields.push_back({.name = property.name, .floating = is_floating(property.type), .values = {}});
      result_.fields.back().values.reserve(header.vertices().count);
    }
  }

  /// The parser must have read the same header as we: its counts bound its loops.
  void define_element(const std::string& name, std::size_t count) {
    if (elements_ == header_.elements.size() || header_.elements[elements_].name != name ||
        header_.elements[elements_].count != count) {
      throw std::runtime_error("its header can be read in two ways");
    }
    ++elements_;
  }

  template <class T>
  std::function<void(T)> define_property(const std::string& element, const std::string& property) {
    for (PointFields::Field& field : result_.fields) {
      if (element != "vertex" || field.name != property) continue;
      return [&field](T value) { field.values.push_back(static_cast<double>(value)); };
    }
    return [](T) {};
  }

  Result<PointFields> take(const fs::path& path) {
    result_.points = header_.vertices().count;
    for (const PointFields::Field& field : result_.fields) {
      if (field.values.size() == result_.points) continue;
      return Error{ErrorCode::malformed, "holds " + std::to_string(field.values.size()) + " values of " + field.name,
                   path.string(), std::to_string(result_.points) + " vertices"};
    }
    return std::move(result_);
  }

 private:
  const PlyHeader& header_;
  std::size_t elements_ = 0;
  PointFields result_;
};

template <class T>
void connect(ply::ply_parser::scalar_property_definition_callbacks_type& callbacks, Vertices& vertices) {
  ply::ply_parser::at<T>(callbacks) = [&vertices](const std::string& element, const std::string& property) {
    return vertices.define_property<T>(element, property);
  };
}

Result<PointFields> decode(const PlyHeader& header, const fs::path& path) {
  Vertices vertices(header);
  std::string complaint = "is refused by PCL's parser";
  ply::ply_parser parser;
  parser.error_callback([&complaint](std::size_t line, const std::string& message) {
    complaint = "is refused by PCL's parser at line " + std::to_string(line) + ": " + message;
  });
  parser.element_definition_callback([&vertices](const std::string& name, std::size_t count) {
    vertices.define_element(name, count);
    return std::make_tuple(std::function<void()>([] {}), std::function<void()>([] {}));
  });
  ply::ply_parser::scalar_property_definition_callbacks_type callbacks;
  connect<ply::int8>(callbacks, vertices);
  connect<ply::int16>(callbacks, vertices);
  connect<ply::int32>(callbacks, vertices);
  connect<ply::uint8>(callbacks, vertices);
  connect<ply::uint16>(callbacks, vertices);
  connect<ply::uint32>(callbacks, vertices);
  connect<ply::float32>(callbacks, vertices);
  connect<ply::float64>(callbacks, vertices);
  parser.scalar_property_definition_callbacks(callbacks);
  if (!parser.parse(path.string())) return Error{ErrorCode::malformed, complaint, path.string(), "PLY data"};
  return vertices.take(path);
}

}  // namespace

Result<PointFields> decode_ply(const PlyHeader& header, const fs::path& path) {
  try {
    return decode(header, path);
  } catch (const std::exception& failure) {
    return Error{ErrorCode::malformed, std::string("is refused by PCL's parser: ") + failure.what(), path.string(),
                 "PLY data"};
  }
}

}  // namespace concord::readers::clouds
