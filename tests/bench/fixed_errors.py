#!/usr/bin/env python3
"""What `concord fix` does to labels: errors are seeded, found and fixed, and every label is held against the untouched one.

  fixed_errors.py [--only NAME] [--seeds N] [-- OPTIONS OF fix]

Prints, for each dataset and error type, the mean error of the seeded labels (centre, size, heading) before and after, and
how many untouched labels were changed and by how much. Needs h5py, and research data for all but the synthetic drive.
"""

import argparse
import collections
import csv
import math
import os
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
DATA = pathlib.Path(os.environ.get("CONCORD_TEST_DATA", SOURCE / "../shared/data"))
CONCORD = os.environ.get("CONCORD_BINARY", SOURCE / "build/release/bin/concord")
# Name, input, options of corrupt.
DATASETS = [
    ("synthetic", "synthetic:seed=5,frames=150,objects=25", ["--prevalence", "0.03"]),
    ("KITTI", DATA / "kitti_tracking", ["--prevalence", "0.02"]),
    ("nuScenes", DATA / "nuscenes", ["--prevalence", "0.02"]),
    ("Argoverse 2", DATA / "argoverse2/sensor/val", ["--prevalence", "0.02"]),
]

Label = collections.namedtuple("Label", "frame track centre size rotation class_name")


def run(*arguments, codes=(0, 1)):
    done = subprocess.run([CONCORD, *map(str, arguments)], capture_output=True, text=True, timeout=900)
    if done.returncode not in codes:
        raise RuntimeError(f"concord {' '.join(map(str, arguments))}: {done.stdout}{done.stderr}")
    return done.stdout


def validate(source, report, *options):
    run("validate", source, "--out", report, "--keep-measurements", *options, codes=(0, 1, 2))


def labels_of(report):
    """{(drive, label id): Label} of the datasets' own labels, from reports with kept measurements."""
    labels = {}
    for path in sorted(report.glob("*.h5")):
        with h5py.File(path) as file:
            drive = file["dict/drives"][:].astype(str)[file["drives/name"][0]]
            kept = file["measurements/0" if "0" in file["measurements"] else f"measurements/{sorted(file['measurements'])[0]}"]
            frames = [name.decode() for name in kept["frames/name"][:]]
            own = kept["label_sets/0"]
            rows, tracks = own["labels"], [text.decode() for text in own["track_ids/text"][:]]
            classes = [text.decode() for text in own["raw_classes/text"][:]]
            columns = {name: rows[name][:] for name in ("x_m", "y_m", "z_m", "length_m", "width_m", "height_m", "qw", "qx", "qy", "qz", "frame",
                                                        "track", "raw_class", "label")}
            for i, label in enumerate(columns["label"]):
                c = columns
                track = tracks[c["track"][i]] if c["track"][i] < len(tracks) else ""
                labels[drive, label.decode()] = Label(
                    frames[c["frame"][i]], track, numpy.array([c["x_m"][i], c["y_m"][i], c["z_m"][i]]),
                    numpy.array([c["length_m"][i], c["width_m"][i], c["height_m"][i]]),
                    numpy.array([c["qw"][i], c["qx"][i], c["qy"][i], c["qz"][i]]), classes[c["raw_class"][i]])
    return labels


def errors_of(label, truth):
    """Centre (m), size (mean of the sides, m), heading (degrees)."""
    a, b = label.rotation / numpy.linalg.norm(label.rotation), truth.rotation / numpy.linalg.norm(truth.rotation)
    angle = 4 * math.asin(min(1.0, min(float(numpy.linalg.norm(a - b)), float(numpy.linalg.norm(a + b))) / 2))
    return float(numpy.linalg.norm(label.centre - truth.centre)), float(numpy.abs(label.size - truth.size).mean()), math.degrees(angle)


def by_place(labels):
    """By drive, frame and track: ids may contain the track, or be new in a copy."""
    places = collections.defaultdict(list)
    for (drive, _), label in labels.items():
        places[drive, label.frame, label.track].append(label)
    return {place: found[0] for place, found in places.items() if len(found) == 1}


def count_findings(report):
    counts = collections.Counter()
    for path in report.glob("*.h5"):
        with h5py.File(path) as file:
            enum = h5py.check_enum_dtype(file["findings/severity"].dtype)
            counts.update(file["findings/severity"][:].tolist())
    return {name.lower(): counts[number] for name, number in enum.items()}


