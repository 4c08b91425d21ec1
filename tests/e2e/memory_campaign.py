#!/usr/bin/env python3
"""100,000 frames with clouds, simulated in memory: the peak of 1,000, 10,000 and 100,000 frames, as drives of 200 frames."""

import sys
import tempfile
import pathlib

import memory_test

SOURCE = f"synthetic:seed=3,frames=200,cycle=50,{memory_test.CLOUDS}"

def main():
    peaks = []
    for drives in (5, 50, 500):
        with tempfile.TemporaryDirectory(prefix="concord_e2e_") as folder:
            bytes_, frames, labels = memory_test.peak(pathlib.Path(folder), f"{SOURCE},drives={drives}")
        print(f"{frames} frames, {labels} labels: {bytes_ >> 20} MB", flush=True)
        peaks.append(bytes_)
    return 0 if max(peaks) < peaks[0] + 2 * memory_test.SLACK else 1


if __name__ == "__main__":
    sys.exit(main())
