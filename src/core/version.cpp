#include "concord/version.hpp"

namespace concord {

std::string_view version() { return CONCORD_VERSION; }

}  // namespace concord
