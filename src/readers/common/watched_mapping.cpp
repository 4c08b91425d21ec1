#include "src/readers/common/watched_mapping.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <string>
#include <utility>

#include "concord/dataset.hpp"

namespace concord {
namespace readers {
namespace {

/// What the signal handler may look at: addresses that need no lock.
struct Slot {
  std::atomic<std::uintptr_t> begin{0}, end{0};
};
static_assert(std::atomic<std::uintptr_t>::is_always_lock_free, "read by a signal handler");
constexpr std::size_t kSlots = 64;
std::array<Slot, kSlots> slots;
std::uintptr_t page_bytes = 4096;

std::mutex owners_mutex;
std::array<const WatchedMapping*, kSlots> owners{};
thread_local std::optional<Error> closed_cut;

/// Puts a page of zeros where the file has none any more. A fault anywhere else is a bug and ends the process as ever.
void on_bus_error(int signal, siginfo_t* info, void* /*context*/) {
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  for (const Slot& slot : slots) {
    if (address < slot.begin.load() || address >= slot.end.load()) continue;
    const int reason = errno;
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    void* const page = reinterpret_cast<void*>(address / page_bytes * page_bytes);
    const void* const placed = ::mmap(page, page_bytes, PROT_READ, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    errno = reason;
    if (placed == page) return;
  }
  ::signal(signal, SIG_DFL);
  ::raise(signal);  // blocked within the handler: it ends the process on the way out
}

}  // namespace

Error cut_error(const std::filesystem::path& path) {
  return {ErrorCode::io, "was cut while it was read", path.string(), "a file that nobody changes"};
}

Result<std::unique_ptr<WatchedMapping>> WatchedMapping::open(InputFile& input, const std::filesystem::path& path) {
  const std::lock_guard lock(owners_mutex);
  std::size_t slot = 0;
  while (slot < kSlots && owners[slot] != nullptr) ++slot;
  if (slot == kSlots) return std::unique_ptr<WatchedMapping>();
  void* const data = ::mmap(nullptr, input.bytes(), PROT_READ, MAP_PRIVATE, input.descriptor(), 0);
  if (data == MAP_FAILED) {  // NOLINT(performance-no-int-to-ptr)
    return Error{ErrorCode::io, std::string("cannot be mapped: ") + std::strerror(errno), path.string(), ""};
  }
  std::unique_ptr<WatchedMapping> mapping(
      new WatchedMapping(std::move(input), path, static_cast<const char*>(data), slot));
  owners[slot] = mapping.get();
  return mapping;
}

WatchedMapping::WatchedMapping(InputFile input, const std::filesystem::path& path, const char* data, std::size_t slot)
    : input_(std::move(input)), path_(path), data_(data), slot_(slot) {
  const auto begin = reinterpret_cast<std::uintptr_t>(data_);
  slots[slot_].begin.store(begin);
  slots[slot_].end.store(begin + input_.bytes());
}

WatchedMapping::~WatchedMapping() {
  const std::lock_guard lock(owners_mutex);
  if (is_cut()) closed_cut = cut_error(path_);
  slots[slot_].end.store(0);
  slots[slot_].begin.store(0);
  owners[slot_] = nullptr;
  ::munmap(const_cast<char*>(data_), input_.bytes());
}

bool WatchedMapping::is_cut() const {
  struct stat status {};
  return ::fstat(input_.descriptor(), &status) != 0 || static_cast<std::uint64_t>(status.st_size) < input_.bytes();
}

std::optional<Error> cut_file() {
  if (closed_cut.has_value()) return std::exchange(closed_cut, std::nullopt);
  const std::lock_guard lock(owners_mutex);
  for (const WatchedMapping* mapping : owners) {
    if (mapping != nullptr && mapping->is_cut()) return cut_error(mapping->path_);
  }
  return std::nullopt;
}

}  // namespace readers

void survive_cut_files() {
  readers::page_bytes = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  struct sigaction action {};
  action.sa_sigaction = readers::on_bus_error;
  action.sa_flags = SA_SIGINFO;
  ::sigaction(SIGBUS, &action, nullptr);
}

}  // namespace concord
