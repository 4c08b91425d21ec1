#!/usr/bin/env bash
# The long tests: many fuzz iterations, kills, big runs. Arguments go to ctest (-R NAME).
set -euo pipefail
cd "$(dirname "$0")/.."

tools/setup.sh
cmake --preset release -DCONCORD_TESTS=ON
cmake --build --preset release
ctest --test-dir build/release -L campaign --output-on-failure "$@"
