#pragma once

#include <atomic>

namespace concord::tools {

/// Turns true at the first SIGINT or SIGTERM from this call on; a second one ends the program at once.
[[nodiscard]] const std::atomic<bool>& catch_interrupts();

}  // namespace concord::tools
