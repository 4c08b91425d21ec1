#!/usr/bin/env python3
"""Measures the checks on seeded errors: corrupts research data, validates, scores, and writes tests/bench/CHECKS.md.

Usage: tools/bench.sh --checks [--seeds N] [--first-seed N] [--noise 0,0.05,0.1,0.2] [--only NAME] [--out FILE]

Every (noise, seed) gives a copy with errors and noise and, for the rate of false alarms, one with the same noise only. What is
found on the untouched data without noise is kept apart: nobody knows whether it is right. The counts of all seeds are added
up. Limits were set with seeds 1 to 20: the table has others.
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

try:
    import h5py
except ImportError:  # without it moving objects are not told from others
    h5py = None

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DATA = pathlib.Path(os.environ.get("CONCORD_TEST_DATA", ROOT / "../shared/data"))
SPECS = {"labels": HERE / "seeded_labels.yaml", "tracks": HERE / "seeded_tracks.yaml"}
DATASETS = {  # name: folder, format, options
    "KITTI tracking": (DATA / "kitti_tracking", "kitti_tracking", []),
    "nuScenes scene-0103": (DATA / "nuscenes", "nuscenes", ["--drives", "scene-0103"]),
    "Argoverse 2": (DATA / "argoverse2", "argoverse2", []),
}
# Tracks of the shared nuScenes scene are reconstructed from class, size and motion, and a class belongs to its track: errors
# of these say nothing there.
UNFIT = {"nuScenes scene-0103": {"resize", "swap_class", "flicker", "swap_ids", "split", "merge"}}
GRADED = ("shift", "rotate", "drop", "phantom", "delay")
MOVING_MPS = 1.0
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


def short_of(share):
    return f"{share.hits / share.of:.2f} ({share.hits}/{share.of})" if share.of else "-"


def above(deviations, limit):
    """Probability that two axes of unit noise, displaced by `deviations` in all, lie more than `limit` from the middle."""
    half, x = deviations**2 / 2, limit**2 / 2
    poisson, term, tail, total = math.exp(-half), math.exp(-x), 0.0, 0.0  # noncentral chi-squared, a mixture by Poisson
    for j in range(400):
        tail += term
        total += poisson * tail
        poisson *= half / (j + 1)
        term *= x / (j + 1)
    return total


def ideal_recall(shift_m, noise_m, prevalence, gain):
    """Largest recall at precision 0.9 of a detector that knows the noise and sees each label's distance from its prediction."""
    best = 0.0
    for step in range(100, 800):
        limit = step / 100
        recall, alarms = above(shift_m / (noise_m * gain), limit), above(0, limit)
        if recall * prevalence >= 9 * alarms * (1 - prevalence):
            best = max(best, recall)
    return best


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

    def score(self, dataset, spec, noise, seed, untouched):
        report, key = self.report_of(dataset, spec, noise, seed, "corrupted")
        return json.loads(self.run("score", report, "--key", key, "--baseline", untouched, "--format", "json"))

    def alarms(self, dataset, noise, seed):
        """Findings by check on the copy with noise only."""
        report, _ = self.report_of(dataset, "none", noise, seed, "noisy")
        rows = self.run("findings", report, "--format", "json").splitlines()
        return collections.Counter(json.loads(row)["check"] for row in rows)


def moving_labels(reports):
    """(drive, track, frame) of labels that move, by the speeds measured on the untouched data."""
    moving = set()
    for path in sorted(reports.glob("*.h5")) if h5py else []:
        with h5py.File(path) as file:
            drive = file["dict/drives"].asstr()[0]
            kept = file["measurements/0"]
            labels, steps = kept["label_sets/0/labels"], kept["label_sets/0/motion"]
            frames, tracks = kept["frames/name"].asstr()[:], kept["label_sets/0/track_ids/text"].asstr()[:]
            frame, track = labels["frame"][:], labels["track"][:]
            for row, to, speed in zip(steps["row_from"][:], steps["row_to"][:], steps["speed_mps"][:]):
                if speed >= MOVING_MPS:
                    moving.update((drive, tracks[track[r]], frames[frame[r]]) for r in (row, to) if track[r] < len(tracks))
    return moving


