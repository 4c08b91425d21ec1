#!/usr/bin/env python3
"""Places that cannot be written and files that are no reports: a clear error and exit code 2, never a crash."""

import os
import resource
import subprocess
import unittest

import h5py
import numpy

import program
from program import run
import kitti_drive  # program adds tests/support to the path

SAMPLE = kitti_drive.made_once()
TRAILER_BYTES = 81  # the line with the checksum of all before it


class Base(program.TestCase):
    def assert_refused(self, done, *words):
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertTrue(done.stderr.startswith("concord: "), done.stderr)
        for word in words:
            self.assertIn(str(word), done.stderr)


class Writing(Base):
    def test_a_file_size_limit_is_an_error_that_leaves_nothing(self):
        for limit in (0, 4096, 100_000):
            done = run("validate", SAMPLE, "--out", self.folder / "out", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
            self.assert_refused(done, "0000.h5", "room")
            self.assertEqual(list((self.folder / "out").iterdir()), [])

    def test_a_full_disk_is_an_error_that_leaves_nothing(self):
        disk = self.folder / "disk"
        disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True).returncode != 0:
            self.skipTest("a tmpfs cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", disk], check=True)
        self.assert_refused(run("validate", SAMPLE, "--out", disk), "0000.h5", "No space left")
        self.assertEqual(list(disk.iterdir()), [])

    def test_the_report_before_survives_a_failed_write(self):
        report = self.folder / "0000.h5"
        run("validate", SAMPLE, "--out", self.folder)
        before = report.read_bytes()
        done = run("validate", SAMPLE, "--out", self.folder, "--only", "box", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)))
        self.assert_refused(done)
        self.assertEqual(report.read_bytes(), before)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["0000.h5"])

    def test_folders_and_files_in_the_way(self):
        (self.folder / "out/0000.h5").mkdir(parents=True)
        self.assert_refused(run("validate", SAMPLE, "--out", self.folder / "out"), "0000.h5")
        (self.folder / "file").write_text("")
        self.assert_refused(run("validate", SAMPLE, "--out", self.folder / "file"), "file")
        self.assert_refused(run("validate", SAMPLE, "--out", self.folder / "file/below"), "file")
        self.assert_refused(run("validate", SAMPLE, "--out", "/proc/no_such/out"))
        self.assert_refused(run("validate", SAMPLE, "--out", "/dev/null/x.h5"))
        (self.folder / "link.h5").symlink_to(self.folder / "target")
        self.assertEqual(run("validate", SAMPLE, "--out", self.folder / "link.h5").returncode, 1)

    def test_a_place_without_permission(self):
        if os.geteuid() != 0 or not hasattr(os, "setresuid"):
            self.skipTest("needs root to become somebody without permissions")
        folder = self.folder / "closed"
        folder.mkdir()
        self.folder.chmod(0o755)
        folder.chmod(0o755)

        def nobody():
            os.setgroups([])
            os.setresgid(65534, 65534, 65534)
            os.setresuid(65534, 65534, 65534)

        try:
            seen = run("doctor", preexec_fn=nobody).returncode
        except (PermissionError, subprocess.SubprocessError):
            seen = None
        if seen != 0 or not os.access(SAMPLE, os.R_OK):
            self.skipTest("others cannot run the program where it lies")
        self.assert_refused(run("validate", SAMPLE, "--out", folder, preexec_fn=nobody), "closed", "ermission")
        self.assert_refused(run("validate", SAMPLE, "--out", folder / "below", preexec_fn=nobody), "ermission")


