#!/usr/bin/env bash
# Holds the rules that a compiler does not: layers, format, and (with --tidy) clang-tidy's naming and bug checks.
# Usage: tools/lint.sh [--fix] [--tidy]
set -euo pipefail
cd "$(dirname "$0")/.."

fix=false
tidy=false
for argument in "$@"; do
  case $argument in
    --fix) fix=true ;;
    --tidy) tidy=true ;;
    *) echo "usage: tools/lint.sh [--fix] [--tidy]" >&2; exit 2 ;;
  esac
done

mapfile -t sources < <(git ls-files '*.cpp' '*.hpp' '*.cu')
if $fix; then
  clang-format -i "${sources[@]}"
else
  clang-format --dry-run --Werror "${sources[@]}"
  echo "lint: format of ${#sources[@]} files is right"
fi

python3 tools/check_layers.py

if $tidy; then
  build=build/release
  [ -f $build/compile_commands.json ] || cmake --preset release >/dev/null
  git ls-files 'src/*.cpp' 'tools/*.cpp' | xargs -P "$(nproc)" -n 4 clang-tidy -p $build --quiet
  echo "lint: clang-tidy found nothing"
fi
