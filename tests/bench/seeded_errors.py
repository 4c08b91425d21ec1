#!/usr/bin/env python3
"""Measures the checks on seeded errors: corrupts research data, validates, scores, and writes tests/bench/CHECKS.md.

Usage: tools/bench.sh --checks [--seeds N] [--noise 0,0.05,0.1,0.2] [--only NAME] [--out FILE]

Every (noise, seed) gives one corrupted copy and one copy with the same noise only, whose findings are kept apart. The
counts of all seeds are added up; seeds are 1 to N, so that the table can be made again.
"""

import argparse
import collections
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DATA = pathlib.Path(os.environ.get("CONCORD_TEST_DATA", ROOT / "../shared/data"))
SPECS = {"labels": HERE / "seeded_labels.yaml", "tracks": HERE / "seeded_tracks.yaml"}
DATASETS = {  # name: folder, format, options
    "KITTI tracking": (DATA / "kitti_tracking", "kitti_tracking", []),
    "nuScenes scene-0103": (DATA / "nuscenes", "nuscenes", ["--drives", "scene-0103"]),
}
Share = collections.namedtuple("Share", "hits of")


def wilson(share):
    """95 % interval of Wilson."""
    z, n, p = 1.959964, share.of, share.hits / share.of
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    spread = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, centre - spread), min(1.0, centre + spread)


def text_of(share):
    if share.of == 0:
        return "-"
    low, high = wilson(share)
    return f"{share.hits / share.of:.2f} [{low:.2f} {high:.2f}] {share.hits}/{share.of}"


class Bench:
    def __init__(self, concord, scratch):
        self.concord, self.scratch = concord, scratch

    def run(self, *arguments, codes=(0,)):
        done = subprocess.run([self.concord, *map(str, arguments)], capture_output=True, text=True)
        if done.returncode not in codes:
            sys.exit(f"{' '.join(map(str, arguments))}: {done.stderr.strip()}")
        return done.stdout

    def report_of(self, dataset, spec, noise, seed, name):
        """Folder with the reports of a corrupted copy, and its key."""
        source, form, options = dataset
        copy, report = self.scratch / name, self.scratch / (name + "-report")
        for folder in (copy, report):
            shutil.rmtree(folder, ignore_errors=True)
        self.run("corrupt", source, copy, "--format", form, "--spec", spec, "--seed", seed, "--noise", noise, *options)
        self.run("validate", copy, "--format", form, "--out", report, "--keep-measurements", *options, codes=(0, 1))
        key = copy / "key.csv"
        return report, key if key.exists() else copy.with_name(copy.name + ".key.csv")

    def score(self, dataset, spec, noise, seed):
        if noise > 0 or not hasattr(self, "untouched_name") or self.untouched_name != dataset[1]:
            self.untouched, _ = self.report_of(dataset, "none", noise, seed, "untouched")
            self.untouched_name = dataset[1] if noise == 0 else ""
        report, key = self.report_of(dataset, spec, noise, seed, "corrupted")
        return json.loads(self.run("score", report, "--key", key, "--baseline", self.untouched, "--format", "json"))


class Tally:
    """Counts of one data set and noise, over the seeds."""

    def __init__(self):
        self.recall = collections.defaultdict(lambda: [0, 0, 0])  # (type, magnitude) -> found, by fault, rows
        self.checks = collections.defaultdict(lambda: [0, 0, 0, 0, 0])  # findings, untouched, hits, labels, elsewhere
        self.matrix = collections.defaultdict(lambda: collections.Counter())
        self.labels = self.errors = self.untouched = 0

    def add(self, score, of_tracks):
        graded = {(m["error_type"], m["magnitude"]) for m in score["magnitudes"]}
        graded |= {(r["error_type"], r["magnitude"]) for r in score["rows"] if r["error_type"] in ("shift", "rotate", "drop", "phantom", "delay")}
        for row in score["rows"]:
            magnitude = row["magnitude"] if (row["error_type"], row["magnitude"]) in graded else ""
            name = row["error_type"] + (" (whole track)" if of_tracks and row["error_type"] in ("delay", "swap_class") else "")
            for key in {(name, magnitude), (name, "")}:
                count = self.recall[key]
                count[0] += bool(row["checks"])
                count[1] += row["found_by_fault"]
                count[2] += 1
            for check in row["checks"]:
                self.matrix[name][check] += 1
        if of_tracks:
            return
        for check in score["checks"]:
            count = self.checks[check["check"]]
            for i, field in enumerate(("findings", "untouched", "hits", "labels", "elsewhere")):
                count[i] += check[field]
        self.labels += score["labels"]
        self.errors += score["errors"]
        self.untouched += score["untouched"]


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join(["---"] * len(head)) + " |"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def unit_of(name):
    return {"shift": " m", "lift": " m", "duplicate": " m", "rotate": "°", "resize": " x"}.get(name.split()[0], "")


def order(key):
    return key[0], key[1] if key[1] != "" else -1.0


