"""`concord compare` on KITTI's labels against a detector's and a tracker's results, held against a computation from the raw files."""

import collections
import json
import math
import sys
import unittest

import program

DATA = program.DATA / "kitti_tracking"
sys.path.insert(0, str(program.SOURCE / "tests/support"))

from assignment import assign  # noqa: E402

DRIVES = ("0006", "0008")
GATE = {"Car": 0.5, "Van": 0.5, "Truck": 0.5, "Tram": 0.5}
Box = collections.namedtuple("Box", "kind track image size position yaw")


def corners(box):
    length, width = box.size[2], box.size[1]
    c, s = math.cos(box.yaw), math.sin(box.yaw)
    return [(box.position[0] + c * a + s * b, box.position[2] - s * a + c * b)
            for a, b in ((length / 2, width / 2), (-length / 2, width / 2), (-length / 2, -width / 2), (length / 2, -width / 2))]


def area(polygon):
    return 0.5 * sum(p[0] * q[1] - q[0] * p[1] for p, q in zip(polygon, polygon[1:] + polygon[:1]))


def clipped_area(subject, clip):
    """Sutherland and Hodgman."""
    if area(subject) < 0:
        subject = subject[::-1]
    if area(clip) < 0:
        clip = clip[::-1]
    for a, b in zip(clip, clip[1:] + clip[:1]):
        side = [(b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) for p in subject]
        kept = []
        for i, p in enumerate(subject):
            j = (i + 1) % len(subject)
            if side[i] >= 0:
                kept.append(p)
            if side[i] * side[j] < 0:
                t = side[i] / (side[i] - side[j])
                kept.append((p[0] + t * (subject[j][0] - p[0]), p[1] + t * (subject[j][1] - p[1])))
        subject = kept
        if len(subject) < 3:
            return 0.0
    return abs(area(subject))


def iou(a, b):
    if math.hypot(a.position[0] - b.position[0], a.position[2] - b.position[2]) > 15:
        return 0.0
    height = min(a.position[1], b.position[1]) - max(a.position[1] - a.size[0], b.position[1] - b.size[0])
    common = clipped_area(corners(a), corners(b)) * max(height, 0.0)
    return common / (math.prod(a.size) + math.prod(b.size) - common)


def box_of(kind, track, numbers):
    """numbers: image box, height width length, x y z, yaw."""
    return Box(kind, track, numbers[0:4], numbers[4:7], numbers[7:10], numbers[10])


def read_lines(path):
    frames, regions = collections.defaultdict(list), collections.defaultdict(list)
    for line in path.read_text().splitlines():
        f = line.split()
        numbers = list(map(float, f[6:17]))
        if f[2] == "DontCare":
            regions[int(f[0])].append(numbers[0:4])
        else:
            frames[int(f[0])].append(box_of(f[2], f[1], numbers))
    return frames, regions


def read_detections(drive):
    frames = collections.defaultdict(list)
    for kind in ("Car", "Cyclist", "Pedestrian"):
        for line in (DATA / "results/pointrcnn_det" / kind / f"{drive}.txt").read_text().splitlines():
            f = line.split(",")
            v = list(map(float, f))
            frames[int(v[0])].append(box_of(("", "Pedestrian", "Car", "Cyclist")[int(v[1])], None, v[2:6] + v[7:14]))
    return frames


class Camera:
    def __init__(self, drive):
        rows = dict(line.split(None, 1) for line in (DATA / f"training/calib/{drive}.txt").read_text().splitlines() if line.strip())
        self.p = list(map(float, rows["P2:"].split()))

    def sees(self, box):
        x, y, z = box.position[0], box.position[1] - box.size[0] / 2, box.position[2]
        p = self.p
        x, y, z = x + (p[3] - p[2] * p[11]) / p[0], y + (p[7] - p[6] * p[11]) / p[5], z + p[11]  # from camera 0 to camera 2
        if z <= 0.1:
            return False
        u, v = p[0] * x / z + p[2], p[5] * y / z + p[6]
        return 0 <= u <= 2 * p[2] and 0 <= v <= 2 * p[6]


def in_region(box, regions):
    def size(b):
        return max(0.0, b[2] - b[0]) * max(0.0, b[3] - b[1])
    return any(size((max(box.image[0], r[0]), max(box.image[1], r[1]), min(box.image[2], r[2]), min(box.image[3], r[3]))) > 0.5 * size(box.image)
               for r in regions)


def match(reference, candidate, pairs, counted, admits):
    """Assigns what is free and admitted; writes partners into `pairs` {reference: candidate}."""
    rows = [i for i in range(len(reference)) if i not in pairs]
    taken = set(pairs.values())
    columns = [j for j in range(len(candidate)) if j not in taken]
    weights = [[counted[i][j] if admits(i, j) and counted[i][j] >= GATE.get(reference[i].kind, 0.25) else 0.0 for j in columns] for i in rows]
    for row, column in assign(weights).items():
        pairs[rows[row]] = columns[column]


