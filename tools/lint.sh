#!/usr/bin/env bash
# Holds the rules that a compiler does not: format and layers; with --tidy (the gate) names too; with --tidy-all every check
# of .clang-tidy, which takes twice as long.
# Usage: tools/lint.sh [--fix] [--tidy | --tidy-all]
set -euo pipefail
cd "$(dirname "$0")/.."

fix=false
tidy=none
for argument in "$@"; do
  case $argument in
    --fix) fix=true ;;
    --tidy) tidy=names ;;
    --tidy-all) tidy=all ;;
    *) echo "usage: tools/lint.sh [--fix] [--tidy | --tidy-all]" >&2; exit 2 ;;
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

[ $tidy != none ] || exit 0

# clang-tidy on the compile commands of the release build. Left out: the kernels (.cu), since clang 14 knows neither CUDA 13
# nor g++'s vector built-ins, instruction_sets.cpp for the same, and the timed peers of the benchmark, whose headers take
# longer than all else.
cmake --preset release >/dev/null
checks=()
[ $tidy = all ] || checks=(--checks=-*,readability-identifier-naming)
git ls-files 'src/*.cpp' 'tools/*.cpp' 'cuda/*.cpp' 'tests/*.cpp' ':!tests/e2e/consumer' ':!tests/bench/peer_*' \
  ':!tests/backend/instruction_sets.cpp' |
  xargs -P "$(nproc)" -n 4 clang-tidy -p build/release --quiet "${checks[@]}" 2> >(grep -v 'warnings\? generated' >&2)
echo "lint: clang-tidy ($tidy) found nothing"
