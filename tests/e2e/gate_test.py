"""`concord gate`: a spec, reports, verdicts and gold labels in; a decision with an exit code out."""

import csv
import io
import json
import pathlib
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

import program

SPEC = """
min_drives: 4
sampling:
  all: {kind: census}
  gold: {kind: gold}
tiers:
  safety:
    functions:
      braking:
        integrity: ASIL_B
        categories:
          - classes: [vehicle]
            limits:
              - {metric: defect_rate, max: 0.01, unit: label, stage: final, sampling: all}
              - {metric: recall, min: 0.5, unit: label, stage: final, sampling: gold}
"""
COLUMNS = ("unit,drive,label_set,frame,label,track,class,range_band,occlusion,arm,probability,seconds,stage,sampling,findings,"
           "verdict,faults,reviewer,reason,suppress").split(",")
DRIVES = 6


class Gate(program.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.source = f"synthetic:seed=11,drives={DRIVES},frames=12"
        cls.shared = tempfile.TemporaryDirectory(prefix="concord_e2e_")
        cls.addClassCleanup(cls.shared.cleanup)
        cls.reports = pathlib.Path(cls.shared.name) / "reports"
        done = program.run("validate", cls.source, "--out", cls.reports)
        assert done.returncode in (0, 1), done.stderr

    def setUp(self):
        super().setUp()
        (self.folder / "spec.yaml").write_text(SPEC)

    def gate(self, *arguments, spec="spec.yaml"):
        return program.run("gate", self.reports, "--spec", self.folder / spec, *arguments)

    def lines(self, done):
        return json.loads(done.stdout)["lines"]

    def comparison(self):
        done = program.run("compare", self.source, f"same={self.source}", "--format", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        (self.folder / "gold.json").write_text(done.stdout)
        return self.folder / "gold.json"

    def test_without_verdicts_is_undecided(self):
        done = self.gate("--format", "json")
        self.assertEqual(done.returncode, 1, done.stderr)
        result = json.loads(done.stdout)
        self.assertFalse(result["accepted"])
        self.assertEqual([line["outcome"] for line in result["lines"]], ["undecided", "undecided"])
        self.assertIsNone(result["lines"][0]["value"])
        self.assertIn("no defect rate", result["lines"][0]["reason"])
        self.assertEqual(result["drives"], DRIVES)
        self.assertTrue(result["not_checked"], "what was skipped must show")
        table = self.gate().stdout
        self.assertIn("NOT CHECKED", table)
        self.assertIn("not accepted", table)

    def test_gold_that_agrees_passes_its_line(self):
        done = self.gate("--comparison", f"final={self.comparison()}", "--format", "json")
        self.assertEqual(done.returncode, 1, done.stderr)
        recall = self.lines(done)[1]
        self.assertEqual((recall["outcome"], recall["value"], recall["drives"]), ("pass", 1.0, DRIVES), recall)
        self.assertEqual(self.gate("--comparison", f"first_pass={self.comparison()}").returncode, 1)

    def test_junit_is_xml_with_a_case_a_line(self):
        done = self.gate("--format", "junit", "--comparison", self.comparison())
        root = ElementTree.parse(io.StringIO(done.stdout)).getroot()
        cases = root.findall("testsuite[@name='safety.braking']/testcase")
        self.assertEqual([case.find("failure") is not None for case in cases], [True, False])
        self.assertEqual(cases[0].find("failure").get("type"), "undecided")
        self.assertTrue(root.findall(".//skipped"))

    def test_what_cannot_run_says_why(self):
        verdicts = self.folder / "verdicts.csv"
        row = dict.fromkeys(COLUMNS, "") | {"unit": "label", "drive": "elsewhere", "label_set": "x", "label": "1", "class": "car",
                                            "probability": "1", "seconds": "0.1", "stage": "final", "sampling": "all", "verdict": "clean"}
        with verdicts.open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerow(row)
        (self.folder / "bad.yaml").write_text(SPEC.replace("metric: recall", "metrik: recall"))
        for arguments, spec, said in (
                (["--verdicts", verdicts], "spec.yaml", "drive 'elsewhere', which no report has"),
                (["--verdicts", self.folder / "none.csv"], "spec.yaml", "none.csv"),
                (["--comparison", self.folder / "spec.yaml"], "spec.yaml", "is no JSON"),
                ([], "bad.yaml", "bad.yaml:15: unknown key 'metrik'"),
                ([], "none.yaml", "none.yaml"),
                ([], ".", "a folder")):
            done = self.gate(*arguments, spec=spec)
            self.assertEqual(done.returncode, 2, said)
            self.assertIn(said, done.stderr)
            self.assertEqual(done.stdout, "")

    def test_the_documented_example_runs(self):
        done = program.run("gate", self.reports, "--spec", program.SOURCE / "data/specs/example.yaml", "--format", "json")
        self.assertEqual(done.returncode, 1, done.stderr)
        lines = self.lines(done)
        self.assertEqual({line["reason"] for line in lines if line["odd_cell"]}, {"no ODD cells in these reports"})


if __name__ == "__main__":
    unittest.main()
