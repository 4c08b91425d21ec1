#!/usr/bin/env python3
"""OpenLABEL through the built program: the standard's example files, bad files beside them, and the schema."""

import json
import shutil
import sys
import unittest

import h5py

import program
from program import run

DATA = program.DATA / "openlabel"


class OpenLabel(program.TestCase):
    def check_reports(self, folder, count):
        reports = sorted(folder.glob("*.h5"))
        self.assertEqual(len(reports), count)
        for report in reports:
            with h5py.File(report) as file:
                self.assertIn("content_sha256", file.attrs)
                self.assertGreater(len(file["status"]["check"]), 0)

    @unittest.skipUnless(DATA.is_dir(), "research data 'openlabel' is absent")
    def test_examples_of_the_standard(self):
        done = run("validate", DATA / "vicomtech_vcd_examples", "--out", self.folder)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.check_reports(self.folder, 50)

    @unittest.skipUnless(DATA.is_dir(), "research data 'openlabel' is absent")
    def test_broken_files_stop_no_other(self):
        mixed = self.folder / "mixed"
        mixed.mkdir()
        for name in ("cuboids", "bbox_simple", "transforms"):
            shutil.copy(DATA / f"vicomtech_vcd_examples/openlabel100_test_{name}.json", mixed)
        good = (DATA / "vicomtech_vcd_examples/openlabel100_test_cuboids.json").read_text()
        (mixed / "cut.json").write_text(good[: len(good) // 2])
        (mixed / "nan.json").write_text(good.replace("0.3", "NaN"))
        (mixed / "dangling.json").write_text(good.replace('"coordinate_system":"vehicle-iso8855"', '"coordinate_system":"moon"'))
        (mixed / "deep.json").write_text('{"openlabel":' + "[" * 100000)
        done = run("validate", mixed, "--out", self.folder / "out")
        self.assertEqual(done.returncode, 2, done.stderr)
        for name in ("cut.json", "nan.json", "dangling.json#/openlabel/objects/0/object_data/cuboid/0", "deep.json"):
            self.assertIn(name, done.stdout + done.stderr)
        self.check_reports(self.folder / "out", 3)

    @unittest.skipUnless(DATA.is_dir(), "research data 'openlabel' is absent")
    def test_the_ego_vehicle_of_a_converter_is_no_finding(self):
        done = run("validate", DATA / "kitti_tracking_as_openlabel", "--out", self.folder)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        rows = [json.loads(line) for line in run("findings", self.folder, "--format", "json").stdout.splitlines()]
        self.assertFalse([row for row in rows if row["track"] == "-2" or row["check"] == "schema.unknown_class"])

    @unittest.skipUnless(DATA.is_dir(), "research data 'openlabel' is absent")
    def test_what_is_written_follows_the_schema(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is absent")
        schema = json.loads((DATA / "schema/openlabel_json_schema-v1.0.0.json").read_text())
        validator = jsonschema.Draft7Validator(schema)
        written = self.folder / "synthetic"
        done = run("synth", written, "--frames", "12", "--clouds", "none")
        self.assertEqual(done.returncode, 0, done.stderr)
        files = sorted(written.rglob("*.json"))
        self.assertTrue(files)
        for file in files:
            errors = [f"{list(error.path)}: {error.message[:200]}" for error in validator.iter_errors(json.loads(file.read_text()))]
            self.assertEqual(errors[:5], [])
        # The schema does refuse what is wrong, so that the above says something.
        broken = json.loads(files[0].read_text())
        broken["openlabel"]["metadata"]["schema_version"] = "7"
        self.assertTrue(list(validator.iter_errors(broken)))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
