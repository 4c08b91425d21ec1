#!/usr/bin/env python3
"""Each option of `concord validate` and `concord summary`, the help texts, and what is said about misspelt names."""

import json
import os
import pty
import re
import shutil
import subprocess
import unittest

import h5py

import program
from program import CONCORD, findings, run
import kitti_drive  # program adds tests/support to the path

SAMPLE = kitti_drive.made_once()


def states(report):
    with h5py.File(report) as file:
        checks = file["dict/checks"][:].astype(str)[file["status/check"][:]]
        names = {number: name for name, number in h5py.check_enum_dtype(file["status/state"].dtype).items()}
        return {check: names[state] for check, state in zip(checks, file["status/state"][:])}


class Options(program.TestCase):
    def setUp(self):
        super().setUp()
        self.out = self.folder / "out"

    def copies(self, *names):
        for part in ("label_02", "calib", "oxts"):
            (self.folder / "input/training" / part).mkdir(parents=True)
            for name in names:
                shutil.copy(SAMPLE / "training" / part / "0000.txt", self.folder / "input/training" / part / f"{name}.txt")
        return self.folder / "input"

    def validate(self, *arguments, code=None):
        done = run("validate", *arguments, "--out", self.out)
        if code is not None:
            self.assertEqual(done.returncode, code, done.stderr)
        return done

    def test_only_and_skip(self):
        self.validate("--only", "temporal,box.duplicate", SAMPLE, "--skip", "temporal.gap", code=1)
        kept = states(self.out / "0000.h5")
        self.assertEqual(kept["temporal.heading_flip"], "COMPLETED")
        self.assertEqual(kept["box.duplicate"], "COMPLETED")
        self.assertEqual(kept["temporal.gap"], "SKIPPED")
        self.assertEqual(kept["box.overlap"], "SKIPPED")
        self.assertEqual({row["check"].split(".")[0] for row in findings(self.out)}, {"temporal", "box"})
        reasons = {row["check"]: row["reason"] for row in json.loads(run("summary", self.out, "--format", "json").stdout)["not_checked"]}
        self.assertEqual(reasons["temporal.gap"], "left out by --skip")
        self.assertEqual(reasons["box.overlap"], "left out by --only")

    def test_drives(self):
        self.validate(self.copies("0000", "0001", "0002"), "--drives", "0002,0000", code=1)
        self.assertEqual(sorted(path.name for path in self.out.iterdir()), ["0000.h5", "0002.h5"])
        done = self.validate(self.folder / "input", "--drives", "0003", code=2)
        self.assertIn("no input has a drive '0003'; did you mean", done.stderr)
        done = self.validate(self.folder / "absent", "--drives", "0003", code=2)
        self.assertIn("does not exist", done.stderr)

    def test_jobs_and_threads(self):
        digests = set()
        self.copies("0000", "0001", "0002", "0003")
        for jobs in (1, 2, 7):
            self.validate(self.folder / "input", "--jobs", jobs, "--threads", 1, code=1)
            for report in self.out.iterdir():
                with h5py.File(report) as file:
                    digests.add((report.name, bytes(file.attrs["content_sha256"])))
        self.assertEqual(len(digests), 4)
        self.validate(SAMPLE, "--jobs", -1, code=2)
        self.validate(SAMPLE, "--threads", "many", code=2)

    def test_fail_on(self):
        warnings = ["--only", "temporal.gap"]
        for fail_on, code in (("never", 0), ("error", 0), ("warning", 1), ("info", 1)):
            self.validate(SAMPLE, *warnings, "--fail-on", fail_on, code=code)
        self.validate(SAMPLE, "--fail-on", "sometimes", code=2)

    def test_a_failed_drive_outranks_findings(self):
        self.copies("0000", "0001")
        (self.folder / "input/training/label_02/0000.txt").write_text("broken\n")
        done = self.validate(self.folder / "input", code=2)
        self.assertIn("0000.txt:1", done.stderr)
        self.assertIn("0001: 80 frames", done.stdout)

    def test_labels(self):
        (self.folder / "model").mkdir()
        rows = (SAMPLE / "training/label_02/0000.txt").read_text().splitlines()
        (self.folder / "model/0000.txt").write_text("".join(row + " 0.9\n" for row in rows))
        self.validate(SAMPLE, "--labels", f"model={self.folder / 'model'}", code=1)
        self.assertEqual({row["label_set"] for row in findings(self.out)}, {"labels", "model"})
        for wrong in ("model", "=x", "model=", f"model={self.folder / 'absent'}"):
            self.validate(SAMPLE, "--labels", wrong, code=2)

    def test_format(self):
        self.validate(SAMPLE, "--format", "kitti_tracking", code=1)
        done = self.validate(SAMPLE, "--format", "kitti_traking", code=2)
        self.assertIn("kitti_tracking", done.stderr)
        self.validate(SAMPLE, "--format", "openlabel", code=2)

    def test_device(self):
        self.validate(SAMPLE, "--device", "cpu", code=1)
        self.validate(SAMPLE, "--device", "auto", code=1)
        done = self.validate(SAMPLE, "--device", "cuda")
        if "not usable" in next(line for line in run("doctor").stdout.splitlines() if line.strip().startswith("cuda")):
            self.assertEqual(done.returncode, 2)
            self.assertIn("--device", done.stderr)
        else:
            self.assertEqual(done.returncode, 1)
        for wrong in ("cuda:", "cuda:x", "cuda:-1", "gpu"):
            self.validate(SAMPLE, "--device", wrong, code=2)
        self.assertEqual(run("validate", SAMPLE, "--out", self.out, env={**os.environ, "CONCORD_DEVICE": "abacus"}).returncode, 2)

    def test_memory(self):
        self.validate(SAMPLE, "--memory", "16M", code=1)
        for wrong in ("1", "15M", "2X", "-1G", "", "99999999999999999999G"):
            self.validate(SAMPLE, "--memory", wrong, code=2)

    def test_profile(self):
        profile = self.folder / "profile.yaml"
        profile.write_text("checks:\n  temporal.gap:\n    enabled: false\n")
        self.validate(SAMPLE, "--profile", profile, code=1)
        self.assertEqual(states(self.out / "0000.h5")["temporal.gap"], "SKIPPED")
        profile.write_text("checks:\n  temporal.gapp:\n    enabled: false\n")
        self.assertIn("profile.yaml:2", self.validate(SAMPLE, "--profile", profile, code=2).stderr)
        self.validate(SAMPLE, "--profile", "strictt", code=2)

    def test_out(self):
        self.copies("0000", "0001")
        done = run("validate", self.folder / "input", "--out", self.folder / "one.h5")
        self.assertEqual(done.returncode, 2)
        self.assertIn("2 drives do not fit one file", done.stderr)
        done = run("validate", self.folder / "input", SAMPLE, "--out", self.out)
        self.assertEqual(done.returncode, 2)
        self.assertIn("a second drive is called '0000'", done.stderr)
        self.assertEqual(len(list(self.out.iterdir())), 2)

    def test_the_command_is_kept_as_typed(self):
        self.validate(SAMPLE, "--only", "box.duplicate", "--fail-on", "never", code=0)
        with h5py.File(self.out / "0000.h5") as file:
            command = file["run"].attrs["command"].decode()
        self.assertTrue(command.startswith("concord validate "), command)
        self.assertIn("--only box.duplicate --fail-on never", command)

    def test_summary_has_statuses_and_denominators(self):
        self.validate(self.copies("0000", "0001"), "--skip", "box.overlap", code=1)
        done = run("summary", self.out)
        self.assertEqual(done.returncode, 0)
        self.assertIn("2 drives, 160 frames, 1070 labels", done.stdout)
        self.assertIn("NOT CHECKED", done.stdout)
        self.assertIn("left out by --skip", done.stdout)
        summary = json.loads(run("summary", self.out, "--format", "json").stdout)
        rows = findings(self.out)
        for name, check in summary["checks"].items():
            self.assertEqual(check["completed"] + check["skipped"] + check["failed"], 2, name)
            counted = [row for row in rows if row["check"] == name]
            self.assertEqual(check["errors"] + check["warnings"] + check["infos"], len(counted), name)
            if check["completed"] == 2 and not name.startswith("schema."):
                self.assertGreater(check["examined"], 0, name)
            if check["examined"]:
                self.assertAlmostEqual(check["per_1000"], 1000 * len(counted) / check["examined"])
        self.assertEqual(summary["checks"]["box.overlap"]["skipped"], 2)
        # KITTI says of no label that its object stands: that is not checked, which is not the same as clean.
        self.assertEqual(summary["checks"]["temporal.static_object_moves"]["skipped"], 2)
        reasons = {row["check"]: row["reason"] for row in summary["not_checked"]}
        self.assertEqual(reasons["temporal.static_object_moves"],
                         "labels have no moving state, and none is of a class that cannot move")
        car = summary["classes"]["car"]
        self.assertEqual(car["errors"] + car["warnings"] + car["infos"], len([row for row in rows if row["class"] == "car"]))
        self.assertGreater(car["examined"], 0)

    def test_a_full_standard_output_is_an_error(self):
        self.validate(SAMPLE, code=1)
        for command in (["findings", self.out], ["summary", self.out], ["checks"], ["validate", SAMPLE, "--out", self.out]):
            with open("/dev/full", "w") as full:
                done = subprocess.run([CONCORD, *map(str, command)], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
            self.assertEqual(done.returncode, 2, command)
            self.assertIn("concord: ", done.stderr)

    def test_progress_on_a_terminal_and_plain_lines_elsewhere(self):
        self.copies("0000", "0001", "0002")
        plain = self.validate(self.folder / "input", code=1)
        self.assertNotIn("\x1b", plain.stdout + plain.stderr)
        self.assertEqual([line.split(":")[0] for line in plain.stdout.splitlines() if " frames, " in line], ["0000", "0001", "0002"])
        self.assertRegex(plain.stdout, r"3 drives in \d+\.\d+ s \(read .* write .*\) on cpu")
        ours, theirs = pty.openpty()
        done = subprocess.run([CONCORD, "validate", self.folder / "input", "--out", self.out], stdout=subprocess.DEVNULL, stderr=theirs, timeout=60)
        os.close(theirs)
        shown = b""
        try:
            while chunk := os.read(ours, 4096):
                shown += chunk
        except OSError:
            pass
        os.close(ours)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"1/3", shown)
        self.assertTrue(shown.endswith(b"\x1b[K"), "the progress line is cleared at the end")


