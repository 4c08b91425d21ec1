#!/usr/bin/env python3
"""The peak memory of runs over simulated clouds that exist in memory only: it does not grow with the number of drives, and
within one drive with its labels, frames and recordings alone, never with its clouds."""

import os
import re
import subprocess
import unittest

import program

CLOUDS = "lidar_beams=16,lidar_azimuth_deg=2"
# What a label, a frame, a recording and an image box keep at the most, bytes.
LABEL, FRAME, RECORD, IMAGE_BOX = 1100, 500, 350, 120
# Allocators and the simulator's own memory of sweeps.
SLACK = 40 << 20


def peak(folder, source):
    """Peak resident bytes, frames and labels of a validation; asserts that nothing but reports is written."""
    for name in ("cwd", "tmp"):
        (folder / name).mkdir(exist_ok=True)
    out = folder / "out"
    environment = {**os.environ, "TMPDIR": str(folder / "tmp")}
    with open(folder / "told", "w+") as told:
        child = subprocess.Popen([program.CONCORD, "validate", source, "--out", str(out), "--memory", "1G", "--fail-on", "never"],
                                 cwd=folder / "cwd", env=environment, stdout=told, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        told.seek(0)
        text = told.read()
    assert child.returncode == 0, text
    assert not list((folder / "cwd").iterdir()) + list((folder / "tmp").iterdir())
    assert all(path.suffix == ".h5" for path in out.iterdir())
    for path in out.iterdir():
        path.unlink()
    counts = [tuple(map(int, found)) for found in re.findall(r": (\d+) frames, (\d+) labels:", text)]
    return usage.ru_maxrss * 1024, sum(frames for frames, _ in counts), sum(labels for _, labels in counts)


class Memory(program.TestCase):
    def test_many_drives_need_no_more_than_few(self):
        few, few_frames, _ = peak(self.folder, f"synthetic:seed=3,frames=100,cycle=20,drives=2,{CLOUDS}")
        many, many_frames, _ = peak(self.folder, f"synthetic:seed=3,frames=100,cycle=20,drives=20,{CLOUDS}")
        self.assertEqual((few_frames, many_frames), (200, 2000))
        self.assertLess(many, few + SLACK)

    def test_one_long_drive_keeps_no_clouds(self):
        source = f"synthetic:seed=3,cycle=50,cameras=0,radars=0,{CLOUDS}"
        short, short_frames, short_labels = peak(self.folder, source + ",frames=200")
        long, long_frames, long_labels = peak(self.folder, source + ",frames=2000")
        more_frames, more_labels = long_frames - short_frames, long_labels - short_labels
        self.assertEqual(more_frames, 1800)
        self.assertLess(long, short + LABEL * more_labels + (FRAME + RECORD) * more_frames + SLACK)
        # All clouds of the drive together, as points of four float32, would not fit into that.
        self.assertGreater(2000 * 2000 * 16, LABEL * more_labels + (FRAME + RECORD) * more_frames + SLACK // 4)


if __name__ == "__main__":
    unittest.main()