def measure(source, seed, folder, corrupt_options, fix_options=(), validate_options=()):
    """Corrupts, validates, fixes and validates again; returns what is to be told of it."""
    folder = pathlib.Path(folder)
    copy, truth = folder / "corrupted", folder / "untouched"
    spec = folder / "spec.yaml"
    spec.write_text("prevalence: 0.02\nguard_frames: 8\nerrors:\n" + "".join(f"  - {{type: {kind}}}\n" for kind in [
        "shift, distance_m: [0.3, 0.5, 1.0], weight: 2", "rotate, angle_deg: [15, 30], classes: [vehicle, two_wheeler]",
        "flip_heading, classes: [vehicle, two_wheeler]", "resize, factor: [0.8, 1.2]", "lift, height_m: [0.3, 0.5]",
        "freeze, frames: 5", "delay, frames: [1, 2, 3], span_frames: 10"]))
    run("corrupt", source, truth, "--spec", "none", "--seed", seed)
    run("corrupt", source, copy, "--spec", spec, "--seed", seed, *corrupt_options)
    validate(truth, folder / "r0", *validate_options)
    validate(copy, folder / "r1", *validate_options)
    told = run("fix", folder / "r1", copy, folder / "fixed", *fix_options)
    validate(folder / "fixed", folder / "r2", *validate_options)
    clean, before, after = (by_place(labels_of(folder / name)) for name in ("r0", "r1", "r2"))
    key_file = next(path for path in (copy / "key.csv", pathlib.Path(f"{copy}.key.csv")) if path.is_file())
    seeded = {}
    order = {}
    for drive, frame, _ in clean:
        order.setdefault(drive, {}).setdefault(frame, None)
    for drive in order:
        with h5py.File(folder / "r0" / f"{drive}.h5") as file:
            kept = file["measurements"][sorted(file["measurements"])[0]]
            order[drive] = {name.decode(): i for i, name in enumerate(kept["frames/name"][:])}
    with open(key_file, newline="") as file:
        key = list(csv.DictReader(file))
    for row in key:
        frames = order.get(row["drive"], {})
        if row["frame_begin"] not in frames:
            continue
        first, last = frames[row["frame_begin"]], frames[row["frame_end"]]
        for frame, index in frames.items():
            if first <= index <= last:
                seeded[row["drive"], frame, row["track"]] = row["error_type"]
    errors = collections.defaultdict(lambda: [[], []])
    good_changed = []
    good = 0
    for place, truth_label in clean.items():
        if place not in before or place not in after:
            continue
        was, now = errors_of(before[place], truth_label), errors_of(after[place], truth_label)
        if place in seeded:
            errors[seeded[place]][0].append(was)
            errors[seeded[place]][1].append(now)
        else:
            good += 1
            if now[0] > 1e-6 or now[1] > 1e-6 or now[2] > 1e-4:
                good_changed.append(now)
    return {"errors": errors, "good": good, "good_changed": good_changed, "told": told, "before": count_findings(folder / "r1"),
            "after": count_findings(folder / "r2"), "clean": count_findings(folder / "r0"), "log": pathlib.Path(f"{folder / 'fixed'}.changes.csv")}


def merged(results):
    total = {"errors": collections.defaultdict(lambda: [[], []]), "good": 0, "good_changed": [], "before": collections.Counter(),
             "after": collections.Counter(), "clean": collections.Counter()}
    for result in results:
        for kind, (was, now) in result["errors"].items():
            total["errors"][kind][0] += was
            total["errors"][kind][1] += now
        total["good"] += result["good"]
        total["good_changed"] += result["good_changed"]
        for name in ("before", "after", "clean"):
            total[name].update(result[name])
    return total


def print_table(name, total):
    print(f"## {name}\n\n| seeded | labels | centre m | size m | heading ° |\n| --- | --- | --- | --- | --- |")
    rows = sorted(total["errors"].items())
    rows.append(("all", [sum((was for was, _ in total["errors"].values()), []), sum((now for _, now in total["errors"].values()), [])]))
    for kind, (was, now) in rows:
        if not was:
            continue
        a, b = numpy.mean(was, axis=0), numpy.mean(now, axis=0)
        print(f"| {kind} | {len(was)} | {a[0]:.3f} → {b[0]:.3f} | {a[1]:.3f} → {b[1]:.3f} | {a[2]:.2f} → {b[2]:.2f} |")
    changed = numpy.array(total["good_changed"]).reshape(-1, 3)
    by_how_much = ", by {:.3f} m, {:.3f} m, {:.2f}° on average (most: {:.2f} m, {:.2f} m, {:.1f}°)".format(
        *changed.mean(axis=0), *changed.max(axis=0)) if len(changed) else ""
    print(f"\nUntouched labels changed: {len(changed)} of {total['good']}{by_how_much}. Errors + warnings of the validation: "
          f"{total['before']['error']} + {total['before']['warning']} → {total['after']['error']} + {total['after']['warning']} "
          f"(untouched copy: {total['clean']['error']} + {total['clean']['warning']}).\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="part of a dataset's name")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--keep", type=pathlib.Path, help="folder for what is made")
    parser.add_argument("fix_options", nargs="*")
    arguments = parser.parse_args()
    for name, source, options in DATASETS:
        if arguments.only and arguments.only not in name:
            continue
        if isinstance(source, pathlib.Path) and not source.is_dir():
            print(f"{name}: absent", file=sys.stderr)
            continue
        results = []
        for seed in range(1, arguments.seeds + 1):
            with tempfile.TemporaryDirectory(prefix="concord_fixed_") as folder:
                if arguments.keep:
                    folder = arguments.keep / f"{name.replace(' ', '')}_{seed}"
                    folder.mkdir(parents=True)
                results.append(measure(source, seed, folder, options, arguments.fix_options))
                print(results[-1]["told"], file=sys.stderr)
        print_table(name, merged(results))


if __name__ == "__main__":
    main()
