#!/usr/bin/env python3
"""`concord show`: text, picture (well-formed XML), ids and prefixes, with dataset, with kept measurements, with neither."""

import shutil
import unittest
import xml.dom.minidom

import program
from program import DATA, findings, run
import kitti_drive  # program adds tests/support to the path

SAMPLE = kitti_drive.made_once()


class Show(program.TestCase):
    def setUp(self):
        super().setUp()
        shutil.copytree(SAMPLE, self.folder / "input")

    def validate(self, *extra):
        done = run("validate", self.folder / "input", "--out", self.folder / "out", *extra)
        self.assertEqual(done.returncode, 1, done.stderr)
        return findings(self.folder / "out")

    def test_every_finding_is_shown_and_drawn(self):
        for row in self.validate():
            done = run("show", self.folder / "out", row["id"])
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(row["message"], done.stdout)
            self.assertIn(row["severity"], done.stdout)
            picture = (self.folder / "out" / f"{row['id']}.svg").read_text(encoding="utf-8")
            document = xml.dom.minidom.parseString(picture)
            texts = " ".join(node.firstChild.data for node in document.getElementsByTagName("text"))
            self.assertIn("ego", texts)
            self.assertIn("bird's-eye view", texts)
            self.assertIn("the label in question", texts)
            self.assertIn(row["class"] + " " + row["track"], texts)
            if row["proposal"] and "delete" not in row["proposal"] and any(key.endswith(("_m", "_rad")) for key in row["proposal"]):
                self.assertIn("as proposed", texts)

    def test_a_unique_beginning_is_enough_and_another_is_not(self):
        rows = self.validate()
        picture = self.folder / "picture.svg"
        done = run("show", self.folder / "out/0000.h5", rows[0]["id"][:6], "--svg", picture)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(picture.is_file())
        self.assertEqual(list((self.folder / "out").glob("*.svg")), [])
        done = run("show", self.folder / "out", "zz")
        self.assertEqual(done.returncode, 2)
        self.assertIn("concord findings", done.stderr)
        done = run("show", self.folder / "out", "")
        self.assertEqual(done.returncode, 2)
        self.assertIn(rows[0]["id"], done.stderr)

    def test_the_suspect_is_marked_among_its_neighbours(self):
        row = next(row for row in self.validate() if row["check"] == "temporal.heading_flip")
        lines = run("show", self.folder / "out", row["id"], "--around", "2").stdout.splitlines()
        table = [line.split() for line in lines[lines.index(next(line for line in lines if "FRAME" in line)) + 1 :]]
        frame = int(row["frame"])
        self.assertEqual([cells[0] for cells in table[:2]], [str(frame - 2), str(frame - 1)])
        self.assertEqual(table[2][:2], [">", str(frame)])
        self.assertEqual([cells[0] for cells in table[3:5]], [str(frame + 1), str(frame + 2)])
        self.assertAlmostEqual(abs(float(table[2][-2]) - float(table[1][-2])), 180, delta=1)
        self.assertEqual(table[5][0], "+")

    def test_kept_measurements_stand_in_for_a_lost_dataset(self):
        row = self.validate("--keep-measurements")[0]
        before = run("show", self.folder / "out", row["id"]).stdout
        shutil.rmtree(self.folder / "input")
        done = run("show", self.folder / "out", row["id"])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("as kept in the report", done.stdout)
        self.assertEqual([line for line in before.splitlines() if line.startswith("  >")],
                         [line for line in done.stdout.splitlines() if line.startswith("  >")])

    def test_without_either_it_says_so(self):
        row = self.validate()[0]
        shutil.rmtree(self.folder / "input")
        done = run("show", self.folder / "out", row["id"])
        self.assertEqual(done.returncode, 2)
        self.assertIn(row["message"], done.stdout)
        self.assertIn("--keep-measurements", done.stderr)
        self.assertIn("dataset cannot be read", done.stderr)

    def test_a_changed_dataset_is_told(self):
        row = self.validate()[0]
        labels = self.folder / "input/training/label_02/0000.txt"
        labels.write_text(labels.read_text() + "\n")
        done = run("show", self.folder / "out", row["id"])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("has changed since", done.stdout)

    def test_hostile_ids_stay_text(self):
        labels = self.folder / "input/training/label_02/0000.txt"
        lines = [line.split(" ") for line in labels.read_text().splitlines()]
        for line in lines:
            if line[1] in ("3", "7"):
                line[1] = "</text><script>&\"'" + line[1] + "\u202e\ufffe"
        labels.write_text("\n".join(" ".join(line) for line in lines) + "\n")
        rows = [row for row in self.validate() if row["track"].startswith("</text>")]
        self.assertTrue(rows)
        for row in rows:
            self.assertEqual(run("show", self.folder / "out", row["id"]).returncode, 0)
            document = xml.dom.minidom.parse(str(self.folder / "out" / f"{row['id']}.svg"))
            self.assertEqual(document.getElementsByTagName("script"), [])

    def test_an_unwritable_picture_is_an_error(self):
        row = self.validate()[0]
        done = run("show", self.folder / "out", row["id"], "--svg", self.folder / "absent/picture.svg")
        self.assertEqual(done.returncode, 2)
        self.assertIn("picture.svg", done.stderr)

    def test_points_of_real_frames_are_drawn(self):
        kitti = DATA / "kitti_object"
        if not kitti.is_dir():
            self.skipTest("research data 'kitti_object' is absent (set CONCORD_TEST_DATA)")
        # A profile that calls every car too large gives findings on real frames.
        profile = self.folder / "small.yaml"
        profile.write_text("checks:\n  box.size_implausible:\n    max_length_m: 1\n")
        run("validate", kitti, "--drives", "000001,000002", "--out", self.folder / "out", "--profile", profile)
        rows = findings(self.folder / "out")
        if not rows:
            self.skipTest("no finding on these frames")
        self.assertEqual(run("show", self.folder / "out", rows[0]["id"]).returncode, 0)
        self.assertIn("points of the frame", (self.folder / "out" / f"{rows[0]['id']}.svg").read_text())


if __name__ == "__main__":
    unittest.main(verbosity=2)
