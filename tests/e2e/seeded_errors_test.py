#!/usr/bin/env python3
"""Runs tests/bench/seeded_errors.py for a few seeds and holds the checks to what they find of seeded errors."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(os.environ["CONCORD_SOURCE_DIR"])

# Least recall without noise, over three seeds.
FLOORS = {"flip_heading": 0.9, "duplicate": 0.9, "swap_class": 0.9, "flicker": 0.9, "resize": 0.9, "freeze": 0.8, "shift": 0.75,
          "lift": 0.8, "drop": 0.5, "rotate": 0.8, "delay": 0.8, "swap_ids": 0.9, "split": 0.8, "merge": 0.8}


def main():
    with tempfile.TemporaryDirectory(prefix="concord_e2e_") as folder:
        out = pathlib.Path(folder) / "CHECKS.md"
        done = subprocess.run([sys.executable, SOURCE / "tests/bench/seeded_errors.py", "--only", "KITTI", "--seeds", "3", "--noise", "0",
                               "--out", out], capture_output=True, text=True, timeout=600)
        print(done.stdout + done.stderr)
        if done.returncode == 77:
            return 77
        assert done.returncode == 0
        text = out.read_text()
    recall = dict(re.findall(r"^\| (\w+) \| [\d.]+ \[.*?\] (\d+/\d+) ", text, re.MULTILINE))
    failures = []
    for error, floor in FLOORS.items():
        hits, total = map(int, recall[error].split("/"))
        if hits < floor * total:
            failures.append(f"{error}: {hits} of {total}, at least {floor} of them must be found")
    section = text.split("Precision of the checks")[1].split("Precision of the merged")[0]
    for check, hits, total in re.findall(r"^\| ([\w.]+) \| [\d.]+ \((\d+)/(\d+)\) \|", section, re.MULTILINE):
        if int(total) >= 10 and int(hits) < 0.8 * int(total):
            failures.append(f"{check}: {hits} of {total} new findings are on errors")
    print("\n".join(failures))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
