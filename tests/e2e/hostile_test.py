#!/usr/bin/env python3
"""No dataset may hang, crash or exhaust the program, or be left out without a word: damaged drives beside good ones.

Each damaged drive ends with one error that names its file, the good ones are reported, and the exit code is 2.
"""

import os
import pathlib
import random
import re
import resource
import shutil
import stat
import sys
import unittest

import h5py

import program
import small_datasets
from small_datasets import put

MOST_SECONDS = 60
MOST_BYTES = 2 << 30
LONG_LINE_BYTES = 100 << 20


def replaced(path):
    """Frees the name `path` for something else."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
    return path


def half(path):
    """Cuts a file in the middle of a line, before its last field."""
    text = path.read_bytes()[:path.stat().st_size // 2]
    path.write_bytes(text[:max(text.rfind(b" "), text.rfind(b","))])


def loop(path):
    os.symlink(path.name, replaced(path))


# What may stand where a file should. The name is the drive's.
DAMAGES = {
    "pipe": lambda path: os.mkfifo(replaced(path)),
    "folder": lambda path: replaced(path).mkdir(),
    "dangling": lambda path: os.symlink("nowhere", replaced(path)),
    "loop": loop,
    "device": lambda path: os.symlink("/dev/zero", replaced(path)),
    "empty": lambda path: path.write_bytes(b""),
    "cut": half,
    "nuls": lambda path: path.write_bytes(bytes(10_001)),
    "garbage": lambda path: path.write_bytes(random.Random(1).randbytes(10_001)),
}


class HostileCase(program.TestCase):
    def setUp(self):
        super().setUp()
        self.input = self.folder / "input"
        self.out = self.folder / "out"

    def concord(self, *arguments, codes=(2,), **options):
        """Runs the program, which must end in time, by itself, with little memory and one of `codes`."""
        done = program.run(*arguments, timeout=MOST_SECONDS, errors="surrogateescape", **options)
        said = done.stdout[-2000:] + done.stderr[-2000:]
        self.assertIn(done.returncode, codes, said)
        self.assertNotIn("internal error", done.stderr)
        self.assertLess(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024, MOST_BYTES, said)
        for line in done.stderr.splitlines():
            self.assertTrue(line.startswith("concord: "), line)
            self.assertIn("(expected ", line)
        return done

    def validate(self, *inputs, codes=(2,), options=()):
        return self.concord("validate", *(inputs or (self.input,)), "--out", self.out, *options, codes=codes)

    def errors(self, done, *words):
        """The error lines that hold all of `words`."""
        return [line for line in done.stderr.splitlines() if all(str(word) in line for word in words)]

    def assert_one_error(self, done, *words):
        self.assertEqual(len(self.errors(done, *words)), 1, (words, done.stderr[-3000:]))

    def assert_good_is_reported(self):
        self.assertTrue((self.out / "good.h5").is_file())
        self.assertFalse(list(self.out.glob("*.tmp*")))


class Files(HostileCase):
    """Each kind of file of each format, replaced by each damage in a drive of its own."""

    def damage_all(self, write, kind, allowed=()):
        root, self.out = self.folder / kind, self.folder / f"{kind}-out"
        write(root, "good")
        paths = {}
        for name, damage in DAMAGES.items():
            paths[name] = write(root, name)[kind]
            damage(paths[name])
        done = self.validate(root)
        for name, path in paths.items():
            if name in allowed:
                self.assertTrue((self.out / f"{name}.h5").is_file(), name)
            else:
                self.assert_one_error(done, path)
                self.assertFalse((self.out / f"{name}.h5").exists(), name)
        self.assert_good_is_reported()

    def test_kitti(self):
        for kind in ("labels", "calibration", "poses"):
            with self.subTest(kind):
                # A drive without objects has an empty label file.
                self.damage_all(small_datasets.kitti, kind, allowed=("empty",) if kind == "labels" else ())

    def test_csv(self):
        for kind in ("labels", "poses"):
            with self.subTest(kind):
                self.damage_all(small_datasets.csv, kind)

    def test_openlabel(self):
        self.damage_all(small_datasets.openlabel, "labels")

    def test_argoverse2(self):
        for kind in ("labels", "calibration", "poses"):
            with self.subTest(kind):
                self.damage_all(small_datasets.argoverse2, kind)

    def test_aimotive(self):
        for kind in ("labels", "calibration"):
            with self.subTest(kind):
                self.damage_all(small_datasets.aimotive, kind)

    def test_nuscenes(self):
        # The tables belong to all scenes: a damaged one fails its whole input, and no other.
        small_datasets.nuscenes(self.input, "good")
        for table in small_datasets.nuscenes_tables("x"):
            inputs, paths = [self.input / "good"], []
            for name, damage in DAMAGES.items():
                where = self.input / table
                paths.append(small_datasets.nuscenes(where, name)[table])
                damage(paths[-1])
                inputs.append(where / name)
            done = self.validate(*inputs)
            for path in paths:
                self.assert_one_error(done, path)
            self.assert_good_is_reported()

    def test_missing_files(self):
        for name, write in small_datasets.FORMATS.items():
            for kind in write(self.folder / "names", "x"):
                if kind in ("cloud", "map"):
                    continue
                with self.subTest(f"{name}: {kind}"):
                    root = self.folder / f"{name}-{kind}"
                    write(root, "bad")[kind].unlink()
                    put(root / "other.txt", "")
                    # Poses are optional in KITTI and CSV, the rig in Argoverse 2 and aiMotive; a label file of aiMotive is a frame.
                    optional = (name, kind) in (("kitti_tracking", "poses"), ("csv", "poses"), ("argoverse2", "calibration"),
                                                ("aimotive", "calibration"), ("aimotive", "labels"))
                    source = root / "bad" if name == "nuscenes" else root
                    done = self.validate(source, codes=(0, 1) if optional else (2,))
                    self.assertEqual(len(self.errors(done, root)), 0 if optional else 1, done.stderr)

    def test_inputs_that_hold_nothing(self):
        self.input.mkdir()
        for path in (self.input, self.folder / "absent", put(self.folder / "empty.json", ""), put(self.folder / "garbage.csv", bytes(1000)),
                     pathlib.Path("/dev/null")):
            self.assert_one_error(self.validate(path), path)
            for name in small_datasets.FORMATS:
                self.assertEqual(len(self.validate(path, options=("--format", name)).stderr.splitlines()), 1, (path, name))
        os.mkfifo(self.folder / "pipe.json")
        for name in (*small_datasets.FORMATS, "kitti_object", ""):
            self.assert_one_error(self.validate(self.folder / "pipe.json", options=("--format", name) if name else ()), "pipe.json")


class Clouds(HostileCase):
    """A cloud that cannot be read leaves its frame unchecked; the rest of the drive goes on."""

    def test_damaged_clouds(self):
        for name, write in small_datasets.FORMATS.items():
            with self.subTest(name):
                root, out = self.folder / name, self.folder / f"{name}-out"
                paths = {}
                for damage, apply in DAMAGES.items():
                    paths[damage] = write(root, damage)["cloud"]
                    apply(paths[damage])
                inputs = [root / damage for damage in DAMAGES] if name == "nuscenes" else [root]
                done = self.concord("validate", *inputs, "--out", out, codes=(0, 1))
                for damage, path in paths.items():
                    lines = [line for line in done.stdout.splitlines() if "not checked: " in line and str(path) in line]
                    self.assertEqual(len(lines), 1, (damage, done.stdout))
                    self.assert_frame_unchecked(out / f"{damage}.h5")

    def assert_frame_unchecked(self, report):
        """One of the four frames was not examined against its points."""
        with h5py.File(report) as file:
            checks = file["dict/checks"][:].astype(str)
            rows = [i for i, check in enumerate(file["status/check"][:]) if checks[check] == "points.empty_box"]
            self.assertEqual([int(file["status/frames_examined"][i]) for i in rows], [small_datasets.FRAMES - 1], report)
            self.assertEqual([int(file["status/frames_skipped"][i]) for i in rows], [1], report)

    def test_lying_headers_and_numbers_of_any_size(self):
        count = len(small_datasets.points(1))
        huge = str(4_000_000_000).encode()
        pcd, ply, rows = small_datasets.pcd(1), small_datasets.ply(1), small_datasets.floats(1)
        number = str(count).encode()
        nan, far = b"\x00\x00\xc0\x7f", b"\xff\xff\x7f\x7f"  # NaN and the greatest float
        cases = {"pcd-points": (pcd.replace(b"POINTS " + number, b"POINTS " + huge).replace(b"WIDTH " + number, b"WIDTH " + huge), "declares"),
                 "pcd-width": (pcd.replace(b"WIDTH " + number, b"WIDTH 65536").replace(b"HEIGHT 1", b"HEIGHT 65536"), ""),
                 "pcd-count": (pcd.replace(b"COUNT 1 1 1 1", b"COUNT 1 1 1 1000000000"), ""),
                 "pcd-no-data": (pcd[:40], ""),
                 "pcd-nan": (pcd[:-16] + nan * 4, None),
                 "pcd-far": (pcd[:-64] + far * 16, None)}
        for name, (content, _) in cases.items():
            put(small_datasets.openlabel(self.input, name)["cloud"], content)
        done = self.validate(codes=(0, 1))
        for name, (_, word) in cases.items():
            lines = [line for line in done.stdout.splitlines() if "not checked: " in line and f"/{name}/1.pcd" in line and (word or "") in line]
            self.assertEqual(len(lines), 0 if word is None else 1, (name, done.stdout))
        tables = self.folder / "csv"
        cases = {"ply-count": ply.replace(b"vertex " + number, b"vertex " + huge), "ply-negative": ply.replace(b"vertex " + number, b"vertex -1"),
                 "ply-short": ply[:-5], "ply-type": ply.replace(b"float x", b"quad x"), "ply-no-end": ply.replace(b"end_header", b"comment")}
        for name, content in cases.items():
            put(small_datasets.csv(tables, name)["cloud"], content)
        done = self.validate(tables, codes=(0, 1))
        for name in cases:
            self.assertEqual(len([line for line in done.stdout.splitlines() if "not checked: " in line and f"/{name}/1.ply" in line]), 1, (name, done.stdout))
        floats = self.folder / "kitti"
        cases = {"stride": (rows + b"abc", True), "nan": (nan * 400 + rows, False), "all-nan": (nan * 400, False), "far": (far * 400 + rows, False)}
        for name, (content, _) in cases.items():
            put(small_datasets.kitti(floats, name)["cloud"], content)
        done = self.validate(floats, codes=(0, 1))
        for name, (_, refused) in cases.items():
            lines = [line for line in done.stdout.splitlines() if "not checked: " in line and f"/{name}/" in line]
            self.assertEqual(len(lines), int(refused), (name, done.stdout))


def edited(path, *pairs):
    text = path.read_bytes()
    for before, after in pairs:
        assert before in text, (path, before)
        text = text.replace(before, after, 1)
    path.write_bytes(text)


class Contents(HostileCase):
    """What is wrong within a file is an error that names the line, or the place in a JSON file."""

    def check(self, write, kind, cases):
        """`cases`: drive: (edits, words of its error or None where the drive is valid)."""
        write(self.input, "good")
        for name, (edits, _) in cases.items():
            path = write(self.input, name)[kind]
            if callable(edits):
                path.write_bytes(edits(path.read_bytes()))
            else:
                edited(path, *edits)
        done = self.validate()
        for name, (_, words) in cases.items():
            if words is None:
                self.assertEqual(self.errors(done, f"/{name}"), [])
                self.assertTrue((self.out / f"{name}.h5").is_file(), name)
            else:
                self.assert_one_error(done, f"/{name}", *words)
        self.assert_good_is_reported()

    def test_kitti(self):
        first = b"0 1 Car 0 0 0 100 100 200 200 1.5 1.8 4.0 -3.0 0 12.0 "
        self.check(small_datasets.kitti, "labels", {
            "nul": ([(b"Car", b"C\0r")], [".txt:1", "UTF-8 without NUL"]),
            "no-utf8": ([(b"0 2 Car", b"0 \xff\xfe Car")], [".txt:2", "UTF-8"]),
            "long-id": ([(b"0 1 Car", b"0 " + b"x" * 5000 + b" Car")], [".txt:1", "at most 1024"]),
            "frame-e9": ([(b"3 2 Car", b"1000000000 2 Car")], [".txt:8", "a frame number"]),
            "frame-far": ([(b"3 2 Car", b"999999 2 Car")], [".txt:8", "frames behind the last"]),
            "frame-negative": ([(b"3 2 Car", b"-1 2 Car")], [".txt:8", "a frame number"]),
            "frame-text": ([(b"3 2 Car", b"0x3 2 Car")], [".txt:8", "a frame number"]),
            "no-number": ([(b"1.8", b"1,8")], [".txt:1", "a number"]),
            "fields": ([(b"0 1 Car 0", b"0 1 Car")], [".txt:1", "17 fields"]),
            "long-line": (lambda _: b"a " * (LONG_LINE_BYTES // 2), [".txt:1", "17 fields"]),
            "track-e18": ([(b"0 2 Car", b"0 999999999999999999 Car")], None),
            "e308": ([(first, b"0 1 Car 0 0 0 1e308 -1e308 1e308 1e308 1e308 1e308 1e308 1e308 1e308 1e308 ")], None),
            "nan": ([(first, b"0 1 Car nan nan nan nan nan nan nan nan nan nan inf -inf nan ")], None),
            "tiny": ([(first, b"0 1 Car 0 0 0 100 100 200 200 1e-300 1e-308 1e-320 5e-324 0 12.0 ")], None)})

    def test_kitti_calibration_and_poses(self):
        self.check(small_datasets.kitti, "calibration", {
            "inf": ([(b"Tr_imu_velo 1", b"Tr_imu_velo inf")], [".txt:4", "a finite number"]),
            "zeros": ([(b"R_rect 1 0 0 0 1 0 0 0 1", b"R_rect 0 0 0 0 0 0 0 0 0")], ["R0_rect", "orthonormal"]),
            "e308": ([(b"Tr_velo_cam 0 -1", b"Tr_velo_cam 0 -1e308")], ["Tr_velo_to_cam", "orthonormal"]),
            "few": ([(b"R_rect 1", b"R_rect")], ["R0_rect with 9 values"]),
            "no-camera": ([(b"P2: 700", b"P2: 0")], None)})
        shutil.rmtree(self.input)
        zeros = b"0 0.000000000000 0"
        self.check(small_datasets.kitti, "poses", {
            "pole": ([(zeros, b"90 0 0")], [".txt:1", "degrees between"]),
            "e308": ([(zeros, b"0 1e308 1e308")], [".txt:1"]),
            "text": ([(zeros, b"0 x 0")], [".txt:1", "a finite number"]),
            "far-altitude": ([(zeros, b"0 0 1e300")], None)})

    def test_csv(self):
        row = b",1,car,12.0,3.0,0.75,4,1.8,1.5,0"
        self.check(small_datasets.csv, "labels", {
            "nul": ([(b"car", b"c\0r")], [".csv:2", "UTF-8 without NUL"]),
            "no-utf8": ([(b",2,car", b",\xff,car")], [".csv:3", "UTF-8"]),
            "long-id": ([(b",1,car", b"," + b"x" * 5000 + b",car")], [".csv:2", "at most 1024"]),
            "quote": ([(b"0,16", b'"0,16')], [".csv:2", "quote"]),
            "column": ([(b"class", b"klass")], [".csv:1", "class"]),
            "columns": (lambda _: b",".join(b"c%d" % i for i in range(200_000)) + b"\n", [".csv:1", "fields"]),
            "fields": ([(b"1,car", b"car")], [".csv:2", "fields"]),
            "long-line": (lambda _: b"a," * (LONG_LINE_BYTES // 2), [".csv:1"]),
            "time": ([(b"0,1600000000000000000", b"0,1e30")], [".csv:2", "time"]),
            "number": ([(b"12.0,3.0", b"12.0,three")], [".csv:2", "a number"]),
            "far-frame": ([(b"\n3,1600000000300000000,1", b"\n1000000000000,4000000000000000000,1")], None),
            "far-times": ([(b"\n3,1600000000300000000,1", b"\n9,9199999999999999999,1"), (b"\n3,1600000000300000000,2", b"\n-9,-9199999999999999999,2")], ["time"]),
            "e308": ([(row, b",1,car,1e308,-1e308,1e308,1e308,1e308,1e308,1e308")], None),
            "nan": ([(row, b",1,car,nan,inf,-inf,nan,nan,nan,nan")], None)})

    def test_argoverse2(self):
        row = b",4,1.8,1.5,1,0,0,0,12.0,3.0,0.75,52"
        self.check(small_datasets.argoverse2, "labels", {
            "nul": ([(b"REGULAR", b"R\0GULAR")], ["annotations.csv:2", "UTF-8 without NUL"]),
            "no-utf8": ([(b",2,REGULAR", b",\xff,REGULAR")], ["annotations.csv:3", "UTF-8"]),
            "column": ([(b"category", b"kategory")], ["annotations.csv:1", "category"]),
            "columns": (lambda _: b"," * 200_000 + b"\n", ["annotations.csv:1", "columns"]),
            "fields": ([(b"1,REGULAR", b"REGULAR")], ["annotations.csv:2", "14 fields"]),
            "long-line": (lambda text: text + b"," * LONG_LINE_BYTES, ["annotations.csv:10", "14 fields"]),
            "time": ([(b"\n1600000000000000000,1", b"\n1e30,1")], ["annotations.csv:2", "whole number"]),
            "e9-points": ([(b",52", b",99999999999")], None),
            "far-time": ([(b"\n1600000000000000000,1", b"\n9223372036854775807,1"), (b"\n1600000000000000000,2", b"\n-9223372036854775808,2")], ["time"]),
            "e308": ([(row, b",1e308,1e308,1e308,1,0,0,0,1e308,-1e308,1e308,52")], None),
            "no-rotation": ([(row, b",4,1.8,1.5,0,0,0,0,12.0,3.0,0.75,52")], None),
            "nan": ([(row, b",nan,inf,-inf,nan,0,0,0,nan,nan,nan,52")], None)})

    def test_openlabel(self):
        box = b'4.0,\n1.8,\n1.5'
        far = b'"timestamp": 9.2e18'
        self.check(small_datasets.openlabel, "labels", {
            "no-utf8": ([(b'"Car"', b'"C\xffr"')], ["UTF-8"]),
            "nul": ([(b'"Car"', b'"C\\u0000r"')], [".json", "UTF-8"]),
            "deep": ([(b'"frames": {', b'"frames": ' + b"[" * 100_000)], []),
            "frame": ([(b'"3": {', b'"-3": {')], ["/frames/-3"]),
            "frame-e9": ([(b'"3": {', b'"9000000000": {')], None),
            "frame-e30": ([(b'"3": {', b'"1' + b"0" * 30 + b'": {')], ["/frames/1000"]),
            "values": ([(b"0.75,\n0,\n0", b"0.75,\n0")], ["/cuboid/0/val"]),
            "text": ([(b"0.75", b'"x"')], ["/cuboid/0/val"]),
            "object": ([(b'"objects": {\n"1": {\n"object_data"', b'"objects": {\n"7": {\n"object_data"')], ["/objects/7"]),
            "long-line": (lambda _: b'{"openlabel": "' + b"x" * LONG_LINE_BYTES + b'"}', ["openlabel"]),
            "far-time": ([(b'"timestamp"', far + b',"other"')], ["/frames/0/frame_properties/timestamp", "out of range"]),
            "e308": ([(box, b"1e308,1e308,1e308"), (b"12.0,\n3.0", b"1e308,-1e308")], None),
            "e999": ([(box, b"1e999,1,1")], [])})

    def test_aimotive(self):
        self.check(small_datasets.aimotive, "labels", {
            "no-utf8": ([(b'"CAR"', b'"C\xffR"')], ["UTF-8"]),
            "nul": ([(b'"CAR"', b'"C\\u0000R"')], ["/CapturedObjects/0/ObjectType", "UTF-8 without NUL"]),
            "long-id": ([(b'"ObjectId": 1', b'"ObjectId": "' + b"x" * 5000 + b'"')], ["/CapturedObjects/0/ObjectId", "at most 1024"]),
            "id-e30": ([(b'"ObjectId": 1', b'"ObjectId": 1e30')], ["/CapturedObjects/0/ObjectId"]),
            "deep": ([(b'"CapturedObjects": [', b'"CapturedObjects": ' + b"[" * 100_000)], []),
            "text": ([(b"0.75", b'"x"')], ["/CapturedObjects/0/BoundingBox3D Origin Z"]),
            "no-class": ([(b'"ObjectType"', b'"Type"')], ["/CapturedObjects/0", "ObjectType"]),
            "no-list": ([(b'"CapturedObjects"', b'"Objects"')], ["CapturedObjects"]),
            "twice": ([(b'"ObjectId": 1', b'"ObjectId": 1, "ObjectId": 2')], ["/CapturedObjects/0"]),
            "far-time": ([(b'"Timestamp": "1', b'"Timestamp": "91')], ["/Timestamp"]),
            "time": ([(b'"Timestamp": "1', b'"Timestamp": "x')], ["/Timestamp", "whole nanoseconds"]),
            "long-line": (lambda _: b'{"CapturedObjects": "' + b"x" * LONG_LINE_BYTES + b'"}', ["/CapturedObjects"]),
            "e308": ([(b"4.0", b"1e308"), (b"0.75", b"-1e308")], None),
            "e999": ([(b"4.0", b"1e999")], []),
            "no-rotation": ([(b"Quat W\": 1.0", b"Quat W\": 0")], None)})
        shutil.rmtree(self.input)
        self.check(small_datasets.aimotive, "calibration", {
            "zeros": ([(b"[[1.0", b"[[0.0")], ["#/lidar/RT_body_from_sensor", "rigid transform"]),
            "e308": ([(b"1.7", b"1e308")], None),
            "rows": ([(b"[[1.0, 0.0, 0.0, 0.0], ", b"[")], ["rigid transform"]),
            "wide": ([(b"[[1.0, ", b"[[1.0, 2.0, ")], ["/RT_body_from_sensor/0"]),
            "name": ([(b'"lidar": ', b'"l\\u0000": ')], ["UTF-8 without NUL"]),
            "list": (lambda _: b"[]", ["calibration.json"])})

    def test_nuscenes(self):
        cases = {
            "sample-dangling": ("sample_annotation", [(b'"sample_token": "s1"', b'"sample_token": "none"')], ["token a11", "dangling"]),
            "instance-dangling": ("sample_annotation", [(b'"instance_token": "i1"', b'"instance_token": "none"')], ["token a10", "dangling"]),
            "category-dangling": ("instance", [(b'"category_token": "car"', b'"category_token": "none"')], ["token i1", "dangling"]),
            "pose-dangling": ("sample_data", [(b'"ego_pose_token": "p0"', b'"ego_pose_token": "none"')], ["token d0", "dangling"]),
            "calibration-dangling": ("sample_data", [(b'"calibrated_sensor_token": "cal"', b'"calibrated_sensor_token": "x"')], ["token d0", "dangling"]),
            "loop": ("sample", [(b'"next": "s1"', b'"next": "s0"')], ["token s0"]),
            "twice": ("sample_annotation", [(b'"token": "a11"', b'"token": "a10"')], ["token a10", "twice"]),
            "no-utf8": ("category", [(b"vehicle.car", b"vehicle.c\xffr")], ["category.json"]),
            "nul": ("scene", [(b'"description": ""', b'"description": "\\u0000"'), (b'"token": "scene"', b'"token": "scene\\u0000"')], []),
            "time-e30": ("sample", [(b'"timestamp": 1600000000000000', b'"timestamp": 1e30')], ["token s0", "timestamp"]),
            "time-negative": ("sample", [(b'"timestamp": 1600000000000000', b'"timestamp": -5')], ["token s0", "timestamp"]),
            "path-outside": ("sample_data", [(b"samples/LIDAR_TOP/0", b"../../../../etc/0")], ["token d0", "leaves the dataset"]),
            "text": ("sample_annotation", [(b'"size": [1.8', b'"size": ["x"')], ["token a10", "size"]),
            "e308": ("sample_annotation", [(b'"size": [1.8, 4.0, 1.5]', b'"size": [1e308, 1e308, 1e308]')], None),
            "count-e18": ("sample_annotation", [(b'"num_lidar_pts": 52', b'"num_lidar_pts": 999999999999999999')], []),
            "deep": ("sample_annotation", [(b'"attribute_tokens": [', b'"attribute_tokens": ' + b"[" * 100_000)], ["sample_annotation.json"])}
        small_datasets.nuscenes(self.input, "good")
        for name, (table, edits, _) in cases.items():
            edited(small_datasets.nuscenes(self.input, name)[table], *edits)
        put(small_datasets.nuscenes(self.input, "long-line")["sample_annotation"], b"[" + b'{"token": "a"},' * (LONG_LINE_BYTES // 15))
        done = self.validate(*(self.input / name for name in ("good", "long-line", *cases)))
        self.assert_good_is_reported()
        for name, (_, _, words) in cases.items():
            if words is None:
                self.assertTrue((self.out / f"{name}.h5").is_file(), name)
            else:
                self.assert_one_error(done, f"/{name}", *words)

    def test_boxes_on_one_another(self):
        """n boxes on one another are n (n - 1) / 2 pairs: below the limit of --memory all are judged, above it none."""
        small_datasets.csv(self.input, "good")
        for name, count in (("few", 100), ("many", 150)):
            path = small_datasets.csv(self.input, name)["labels"]
            rows = path.read_text().splitlines()
            put(path, "\n".join(rows + [f"0,{rows[1].split(',')[1]},{1000 + i},car,30,0,0.75,4,1.8,1.5,0" for i in range(count)]) + "\n")
        done = self.validate(options=("--memory", "16M"))
        self.assert_good_is_reported()
        self.assertTrue((self.out / "few.h5").is_file())
        self.assert_one_error(done, "many", "pairs of boxes overlap")
        self.assertFalse((self.out / "many.h5").exists())

    def test_centimetres_are_found(self):
        def in_cm(text):
            rows = [line.split() for line in text.decode().splitlines()]
            for row in rows:
                row[10:16] = (str(100 * float(number)) for number in row[10:16])
            return "\n".join(map(" ".join, rows)).encode()
        path = small_datasets.kitti(self.input, "cm")["labels"]
        path.write_bytes(in_cm(path.read_bytes()))
        self.validate(codes=(0, 1))
        self.assertIn("box.size_implausible", {row["check"] for row in program.findings(self.out)})


class Names(HostileCase):
    NAMES = ["a b", "it's \"quoted\"", "line\nend", "-dash", "--out", "$(echo x)", "%s%n{}", "back\\slash", "ü日本", "tab\tbell\a\x1b[31m", "x" * 180,
             ".hidden", "no-utf8-\udcff\udcfe"]

    def test_names_of_drives_and_folders(self):
        for form, write in small_datasets.FORMATS.items():
            with self.subTest(form):
                root, out = self.folder / f"-{form} 'of'\n\"all\"", self.folder / f"{form} out"
                for name in self.NAMES:
                    # JSON is UTF-8; a hidden label file is none.
                    write(root, name.encode("utf-8", "replace").decode() if form in ("nuscenes", "openlabel") else name)
                inputs = [root / name.encode("utf-8", "replace").decode() for name in self.NAMES] if form == "nuscenes" else [root]
                done = self.concord("validate", *inputs, "--out", out, codes=(0, 1))
                self.assertEqual(len(list(out.glob("*.h5"))), len(self.NAMES), done.stdout)
                self.assertNotRegex(done.stdout + done.stderr, re.compile("[\x00-\x09\x0b-\x1f]"))
                self.concord("summary", out, codes=(0,))
                self.concord("findings", out, codes=(0,))

    def test_a_name_that_begins_with_a_dash_is_a_path_behind_two_dashes(self):
        small_datasets.kitti(self.folder / "-x", "0")
        self.concord("validate", "--out", "out", "--", "-x", codes=(0, 1), cwd=self.folder)


class OtherFiles(HostileCase):
    """Files that are named by options."""

    def setUp(self):
        super().setUp()
        small_datasets.csv(self.input, "good")
        self.pipe = self.folder / "pipe.yaml"
        os.mkfifo(self.pipe)

    def test_pipes(self):
        pipe = self.pipe
        boxes = put(self.folder / "boxes.csv", "0 0 0 4 2 1.5 0.3\n")
        self.concord("validate", self.input, "--out", self.out, codes=(0,))
        for arguments in (("validate", self.input, "--out", self.folder / "o", "--profile", pipe),
                          ("validate", self.input, "--out", self.folder / "o", "--taxonomy", pipe),
                          ("validate", self.input, "--out", self.folder / "o", "--mapping", pipe),
                          ("validate", self.input, "--out", self.folder / "o", "--labels", f"other={pipe}"),
                          ("corrupt", self.input, self.folder / "copy", "--spec", pipe), ("score", self.out, pipe),
                          ("iou", pipe, boxes), ("iou", boxes, pipe)):
            with self.subTest(arguments[0] + str(arguments[-2])):
                self.assert_one_error(self.concord(*arguments), "pipe.yaml", "is a pipe")

    def test_yaml_that_is_deep_wide_or_large(self):
        bomb = "a: &a [x, x]\n" + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(24))
        for name, text in (("deep", "[" * 100_000), ("deep-map", "".join(" " * i + "a:\n" for i in range(3000))), ("bomb", bomb),
                           ("large", "# " + "x" * (2 << 20)), ("nul", "checks:\0\n"), ("no-utf8", "checks: {\xff: 1}"), ("garbage", "\x01\x02%&*")):
            path = put(self.folder / f"{name}.yaml", text)
            for option in ("--profile", "--taxonomy", "--mapping"):
                with self.subTest(f"{option} {name}"):
                    self.assert_one_error(self.concord("validate", self.input, "--out", self.out, option, path), path)

    def test_corrupt_copies_all_or_nothing(self):
        copy = self.folder / "copy"
        os.mkfifo(self.input / "extra")
        self.assert_one_error(self.concord("corrupt", self.input, copy), "extra", "a pipe")
        (self.input / "extra").unlink()
        os.symlink("nowhere", self.input / "extra")
        self.assert_one_error(self.concord("corrupt", self.input, copy), "extra", "leads nowhere")
        (self.input / "extra").unlink()
        for i in range(3):
            os.symlink(".", self.input / f"loop{i}")
        self.assert_one_error(self.concord("corrupt", self.input, copy), "loop", "folder that it lies in")
        self.assertFalse(copy.exists())
        for i in range(3):
            (self.input / f"loop{i}").unlink()
        self.concord("corrupt", self.input, copy, codes=(0,))

    def test_linked_folders_do_not_multiply(self):
        small_datasets.argoverse2(self.folder / "logs", "good")
        for i in range(300):
            os.symlink(".", self.folder / f"logs/l{i}")
        self.concord("validate", self.folder / "logs", "--out", self.out, codes=(0, 1))
        self.assertTrue((self.out / "good.h5").is_file())


class Outputs(HostileCase):
    def test_places_that_cannot_be_written(self):
        small_datasets.kitti(self.input, "good")
        places = [put(self.folder / "file", "x"), self.folder / "file/below", pathlib.Path("/proc/out"), pathlib.Path("/dev/null")]
        for place in places:
            with self.subTest(place):
                self.assertEqual(len(self.concord("validate", self.input, "--out", place).stderr.splitlines()), 1)
        self.assertEqual((self.folder / "file").read_text(), "x")

    @unittest.skipIf(os.geteuid() == 0, "root may read and write everything")
    def test_files_and_folders_without_permission(self):
        small_datasets.kitti(self.input, "good")
        closed = [small_datasets.kitti(self.input, kind)[kind] for kind in ("labels", "calibration", "poses")]
        for path in closed:
            path.chmod(0)
        done = self.validate()
        for path in closed:
            self.assert_one_error(done, path, "Permission denied")
        self.assert_good_is_reported()
        (self.folder / "closed").mkdir(mode=stat.S_IRUSR | stat.S_IXUSR)
        self.assert_one_error(self.concord("validate", self.input, "--out", self.folder / "closed"), "closed")


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=1))