def write(out, tallies, noises, seeds, command):
    text = [
        "# Checks against seeded errors",
        "",
        f"Made by `{command}`; seeds 1 to {seeds}, counts added up, Wilson's 95 % interval beside each share. Errors are seeded at 1 % of the",
        "labels (`seeded_labels.yaml`) and, in runs of their own, at 5 % of the tracks (`seeded_tracks.yaml`), on data whose",
        "own errors nobody knows. Noise is that of `concord corrupt --noise`, on every label. How hits are counted:",
        "[data/seeding/README.md](../../data/seeding/README.md). Findings that the copy without errors (same noise) has too are in neither",
        "recall nor precision; their rate is in the last table: an upper bound of the false alarms, since such data are not free",
        "of errors.",
        "",
    ]
    for name, by_noise in tallies.items():
        first = by_noise[noises[0]]
        text.append(f"## {name}\n\n{first.labels // seeds} labels; {first.errors} errors in {seeds} copies a noise level.\n")
        keys = sorted({key for tally in by_noise.values() for key in tally.recall}, key=order)
        # A type with one magnitude needs one line only.
        singles = {k[0] for k in keys if sum(1 for other in keys if other[0] == k[0]) == 2}
        rows = []
        for key in keys:
            if key[1] != "" and key[0] in singles:
                continue
            label = key[0] if key[1] == "" else f"&nbsp; {key[1]:g}{unit_of(key[0])}"
            cells = []
            for noise in noises:
                found, by_fault, total = by_noise[noise].recall[key]
                cells.append(text_of(Share(found, total)) + (f" ({by_fault})" if total else ""))
            rows.append([label, *cells])
        text.append("Recall: key rows hit by any finding (in brackets: by a finding of the seeded fault).\n")
        text.append(table(["error"] + [f"noise {noise:g} m" for noise in noises], rows))
        rows = []
        for check in sorted({check for tally in by_noise.values() for check in tally.checks}):
            cells = [check]
            for noise in noises:
                findings, untouched, hits, _, _ = by_noise[noise].checks[check]
                cells.append(text_of(Share(hits, findings - untouched)))
            if any(cell != "-" for cell in cells[1:]):
                rows.append(cells)
        text.append("Precision of the checks: hits / (findings - findings on the untouched copy).\n")
        text.append(table(["check"] + [f"noise {noise:g} m" for noise in noises], rows))
        rows = []
        for check in sorted({check for tally in by_noise.values() for check in tally.checks}):
            cells = [check]
            for noise in noises:
                findings, untouched, hits, labels, _ = by_noise[noise].checks[check]
                cells.append(f"{1000 * untouched / labels:.2f} + {1000 * (findings - untouched - hits) / labels:.2f}" if labels else "-")
            if any(cell not in ("-", "0.00 + 0.00") for cell in cells[1:]):
                rows.append(cells)
        rows.append(["all checks, of all labels"] + [f"{1000 * by_noise[n].untouched / by_noise[n].labels:.2f}" for n in noises])
        text.append("Per 1,000 labels examined: findings on the untouched copy + further false alarms on the corrupted one.\n")
        text.append(table(["check"] + [f"noise {noise:g} m" for noise in noises], rows))
        checks = {kind: counter for kind, counter in by_noise[noises[0]].matrix.items()}
        rows = [[kind, ", ".join(f"{check} {count}" for check, count in checks[kind].most_common(6))] for kind in sorted(checks)]
        text.append(f"Which check hits which error (key rows, noise {noises[0]:g} m).\n")
        text.append(table(["error", "checks"], rows))
    out.write_text("\n".join(text))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--noise", default="0,0.05,0.1,0.2")
    parser.add_argument("--only", default="", help="part of a data set's name")
    parser.add_argument("--out", type=pathlib.Path, default=HERE / "CHECKS.md")
    parser.add_argument("--concord", default=os.environ.get("CONCORD_BINARY", ROOT / "build/release/bin/concord"))
    arguments = parser.parse_args()
    noises = [float(noise) for noise in arguments.noise.split(",")]
    tallies = {}
    with tempfile.TemporaryDirectory(prefix="concord_bench_") as scratch:
        for name, dataset in DATASETS.items():
            if arguments.only not in name:
                continue
            bench = Bench(arguments.concord, pathlib.Path(scratch))
            if not dataset[0].is_dir():
                print(f"{name}: skipped, research data '{dataset[0].name}' is absent (set CONCORD_TEST_DATA)")
                continue
            tallies[name] = {noise: Tally() for noise in noises}
            for noise in noises:
                for seed in range(1, arguments.seeds + 1):
                    for kind, spec in SPECS.items():
                        tallies[name][noise].add(bench.score(dataset, spec, noise, seed), kind == "tracks")
                tally = tallies[name][noise]
                found = sum(v[0] for k, v in tally.recall.items() if k[1] == "")
                total = sum(v[2] for k, v in tally.recall.items() if k[1] == "")
                print(f"{name}, noise {noise:g} m: recall {text_of(Share(found, total))}, untouched "
                      f"{1000 * tally.untouched / tally.labels:.2f} findings per 1,000 labels", flush=True)
    if not tallies:
        sys.exit(77)
    command = f"tools/bench.sh --checks --seeds {arguments.seeds}" + (f" --only {arguments.only}" if arguments.only else "")
    write(arguments.out, tallies, noises, arguments.seeds, command)
    print(f"wrote {arguments.out}")


if __name__ == "__main__":
    main()
