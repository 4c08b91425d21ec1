"""`concord compare` on a nuScenes scene and two submissions: its detection metrics against a computation from the raw tables, by the
devkit's definitions (detection_cvpr_2019)."""

import collections
import json
import math
import sys
import unittest

import numpy
import program

DATA = program.DATA / "nuscenes"
SCENE = "scene-0103"
RESULTS = {"A": "det_A_lidar_results_nusc.json", "B": "det_B_lidar_mini_results_nusc.json"}

RANGE = {"car": 50, "truck": 50, "bus": 50, "trailer": 50, "construction_vehicle": 50, "pedestrian": 40, "motorcycle": 40, "bicycle": 40,
         "traffic_cone": 30, "barrier": 30}
CATEGORY = {"movable_object.barrier": "barrier", "vehicle.bicycle": "bicycle", "vehicle.bus.bendy": "bus", "vehicle.bus.rigid": "bus",
            "vehicle.car": "car", "vehicle.construction": "construction_vehicle", "vehicle.motorcycle": "motorcycle",
            "human.pedestrian.adult": "pedestrian", "human.pedestrian.child": "pedestrian", "human.pedestrian.construction_worker": "pedestrian",
            "human.pedestrian.police_officer": "pedestrian", "movable_object.trafficcone": "traffic_cone", "vehicle.trailer": "trailer",
            "vehicle.truck": "truck"}
ERRORS = ("translation_m", "scale", "orientation_rad", "velocity_mps", "attribute")
UNDEFINED = {"traffic_cone": {"orientation_rad", "velocity_mps", "attribute"}, "barrier": {"velocity_mps", "attribute"}}
Box = collections.namedtuple("Box", "kind xyz wlh yaw velocity attribute score")


def yaw_of(q):
    w, x, y, z = q
    return math.atan2(2 * (x * y + w * z), w * w + x * x - y * y - z * z)


def matrix_of(q):
    w, x, y, z = numpy.array(q) / numpy.linalg.norm(q)
    return numpy.array([[1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
                        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
                        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)]])


def table(name):
    return json.loads((DATA / "v1.0-mini" / f"{name}.json").read_text())


class Tables:
    def __init__(self):
        by_token = {name: {row["token"]: row for row in table(name)} for name in
                    ("scene", "sample", "instance", "category", "attribute", "calibrated_sensor", "sensor", "ego_pose", "sample_annotation")}
        scene = next(row for row in by_token["scene"].values() if row["name"] == SCENE)
        self.samples = [token for token, row in by_token["sample"].items() if row["scene_token"] == scene["token"]]
        self.ego = {}
        for row in table("sample_data"):
            sensor = by_token["sensor"][by_token["calibrated_sensor"][row["calibrated_sensor_token"]]["sensor_token"]]
            if row["is_key_frame"] and sensor["channel"] == "LIDAR_TOP":
                self.ego[row["sample_token"]] = by_token["ego_pose"][row["ego_pose_token"]]["translation"]
        self.truth = collections.defaultdict(list)
        self.racks = collections.defaultdict(list)
        annotations = by_token["sample_annotation"]

        def time(row):
            return 1e-6 * by_token["sample"][row["sample_token"]]["timestamp"]

        for row in annotations.values():
            category = by_token["category"][by_token["instance"][row["instance_token"]]["category_token"]]["name"]
            if category == "static_object.bicycle_rack":
                self.racks[row["sample_token"]].append((numpy.array(row["translation"]), row["size"], matrix_of(row["rotation"])))
            if category not in CATEGORY or row["num_lidar_pts"] + row["num_radar_pts"] == 0:
                continue
            first = annotations[row["prev"]] if row["prev"] else row
            last = annotations[row["next"]] if row["next"] else row
            velocity = (math.nan, math.nan)
            if first is not last and time(last) - time(first) <= (3.0 if row["prev"] and row["next"] else 1.5):
                velocity = tuple((last["translation"][i] - first["translation"][i]) / (time(last) - time(first)) for i in range(2))
            attributes = [by_token["attribute"][token]["name"] for token in row["attribute_tokens"]]
            self.truth[row["sample_token"]].append(Box(CATEGORY[category], row["translation"], row["size"], yaw_of(row["rotation"]), velocity,
                                                       attributes[0] if attributes else "", None))

    def admits(self, sample, box):
        """Within the range of its class and, for cycles, in no bicycle rack."""
        ego = self.ego[sample]
        if box.kind in ("bicycle", "motorcycle"):
            for centre, (width, length, height), axes in self.racks[sample]:
                if (abs(axes.T @ (numpy.array(box.xyz) - centre)) <= numpy.array([length, width, height]) / 2).all():
                    return False
        return math.hypot(box.xyz[0] - ego[0], box.xyz[1] - ego[1]) < RANGE[box.kind]


def errors_of(truth, prediction):
    common = numpy.prod(numpy.minimum(truth.wlh, prediction.wlh))
    period = math.pi if truth.kind == "barrier" else 2 * math.pi
    turn = (truth.yaw - prediction.yaw + period / 2) % period - period / 2
    return (math.hypot(truth.xyz[0] - prediction.xyz[0], truth.xyz[1] - prediction.xyz[1]),
            1 - common / (numpy.prod(truth.wlh) + numpy.prod(prediction.wlh) - common), abs(turn),
            math.hypot(truth.velocity[0] - prediction.velocity[0], truth.velocity[1] - prediction.velocity[1]),
            float(truth.attribute != prediction.attribute) if truth.attribute else math.nan)