class Tally:
    """Counts of one data set and noise, over the seeds."""

    def __init__(self, unfit, moving):
        self.unfit, self.moving = unfit, moving
        self.recall = collections.defaultdict(lambda: [0, 0, 0, 0, 0])  # found, by fault, rows; moving: found, rows
        self.precision = collections.defaultdict(lambda: [0, 0])  # type -> hits, findings of its fault
        self.checks = collections.defaultdict(lambda: [0, 0, 0, 0])  # findings, untouched, hits, labels
        self.alarms = collections.Counter()
        self.matrix = collections.defaultdict(lambda: collections.Counter())
        self.top = collections.defaultdict(lambda: [0, 0])
        self.labels = self.errors = self.noisy_labels = 0

    def add(self, score, of_tracks):
        for row in score["rows"]:
            if row["error_type"] in self.unfit:
                continue
            magnitude = row["magnitude"] if row["error_type"] in GRADED else ""
            name = row["error_type"] + (" (whole track)" if of_tracks and row["error_type"] in ("delay", "swap_class") else "")
            moves = (row["drive"], row["track"], row["frame_begin"]) in self.moving
            for key in {(name, magnitude), (name, "")}:
                count = self.recall[key]
                count[0] += bool(row["checks"])
                count[1] += row["found_by_fault"]
                count[2] += 1
                count[3] += bool(row["checks"]) and moves
                count[4] += moves
            for check in row["checks"]:
                self.matrix[name][check] += 1
        for row in score["error_types"]:
            name = row["error_type"] + (" (whole track)" if of_tracks and row["error_type"] in ("delay", "swap_class") else "")
            self.precision[name][0] += row["precision"]["hits"]
            self.precision[name][1] += row["precision"]["of"]
        if of_tracks:
            return
        for check in score["checks"]:
            count = self.checks[check["check"]]
            for i, field in enumerate(("findings", "untouched", "hits", "labels")):
                count[i] += check[field]
        for top in score["top"]:
            self.top[top["faults"]][0] += top["precision"]["hits"]
            self.top[top["faults"]][1] += top["precision"]["of"]
        self.labels += score["labels"]
        self.errors += score["errors"]

    def add_alarms(self, alarms, labels):
        self.alarms += alarms
        self.noisy_labels += labels


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
        f"Made by `{command}`; seeds {seeds[0]} to {seeds[-1]}, counts added up. Errors are seeded at 1 % of the labels",
        "(`seeded_labels.yaml`) and, in runs of their own, at 5 % of the tracks (`seeded_tracks.yaml`), on data whose own errors nobody",
        "knows. Noise is that of `concord corrupt --noise`, on every label. How hits are counted:",
        "[data/seeding/README.md](../../data/seeding/README.md). Findings that the untouched data have too are in neither recall nor",
        "precision; those that noise alone causes are false alarms. The limits of the checks were set with seeds 1 to 20.",
        "",
    ]
    head = [f"noise {noise:g} m" for noise in noises]
    for name, by_noise in tallies.items():
        first = by_noise[noises[0]]
        text.append(f"## {name}\n\n{first.labels // len(seeds)} labels; {first.errors} errors in {len(seeds)} copies a noise level.\n")
        keys = sorted({key for tally in by_noise.values() for key in tally.recall}, key=order)
        # A type with one magnitude needs one line only.
        singles = {k[0] for k in keys if sum(1 for other in keys if other[0] == k[0]) == 2}
        keys = [key for key in keys if key[1] == "" or key[0] not in singles]
        label_of = lambda key: key[0] if key[1] == "" else f"&nbsp; {key[1]:g}{unit_of(key[0])}"
        rows = []
        for key in keys:
            counts = [by_noise[noise].recall[key] for noise in noises]
            rows.append([label_of(key)] + [text_of(Share(c[0], c[2])) + (f" ({c[1]})" if c[2] else "") for c in counts])
        text.append("Recall with Wilson's 95 % interval: key rows hit by any finding (in brackets: by one of the seeded fault).\n")
        text.append(table(["error"] + head, rows))
        rows = []
        for key in keys:
            counts = [by_noise[noise].recall[key] for noise in noises]
            if any(c[4] for c in counts):
                rows.append([label_of(key)] + [short_of(Share(c[3], c[4])) for c in counts])
        text.append(f"Recall on objects that move ({MOVING_MPS:g} m/s and more).\n" if rows else "")
        text.append(table(["error"] + head, rows) if rows else "")
        rows = []
        for kind in sorted(first.precision):
            if kind.split()[0] not in first.unfit and any(by_noise[noise].precision[kind][1] for noise in noises):
                rows.append([kind] + [short_of(Share(*by_noise[noise].precision[kind])) for noise in noises])
        text.append("Precision by error: of the findings of its fault that hit it or nothing, those that hit it.\n")
        text.append(table(["error"] + head, rows))
        checks = sorted({check for tally in by_noise.values() for check in [*tally.checks, *tally.alarms]})
        rows = []
        for check in checks:
            counts = [by_noise[noise].checks[check] for noise in noises]
            cells = [short_of(Share(c[2], c[0] - c[1])) for c in counts]
            if any(cell != "-" for cell in cells):
                rows.append([check, *cells])
        text.append("Precision of the checks: hits / (findings - findings on the untouched data).\n")
        text.append(table(["check"] + head, rows))
        rows = [[f"first {top}"] + [short_of(Share(*by_noise[noise].top[top])) for noise in noises] for top in (10, 50, 100)]
        text.append("Precision of the merged ranking (`concord findings --top`; all copies together, fewer where there are no more faults).\n")
        text.append(table(["faults"] + head, rows))
        rows = []
        for check in checks:
            rates = [1000 * by_noise[noise].alarms[check] / by_noise[noise].noisy_labels for noise in noises]
            if any(rates):
                rows.append([check] + [f"{rate:.2f}" for rate in rates])
        totals = [1000 * sum(by_noise[noise].alarms.values()) / by_noise[noise].noisy_labels for noise in noises]
        rows.append(["all checks"] + [f"{total:.2f}" for total in totals])
        text.append("Findings per 1,000 labels without seeded errors, noise only: an upper bound of the false alarms.\n")
        text.append(table(["check"] + head, rows))
        rows = [[kind, ", ".join(f"{check} {count}" for check, count in first.matrix[kind].most_common(6))] for kind in sorted(first.matrix)]
        text.append(f"Which check hits which error (key rows, noise {noises[0]:g} m).\n")
        text.append(table(["error", "checks"], rows))
    text.append("## What could be found\n")
    text.append("Recall at precision 0.9, at a prevalence of 1 %, of a detector that knows the noise of the labels and sees how far each")
    text.append("label is from where its track puts it: first from a track known exactly, then from a parabola through four labels on each")
    text.append("side, as `temporal.outlier_frame` fits it (its prediction adds to the noise, 1.19 times in all). Labels that scatter by")
    text.append("themselves, as KITTI's do, leave less.\n")
    rows = []
    for shift in (0.3, 0.5, 1.0):
        cells = [" / ".join(f"{ideal_recall(shift, noise, 0.01, gain):.2f}" for gain in (1.0, 1.19)) if noise else "1" for noise in noises]
        rows.append([f"shift {shift:g} m", *cells])
    text.append(table(["error"] + head, rows))
    out.write_text("\n".join(text))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=101)
    parser.add_argument("--noise", default="0,0.05,0.1,0.2")
    parser.add_argument("--only", default="", help="part of a data set's name")
    parser.add_argument("--out", type=pathlib.Path, default=HERE / "CHECKS.md")
    parser.add_argument("--concord", default=os.environ.get("CONCORD_BINARY", ROOT / "build/release/bin/concord"))
    arguments = parser.parse_args()
    noises = [float(noise) for noise in arguments.noise.split(",")]
    seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
    tallies = {}
    with tempfile.TemporaryDirectory(prefix="concord_bench_") as scratch:
        for name, dataset in DATASETS.items():
            if arguments.only not in name:
                continue
            bench = Bench(arguments.concord, pathlib.Path(scratch))
            if not dataset[0].is_dir():
                print(f"{name}: skipped, research data '{dataset[0].name}' is absent (set CONCORD_TEST_DATA)")
                continue
            untouched, _ = bench.report_of(dataset, "none", 0, 0, "untouched")
            moving = moving_labels(untouched)
            unfit = UNFIT.get(name, set())
            tallies[name] = {noise: Tally(unfit, moving) for noise in noises}
            for noise in noises:
                tally = tallies[name][noise]
                for seed in seeds:
                    for kind, spec in SPECS.items():
                        tally.add(bench.score(dataset, spec, noise, seed, untouched), kind == "tracks")
                    if noise > 0 or seed == seeds[0]:
                        tally.add_alarms(bench.alarms(dataset, noise, seed), tally.labels // (seed - seeds[0] + 1))
                found = sum(v[0] for k, v in tally.recall.items() if k[1] == "")
                total = sum(v[2] for k, v in tally.recall.items() if k[1] == "")
                print(f"{name}, noise {noise:g} m: recall {text_of(Share(found, total))}, without errors "
                      f"{1000 * sum(tally.alarms.values()) / tally.noisy_labels:.2f} findings per 1,000 labels", flush=True)
    if not tallies:
        sys.exit(77)
    command = f"tools/bench.sh --checks --seeds {arguments.seeds}" + (f" --only {arguments.only}" if arguments.only else "")
    write(arguments.out, tallies, noises, seeds, command)
    print(f"wrote {arguments.out}")


if __name__ == "__main__":
    main()
