"""`concord sample`, `gate` and `review` in a row: a queue is drawn, reviewed by who knows the truth, and decides."""

import csv
import json
import pathlib
import tempfile
import unittest

import program

DRIVES = 24
SPEC = """
sampling:
  review: {kind: stratified, minimum_share: 0.2}
tiers:
  safety:
    functions:
      braking:
        integrity: ASIL_B
        categories:
          - classes: [vehicle]
            limits:
              - {metric: defect_rate, max: 0.3, unit: label, stage: final, sampling: review}
              - {metric: defect_rate, max: 0.0001, unit: label, stage: final, sampling: review}
"""


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path, rows):
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


class Review(program.TestCase):
    @classmethod
    def setUpClass(cls):
        shared = tempfile.TemporaryDirectory(prefix="concord_e2e_")
        cls.addClassCleanup(shared.cleanup)
        folder = pathlib.Path(shared.name)
        cls.data, cls.reports, cls.spec = folder / "data", folder / "reports", folder / "spec.yaml"
        cls.spec.write_text(SPEC)
        done = program.run("corrupt", f"synthetic:seed=5,drives={DRIVES},frames=12", cls.data, "--seed", "2", "--prevalence", "0.02")
        assert done.returncode == 0, done.stderr
        done = program.run("validate", cls.data, "--out", cls.reports)
        assert done.returncode in (0, 1), done.stderr

    def sample(self, *arguments, out="queue.csv"):
        done = program.run("sample", self.reports, "--out", self.folder / out, *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return rows_of(self.folder / out), done.stdout

    def labels(self):
        done = program.run("summary", self.reports, "--format", "json")
        return json.loads(done.stdout)["labels"]

    def test_a_queue_is_seeded_within_its_budget_and_stands_for_all(self):
        queue, text = self.sample("--budget", "200")
        self.assertEqual(len(queue), 200)
        self.assertIn("go short", text)
        again, _ = self.sample("--budget", "200", out="again.csv")
        self.assertEqual(queue, again)
        other, _ = self.sample("--budget", "200", "--seed", "1", out="other.csv")
        self.assertNotEqual(queue, other)
        total = sum(1 / float(row["probability"]) for row in queue)
        self.assertAlmostEqual(total, self.labels(), delta=1e-3 * total)
        arms = {row["arm"] for row in queue}
        self.assertEqual(arms, {"risk", "random_clean", "random_flagged"})
        for row in queue:
            self.assertEqual(row["arm"] == "random_clean", not row["findings"], row)
            self.assertGreater(float(row["seconds"]), 0)

    def test_the_order_of_the_reports_is_no_matter(self):
        files = sorted(self.reports.glob("*.h5"))
        for name, order in (("a.csv", files), ("b.csv", files[::-1])):
            done = program.run("sample", *order, "--budget", "100", "--out", self.folder / name)
            self.assertEqual(done.returncode, 0, done.stderr)
        key = "drive label arm probability findings".split()
        a, b = ([tuple(row[k] for k in key) for row in rows_of(self.folder / name)] for name in ("a.csv", "b.csv"))
        self.assertEqual(sorted(a), sorted(b))

    def test_every_category_has_its_share(self):
        _, text = self.sample("--share", "0.1")
        self.assertNotIn("short", text)
        tracks, _ = self.sample("--unit", "track", out="tracks.csv")
        self.assertEqual({row["unit"] for row in tracks}, {"track"})
        self.assertEqual({row["label"] for row in tracks}, {""})

    def test_the_queue_as_openlabel_holds_its_labels(self):
        queue, _ = self.sample("--budget", "60", "--openlabel", self.folder / "openlabel")
        done = program.run("validate", self.folder / "openlabel", "--out", self.folder / "of_queue")
        self.assertIn(done.returncode, (0, 1), done.stderr)
        summary = json.loads(program.run("summary", self.folder / "of_queue", "--format", "json").stdout)
        self.assertEqual(summary["labels"], len(queue))

    def reviewed(self, defect):
        """The queue with a verdict of who knows: `defect` says which rows have one."""
        queue, _ = self.sample("--share", "0.2")
        for row in queue:
            row["reviewer"] = "anna"
            row["verdict"] = "defect" if defect(row) else "clean"
            row["faults"] = "position" if defect(row) else ""
        write_rows(self.folder / "queue.csv", queue)
        return queue

    def gate(self):
        done = program.run("gate", self.reports, "--spec", self.spec, "--verdicts", self.folder / "queue.csv", "--format", "json")
        return done.returncode, json.loads(done.stdout)["lines"]

    def test_verdicts_decide(self):
        self.reviewed(lambda row: False)
        code, lines = self.gate()
        self.assertEqual((code, lines[0]["outcome"], lines[1]["outcome"]), (1, "pass", "undecided"), lines)
        self.assertEqual(lines[0]["drives"], DRIVES)
        queue = self.reviewed(lambda row: sum(map(ord, row["label"])) % 2 == 0)
        self.assertTrue(any(row["verdict"] == "defect" for row in queue))
        code, lines = self.gate()
        self.assertEqual((code, lines[0]["outcome"], lines[1]["outcome"]), (1, "fail", "fail"), lines)

    def test_a_spec_asks_for_all_where_its_limit_needs_more_than_there_are(self):
        queue, _ = self.sample("--spec", self.spec)
        vehicles = [row for row in queue if row["class"] in ("car", "van", "truck", "bus")]
        self.assertTrue(vehicles)
        self.assertEqual({float(row["probability"]) for row in vehicles}, {1.0})

    def test_a_queue_without_its_random_arm_decides_nothing(self):
        queue = self.reviewed(lambda row: False)
        write_rows(self.folder / "queue.csv", [row for row in queue if row["findings"]])
        _, lines = self.gate()
        self.assertEqual({line["outcome"] for line in lines}, {"undecided"})
        self.assertIn("without findings is missing", lines[0]["reason"])

    def test_review_measures_precision_and_suppresses(self):
        queue = self.reviewed(lambda row: False)
        wrong = next(row for row in queue if row["findings"])
        wrong["suppress"], wrong["reason"] = "yes", "a reflection"
        write_rows(self.folder / "queue.csv", queue)
        list_file = self.folder / "suppressed.csv"
        done = program.run("review", self.folder / "queue.csv", self.reports, "--suppressions", list_file, "--format", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        result = json.loads(done.stdout)
        self.assertEqual(result["reviewed"], len(queue))
        measured = [check["precision"] for check in result["checks"] if check["precision"]["reviewed"]]
        self.assertTrue(measured)
        self.assertEqual({precision["value"] for precision in measured}, {0.0})
        self.assertEqual(result["rates"][0]["defect_rate"]["value"], 0.0)
        self.assertTrue(result["not_checked"])
        suppressed = rows_of(list_file)
        self.assertEqual({row["finding"] for row in suppressed}, set(wrong["findings"].split()))
        self.assertEqual({row["reason"] for row in suppressed}, {"a reflection"})
        before = {finding["id"] for finding in program.findings(self.reports)}
        done = program.run("findings", self.reports, "--format", "json", "--suppressions", list_file)
        after = {json.loads(line)["id"] for line in done.stdout.splitlines()}
        self.assertEqual(before - after, set(wrong["findings"].split()))
        self.assertIn("suppressed findings are not shown", done.stderr)
        summary = program.run("summary", self.reports, "--suppressions", list_file).stdout
        self.assertIn("a reflection (anna)", summary)
        table = program.run("review", self.folder / "queue.csv", self.reports).stdout
        self.assertIn("NOT CHECKED", table)
        self.assertIn("findings suppressed", table)

    def test_what_cannot_run_says_why(self):
        out = self.folder / "queue.csv"
        for arguments, said in (
                (["sample", self.reports, "--out", out, "--budget", "2"], "a budget of 2"),
                (["sample", self.reports, "--out", out, "--spec", self.spec, "--plan", "revue"], "no sampling plan 'revue'"),
                (["sample", self.folder / "none.h5", "--out", out], "none.h5"),
                (["sample", self.reports, *sorted(self.reports.glob("*.h5"))[:1], "--out", out], "two reports have the drive"),
                (["sample", self.reports, "--out", self.folder / "no/folder/q.csv"], "q.csv"),
                (["review", self.spec, self.reports], "is no review queue"),
                (["summary", self.reports, "--suppressions", self.spec], "is no list of suppressions")):
            done = program.run(*arguments)
            self.assertEqual(done.returncode, 2, said)
            self.assertIn(said, done.stderr)
            self.assertFalse(out.exists())

    def test_a_dataset_that_changed_is_not_sampled(self):
        source = self.folder / "data"
        done = program.run("corrupt", "synthetic:seed=5,frames=12", source, "--seed", "2")
        self.assertEqual(done.returncode, 0, done.stderr)
        program.run("validate", source, "--out", self.folder / "own")
        label_file = next(path for path in sorted(source.rglob("*.json")))
        label_file.write_text(label_file.read_text().replace("\n", "\n ", 1))
        done = program.run("sample", self.folder / "own", "--out", self.folder / "queue.csv")
        self.assertEqual(done.returncode, 2)
        self.assertIn("has changed since its report was made", done.stderr)


if __name__ == "__main__":
    unittest.main()
