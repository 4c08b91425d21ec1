#!/usr/bin/env python3
"""Drives `concord fix`: seeded errors are found and fixed, a second validation finds fewer, and the labels come nearer to the
untouched ones; what no proposal is about stays byte for byte, and a report of other files is refused."""

import csv
import pathlib
import shutil
import sys
import unittest

import program
from program import DATA, run

sys.path.insert(0, str(program.SOURCE / "tests/bench"))
import fixed_errors
import kitti_drive  # program adds tests/support to the path
import numpy

SAMPLE = kitti_drive.made_once()
COLUMNS = "drive label_set frame track label check finding field unit before after score outcome instead".split()


def log_of(path):
    with open(path, newline="") as file:
        rows = csv.DictReader(file)
        assert rows.fieldnames == COLUMNS, rows.fieldnames
        return list(rows)


def files_of(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


class Fix(program.TestCase):
    def validate(self, source, report):
        self.assertIn(run("validate", source, "--out", self.folder / report).returncode, (0, 1))
        return self.folder / report

    def fixed(self, *arguments):
        done = run("fix", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def hold(self, source, corrupt_options, most_good_changed, kinds):
        """Errors of the kinds halve at least, the second validation finds fewer, and few good labels change."""
        result = fixed_errors.measure(source, 2, self.folder / "run", corrupt_options)
        was = numpy.concatenate([result["errors"][kind][0] for kind in result["errors"]])
        now = numpy.concatenate([result["errors"][kind][1] for kind in result["errors"]])
        for column, name in enumerate(("centre", "size", "heading")):
            self.assertLess(now[:, column].mean(), 0.5 * was[:, column].mean(), name)
        for kind in kinds:
            self.assertIn(kind, result["errors"])
        before, after = (result[name]["error"] + result[name]["warning"] for name in ("before", "after"))
        self.assertLess(after, 0.6 * before)
        self.assertLessEqual(len(result["good_changed"]), most_good_changed * result["good"])

    def test_a_simulated_drive_with_clouds(self):
        self.make_run()
        self.hold("synthetic:seed=5,frames=80,objects=20,lidar_beams=24,lidar_azimuth_deg=0.6", ["--prevalence", "0.05"], 0.001,
                  ("shift", "flip_heading", "resize", "lift"))

    def test_the_shared_kitti_drives(self):
        if not (DATA / "kitti_tracking").is_dir():
            self.skipTest("research data 'kitti_tracking' is absent (set CONCORD_TEST_DATA)")
        self.make_run()
        self.hold(DATA / "kitti_tracking", [], 0.005, ("shift", "flip_heading", "resize", "lift", "rotate"))

    def test_the_shared_argoverse_log(self):
        if not (DATA / "argoverse2/sensor/val").is_dir():
            self.skipTest("research data 'argoverse2' is absent (set CONCORD_TEST_DATA)")
        self.make_run()
        self.hold(DATA / "argoverse2/sensor/val", [], 0.005, ("shift", "flip_heading", "resize", "lift", "rotate"))

    def make_run(self):
        (self.folder / "run").mkdir()

    def test_lines_without_an_applied_proposal_are_byte_identical_and_the_log_names_the_others(self):
        report = self.validate(SAMPLE, "report")
        before = files_of(SAMPLE)
        told = self.fixed(report, SAMPLE, self.folder / "out")
        self.assertEqual(files_of(SAMPLE), before)
        after = files_of(self.folder / "out")
        self.assertEqual(before.keys(), after.keys())
        name = pathlib.Path("training/label_02/0000.txt")
        self.assertEqual([path for path in before if before[path] != after[path]], [name])
        old, new = before[name].decode().splitlines(), after[name].decode().splitlines()
        self.assertEqual(len(old), len(new))
        changed = {tuple(a.split()[:2]) for a, b in zip(old, new) if a != b}
        rows = log_of(self.folder / "out.changes.csv")
        applied = {(row["frame"], row["track"]) for row in rows if row["outcome"] == "applied"}
        self.assertEqual(changed, applied)
        self.assertGreaterEqual(len(applied), 8)
        self.assertIn(f"{len(applied)} of", told)
        shift = [row for row in rows if (row["frame"], row["track"], row["field"]) == ("30", "0", "y_m") and row["outcome"] == "applied"]
        self.assertEqual(len(shift), 1)
        self.assertAlmostEqual(float(shift[0]["before"]) - float(shift[0]["after"]), 1.2, delta=0.15)

    def test_a_second_validation_finds_less(self):
        report = self.validate(SAMPLE, "report")
        self.fixed(report, SAMPLE, self.folder / "out", "--delete")
        again = self.validate(self.folder / "out", "again")
        before, after = fixed_errors.count_findings(report), fixed_errors.count_findings(again)
        self.assertGreater(before["error"], 2)
        self.assertEqual(after["error"], 0, run("findings", again).stdout)

    def test_deletions_are_made_only_when_asked(self):
        report = self.validate(SAMPLE, "report")
        self.assertIn("deletions need --delete", self.fixed(report, SAMPLE, self.folder / "kept"))
        self.assertIn("1 deleted", self.fixed(report, SAMPLE, self.folder / "gone", "--delete"))
        lines = [(self.folder / out / "training/label_02/0000.txt").read_text().splitlines() for out in ("kept", "gone")]
        self.assertEqual(len(lines[0]), len(lines[1]) + 1)
        self.assertFalse([line for line in lines[1] if line.split()[1] == "50"])

    def test_only_skip_and_min_score_choose(self):
        report = self.validate(SAMPLE, "report")
        self.fixed(report, SAMPLE, self.folder / "flip", "--only", "temporal.heading_flip")
        rows = log_of(self.folder / "flip.changes.csv")
        self.assertEqual({row["check"] for row in rows if row["outcome"] == "applied"}, {"temporal.heading_flip"})
        self.fixed(report, SAMPLE, self.folder / "none", "--min-score", "1", "--skip", "temporal.class_change", "--log", self.folder / "log.csv")
        self.assertEqual(files_of(self.folder / "none"), files_of(SAMPLE))
        self.assertFalse([row for row in log_of(self.folder / "log.csv") if row["outcome"] == "applied"])

    def test_what_does_not_belong_together_is_refused_and_nothing_is_written(self):
        report = self.validate(SAMPLE, "report")
        other = self.folder / "other"
        shutil.copytree(SAMPLE, other)
        labels = other / "training/label_02/0000.txt"
        labels.write_text(labels.read_text().replace("Car", "Van", 1))
        (self.folder / "full").mkdir()
        (self.folder / "full/file").write_text("kept")
        (self.folder / "logged.changes.csv").write_text("kept")
        out = self.folder / "out"
        for arguments, told in (([report, other, out], "label_02/0000.txt is another file"), ([self.folder / "none", SAMPLE, out], "none"),
                                ([report, self.folder / "none", out], "none"), ([report, SAMPLE, self.folder / "full"], "not empty"),
                                ([report, other, other / "inside"], "another file"), ([report, SAMPLE, out, "--only", "no.check"], "no.check"),
                                ([report, SAMPLE, self.folder / "logged"], "exists"), ([report, SAMPLE, out, "--min-score", "2"], "min-score"),
                                ([SAMPLE / "key.csv", SAMPLE, out], "key.csv"), ([report, SAMPLE], "OUT")):
            done = run("fix", *arguments)
            self.assertEqual(done.returncode, 2, (arguments, done.stdout))
            self.assertIn(told, done.stderr)
            self.assertFalse(out.exists() or (self.folder / "logged").exists() or (other / "inside").exists(), arguments)
            self.assertFalse((self.folder / "out.changes.csv").exists())
        shutil.copytree(SAMPLE, self.folder / "same")
        self.fixed(report, self.folder / "same", out)  # the same files elsewhere belong to it
        done = run("fix", report, SAMPLE, SAMPLE / "inside")
        self.assertEqual((done.returncode, (SAMPLE / "inside").exists()), (2, False))

    def test_exchanged_and_split_tracks_are_joined_again(self):
        spec = self.folder / "spec.yaml"
        spec.write_text("prevalence: 0.1\ntrack_prevalence: 0.2\nerrors:\n  - {type: swap_ids}\n  - {type: split}\n  - {type: swap_class}\n")
        source = "synthetic:seed=7,frames=120,objects=25,lidar_beams=0"
        truth, copy = self.folder / "truth", self.folder / "copy"
        self.assertEqual(run("corrupt", source, truth, "--spec", "none").returncode, 0)
        self.assertEqual(run("corrupt", source, copy, "--spec", spec, "--seed", "3").returncode, 0)
        for name, folder in (("r0", truth), ("r1", copy)):
            fixed_errors.validate(folder, self.folder / name)
        self.fixed(self.folder / "r1", copy, self.folder / "fixed")
        fixed_errors.validate(self.folder / "fixed", self.folder / "r2")
        wrong = []
        truths = {(label.frame, tuple(label.centre)): label for label in fixed_errors.labels_of(self.folder / "r0").values()}
        for name in ("r1", "r2"):
            labels = fixed_errors.labels_of(self.folder / name).values()
            self.assertEqual(len(labels), len(truths))
            pairs = [(label, truths[label.frame, tuple(label.centre)]) for label in labels]
            wrong.append((sum(a.track != b.track for a, b in pairs), sum(a.class_name != b.class_name for a, b in pairs)))
        self.assertGreater(min(wrong[0]), 10)
        self.assertLess(wrong[1][0], 0.3 * wrong[0][0], wrong)
        self.assertLess(wrong[1][1], 0.3 * wrong[0][1], wrong)


if __name__ == "__main__":
    unittest.main()
