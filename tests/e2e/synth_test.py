#!/usr/bin/env python3
"""Drives `concord synth` and the in-memory source `synthetic:`."""

import hashlib
import json
import unittest

import program
from program import run

SMALL = ("--seed", 3, "--frames", 12, "--lidar-beams", 16, "--lidar-azimuth-deg", 0.8)
SOURCE = "synthetic:seed=3,frames=12,lidar_beams=16,lidar_azimuth_deg=0.8"


def digest(folder):
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return [(str(p.relative_to(folder)), hashlib.sha256(p.read_bytes()).hexdigest()) for p in files]


class Synth(program.TestCase):
    def summary_of(self, source, name):
        done = run("validate", source, "--out", self.folder / name)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        summary = json.loads(run("summary", self.folder / name, "--format", "json").stdout)
        return summary["labels"], summary["frames"]

    def test_equal_seeds_give_equal_bytes(self):
        for name in ("a", "b"):
            done = run("synth", self.folder / name, *SMALL)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(digest(self.folder / "a"), digest(self.folder / "b"))
        self.assertEqual(len(list((self.folder / "a/synth_3_000/lidar_top").glob("*.pcd"))), 12)
        self.assertEqual(run("synth", self.folder / "c", *SMALL[2:], "--seed", 4).returncode, 0)
        self.assertNotEqual([d for _, d in digest(self.folder / "a")], [d for _, d in digest(self.folder / "c")])

    def test_files_and_memory_hold_the_same_clean_drive(self):
        self.assertEqual(run("synth", self.folder / "files", *SMALL).returncode, 0)
        self.assertEqual(run("synth", self.folder / "bare", *SMALL, "--clouds", "none").returncode, 0)
        self.assertEqual([p.name for p in (self.folder / "bare").iterdir()], ["synth_3_000.json"])
        expected = self.summary_of(SOURCE, "memory")
        self.assertGreater(expected[0], 50)
        self.assertEqual(self.summary_of(self.folder / "files", "files_report"), expected)
        self.assertEqual(self.summary_of(self.folder / "bare", "bare_report"), expected)

    def test_several_drives(self):
        self.assertEqual(run("synth", self.folder / "out", *SMALL, "--drives", 2, "--clouds", "none").returncode, 0)
        self.assertEqual(sorted(p.name for p in (self.folder / "out").iterdir()), ["synth_3_000.json", "synth_3_001.json"])
        done = run("validate", SOURCE + ",drives=3", "--out", self.folder / "report", "--drives", "synth_3_002")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([p.name for p in (self.folder / "report").iterdir()], ["synth_3_002.h5"])

    def test_wrong_options_are_clear_errors(self):
        (self.folder / "full").mkdir()
        (self.folder / "full/file").write_text("mine")
        for arguments, part in ((("synth", self.folder / "full"), "not empty"),
                                (("synth", self.folder / "o", "--frames", "0"), "frames"),
                                (("synth", self.folder / "o", "--seed", "x"), "seed"),
                                (("synth", self.folder / "o", "--road", "sea"), "mixed, urban"),
                                (("synth", self.folder / "o", "--frames", "30000"), "cycle"),
                                (("synth", self.folder / "o", "--clouds", "tiff"), "tiff"),
                                (("synth",), "OUT"),
                                (("validate", "synthetic:frame=3", "--out", self.folder / "r"), "unknown key 'frame'"),
                                (("validate", "synthetic:objects=-3", "--out", self.folder / "r"), "0 to 300")):
            done = run(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn(part, done.stderr + done.stdout)
        self.assertFalse((self.folder / "o").exists())

    def test_a_corrupted_copy_is_a_dataset_of_files(self):
        done = run("corrupt", SOURCE + ",road=urban", self.folder / "out", "--prevalence", 0.1)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(len((self.folder / "out/key.csv").read_text().splitlines()), 3)
        self.assertFalse((self.folder / "out.clean").exists())
        done = run("validate", self.folder / "out", "--out", self.folder / "report", "--fail-on", "warning")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
