#!/usr/bin/env bash
# Proves the CUDA backend on a machine that has a GPU and, of all that Concord is built from, nothing.
#
#   tools/gpu_check.sh --build      here: packs the program, its backend tests and benchmarks into build/slim (<= 64 MiB),
#                                   with every library they need but those of the C library
#   tools/gpu_check.sh --run OUT    there, in a copy of the tree with build/slim: runs the backend tests on the GPU, makes
#                                   the reports of two datasets on the CPU and on the GPU and compares their content,
#                                   times the kernels; writes OUT/gpu.md. Fails where there is no usable GPU. Needs python3.
set -euo pipefail
cd "$(dirname "$0")/.."

slim=build/slim
limit_mib=64

usage() {
  sed -n '2,9p' tools/gpu_check.sh >&2
  exit 2
}

build() {
  cmake --preset slim >&2
  nice cmake --build --preset slim >&2
  rm -rf "$slim"
  mkdir -p "$slim/libc"
  cp build/slim-tree/bin/{concord,concord_bench,concord_backend_tests} "$slim/"
  strip "$slim"/concord*
  # The C library is the one thing that every machine has; it is packed too, for one whose is older than this one's.
  ldd "$slim"/concord* | awk '$2 == "=>" {print $1, $3} $1 ~ /^\/.*ld-linux/ {print $1, $1}' | sort -u |
    while read -r name path; do
      case $(basename "$name") in
        libc.so.* | libm.so.* | libdl.so.* | libpthread.so.* | librt.so.* | libresolv.so.* | ld-linux*) cp -L "$path" "$slim/libc/" ;;
        *) cp -L "$path" "$slim/" ;;
      esac
    done
  local mib
  mib=$(du -sm "$slim" | cut -f1)
  echo "gpu_check: $slim holds $(find "$slim" -type f | wc -l) files, $mib MiB"
  [ "$mib" -le "$limit_mib" ] || { echo "gpu_check: more than $limit_mib MiB" >&2; exit 1; }
}

run() {
  [ -x "$slim/concord" ] || { echo "gpu_check: no $slim here; tools/gpu_check.sh --build makes it" >&2; exit 2; }
  command -v python3 >/dev/null || { echo "gpu_check: no python3" >&2; exit 2; }
  exec python3 tools/gpu_check.py "$slim" "$1"
}

case "${1:-}" in
  --build) [ $# -eq 1 ] || usage; build ;;
  --run) [ $# -eq 2 ] || usage; run "$2" ;;
  *) usage ;;
esac
