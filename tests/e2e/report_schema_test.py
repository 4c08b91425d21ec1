#!/usr/bin/env python3
"""A report of a real run matches data/schema/report.json in both directions, read with h5py and h5dump alone."""

import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import h5py
import numpy

from program import CONCORD, SOURCE
import kitti_drive  # program adds tests/support to the path

SAMPLE = kitti_drive.made_once()
SCHEMA = json.loads((SOURCE / "data/schema/report.json").read_text(encoding="utf-8"))
TYPES = {"float64": "f8", "float32": "f4", "int64": "i8", "uint64": "u8", "int32": "i4", "uint32": "u4", "uint8": "u1"}


def text(value):
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def schema_path(path):
    """/measurements/0/label_sets/1/labels -> /measurements/{drive}/label_sets/{set}/labels"""
    for parent, name in (("/measurements", "{drive}"), ("/label_sets", "{set}"), ("/attributes", "{attribute}")):
        path = re.sub(rf"(?<={parent}/)\d+", name, path)
    return path


class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="concord_schema_"))
        rows = (SAMPLE / "training/label_02/0000.txt").read_text().splitlines()
        (cls.folder / "model").mkdir()  # a further label set: results with a score
        (cls.folder / "model/0000.txt").write_text("".join(row + " 0.5\n" for row in rows[:200]))
        subprocess.run([CONCORD, "validate", SAMPLE, "--out", cls.folder / "plain.h5"], check=False, capture_output=True)
        subprocess.run([CONCORD, "validate", SAMPLE, "--out", cls.folder / "kept.h5", "--keep-measurements",
                        "--labels", f"model={cls.folder}/model"], check=False, capture_output=True)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def check_string(self, name, dtype):
        info = h5py.check_string_dtype(dtype)
        self.assertIsNotNone(info, f"{name} is no string")
        self.assertEqual(info.encoding, "utf-8", name)
        self.assertIsNotNone(info.length, f"{name} has a variable length")

    def check_attributes(self, path, item, expected):
        self.assertEqual(set(item.attrs), set(expected) | {"description"}, path)
        for name in item.attrs:
            self.check_string(f"{path}@{name}", item.attrs.get_id(name).dtype)

    def check_column(self, path, dataset, column):
        self.assertEqual(set(dataset.attrs), {"units", "description"}, path)
        self.assertEqual(text(dataset.attrs["units"]), column["units"], path)
        self.assertEqual(text(dataset.attrs["description"]), column["description"], path)
        if column["type"] == "string":
            self.check_string(path, dataset.dtype)
        elif column["type"] == "enum":
            members = SCHEMA["enumerations"][column["enumeration"]]
            self.assertEqual(h5py.check_enum_dtype(dataset.dtype), members, path)
            self.assertEqual(members["UNKNOWN"], 0, path)
            self.assertTrue(set(dataset[:]) <= set(members.values()), path)
        else:
            self.assertEqual(dataset.dtype.str[1:], TYPES[column["type"]], path)
            if path != "/run/seconds":
                missing = float("nan") if column["missing"] == "NaN" else column["missing"]
                numpy.testing.assert_equal(dataset.fillvalue, dataset.dtype.type(missing), path)
        self.assertEqual(len(dataset.shape), 1, path)
        if dataset.shape[0]:
            self.assertIsNotNone(dataset.chunks, path)
            self.assertEqual((dataset.compression, dataset.shuffle, dataset.fletcher32), ("gzip", True, True), path)
        if "dictionary" in column:
            codes = dataset[:]
            self.assertTrue(numpy.all((codes < dataset.file[column["dictionary"]].shape[0]) | (codes == column["missing"])), path)

    def check_file(self, report, has_measurements):
        groups = {"/": report["/"]}
        report.visititems(lambda name, item: groups.update({"/" + name: item}) if isinstance(item, h5py.Group) else None)
        seen = set()
        for path, group in groups.items():
            self.assertIn(schema_path(path), SCHEMA["groups"], path)
            schema = SCHEMA["groups"][schema_path(path)]
            seen.add(schema_path(path))
            self.assertEqual(text(group.attrs["description"]), schema["description"], path)
            self.check_attributes(path, group, schema["attributes"])
            columns = {name: item for name, item in group.items() if isinstance(item, h5py.Dataset)}
            self.assertEqual(set(columns), set(schema["columns"]), path)
            for name, dataset in columns.items():
                self.check_column(f"{path.rstrip('/')}/{name}", dataset, schema["columns"][name])
            if path not in ("/dict", "/"):
                self.assertLessEqual(len({dataset.shape for dataset in columns.values()}), 1, path)
        wanted = {path for path in SCHEMA["groups"] if has_measurements or not path.startswith("/measurements")}
        self.assertEqual(seen, wanted)

    def test_plain_report(self):
        with h5py.File(self.folder / "plain.h5") as report:
            self.check_file(report, False)
            self.assertGreater(report["findings/id"].shape[0], 5)

    def test_report_with_measurements(self):
        with h5py.File(self.folder / "kept.h5") as report:
            self.check_file(report, True)
            labels = report["measurements/0/label_sets/0/labels"]
            self.assertEqual(labels["x_m"].shape, report["measurements/0/label_sets/0/cuboids/range_m"].shape)
            model = report["measurements/0/label_sets/1"]
            self.assertEqual(text(model.attrs["label_set"]), "model")
            self.assertEqual(set(model["labels/score"][:]), {0.5})
            self.assertTrue(numpy.all(numpy.isnan(labels["score"][:])))

    def test_version_and_completeness(self):
        with h5py.File(self.folder / "plain.h5") as report:
            self.assertEqual(text(report.attrs["schema_version"]), SCHEMA["schema_version"])
            self.assertEqual(text(report.attrs["format"]), SCHEMA["format"])
            self.assertEqual(text(report.attrs["complete"]), "1")

    def test_h5dump_reads_it(self):
        if shutil.which("h5dump") is None:
            self.skipTest("h5dump is not installed")
        done = subprocess.run(["h5dump", self.folder / "kept.h5"], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr[:500])
        self.assertIn("temporal.heading_flip", done.stdout)
        self.assertNotIn("unable to", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
