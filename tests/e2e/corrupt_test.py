#!/usr/bin/env python3
"""Drives `concord corrupt` and `concord score` on the sample drive and, where it is there, on the shared KITTI data."""

import csv
import json
import shutil
import unittest

import program
from program import DATA, run
import kitti_drive  # program adds tests/support to the path

SAMPLE = kitti_drive.made_once()
COLUMNS = "drive error_type track label other_track frame_begin frame_end magnitude".split()


def key_of(folder):
    with open(folder / "key.csv", newline="") as file:
        rows = csv.DictReader(file)
        assert rows.fieldnames == COLUMNS, rows.fieldnames
        return list(rows)


def files_of(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name != "key.csv"}


def labels_of(path):
    return {tuple(line.split()[:2]): line for line in path.read_text().splitlines()}


class Corrupt(program.TestCase):
    def test_only_labels_differ_and_the_copy_validates(self):
        done = run("corrupt", SAMPLE, self.folder / "out", "--seed", 3, "--prevalence", 0.05)
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = key_of(self.folder / "out")
        self.assertGreater(len(rows), 10)
        before, after = files_of(SAMPLE), files_of(self.folder / "out")
        self.assertEqual(before.keys(), after.keys())
        self.assertEqual([str(name) for name in before if before[name] != after[name]], ["training/label_02/0000.txt"])
        done = run("validate", self.folder / "out", "--out", self.folder / "report")
        self.assertEqual(done.returncode, 1, done.stderr)

    def test_lines_outside_the_key_are_byte_identical(self):
        spec = self.folder / "spec.yaml"
        spec.write_text("prevalence: 0.1\nerrors:\n  - {type: shift}\n  - {type: drop}\n  - {type: flip_heading}\n")
        self.assertEqual(run("corrupt", SAMPLE, self.folder / "out", "--spec", spec).returncode, 0)
        touched = {(str(frame), row["track"]) for row in key_of(self.folder / "out")
                   for frame in range(int(row["frame_begin"]), int(row["frame_end"]) + 1)}
        name = "training/label_02/0000.txt"
        before, after = labels_of(SAMPLE / name), labels_of(self.folder / "out" / name)
        changed = {key for key in before if after.get(key) != before[key]}
        self.assertTrue(changed)
        self.assertEqual(changed, touched)
        self.assertLessEqual(after.keys(), before.keys())

    def test_no_errors_and_no_noise_is_a_plain_copy(self):
        for arguments in (["--spec", "none"], ["--prevalence", "0"]):
            out = self.folder / arguments[1]
            self.assertEqual(run("corrupt", SAMPLE, out, *arguments).returncode, 0)
            self.assertEqual(files_of(SAMPLE), files_of(out))
            self.assertEqual(key_of(out), [])

    def test_bad_arguments_leave_nothing_behind(self):
        spec = self.folder / "spec.yaml"
        spec.write_text("errors:\n  - {type: shift, distance_m: 0}\n")
        for arguments in (["--spec", spec], ["--spec", "no_such_spec"], ["--spec", self.folder / "absent.yaml"], ["--noise", "-1"],
                          ["--prevalence", "2"], ["--seed", "-1"], ["--drives", "7777"], ["--format", "no_such_format"]):
            done = run("corrupt", SAMPLE, self.folder / "out", *arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertTrue(done.stderr.strip(), arguments)
            self.assertFalse((self.folder / "out").exists(), arguments)
        self.assertIn("spec.yaml:2", run("corrupt", SAMPLE, self.folder / "out", "--spec", spec).stderr)
        (self.folder / "full").mkdir()
        (self.folder / "full/file").write_text("kept")
        self.assertEqual(run("corrupt", SAMPLE, self.folder / "full").returncode, 2)
        self.assertEqual([p.name for p in (self.folder / "full").iterdir()], ["file"])

    def test_a_broken_drive_is_named_and_the_others_are_seeded(self):
        shutil.copytree(SAMPLE, self.folder / "input")
        training = self.folder / "input/training"
        shutil.copy(training / "label_02/0000.txt", training / "label_02/0001.txt")  # no calibration
        done = run("corrupt", self.folder / "input", self.folder / "out")
        self.assertEqual(done.returncode, 2)
        self.assertIn("0001.txt", done.stderr)
        self.assertTrue(key_of(self.folder / "out"))
        self.assertEqual((self.folder / "out/training/label_02/0001.txt").read_bytes(),
                         (training / "label_02/0001.txt").read_bytes())

    def test_the_key_lies_beside_a_dataset_of_csv_files(self):
        (self.folder / "input").mkdir()
        lines = ["frame,track,class,x_m,y_m,z_m,length_m,width_m,height_m,yaw_rad"]
        lines += [f"{frame},{track},car,{20 + frame},{4 * track},0.5,4,2,1.5,0" for frame in range(60) for track in range(4)]
        (self.folder / "input/one.csv").write_text("\n".join(lines) + "\n")
        done = run("corrupt", self.folder / "input", self.folder / "out", "--prevalence", "0.1", "--format", "csv")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([p.name for p in (self.folder / "out").iterdir()], ["one.csv"])
        self.assertGreater(len((self.folder / "out.key.csv").read_text().splitlines()), 5)
        self.assertEqual(run("validate", self.folder / "out", "--out", self.folder / "report", "--format", "csv").returncode, 1)

    def test_score_of_the_sample_drive(self):
        run("validate", SAMPLE, "--out", self.folder / "report")
        table = run("score", self.folder / "report", SAMPLE / "key.csv")
        self.assertEqual(table.returncode, 0, table.stderr)
        self.assertIn("8/8", table.stdout)
        done = run("score", self.folder / "report", "--key", SAMPLE / "key.csv", "--format", "json")
        score = json.loads(done.stdout)
        self.assertEqual((score["errors"], score["recall"]["hits"], score["false_alarms"]), (8, 8, 0))
        self.assertEqual(len(score["rows"]), 8)
        self.assertIn("temporal.heading_flip", score["matrix"]["flip_heading"])
        lines = list(csv.DictReader(run("score", self.folder / "report", SAMPLE / "key.csv", "--format", "csv").stdout.splitlines()))
        recall = [line for line in lines if line["measure"] == "recall" and line["error_type"] == "shift" and not line["magnitude"]]
        self.assertEqual([(line["hits"], line["of"], line["value"]) for line in recall], [("2", "2", "1")])

    def test_what_the_untouched_copy_holds_is_no_hit(self):
        run("validate", SAMPLE, "--out", self.folder / "report")
        done = run("score", self.folder / "report", SAMPLE / "key.csv", "--baseline", self.folder / "report", "--format", "json")
        score = json.loads(done.stdout)
        self.assertEqual((score["recall"]["hits"], score["false_alarms"], score["has_baseline"]), (0, 0, True))
        self.assertGreater(score["untouched"], 7)

    def test_unusable_keys_and_reports_are_clear_errors(self):
        run("validate", SAMPLE, "--out", self.folder / "report")
        (self.folder / "broken.csv").write_text("drive,track\n0000,1\n")
        (self.folder / "other.csv").write_text(",".join(COLUMNS) + "\n7777,shift,1,0:1,,0,0,1\n")
        for arguments in ([self.folder / "report"], [self.folder / "report", self.folder / "absent.csv"],
                          [self.folder / "report", self.folder / "broken.csv"], [self.folder / "report", self.folder / "other.csv"],
                          [SAMPLE / "key.csv", SAMPLE / "key.csv"], []):
            done = run("score", *arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertTrue(done.stderr.strip() + done.stdout.strip(), arguments)

    def test_shared_kitti(self):
        kitti = DATA / "kitti_tracking"
        if not kitti.is_dir():
            self.skipTest("research data 'kitti_tracking' is absent (set CONCORD_TEST_DATA)")
        done = run("corrupt", kitti, self.folder / "out", "--seed", 5)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(len({row["error_type"] for row in key_of(self.folder / "out")}), 8)
        self.assertEqual(run("validate", self.folder / "out", "--out", self.folder / "report").returncode, 1)


if __name__ == "__main__":
    unittest.main()