class Usage(unittest.TestCase):
    def test_every_help_reads_well(self):
        top = run("--help").stdout
        commands = re.findall(r"^  ([a-z]+) {3,}\S", top[top.index("Subcommands:"):], re.M)
        self.assertGreaterEqual(len(commands), 8)
        for command in commands:
            done = run(command, "--help")
            self.assertEqual(done.returncode, 0, command)
            self.assertIn("Usage: concord " + command, done.stdout)
            if command not in ("doctor",):
                self.assertIn("Example", done.stdout, command)
                self.assertIn("concord " + command, done.stdout[done.stdout.index("Example"):], command)
            for line in done.stdout.splitlines():
                self.assertLessEqual(len(line), 132, line)

    def test_misspelt_names_are_answered_with_near_ones(self):
        for arguments, near in ((["valdate", "x"], "did you mean validate?"), (["--versoin"], "did you mean --version?"),
                                (["validate", SAMPLE, "--profil", "strict"], "did you mean --profile?"),
                                (["validate", SAMPLE, "--devise=cpu"], "did you mean --device?"),
                                (["validate", SAMPLE, "--only", "box.overlp"], "box.overlap"),
                                (["validate", SAMPLE, "--skip", "tempral"], "did you mean temporal?"),
                                (["checks", "heading_flop"], "temporal.heading_flip"), (["checks", "a", "b"], "one argument too many"),
                                (["show", "x"], "FINDING is required"), ([], "--help")):
            done = run(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn(near, done.stderr)
            self.assertTrue(done.stderr.startswith("concord: "), done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    unittest.main(verbosity=2)