def compare_frame(reference, candidate, regions, camera, classes):
    """Pairs and labels that count: [(i, j)], [i], [j]."""
    similar = [[iou(a, b) for b in candidate] for a in reference]
    out_a = [a.kind not in classes for a in reference]
    excused_a = [not camera.sees(a) for a in reference]
    excused_b = [not camera.sees(b) or in_region(b, regions) for b in candidate]
    pairs = {}
    match(reference, candidate, pairs, similar, lambda i, j: not out_a[i] and reference[i].kind == candidate[j].kind)
    match(reference, candidate, pairs, similar, lambda i, j: not out_a[i])
    match(reference, candidate, pairs, similar, lambda i, j: out_a[i])
    partner = {j: i for i, j in pairs.items()}
    count_a = [i for i in range(len(reference)) if not out_a[i] and (i in pairs or not excused_a[i])]
    count_b = [j for j in range(len(candidate)) if (not out_a[partner[j]] if j in partner else not excused_b[j])]
    return [(i, j) for i, j in pairs.items() if not out_a[i]], count_a, count_b, similar


def run(candidate, *options, drives=DRIVES):
    done = program.run("compare", DATA / "training", f"c={DATA / 'results' / candidate}", "--drives", ",".join(drives), "--device", "cpu",
                       "--format", "json", *options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["candidates"][0]


def kappa(table):
    n = sum(table.values())
    first, second = collections.Counter(), collections.Counter()
    for (a, b), count in table.items():
        first[a] += count
        second[b] += count
    observed = sum(count for (a, b), count in table.items() if a == b) / n
    chance = sum(first[c] * second[c] for c in first) / n**2
    return (observed - chance) / (1 - chance) if chance < 1 else None


def hota_and_others(frames):
    """HOTA, IDF1 and MOTA of [(reference tracks, candidate tracks, similarity)] from their definitions."""
    frames_of, tracks_of, potential, similar = (collections.Counter() for _ in range(4))
    for reference, candidate, similarity in frames:
        frames_of.update(reference)
        tracks_of.update(candidate)
        for i, a in enumerate(reference):
            for j, b in enumerate(candidate):
                all_of = sum(similarity[i]) + sum(row[j] for row in similarity) - similarity[i][j]
                if all_of > 0:
                    potential[a, b] += similarity[i][j] / all_of
                if similarity[i][j] >= 0.5:
                    similar[a, b] += 1
    labels, found = sum(frames_of.values()), sum(tracks_of.values())
    matches = [collections.Counter() for _ in range(19)]
    last, previous, clear, switches = {}, {}, 0, 0
    for reference, candidate, similarity in frames:
        if not reference or not candidate:
            continue
        score = [[potential[a, b] / (frames_of[a] + tracks_of[b] - potential[a, b]) * similarity[i][j]
                  for j, b in enumerate(candidate)] for i, a in enumerate(reference)]
        for i, j in assign(score).items():
            for k in range(19):
                if similarity[i][j] >= 0.05 * (k + 1) - 1e-15:
                    matches[k][reference[i], candidate[j]] += 1
        score = [[similarity[i][j] + (1000 if previous.get(a) == b else 0) if similarity[i][j] >= 0.5 else 0.0
                  for j, b in enumerate(candidate)] for i, a in enumerate(reference)]
        previous = {reference[i]: candidate[j] for i, j in assign(score).items()}
        clear += len(previous)
        switches += sum(a in last and last[a] != b for a, b in previous.items())
        last.update(previous)
    hota = 0.0
    for of_threshold in matches:
        true = sum(of_threshold.values())
        association = sum(n * n / (frames_of[a] + tracks_of[b] - n) for (a, b), n in of_threshold.items()) / max(true, 1)
        hota += math.sqrt(true / (labels + found - true) * association) / 19
    rows, columns = sorted(frames_of), sorted(tracks_of)
    identity = sum(similar[rows[i], columns[j]]
                   for i, j in assign([[similar[a, b] for b in columns] for a in rows]).items())
    return hota, 2 * identity / (labels + found), (clear - (found - clear) - switches) / labels, switches


class CompareKitti(unittest.TestCase):
    def test_detector(self):
        reference_count, candidate_count, right = collections.Counter(), collections.Counter(), collections.Counter()
        confusion, ious, along = collections.Counter(), [], []
        for drive in DRIVES:
            labels, regions = read_lines(DATA / f"training/label_02/{drive}.txt")
            detections, camera = read_detections(drive), Camera(drive)
            for frame in set(labels) | set(detections):
                a, b = labels[frame], detections[frame]
                pairs, count_a, count_b, similar = compare_frame(a, b, regions[frame], camera, {"Car", "Cyclist", "Pedestrian"})
                reference_count.update(a[i].kind for i in count_a)
                candidate_count.update(b[j].kind for j in count_b)
                for i, j in pairs:
                    confusion[a[i].kind, b[j].kind] += 1
                    if a[i].kind == b[j].kind:
                        right[a[i].kind] += 1
                        ious.append(similar[i][j])
                        along.append(math.cos(a[i].yaw) * (b[j].position[0] - a[i].position[0])
                                     - math.sin(a[i].yaw) * (b[j].position[2] - a[i].position[2]))
        result = run("pointrcnn_det")
        slices = {(s["dimension"], s["value"], s["class"]): s for s in result["slices"]}
        for kind, name in (("Car", "car"), ("Cyclist", "cyclist"), ("Pedestrian", "pedestrian")):
            found = slices["all", None, name]
            self.assertEqual((found["reference"], found["candidate"], found["reference_matched"], found["candidate_matched"]),
                             (reference_count[kind], candidate_count[kind], right[kind], right[kind]))
        true, wanted, got = sum(right.values()), sum(reference_count.values()), sum(candidate_count.values())
        self.assertGreater(true, 1000)
        self.assertAlmostEqual(result["precision"], true / got, delta=1e-12)
        self.assertAlmostEqual(result["recall"], true / wanted, delta=1e-12)
        self.assertAlmostEqual(result["f1"], 2 * true / (got + wanted), delta=1e-12)
        if (expected := kappa(confusion)) is None:
            self.assertIsNone(result["kappa"])
        else:
            self.assertAlmostEqual(result["kappa"], expected, delta=1e-12)
        errors = slices["all", None, None]["errors"]
        self.assertAlmostEqual(errors["iou_loss"]["bias"], 1 - sum(ious) / len(ious), delta=1e-9)
        self.assertAlmostEqual(errors["along"]["bias"], sum(along) / len(along), delta=1e-9)
        for share, name in ((0.5, "median"), (0.9, "p90"), (0.99, "p99")):
            exact = sorted(map(abs, along))[int(share * (len(along) - 1))]
            self.assertAlmostEqual(errors["along"][name], exact, delta=0.004 * exact)

    def test_tracker(self):
        tallies, reference_labels = [], 0
        for drive in DRIVES:
            labels, regions = read_lines(DATA / f"training/label_02/{drive}.txt")
            tracks, _ = read_lines(DATA / f"results/hailanyi_mot_tracks/{drive}.txt")
            camera, frames = Camera(drive), []
            for frame in range(max(labels) + 1):
                a, b = labels[frame], tracks[frame]
                _, count_a, count_b, similar = compare_frame(a, b, regions[frame], camera, {"Car"})
                frames.append(([a[i].track for i in count_a], [b[j].track for j in count_b], [[similar[i][j] for j in count_b] for i in count_a]))
                reference_labels += len(count_a)
            result = run("hailanyi_mot_tracks", "--classes", "car", drives=(drive,))
            hota, idf1, mota, switches = hota_and_others(frames)
            tallies.append(switches)
            self.assertAlmostEqual(result["hota"], hota, delta=1e-9)
            self.assertAlmostEqual(result["idf1"], idf1, delta=1e-12)
            self.assertAlmostEqual(result["mota"], mota, delta=1e-12)
            self.assertEqual(result["tracking"][0]["identity_switches"], switches)
            self.assertGreater(hota, 0.5)
        both = run("hailanyi_mot_tracks", "--classes", "car")
        self.assertEqual(both["tracking"][0]["identity_switches"], sum(tallies))
        self.assertEqual(both["tracking"][0]["reference_labels"], reference_labels)

    def test_formats_and_errors(self):
        def call(*arguments):
            return program.run("compare", *arguments)
        inputs = (DATA / "training", DATA / "results/pointrcnn_det", DATA / "results/hailanyi_mot_tracks", "--drives", "0008", "--device", "cpu")
        table = call(*inputs)
        self.assertEqual(table.returncode, 0, table.stderr)
        for text in ("== pointrcnn_det against", "== hailanyi_mot_tracks against", "== all 3 label sets", "FLEISS' KAPPA", "HOTA", "tracking not checked"):
            self.assertIn(text, table.stdout)
        csv = call(*inputs, "--format", "csv").stdout.splitlines()
        self.assertEqual({line.count(",") for line in csv}, {9})
        self.assertIn("pointrcnn_det,detection,all,,car,,recall", "\n".join(csv))
        once = call(*inputs, "--format", "json").stdout
        self.assertEqual(once, call(*inputs, "--format", "json").stdout)
        self.assertEqual(call(DATA / "training", DATA / "nowhere").returncode, 2)
        self.assertEqual(call(*inputs, "--gate", "car=2").returncode, 2)
        self.assertEqual(call(*inputs, "--match", "taste").returncode, 2)


if __name__ == "__main__":
    if not DATA.is_dir():
        print("research data 'kitti_tracking' is absent (set CONCORD_TEST_DATA)")
        sys.exit(77)
    unittest.main(verbosity=2)
