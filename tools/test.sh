#!/usr/bin/env bash
# Installs packages, builds everything and runs every test labelled `ci` (the long ones: tools/campaign.sh).
set -euo pipefail
cd "$(dirname "$0")/.."

tools/setup.sh
cmake --preset release -DCONCORD_TESTS=ON -DCONCORD_BENCHMARKS=ON
cmake --build --preset release
ctest --preset release -j "$(nproc)" "$@"
