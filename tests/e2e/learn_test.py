#!/usr/bin/env python3
"""learn -> validate --priors -> calibrate -> score, on synthetic drives, and what happens to files that are no priors."""

import hashlib
import json
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import unittest

import h5py
import numpy

CONCORD = os.environ["CONCORD_BINARY"]
DRIVES = "frames=60,lidar_beams=10,lidar_azimuth_deg=0.6,objects=40,cameras=0,radars=0"
GROUPS = [("sketches", ["name", "class", "count", "examined"]), ("bins", ["sketch", "bin", "count"]),
          ("drives", ["name", "inputs_sha256", "labels"]),
          ("calibration", ["check", "intercept", "score_slope", "surprise_slope", "findings", "hits"]),
          ("calibration_fit", ["base_rate"]), ("calibration_drives", ["name"])]


def run(*arguments, code=0):
    done = subprocess.run([CONCORD, *map(str, arguments)], capture_output=True, text=True, timeout=300)
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def content_hash(file):
    """As src/report/PRIORS.md says."""
    digest = hashlib.sha256()

    def add(text):
        digest.update(struct.pack("<Q", len(text)) + text)

    for group, columns in GROUPS:
        add(group.encode())
        for column in columns:
            values = file[group][column][:]
            add(column.encode())
            digest.update(struct.pack("<Q", len(values)))
            for value in values:
                add(value) if values.dtype.kind == "S" else digest.update(value.tobytes())
    return digest.hexdigest()


