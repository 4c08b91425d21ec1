#include "src/readers/clouds/pcl/decode.hpp"

namespace concord::readers::clouds {
namespace {

Error no_pcl(const std::filesystem::path& path) {
  return {ErrorCode::unsupported, "cannot be decoded: this build has no PCL", path.string(),
          "a build with CONCORD_PCL=ON"};
}

}  // namespace

Result<PointFields> decode_pcd(std::string_view /*text*/, const PcdHeader& /*header*/,
                               const std::filesystem::path& path) {
  return no_pcl(path);
}

Result<PointFields> decode_ply(const PlyHeader& /*header*/, const std::filesystem::path& path) { return no_pcl(path); }

}  // namespace concord::readers::clouds
