#!/usr/bin/env python3
"""Measures what learned priors and calibrated scores change, on drives that they never saw.

Usage: tools/bench.sh --priors [--seeds N] [--noise 0,0.05,0.1,0.2] [--only NAME] [--out FILE]

Priors are learned from the corrupted copies of the training drives, errors included, as from a vendor's delivery. The
calibration is fitted on the same copies; the test is on copies of other drives. All findings that hit no seeded error count as
false, also those on errors that the data had before. Counts of all seeds are added up.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DATA = pathlib.Path(os.environ.get("CONCORD_TEST_DATA", ROOT / "../shared/data"))
SPEC = HERE / "seeded_labels.yaml"
SYNTH = "frames=100,lidar_beams=4,lidar_azimuth_deg=1,cameras=0,radars=0"
# name: training input, its drives, test input, its drives, format of the copies
DATASETS = {
    "synthetic": (f"synthetic:seed=1,drives=8,{SYNTH}", "", f"synthetic:seed=2,drives=8,{SYNTH}", "", "openlabel"),
    "KITTI tracking": (DATA / "kitti_tracking", "0000,0002,0003,0004", DATA / "kitti_tracking", "0005,0006,0008", "kitti_tracking"),
}
WAYS = ("hand-set limits", "priors", "priors, calibrated", "hand-set limits, calibrated")


class Bench:
    def __init__(self, concord, scratch):
        self.concord, self.scratch = concord, scratch

    def run(self, *arguments):
        done = subprocess.run([self.concord, *map(str, arguments)], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(map(str, arguments))}: {done.stderr.strip()}")
        return done.stdout

    def copy(self, name, source, drives, spec, seed, noise):
        folder = self.scratch / name
        for old in self.scratch.glob(name + "*"):
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        only = ["--drives", drives] if drives else []
        self.run("corrupt", source, folder, "--spec", spec, "--seed", seed, "--noise", noise, *only)
        return folder, folder / "key.csv", only

    def reports(self, name, copy, form, *options):
        folder = self.scratch / (name + "-reports")
        shutil.rmtree(folder, ignore_errors=True)
        self.run("validate", copy[0], "--format", form, "--out", folder, "--fail-on", "never", *copy[2], *options)
        return folder

    def compare(self, dataset, seed, noise):
        """Scores of all WAYS on the test drives."""
        train, train_drives, test, test_drives, form = dataset
        seen = self.copy("train", train, train_drives, SPEC, seed, noise)
        learned, calibrated, off, plain = (self.scratch / f"{n}.h5" for n in ("learned", "calibrated", "off", "plain"))
        profile = self.scratch / "off.yaml"
        profile.write_text("checks:\n" + "".join(f"  {check}: {{tail: 0}}\n" for check in self.learning_checks()))
        self.run("learn", seen[0], "--format", form, *seen[2], "--out", learned)
        for out, options in ((calibrated, ()), (plain, ("--profile", profile))):
            reports = self.reports("fit", seen, form, "--priors", learned, *options)
            self.run("calibrate", reports, "--key", seen[1], "--priors", learned, "--out", out)
        unseen = self.copy("test", test, test_drives, SPEC, seed + 1000, noise)
        scores = []
        for options in ((), ("--priors", learned), ("--priors", calibrated), ("--priors", plain, "--profile", profile)):
            reports = self.reports("test", unseen, form, *options)
            scores.append(json.loads(self.run("score", reports, "--key", unseen[1], "--format", "json")))
        return scores

    def learning_checks(self):
        checks = [json.loads(line) for line in self.run("checks", "--format", "json").splitlines()]
        return [c["id"] for c in checks if any(p["name"] == "tail" for p in c["parameters"])]


class Tally:
    def __init__(self):
        self.hits = self.of = self.found = self.errors = 0
        self.top, self.seeds = {10: [0, 0], 50: [0, 0], 100: [0, 0]}, []

    def add(self, score):
        self.hits += score["precision_hits"]
        self.of += score["precision_of"]
        self.found += score["recall"]["hits"]
        self.errors += score["recall"]["of"]
        for top in score["top"]:
            self.top[top["faults"]][0] += top["precision"]["hits"]
            self.top[top["faults"]][1] += top["precision"]["of"]
        self.seeds.append(score["probability"])

    def mean(self, name):
        values = [p[name] for p in self.seeds if p[name] is not None]
        return f"{sum(values) / len(values):.2f}" if values else "-"

    def row(self, name):
        def share(hits, of):
            return f"{hits / of:.2f} ({hits}/{of})" if of else "-"

        return [name, share(self.found, self.errors), share(self.hits, self.of), *(share(*self.top[n]) for n in (10, 50, 100)),
                self.mean("brier_skill"), self.mean("auc"), self.mean("auc_surprise")]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--noise", default="0,0.05,0.1,0.2")
    parser.add_argument("--only", default="", help="part of a data set's name")
    parser.add_argument("--out", type=pathlib.Path, default=HERE / "PRIORS.md")
    parser.add_argument("--concord", default=os.environ.get("CONCORD_BINARY", ROOT / "build/release/bin/concord"))
    arguments = parser.parse_args()
    head = ["noise, way", "recall", "precision", "at 10", "at 50", "at 100", "Brier skill", "AUC", "AUC of surprise"]
    text = ["# Learned priors and calibrated scores", "",
            f"Made by `tools/bench.sh --priors --seeds {arguments.seeds}`: errors at 1 % of the labels (`seeded_labels.yaml`), seeds added up. Priors are",
            "learned from corrupted copies of the training drives, errors included, and calibrated on them; all figures are of other",
            "drives. Every finding that hits no seeded error counts as false, also on errors that the data had before: precision (of all",
            "findings, and of the first 10, 50 and 100 faults of the merged ranking) is a lower bound. Brier skill is over the share of hits.",
            ""]
    with tempfile.TemporaryDirectory(prefix="concord_bench_") as scratch:
        bench = Bench(arguments.concord, pathlib.Path(scratch))
        for name, dataset in DATASETS.items():
            if arguments.only not in name:
                continue
            if isinstance(dataset[0], pathlib.Path) and not dataset[0].is_dir():
                print(f"{name}: skipped, research data '{dataset[0].name}' is absent (set CONCORD_TEST_DATA)")
                continue
            text += [f"## {name}", "", f"Learned from {dataset[1] or dataset[0]}, tested on {dataset[3] or dataset[2]}.", "",
                     "| " + " | ".join(head) + " |", "| " + " | ".join(["---"] * len(head)) + " |"]
            for noise in map(float, arguments.noise.split(",")):
                tallies = [Tally() for _ in WAYS]
                for seed in range(1, arguments.seeds + 1):
                    for tally, score in zip(tallies, bench.compare(dataset, seed, noise)):
                        counted = [c["precision"] for c in score["checks"]]
                        score["precision_hits"] = sum(c["hits"] for c in counted)
                        score["precision_of"] = sum(c["of"] for c in counted)
                        tally.add(score)
                for way, tally in zip(WAYS, tallies):
                    row = tally.row(f"{noise:g} m, {way}")
                    text.append("| " + " | ".join(row) + " |")
                    print(" | ".join(row), flush=True)
            text.append("")
    arguments.out.write_text("\n".join(text))
    print(f"wrote {arguments.out}")


if __name__ == "__main__":
    main()
