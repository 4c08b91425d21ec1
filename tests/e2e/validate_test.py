#!/usr/bin/env python3
"""Drives the built program: exit codes, reports that h5py opens, bad input beside good, equal reports from equal input."""

import csv
import io
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import unittest

import h5py
import numpy

import program
from program import CONCORD, DATA, SOURCE, findings, run
import kitti_drive  # program adds tests/support to the path

SAMPLE = SOURCE / "data/sample_drive"
KITTI = kitti_drive.made_once()


class Validate(program.TestCase):
    def test_sample_drive_is_what_its_script_makes(self):
        made = self.folder / "made"
        subprocess.run([SOURCE / "tools/make_sample_drive.sh", made, CONCORD], check=True, capture_output=True)
        files = sorted(p.relative_to(SAMPLE) for p in SAMPLE.rglob("*") if p.is_file())
        self.assertEqual(sorted(p.relative_to(made) for p in made.rglob("*") if p.is_file()), files)
        self.assertLess(sum((SAMPLE / p).stat().st_size for p in files), 6 << 20)
        for name in files:
            before, after = (SAMPLE / name).read_bytes(), (made / name).read_bytes()
            if before == after:
                continue
            # Another C math library differs in last digits, and in nothing else.
            self.assertEqual(len(before), len(after) if name.suffix == ".pcd" else len(before), name)
            if name.suffix == ".pcd":
                header = before.index(b"DATA binary\n") + len(b"DATA binary\n")
                self.assertEqual(before[:header], after[:header], name)
                a, b = (numpy.frombuffer(text[header:], "<f4") for text in (before, after))
                self.assertTrue(numpy.allclose(a, b, rtol=1e-4, atol=1e-3, equal_nan=True), name)
            else:
                number = re.compile(rb"-?\d+\.\d+(?:e[-+]?\d+)?")
                self.assertEqual(number.sub(b"#", before), number.sub(b"#", after), name)
                a, b = (numpy.array([float(x) for x in number.findall(text)]) for text in (before, after))
                self.assertTrue(numpy.allclose(a, b, rtol=1e-6, atol=1e-6), name)

    def test_every_planted_error_is_found_and_little_else(self):
        for number, drive in enumerate((SAMPLE, KITTI)):
            report = self.folder / str(number)
            done = run("validate", drive, "--out", report)
            self.assertEqual(done.returncode, 1, done.stderr)
            rows = findings(report)
            with open(drive / "key.csv", newline="") as file:
                keys = list(csv.DictReader(file))
            self.assertGreaterEqual(len(keys), 8)

            def hits(row, key):
                tracks = {key["track"], key["other_track"]} - {""}
                frames = range(int(key["frame_begin"]) - 1, int(key["frame_end"]) + 2)
                return {row["track"], row["other_track"]} & tracks and int(row["frame"]) in frames

            for key in keys:
                self.assertTrue(any(hits(row, key) for row in rows), f"not found: {key}")
            # What another finding explains is no alarm of its own.
            false_alarms = [row for row in rows if not row["root_cause"] and not any(hits(row, key) for key in keys)]
            self.assertEqual(false_alarms, [])

    def test_severity_decides_the_exit_code(self):
        for fail_on, code in (("never", 0), ("error", 1), ("warning", 1), ("info", 1)):
            self.assertEqual(run("validate", KITTI, "--out", self.folder, "--fail-on", fail_on).returncode, code)
        self.assertEqual(run("validate", KITTI, "--out", self.folder, "--only", "schema").returncode, 0)

    def test_finding_rows_hold_the_promised_keys(self):
        run("validate", KITTI, "--out", self.folder)
        promised = ("id fingerprint drive label_set check fault scope frame frame_end time_ns track label other_track other_label "
                    "class sensor severity score surprise value limit unit proposal root_cause message").split()
        rows = findings(self.folder)
        self.assertTrue(rows)
        for row in rows:
            self.assertEqual(list(row), promised)
        self.assertEqual(len({row["id"] for row in rows}), len(rows))
        table = list(csv.DictReader(io.StringIO(run("findings", self.folder, "--format", "csv").stdout)))
        self.assertEqual([row["id"] for row in table], [row["id"] for row in rows])
        self.assertEqual(list(table[0]), promised)
        self.assertEqual([json.loads(row["proposal"]) if row["proposal"] else None for row in table], [row["proposal"] for row in rows])

    def test_report_reads_with_h5py_alone(self):
        run("validate", KITTI, "--out", self.folder, "--keep-measurements")
        with h5py.File(self.folder / "0000.h5") as report:
            self.assertEqual(report.attrs["complete"], b"1")
            columns = report["findings"]
            codes = columns["check"][:]
            names = report["dict/checks"][:].astype(str)
            self.assertIn("temporal.heading_flip", set(names[codes]))
            members = h5py.check_enum_dtype(columns["severity"].dtype)
            self.assertEqual(members["UNKNOWN"], 0)
            self.assertEqual(members["ERROR"], 3)

            def check(name, item):
                if isinstance(item, h5py.Dataset) and item.parent.name not in ("/dict", "/configuration"):
                    self.assertIn("units", item.attrs, name)
                    self.assertIn("description", item.attrs, name)
                    siblings = {other.shape for other in item.parent.values() if isinstance(other, h5py.Dataset)}
                    self.assertEqual(len(siblings), 1, name)

            report.visititems(check)
            self.assertTrue(numpy.all(report["measurements/0/label_sets/0/labels/length_m"][:] > 0))

    def test_equal_runs_give_equal_content(self):
        digests = set()
        for name, extra in (("a", []), ("b", ["--threads", "1"]), ("c", ["--memory", "16M", "--jobs", "1"])):
            run("validate", KITTI, "--out", self.folder / name, *extra)
            with h5py.File(self.folder / name / "0000.h5") as report:
                digests.add(bytes(report.attrs["content_sha256"]))
        self.assertEqual(len(digests), 1)

    def test_kept_measurements_are_judged_anew_without_the_dataset(self):
        shutil.copytree(KITTI, self.folder / "input")
        run("validate", self.folder / "input", "--out", self.folder / "kept", "--keep-measurements")
        run("validate", self.folder / "input", "--out", self.folder / "strict", "--keep-measurements", "--profile", "strict")
        shutil.rmtree(self.folder / "input")
        done = run("judge", self.folder / "kept", "--out", self.folder / "same")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(run("judge", self.folder / "kept", "--out", self.folder / "again.h5", "--profile", "strict").returncode, 1)

        def digest(path):
            with h5py.File(self.folder / path) as report:
                return bytes(report.attrs["content_sha256"])

        self.assertEqual(digest("same/0000.h5"), digest("kept/0000.h5"))
        self.assertEqual(digest("again.h5"), digest("strict/0000.h5"))
        self.assertNotEqual(digest("strict/0000.h5"), digest("kept/0000.h5"))
        self.assertEqual(findings(self.folder / "same"), findings(self.folder / "kept"))
        self.assertEqual(run("judge", self.folder / "kept", "--out", self.folder / "few", "--only", "schema").returncode, 0)
        run("validate", KITTI, "--out", self.folder / "plain")
        done = run("judge", self.folder / "plain", "--out", self.folder / "none")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--keep-measurements", done.stderr)

    def test_one_bad_drive_does_not_stop_the_others(self):
        shutil.copytree(KITTI, self.folder / "input")
        training = self.folder / "input/training"
        for part in ("label_02", "calib", "oxts"):
            shutil.copy(training / part / "0000.txt", training / part / "0001.txt")
        (training / "label_02/0001.txt").write_bytes(b"0 1 Car \xff\x00 broken\n")
        done = run("validate", self.folder / "input", "--out", self.folder / "out")
        self.assertEqual(done.returncode, 2)
        self.assertIn("0001.txt:1", done.stderr)
        self.assertEqual(sorted(p.name for p in (self.folder / "out").iterdir()), ["0000.h5"])

    def test_unusable_input_is_a_clear_error(self):
        (self.folder / "empty").mkdir()
        (self.folder / "loop").symlink_to(self.folder / "loop")
        for arguments in (["validate", self.folder / "empty"], ["validate", self.folder / "absent"], ["validate", self.folder / "loop"],
                          ["validate", KITTI, "--only", "no.such_check"], ["validate", KITTI, "--profile", "absent.yaml"],
                          ["validate", KITTI, "--drives", "9999"], ["validate", KITTI, "--memory", "1"],
                          ["validate", KITTI, "--format", "no_such_format"], ["validate", KITTI, "--device", "abacus"],
                          ["summary", self.folder / "empty"], ["findings", KITTI / "key.csv"], ["no_such_command"], []):
            if arguments and arguments[0] == "validate":
                arguments = [*arguments, "--out", self.folder / "out"]
            done = run(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertTrue(done.stderr.strip() + done.stdout.strip(), arguments)

    def test_out_may_be_one_file_for_one_drive(self):
        self.assertEqual(run("validate", KITTI, "--out", self.folder / "one.h5").returncode, 1)
        self.assertTrue((self.folder / "one.h5").is_file())

    def test_interrupt_leaves_complete_reports_only(self):
        shutil.copytree(KITTI, self.folder / "input")
        training = self.folder / "input/training"
        for i in range(1, 400):
            for part in ("label_02", "calib", "oxts"):
                os.link(training / part / "0000.txt", training / part / f"{i:04}.txt")
        process = subprocess.Popen([CONCORD, "validate", self.folder / "input", "--out", self.folder / "out"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        process.stdout.readline()  # the first drive is done
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 2)
        reports = list((self.folder / "out").iterdir())
        self.assertLess(len(reports), 400)
        self.assertTrue(reports)
        for report in reports:
            self.assertEqual(report.suffix, ".h5", "a partial file is visible")
            self.assertEqual(run("summary", report).returncode, 0)

    def test_real_drives(self):
        if not (DATA / "kitti_tracking").is_dir():
            self.skipTest("research data 'kitti_tracking' is absent (set CONCORD_TEST_DATA)")
        done = run("validate", DATA / "kitti_tracking", "--out", self.folder)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertEqual(len(list(self.folder.glob("*.h5"))), 7)
        summary = json.loads(run("summary", self.folder, "--format", "json").stdout)
        self.assertEqual(summary["drives"], 7)
        self.assertEqual(sum(check["failed"] for check in summary["checks"].values()), 0)
        # Public labels are clean: what is shown must stay reviewable.
        count = sum(check["errors"] + check["warnings"] for check in summary["checks"].values())
        self.assertLess(count, 0.005 * summary["labels"])


class Iou(unittest.TestCase):
    def test_exact_values(self):
        with tempfile.TemporaryDirectory() as folder:
            a, b = pathlib.Path(folder) / "a.csv", pathlib.Path(folder) / "b.csv"
            a.write_text("x,y,z,length,width,height,yaw\n0,0,0,2,2,2,0\n5,5,0,4,2,1,0.3\n")
            b.write_text("1,0,0,2,2,2,0\n5,5,0,4,2,1,0.3\n")
            done = run("iou", a, b, "--pairwise")
            self.assertEqual([float(x) for x in done.stdout.split()], [1 / 3, 1.0])
            self.assertEqual([line.split(",")[:2] for line in run("iou", a, b).stdout.split()], [["0", "0"], ["1", "1"]])
            b.write_text("1,0,0,2,2\n")
            done = run("iou", a, b)
            self.assertEqual(done.returncode, 2)
            self.assertIn("b.csv:1", done.stderr)
            b.write_text("xylophone,1,2\n")
            self.assertEqual(run("iou", a, b).returncode, 2)
            self.assertEqual(run("iou", folder, b).returncode, 2)
            b.write_text("nan,0,0,2,2,2,0\n5,5,0,4,2,-1,0.3\n")
            self.assertEqual(run("iou", a, b, "--pairwise").stdout.split(), ["nan", "nan"])


class Checks(unittest.TestCase):
    def test_lists_and_explains(self):
        ids = [json.loads(line)["id"] for line in run("checks", "--format", "json").stdout.splitlines()]
        self.assertGreaterEqual(len(ids), 20)
        for name in ids:
            done = run("checks", name)
            self.assertEqual(done.returncode, 0)
            self.assertIn("severity", done.stdout)
        done = run("checks", "temporal.heading_flop")
        self.assertEqual(done.returncode, 2)
        self.assertIn("temporal.heading_flip", done.stderr)


class Doctor(unittest.TestCase):
    def test_says_what_is_usable(self):
        done = run("doctor")
        self.assertEqual(done.returncode, 0)
        for word in ("concord ", "cpu", "cuda"):
            self.assertIn(word, done.stdout)

    def test_names_the_version_of_every_library(self):
        lines = run("doctor").stdout.partition("libraries (as compiled)\n")[2].splitlines()
        versions = {line[2:18].strip(): line[18:].strip() for line in lines}
        optional = {"CUDA", "PCL", "Open3D"}
        self.assertEqual(set(versions), optional | {"Thrust (CCCL)", "oneTBB", "Eigen", "HDF5", "simdjson", "nlohmann-json",
                                                    "yaml-cpp", "CLI11", "fmt", "OpenSSL"})
        for name, version in versions.items():
            if name not in optional or version != "not built in":
                self.assertRegex(version, r"^[0-9]+\.[0-9]+", name)


if __name__ == "__main__":
    unittest.main(verbosity=2)
