#!/usr/bin/env python3
"""Holds the architecture: which folder may include which. Includes go downwards only; siblings never include each other."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Folder -> project folders that its files may include, besides themselves and include/concord.
ALLOWED = {
    "cuda": set(),
    "src/core": set(),
    "src/model": {"src/core"},
    "src/measure": {"src/core", "src/model", "cuda"},
    "src/synth": {"src/core", "src/model"},
    "src/readers": {"src/core", "src/model", "src/synth"},
    "src/checks": {"src/core", "src/model"},
    "src/report": {"src/core", "src/model"},
    "src/stats": {"src/core", "src/model"},
    "src/acceptance": {"src/core", "src/model", "src/stats"},
    "src/odd": {"src/core", "src/model"},
    "src/seeding": {"src/core", "src/model"},
    "src/fixing": {"src/core", "src/model"},
    "src/pipeline": {"src/core", "src/model", "src/measure", "src/readers", "src/checks", "src/report", "src/fixing", "src/stats",
                     "src/odd", "src/acceptance"},
    "tools": {"src/pipeline", "src/seeding", "src/checks", "src/core"},
}
# The kernels build alone: nothing of the project beyond their own folder, not even the public headers.
NO_PUBLIC_HEADERS = {"cuda"}
# Types of these libraries never appear in a public header.
FOREIGN = re.compile(r"(thrust|cub|cuda|cuda_runtime|hdf5|H5|pcl|open3d)\b")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')
# Formats are siblings below src/readers; only files directly in it, `common` and the decoders in `clouds` are shared.
SHARED_READER_FOLDERS = {"common", "clouds"}


def layer_of(path: str):
    return next((layer for layer in sorted(ALLOWED, key=len, reverse=True) if path.startswith(layer + "/")), None)


def problems_of(path: str, included: str):
    layer = layer_of(path)
    if path.startswith("include/concord/"):
        if FOREIGN.match(included):
            yield "a public header must not include it"
        if included.startswith(("src/", "cuda/", "tools/")):
            yield "a public header must not include the implementation"
        return
    if layer is None:
        return
    if layer in NO_PUBLIC_HEADERS and included.startswith("concord/"):
        yield "the kernels must build without the host library"
    target = layer_of(included)
    if target is not None and target != layer and target not in ALLOWED[layer]:
        yield f"{layer} must not include {target}"
    if layer == "src/measure" and included.startswith("cuda/") and included not in ("cuda/kernels.hpp", "cuda/types.hpp"):
        yield "the host sees the kernels only through cuda/kernels.hpp"
    own, other = path.split("/"), included.split("/")
    if layer == "src/readers" and included.startswith("src/readers/") and len(own) > 3 and len(other) > 3:
        if own[2] != other[2] and other[2] not in SHARED_READER_FOLDERS:
            yield "formats never include each other"


def main() -> int:
    failures = 0
    files = [p for folder in ("include", "src", "cuda", "tools") for p in (ROOT / folder).rglob("*") if p.suffix in (".hpp", ".cpp", ".cu", ".cuh")]
    for file in sorted(files):
        path = file.relative_to(ROOT).as_posix()
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            for problem in problems_of(path, match.group(1)):
                print(f"{path}:{number}: includes {match.group(1)}: {problem}")
                failures += 1
    print(f"layers: {len(files)} files, {failures} forbidden includes")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