def running_mean(values):
    values = numpy.array(values)
    if numpy.isnan(values).all():
        return numpy.ones(len(values))
    count = numpy.cumsum(~numpy.isnan(values))
    return numpy.divide(numpy.nancumsum(values), count, out=numpy.zeros(len(values)), where=count != 0)


def curve(truth, predictions, distance):
    """(precision, confidence) over 101 recalls and the interpolated errors, or None where nothing is found."""
    count = sum(map(len, truth.values()))
    hits, scores, matched, taken = [], [], [], set()
    for sample, box in predictions:
        best = min(((math.hypot(t.xyz[0] - box.xyz[0], t.xyz[1] - box.xyz[1]), i) for i, t in enumerate(truth[sample])
                    if (sample, i) not in taken), default=(math.inf, None))
        hits.append(best[0] < distance)
        scores.append(box.score)
        if hits[-1]:
            taken.add((sample, best[1]))
            matched.append((box.score, *errors_of(truth[sample][best[1]], box)))
    if not matched:
        return None
    true = numpy.cumsum(hits).astype(float)
    recalls = numpy.linspace(0, 1, 101)
    precision = numpy.interp(recalls, true / count, true / numpy.arange(1, len(hits) + 1), right=0)
    confidence = numpy.interp(recalls, true / count, scores, right=0)
    matched = numpy.array(matched)
    errors = [numpy.interp(confidence[::-1], matched[::-1, 0], running_mean(matched[:, e])[::-1])[::-1] for e in range(1, 6)]
    return precision, confidence, errors


def metrics(tables, results):
    classes = {}
    for kind in RANGE:
        truth = {s: [b for b in tables.truth[s] if b.kind == kind and tables.admits(s, b)] for s in tables.samples}
        predictions = []
        for sample in tables.samples:
            for r in results[sample]:
                box = Box(r["detection_name"], r["translation"], r["size"], yaw_of(r["rotation"]), r["velocity"], r["attribute_name"],
                          r["detection_score"])
                if box.kind == kind and tables.admits(sample, box):
                    predictions.append((sample, box))
        predictions = [predictions[i] for i in sorted(range(len(predictions)), key=lambda i: (predictions[i][1].score, i), reverse=True)]
        row = {"reference": sum(map(len, truth.values())), "candidate": len(predictions), "ap_at": [], **dict.fromkeys(ERRORS, 1.0)}
        for distance in (0.5, 1, 2, 4):
            found = curve(truth, predictions, distance) if row["reference"] else None
            if found is None:
                row["ap_at"].append(0.0)
                continue
            precision, confidence, errors = found
            row["ap_at"].append(float(numpy.mean(numpy.maximum(precision[11:] - 0.1, 0)) / 0.9))
            last = numpy.nonzero(confidence)[0]
            if distance == 2 and len(last) and last[-1] >= 11:
                row.update({name: float(numpy.mean(errors[e][11:last[-1] + 1])) for e, name in enumerate(ERRORS)})
        row["ap"] = sum(row["ap_at"]) / 4
        row.update(dict.fromkeys(UNDEFINED.get(kind, ()), None))
        classes[kind] = row
    means = {name: numpy.mean([row[name] for row in classes.values() if row[name] is not None]) for name in ERRORS}
    mean_ap = numpy.mean([row["ap"] for row in classes.values()])
    return classes, means, mean_ap, (5 * mean_ap + sum(max(0, 1 - e) for e in means.values())) / 10


class CompareNuscenes(unittest.TestCase):
    maxDiff = None

    def test_detection_metrics_are_the_devkits(self):
        tables = Tables()
        done = program.run("compare", DATA, *[f"{name}={DATA / 'results' / file}" for name, file in RESULTS.items()], "--drives", SCENE,
                           "--device", "cpu", "--format", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        comparison = json.loads(done.stdout)
        seen = []
        for found in comparison["candidates"]:
            results = json.loads((DATA / "results" / RESULTS[found["candidate"]]).read_text())["results"]
            classes, means, mean_ap, nds = metrics(tables, collections.defaultdict(list, results))
            score = found["nuscenes"]
            for row in score["classes"]:
                expected = classes[row["class"]]
                self.assertEqual((row["reference"], row["candidate"]), (expected["reference"], expected["candidate"]), row["class"])
                for key in ("ap", *ERRORS):
                    if expected[key] is None:
                        self.assertIsNone(row[key])
                    else:
                        self.assertAlmostEqual(row[key], expected[key], delta=1e-5, msg=f"{row['class']} {key}")
                for got, wanted in zip(row["ap_at"], expected["ap_at"]):
                    self.assertAlmostEqual(got, wanted, delta=1e-9)
            for key, value in means.items():
                self.assertAlmostEqual(score[key], value, delta=1e-5)
            self.assertAlmostEqual(score["map"], mean_ap, delta=1e-9)
            self.assertAlmostEqual(score["nds"], nds, delta=1e-5)
            seen.append(score["map"])
        self.assertGreater(max(seen), 0.02)
        self.assertNotEqual(seen[0], seen[1])


if __name__ == "__main__":
    if not DATA.is_dir():
        print("research data 'nuscenes' is absent (set CONCORD_TEST_DATA)")
        sys.exit(77)
    unittest.main(verbosity=2)
