#!/usr/bin/env python3
"""Runs tools/argoverse2_to_csv where node and its modules are installed: made files, and the shared Argoverse 2 log."""

import csv
import shutil
import struct
import subprocess
import sys
import unittest

import program
from program import DATA, run

TOOL = program.SOURCE / "tools/argoverse2_to_csv"
LOG = "0a1e6f0a-1817-4a98-b02e-db8c9327d151"

# Writes a log of feather files (uncompressed; the library has no LZ4 of its own).
MAKE = """
import { mkdirSync, writeFileSync } from "node:fs";
import { Float16, Float32, Float64, Int64, Table, tableToIPC, Uint8, Utf8, vectorFromArray, makeVector } from "apache-arrow";
const [folder] = process.argv.slice(-1);
mkdirSync(folder + "/sensors/lidar", { recursive: true });
const write = (name, columns) => writeFileSync(folder + "/" + name, tableToIPC(new Table(columns), "file"));
const f64 = (values) => vectorFromArray(values, new Float64());
const times = vectorFromArray([315966253660357000n, 315966253760357001n, 315966253760357001n], new Int64());
write("annotations.feather", {
  timestamp_ns: times, track_uuid: vectorFromArray(["a", "a", "b"], new Utf8()),
  category: vectorFromArray(["REGULAR_VEHICLE", "REGULAR_VEHICLE", "PEDESTRIAN"], new Utf8()),
  length_m: f64([4.5, 4.5, 0.1 + 0.2]), width_m: f64([2, 2, 0.7]), height_m: f64([1.5, 1.5, 1.7]), qw: f64([1, 1, 1]), qx: f64([0, 0, 0]),
  qy: f64([0, 0, 0]), qz: f64([0, 0, 0]), tx_m: f64([10, 11, -1e-7]), ty_m: f64([1, 1, 5]), tz_m: f64([1 / 3, 0.5, 0.5]),
  num_interior_pts: vectorFromArray([7n, 8n, 9007199254740993n], new Int64()) });
write("city_SE3_egovehicle.feather", {
  timestamp_ns: vectorFromArray([315966253660357000n, 315966253760357001n], new Int64()), qw: f64([1, 1]), qx: f64([0, 0]), qy: f64([0, 0]),
  qz: f64([0, 0]), tx_m: f64([100, 101]), ty_m: f64([7, 7]), tz_m: f64([0, 0]) });
write("sensors/lidar/315966253660357000.feather", {
  x: vectorFromArray([1.5, -2.25, 0.0999755859375], new Float16()), y: vectorFromArray([0, 1, 2], new Float16()),
  z: vectorFromArray([0.5, 0.25, -1], new Float16()), intensity: vectorFromArray([0, 128, 255], new Uint8()) });
"""


def modules_are_installed():
    return shutil.which("node") is not None and (TOOL / "node_modules/apache-arrow").is_dir()


def convert(*arguments):
    return subprocess.run(["node", str(TOOL / "convert.mjs"), *map(str, arguments)], capture_output=True, text=True, timeout=120)


def rows_of(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


@unittest.skipUnless(modules_are_installed(), "node or its modules are absent (cd tools/argoverse2_to_csv && npm ci)")
class Argoverse2ToCsv(program.TestCase):
    def setUp(self):
        super().setUp()
        self.log = self.folder / "logs" / LOG
        done = subprocess.run(["node", "--input-type=module", "-", self.log], input=MAKE, cwd=TOOL, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_values_come_through_exactly_and_the_reader_takes_them(self):
        done = convert(self.folder / "logs", self.folder / "out")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = rows_of(self.folder / "out" / LOG / "annotations.csv")
        self.assertEqual([row["timestamp_ns"] for row in rows], ["315966253660357000", "315966253760357001", "315966253760357001"])
        self.assertEqual([float(row["tx_m"]) for row in rows], [10, 11, -1e-7])
        self.assertEqual((float(rows[2]["length_m"]), float(rows[0]["tz_m"]), rows[2]["num_interior_pts"]), (0.1 + 0.2, 1 / 3, "9007199254740993"))
        points = (self.folder / "out" / LOG / "sensors/lidar_bin/315966253660357000.bin").read_bytes()
        self.assertEqual(list(struct.iter_unpack("<4f", points)), [(1.5, 0, 0.5, 0), (-2.25, 1, 0.25, 128), (0.0999755859375, 2, -1, 255)])
        done = run("validate", self.folder / "out", "--out", self.folder / "report")
        self.assertIn("2 frames, 3 labels", done.stdout, done.stderr)

    def test_a_broken_log_costs_one_line_and_the_input_stays(self):
        broken = self.folder / "logs" / "broken"
        broken.mkdir()
        (broken / "annotations.feather").write_bytes((self.log / "annotations.feather").read_bytes()[:700])
        before = {path: path.read_bytes() for path in (self.folder / "logs").rglob("*") if path.is_file()}
        done = convert(self.folder / "logs", self.folder / "out")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn("annotations.feather", done.stderr)
        self.assertTrue((self.folder / "out" / LOG / "annotations.csv").is_file())
        self.assertFalse(list((self.folder / "out").rglob("*.tmp")))
        self.assertEqual({path: path.read_bytes() for path in (self.folder / "logs").rglob("*") if path.is_file()}, before)

    def test_wrong_usage_writes_nothing(self):
        (self.folder / "full").mkdir()
        (self.folder / "full/kept").write_text("x")
        for arguments in ([], [self.log], [self.folder / "absent", self.folder / "out"], [self.log, self.log / "out"], [self.log, self.folder / "full"]):
            done = convert(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertEqual([path.name for path in (self.folder / "full").iterdir()], ["kept"])
        self.assertFalse((self.log / "out").exists())

    def test_the_shared_log_equals_its_published_csv(self):
        shared = DATA / "argoverse2/sensor/val"
        if not shared.is_dir():
            self.skipTest("research data 'argoverse2' is absent (set CONCORD_TEST_DATA)")
        done = convert(shared, self.folder / "out")
        self.assertEqual(done.returncode, 0, done.stderr)
        [log] = list(shared.iterdir())
        tables = {"annotations.csv": "", "city_SE3_egovehicle.csv": "", "egovehicle_SE3_sensor.csv": "calibration", "intrinsics.csv": "calibration"}
        for name, folder in tables.items():
            expected, made = rows_of(log / "csv" / name), rows_of(self.folder / "out" / log.name / folder / name)
            self.assertEqual(len(made), len(expected))
            self.assertEqual(list(made[0]), list(expected[0]))
            for a, b in zip(made, expected):
                for key in b:
                    # The published text has nine digits.
                    same = a[key] == b[key] or abs(float(a[key]) - float(b[key])) <= 6e-9 * max(abs(float(b[key])), 1e-3)
                    self.assertTrue(same, (name, key, a[key], b[key]))


if __name__ == "__main__":
    result = unittest.main(exit=False).result
    sys.exit(77 if result.wasSuccessful() and len(result.skipped) == result.testsRun else not result.wasSuccessful())
