#!/usr/bin/env bash
# Paired timings of the kernels against public libraries. Usage: tools/bench.sh [FILTER] [--json] [--device cuda]
# With --readme: writes the table of tests/bench/README.md.
# With --checks: precision and recall of the checks on errors seeded into research data; writes tests/bench/CHECKS.md.
# With --point-checks: the same for the checks that need clouds; writes tests/bench/POINT_CHECKS.md.
# With --priors: what learned priors and calibrated scores change on unseen drives; writes tests/bench/PRIORS.md.
set -euo pipefail
cd "$(dirname "$0")/.."

cmake --preset release -DCONCORD_BENCHMARKS=ON >&2
if [ "${1:-}" = --checks ]; then
  shift
  cmake --build --preset release --target concord >&2
  exec python3 tests/bench/seeded_errors.py "$@"
fi
if [ "${1:-}" = --point-checks ]; then
  shift
  cmake --build --preset release --target concord_point_checks >&2
  exec build/release/bin/concord_point_checks "$@"
fi
if [ "${1:-}" = --priors ]; then
  shift
  cmake --build --preset release --target concord >&2
  exec python3 tests/bench/priors.py "$@"
fi
cmake --build --preset release --target concord_bench >&2
if [ "${1:-}" = --readme ]; then
  page=tests/bench/README.md
  table=$(build/release/bin/concord_bench --markdown)
  text=$(sed '/^<!-- Written by/q' $page)
  printf '%s\n\n%s\n' "$text" "$table" >$page
  exit
fi
exec build/release/bin/concord_bench "$@"
