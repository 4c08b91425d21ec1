#!/usr/bin/env bash
# Paired timings of the kernels against public libraries. Usage: tools/bench.sh [FILTER] [--json]
set -euo pipefail
cd "$(dirname "$0")/.."

cmake --preset release -DCONCORD_BENCHMARKS=ON >&2
cmake --build --preset release --target concord_bench >&2
exec build/release/bin/concord_bench "$@"
