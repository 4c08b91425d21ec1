"""The program on nuScenes tables: the real scenes end with a report that h5py reads, and one bad scene does not stop the other."""

import json
import os
import shutil
import sys
import unittest

import h5py

import program
from program import run

DATA = program.DATA / "nuscenes"


class Nuscenes(program.TestCase):
    def test_real_scenes_with_two_submissions(self):
        labels = [f"A={DATA}/results/det_A_lidar_results_nusc.json", f"B={DATA}/results/det_B_lidar_mini_results_nusc.json"]
        for name, source in (("root", DATA), ("tables", DATA / "v1.0-mini")):
            done = run("validate", source, "--out", self.folder / name, "--labels", labels[0], "--labels", labels[1])
            self.assertIn(done.returncode, (0, 1), done.stderr)
            self.assertEqual(sorted(p.name for p in (self.folder / name).iterdir()), ["scene-0061-first-sample.h5", "scene-0103.h5"])
        with h5py.File(self.folder / "root/scene-0103.h5") as report:
            self.assertEqual(report.attrs["complete"], b"1")
            sets = report["dict/label_sets"][:].astype(str).tolist()
            self.assertEqual(set(sets), {"labels", "A", "B"})
            rows = json.loads((DATA / "v1.0-mini/sample_annotation.json").read_text())
            samples = json.loads((DATA / "v1.0-mini/sample.json").read_text())
            in_scene = {s["token"] for s in samples if s["scene_token"] == "9e3d077fd733fe6ab7baea23c90c48de"}
            examined = sum(int(n) for check, label_set, n in zip(report["exposure/check"], report["exposure/label_set"],
                                                                 report["exposure/labels"])
                           if report["dict/checks"][check] == b"schema.non_finite" and sets[label_set] == "labels")
            self.assertEqual(examined, sum(row["sample_token"] in in_scene for row in rows))

    def test_one_bad_scene_does_not_stop_the_other(self):
        shutil.copytree(DATA / "v1.0-mini", self.folder / "v1.0-mini", copy_function=shutil.copyfile)
        table = self.folder / "v1.0-mini/sample_annotation.json"
        rows = json.loads(table.read_text())
        rows[3]["instance_token"] = "nowhere"
        os.chmod(self.folder / "v1.0-mini", 0o755)
        table.write_text(json.dumps(rows))
        done = run("validate", self.folder, "--out", self.folder / "out")
        self.assertEqual(done.returncode, 2)
        self.assertIn("scene-0103", done.stderr)
        self.assertIn(f"sample_annotation.json token {rows[3]['token']}: instance_token 'nowhere' is dangling", done.stderr)
        self.assertEqual([p.name for p in (self.folder / "out").iterdir()], ["scene-0061-first-sample.h5"])


if __name__ == "__main__":
    if not DATA.is_dir():
        print("research data 'nuscenes' is absent (set CONCORD_TEST_DATA)")
        sys.exit(77)
    unittest.main(verbosity=2)
