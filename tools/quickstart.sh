#!/usr/bin/env bash
# From a fresh clone to a result: installs packages, builds, validates the bundled sample drive and shows what was found.
set -euo pipefail
cd "$(dirname "$0")/.."

tools/setup.sh
cmake --preset release -DCONCORD_TESTS=OFF -DCONCORD_BENCHMARKS=OFF
cmake --build --preset release --target concord

concord=build/release/bin/concord
out=build/quickstart
rm -rf "$out"
# Exit code 1 says that errors were found: the sample drive has some, so that is the expected result here.
status=0
"$concord" validate data/sample_drive --out "$out" || status=$?
[ "$status" -le 1 ] || exit "$status"
echo
"$concord" summary "$out"
echo
"$concord" findings "$out"
echo
echo "The errors that were planted in the sample drive:"
column -s, -t data/sample_drive/key.csv 2>/dev/null || cat data/sample_drive/key.csv
echo
echo "Report:   $(ls "$out"/*.h5)"
echo "Next:     $concord checks temporal.heading_flip"
