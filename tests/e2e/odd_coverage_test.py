#!/usr/bin/env python3
"""concord validate --odd-tags and concord odd coverage, from drives to exit codes."""

import csv
import io
import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from program import CONCORD, SOURCE

ODD = """odd: rain
taxonomy: builtin
coverage:
  attributes:
    rain: [no_rain, light_rain]
    special_structure: [tunnel, bridge]
    vulnerable_road_user: all
"""


def run(*arguments):
    return subprocess.run([str(CONCORD), *map(str, arguments)], check=False, capture_output=True, text=True, timeout=120)


class Coverage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="concord_coverage_"))
        cls.drives = "synthetic:seed=3,drives=2,frames=40,lidar_beams=1"
        (cls.folder / "odd.yaml").write_text(ODD)
        cls.tags = cls.folder / "tags"
        cls.tags.mkdir()
        (cls.tags / "synth_3_000.odd.yaml").write_text(
            "tags:\n  rain: light_rain\n  special_structure:\n    - {value: tunnel, from_s: 1, to_s: 2}\n")
        cls.made = run("validate", cls.drives, "--odd-tags", cls.tags, "--out", cls.folder / "reports", "--only", "schema")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def coverage(self, *arguments):
        return run("odd", "coverage", self.folder / "reports", "--odd", self.folder / "odd.yaml", *arguments)

    def test_counts_what_holds_at_the_same_time(self):
        self.assertIn(self.made.returncode, (0, 1), self.made.stderr)
        made = self.coverage("--t", 2, "--format", "json")
        self.assertEqual(made.returncode, 0, made.stderr)
        result = json.loads(made.stdout)
        self.assertEqual((result["drives"], result["cells"]), (2, 12))
        self.assertEqual(result["covered"] + result["thin"] + result["missing"], 12)
        self.assertAlmostEqual(result["share"], result["covered"] / 12)
        cells = {tuple(row["values"].values()): row for row in result["table"]}
        self.assertEqual(cells["light_rain", "tunnel"]["frames"], 10)
        self.assertAlmostEqual(cells["light_rain", "tunnel"]["seconds"], 1, delta=0.05)
        self.assertEqual(cells["light_rain", "bridge"]["state"], "missing")

    def test_all_formats_say_the_same(self):
        rows = list(csv.DictReader(io.StringIO(self.coverage("--format", "csv").stdout)))
        table = json.loads(self.coverage("--format", "json").stdout)["table"]
        self.assertEqual([int(row["frames"]) for row in rows], [row["frames"] for row in table])
        text = self.coverage().stdout
        covered = sum(row["state"] == "covered" for row in rows)
        self.assertIn(f"2-way: {covered} of {len(rows)} cells covered", text)

    def test_exit_codes(self):
        self.assertEqual(self.coverage("--min-coverage", "0").returncode, 0)
        self.assertEqual(self.coverage("--min-coverage", "1").returncode, 1)
        self.assertEqual(self.coverage("--min-coverage", "2").returncode, 2)
        self.assertEqual(self.coverage("--t", "4").returncode, 2)
        twice = run("odd", "coverage", self.folder / "reports", self.folder / "reports", "--odd", self.folder / "odd.yaml")
        self.assertEqual(twice.returncode, 2)
        self.assertIn("comes a second time", twice.stderr)
        none = run("odd", "coverage", self.folder / "none.h5", "--odd", self.folder / "odd.yaml")
        self.assertEqual(none.returncode, 2)

    def test_the_example_counts(self):
        made = run("odd", "coverage", self.folder / "reports", "--odd", SOURCE / "data/odd/motorway_assist.yaml", "--t", 3)
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertIn("impossible ones left out", made.stdout)

    def test_a_wrong_side_car_fails_its_drive_alone(self):
        tags = self.folder / "wrong"
        tags.mkdir()
        (tags / "synth_3_000.odd.yaml").write_text("tags:\n  rain: a\n  rain: b\n")
        made = run("validate", self.drives, "--odd-tags", tags, "--out", self.folder / "wrong_out", "--only", "schema")
        self.assertEqual(made.returncode, 2)
        self.assertIn("synth_3_000.odd.yaml:3: the key 'rain' comes a second time", made.stderr)
        self.assertTrue((self.folder / "wrong_out/synth_3_001.h5").exists())
        self.assertFalse((self.folder / "wrong_out/synth_3_000.h5").exists())
        self.assertEqual(run("validate", self.drives, "--odd-tags", tags / "none", "--out", self.folder / "x").returncode, 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
