#include "src/report/sealed_file.hpp"

#include <new>

#include "src/core/durable_file.hpp"
#include "src/report/hdf5.hpp"
#include "src/report/trailer.hpp"

namespace concord::report {

Result<std::string> write_sealed(const std::filesystem::path& path,
                                 const std::function<std::pair<std::string, std::string>()>& make) {
  silence_hdf5();
  try {
    auto [digest, bytes] = make();
    CONCORD_RETURN_IF_ERROR(write_durably(path, {bytes, trailer_of(bytes)}));
    return digest;
  } catch (const Hdf5Error& e) {
    return Error{ErrorCode::io, std::string("cannot be made: ") + e.what(), path.string(), ""};
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::limit_exceeded, "does not fit in memory", path.string(), ""};
  }
}

}  // namespace concord::report