class Learn(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="concord_e2e_"))
        cls.priors = cls.folder / "priors.h5"
        cls.said = run("learn", f"synthetic:seed=11,drives=6,{DRIVES}", "--out", cls.priors)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def seeded(self, name, seed, priors):
        copy, reports = self.folder / name, self.folder / (name + "-reports")
        if not copy.exists():
            run("corrupt", f"synthetic:seed={seed},drives=3,{DRIVES}", copy, "--seed", seed, "--prevalence", 0.03)
        run("validate", copy, "--out", reports, "--priors", priors, "--fail-on", "never")
        return reports, copy / "key.csv"

    def test_merging_is_order_independent_to_the_byte(self):
        parts = []
        for drive in ("synth_11_000", "synth_11_001,synth_11_002", "synth_11_003,synth_11_004,synth_11_005"):
            parts.append(self.folder / f"part{len(parts)}.h5")
            run("learn", f"synthetic:seed=11,drives=6,{DRIVES}", "--drives", drive, "--out", parts[-1])
        merged = self.folder / "merged.h5"
        for order in ((0, 1, 2), (2, 0, 1)):
            run("learn", *[parts[i] for i in order], "--out", merged)
            self.assertEqual(merged.read_bytes(), self.priors.read_bytes())
        self.assertIn("would be learned twice", run("learn", merged, parts[0], "--out", self.folder / "x.h5", code=2))
        self.assertFalse((self.folder / "x.h5").exists())

    def test_file_is_as_documented(self):
        with h5py.File(self.priors) as file:
            self.assertEqual(file.attrs["content_sha256"].decode(), content_hash(file))
            self.assertEqual(len(file["drives/name"]), 6)
            names = {name.decode() for name in file["sketches/name"][:]}
            for quantity in ("length_m", "speed_mps", "acceleration_mps2", "yaw_rate_radps", "residual_along_m", "residual_heading_rad",
                             "residual_size_ratio", "point_density_0_30_1pm2", "track_duration_s", "temporal.gap"):
                self.assertIn(quantity, names)
            sums = numpy.bincount(file["bins/sketch"][:], weights=file["bins/count"][:], minlength=len(file["sketches/count"]))
            self.assertTrue((sums == file["sketches/count"][:]).all())
            for group, columns in GROUPS:
                self.assertEqual(set(file[group]), set(columns))
                for column in columns:
                    self.assertTrue(file[group][column].attrs["description"])

    def test_learned_limits_surprise_and_calibrated_scores(self):
        reports, key = self.seeded("fit", 21, self.priors)
        with h5py.File(next(reports.glob("*.h5"))) as report:
            configuration = report["configuration/yaml"][0].decode()
            surprise = report["findings/surprise"][:]
        self.assertIn("max_speed_mps:", configuration.split("checks:")[0])
        self.assertIn("of: vehicle, samples:", configuration)
        known = surprise[~numpy.isnan(surprise)]
        self.assertGreater(len(known), 0)
        self.assertTrue(((known > 0) & (known <= 1)).all())
        calibrated = self.folder / "calibrated.h5"
        run("calibrate", reports, "--key", key, "--priors", self.priors, "--out", calibrated)
        # On drives that neither step saw.
        reports, key = self.seeded("test", 31, calibrated)
        score = json.loads(run("score", reports, "--key", key, "--format", "json"))
        self.assertFalse([note for note in score["notes"] if "NOT UNSEEN" in note])
        probability = score["probability"]
        self.assertTrue(probability["calibrated"])
        self.assertGreater(probability["brier_skill"], -0.2)
        self.assertGreater(probability["hits"]["of"], 10)
        self.assertIn("Brier score", run("score", reports, "--key", key))
        # The same on the drives of the fit is said.
        reports, key = self.seeded("fit", 21, calibrated)
        self.assertIn("NOT UNSEEN: the calibration was fitted on 3 of these drives", run("score", reports, "--key", key))
        self.assertIn("are calibrated already", run("calibrate", reports, "--key", key, "--priors", calibrated, "--out",
                                                    self.folder / "again.h5", code=2))

    def test_judge_gives_what_validate_gave(self):
        source = f"synthetic:seed=41,{DRIVES}"
        run("validate", source, "--out", self.folder / "kept.h5", "--keep-measurements", "--priors", self.priors, "--fail-on", "never")
        run("judge", self.folder / "kept.h5", "--out", self.folder / "judged.h5", "--priors", self.priors, "--fail-on", "never")
        with h5py.File(self.folder / "kept.h5") as kept, h5py.File(self.folder / "judged.h5") as judged:
            self.assertEqual(kept.attrs["content_sha256"], judged.attrs["content_sha256"])

    def test_files_that_are_no_priors(self):
        report = self.folder / "report.h5"
        run("validate", f"synthetic:seed=51,{DRIVES}", "--out", report, "--fail-on", "never")
        text = self.folder / "text.h5"
        text.write_text("no HDF5")
        for path, why in ((report, "is no file of priors"), (text, "no checksum"), (self.folder / "none.h5", "does not exist")):
            said = run("validate", f"synthetic:seed=51,{DRIVES}", "--out", self.folder / "r", "--priors", path, code=2)
            self.assertIn(why, said)
            self.assertIn(path.name, said)
        run("learn", text, "--out", self.folder / "y.h5", code=2)

    def test_hostile_contents_with_right_checksums(self):
        def edited(change):
            path = self.folder / "hostile.h5"
            path.write_bytes(self.priors.read_bytes()[:-81])
            with h5py.File(path, "r+") as file:
                change(file)
                file.attrs["content_sha256"] = numpy.bytes_(content_hash(file).encode())
            data = path.read_bytes()
            path.write_bytes(data + b"\nconcord-sha256:" + hashlib.sha256(data).hexdigest().encode() + b"\n")
            return path

        def put(name, row, value):
            def change(file):
                values = file[name][:]
                values[row] = value
                file[name][...] = values
            return change

        def drop(name):
            def change(file):
                attributes, values = dict(file[name].attrs), file[name][:-1]
                del file[name]
                file[name] = values
                file[name].attrs.update(attributes)
            return change

        self.assertIn("labels", run("learn", edited(lambda file: None), "--out", self.folder / "z.h5"))
        hostile = {"outside its range": put("bins/bin", 3, 4_000_000_000), "does not exist": put("bins/sketch", -1, 4_000_000_000),
                   "not the sum": put("bins/count", 0, 77), "not in their order": put("bins/bin", 1, 5000),
                   "bins/count is outside": put("bins/count", 0, 2**63), "is empty": put("sketches/name", 0, b""),
                   "one name and class": put("sketches/class", 1, b"car"), "another length": drop("drives/labels")}
        for why, change in hostile.items():
            with self.subTest(why):
                if why == "one name and class":
                    def change(file):
                        for column in ("name", "class"):
                            values = file["sketches"][column][:]
                            values[1] = values[0]
                            file["sketches"][column][...] = values
                self.assertIn(why, run("learn", edited(change), "--out", self.folder / "z.h5", code=2))


if __name__ == "__main__":
    unittest.main()