class Reading(Base):
    def setUp(self):
        super().setUp()
        run("validate", SAMPLE, "--out", self.folder / "good.h5", "--keep-measurements")
        self.good = (self.folder / "good.h5").read_bytes()

    def commands(self, path):
        yield run("summary", path)
        yield run("findings", path)
        yield run("show", path, "c4")
        yield run("judge", path, "--out", self.folder / "judged")

    def test_what_is_no_report(self):
        bad = self.folder / "bad.h5"
        with h5py.File(self.folder / "foreign.h5", "w") as foreign:
            foreign["findings/id"] = numpy.arange(3)
        texts = {"empty": b"", "text": b"hello\n", "zeros": bytes(100_000), "signature": self.good[:8], "half": self.good[: len(self.good) // 2],
                 "without end": self.good[:-200], "flipped": self.good[:5000] + b"\xff" + self.good[5001:],
                 "twice": self.good + self.good, "foreign": (self.folder / "foreign.h5").read_bytes()}
        for name, text in texts.items():
            with self.subTest(name):
                bad.write_bytes(text)
                for done in self.commands(bad):
                    if name == "twice":  # the checksum's line is followed by something else: taken without it
                        self.assertIn(done.returncode, (0, 1, 2), done.stderr)
                    else:
                        self.assert_refused(done, "bad.h5")

    def test_what_is_no_file(self):
        os.mkfifo(self.folder / "pipe.h5")
        (self.folder / "loop.h5").symlink_to(self.folder / "loop.h5")
        (self.folder / "empty.h5").mkdir()
        for path in (self.folder / "pipe.h5", self.folder / "loop.h5", self.folder / "empty.h5", self.folder / "absent.h5", "/dev/zero"):
            with self.subTest(path):
                for done in self.commands(path):
                    self.assert_refused(done, path)

    def test_changed_by_another_program(self):
        """Well-formed HDF5 whose content makes no sense."""
        labels = "measurements/0/label_sets/0/labels"

        def replace(report, name, values, **options):
            attributes = dict(report[name].attrs)
            del report[name]
            report.create_dataset(name, data=values, **options)
            report[name].attrs.update(attributes)

        def version(report):
            report.attrs["schema_version"] = numpy.bytes_("2.0.0")

        changes = {
            "a code out of range": lambda r: replace(r, "findings/check", numpy.full(r["findings/check"].shape, 9999, "u4")),
            "another type": lambda r: replace(r, "findings/value", r["findings/value"][:].astype("f4")),
            "another length": lambda r: replace(r, "findings/value", r["findings/value"][:-1]),
            "two dimensions": lambda r: replace(r, "findings/value", numpy.zeros((3, 3))),
            "a scalar": lambda r: replace(r, "findings/value", 3.0),
            "no column": lambda r: r.pop("findings/score"),
            "a group for a column": lambda r: (r.pop("findings/score"), r.create_group("findings/score")),
            "a column for a group": lambda r: (r.pop("findings"), r.create_dataset("findings", data=[1.0])),
            "no dictionaries": lambda r: r.pop("dict"),
            "texts of variable length": lambda r: replace(r, "dict/checks", numpy.array(["a", "b"], dtype=object), dtype=h5py.string_dtype()),
            "another version": version,
            "not complete": lambda r: r.attrs.pop("complete"),
            "many rows of nothing": lambda r: replace(r, "findings/value", numpy.zeros(1), maxshape=(None,), chunks=(1,)) or r["findings/value"].resize((1 << 40,)),
            "labels of no frame": lambda r: replace(r, labels + "/frame", numpy.full(r[labels + "/frame"].shape, 1 << 20, "u4")),
            "labels out of order": lambda r: replace(r, labels + "/frame", r[labels + "/frame"][:][::-1].copy()),
            "labels of no class": lambda r: replace(r, labels + "/class", numpy.full(r[labels + "/class"].shape, 60000, "u4")),
            "motion of no label": lambda r: replace(r, "measurements/0/label_sets/0/motion/row_to",
                                                     numpy.full(r["measurements/0/label_sets/0/motion/row_to"].shape, 1 << 30, "u4")),
            "fewer measurements": lambda r: [replace(r, f"measurements/0/label_sets/0/cuboids/{name}", r[f"measurements/0/label_sets/0/cuboids/{name}"][:-1])
                                             for name in list(r["measurements/0/label_sets/0/cuboids"])],
            "a link to itself": lambda r: r.__setitem__("measurements/1", h5py.SoftLink("/measurements/1")),
            "a link to another file": lambda r: (r.pop("checks"), r.__setitem__("checks", h5py.ExternalLink("/etc/passwd", "/x"))),
        }
        for name, change in changes.items():
            with self.subTest(name):
                path = self.folder / "changed.h5"
                path.write_bytes(self.good[:-TRAILER_BYTES])
                with h5py.File(path, "r+") as report:
                    change(report)
                for done in self.commands(path):
                    self.assert_refused(done, "changed.h5")
                    self.assertNotIn("checksum", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
