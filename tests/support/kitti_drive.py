"""A small made-up drive in KITTI tracking layout with planted label errors and their key, for tests that edit text files.

The output depends on nothing but this file.
"""

import atexit
import csv
import math
import pathlib
import random
import shutil
import tempfile

FRAMES = 80
PERIOD_S = 0.1
EARTH_RADIUS_M = 6378137.0
LIDAR_ABOVE_IMU_M = 0.8
IMU_HEIGHT_M = 0.93
CALIBRATION = """P0: 700 0 620 0 0 700 190 0 0 0 1 0
P1: 700 0 620 -378 0 700 190 0 0 0 1 0
P2: 700 0 620 42 0 700 190 0 0 0 1 0
P3: 700 0 620 -336 0 700 190 0 0 0 1 0
R_rect 1 0 0 0 1 0 0 0 1
Tr_velo_cam 0 -1 0 0 0 0 -1 0 1 0 0 0
Tr_imu_velo 1 0 0 -0.8 0 1 0 0 0 0 1 -0.8
"""

# track: class, (length, width, height), start (x, y) m, heading rad, speed m/s, yaw rate rad/s, acceleration m/s2
OBJECTS = {
    0: ("Car", (4.3, 1.8, 1.5), (18, 0), 0.0, 9.0, 0.02, 0.3),
    1: ("Car", (4.1, 1.7, 1.45), (30, 3.6), 0.0, 11.0, 0.02, -0.4),
    2: ("Van", (5.2, 2.0, 2.1), (60, 7.0), math.pi, 8.0, 0.0, 0.0),
    3: ("Truck", (8.5, 2.5, 3.2), (75, 3.4), 0.0, 7.0, 0.02, 0.0),
    4: ("Pedestrian", (0.7, 0.6, 1.75), (28, -6.5), 0.0, 1.3, 0.0, 0.0),
    5: ("Pedestrian", (0.6, 0.6, 1.65), (40, -7.5), math.pi, 1.2, 0.0, 0.0),
    6: ("Cyclist", (1.8, 0.6, 1.7), (24, -4.0), 0.0, 5.0, 0.02, 0.0),
    7: ("Car", (4.5, 1.85, 1.55), (35, -11.0), 0.02, 0.0, 0.0, 0.0),
    8: ("Car", (4.0, 1.7, 1.5), (48, -11.0), 0.02, 0.0, 0.0, 0.0),
    9: ("Car", (4.2, 1.75, 1.5), (62, -11.0), 0.02, 0.0, 0.0, 0.0),
}


def path(x, y, heading, speed, yaw_rate, acceleration):
    for _ in range(FRAMES):
        yield x, y, heading
        middle = heading + 0.5 * yaw_rate * PERIOD_S
        x += speed * PERIOD_S * math.cos(middle)
        y += speed * PERIOD_S * math.sin(middle)
        heading += yaw_rate * PERIOD_S
        speed = max(0.0, speed + acceleration * PERIOD_S)


def clean_labels():
    """{(frame, track): label}; centre and heading in the ego (IMU) frame, as an annotator with 2 cm noise sees them."""
    noise = random.Random(2024)
    ego = list(path(0, 0, 0, 8.0, 0.02, 0.2))
    labels = {}
    for track, (name, size, (x, y), heading, speed, yaw_rate, acceleration) in OBJECTS.items():
        for frame, (wx, wy, wh) in enumerate(path(x, y, heading, speed, yaw_rate, acceleration)):
            ex, ey, eh = ego[frame]
            dx, dy = wx - ex, wy - ey
            along = dx * math.cos(eh) + dy * math.sin(eh)
            left = -dx * math.sin(eh) + dy * math.cos(eh)
            if along < 6 or along > 85:
                continue
            labels[frame, track] = {
                "class": name, "size": size, "x": along + noise.uniform(-0.02, 0.02), "y": left + noise.uniform(-0.02, 0.02),
                "z": size[2] / 2 - IMU_HEIGHT_M, "yaw": wh - eh + noise.uniform(-0.003, 0.003), "track": track}
    return ego, labels


def plant_errors(labels):
    """Changes `labels` in place and returns the rows of the key."""
    key = []

    def note(kind, track, begin, end, magnitude, other=""):
        key.append(["0000", kind, track, f"{begin}:{track}", other, begin, end, magnitude])

    labels[30, 0]["y"] += 1.2
    note("shift", 0, 30, 30, 1.2)
    labels[12, 7]["x"] += 1.0
    note("shift", 7, 12, 12, 1.0)
    labels[25, 3]["yaw"] += math.pi
    note("flip_heading", 3, 25, 25, 180)
    labels[50, 1]["yaw"] += math.radians(30)
    note("rotate", 1, 50, 50, 30)
    for frame in range(20, 24):
        length, width, height = labels[frame, 2]["size"]
        labels[frame, 2]["size"] = (length * 0.7, width, height)
    note("resize", 2, 20, 23, 0.7)
    copy = dict(labels[35, 8])
    copy["track"] = 50
    copy["x"] += 0.05
    labels[35, 50] = copy
    note("duplicate", 8, 35, 35, 0.05, 50)
    for frame in range(33, 37):
        del labels[frame, 6]
    note("drop", 6, 33, 36, 4)
    labels[15, 9]["class"] = "Van"
    note("swap_class", 9, 15, 15, 1)
    return key


def camera_line(frame, label):
    """One label line: camera axes are x right, y down, z forward; the position is the middle of the bottom face."""
    length, width, height = label["size"]
    forward, left, up = label["x"] - 0.8, label["y"], label["z"] - LIDAR_ABOVE_IMU_M
    x, z, y_bottom = -left, forward, -up + height / 2
    rotation_y = math.remainder(-label["yaw"] - math.pi / 2, math.tau)
    u, v, scale = 620 + 700 * x / z, 190 + 700 * (y_bottom - height / 2) / z, 700 / z
    box = (u - scale * width, v - scale * height / 2, u + scale * width, v + scale * height / 2)
    alpha = math.remainder(rotation_y - math.atan2(x, z), math.tau)
    numbers = [alpha, *box, height, width, length, x, y_bottom, z, rotation_y]
    return f"{frame} {label['track']} {label['class']} 0 0 " + " ".join(f"{n:.6f}" for n in numbers)


def write(out: pathlib.Path) -> None:
    ego, labels = clean_labels()
    key = plant_errors(labels)
    training = out / "training"
    for folder in ("label_02", "calib", "oxts"):
        (training / folder).mkdir(parents=True, exist_ok=True)
    (training / "calib" / "0000.txt").write_text(CALIBRATION)
    lines = [camera_line(frame, label) for (frame, _), label in sorted(labels.items())]
    (training / "label_02" / "0000.txt").write_text("\n".join(lines) + "\n")
    degrees = math.degrees(1 / EARTH_RADIUS_M)
    oxts = [" ".join([f"{y * degrees:.12f}", f"{x * degrees:.12f}", "100", "0", "0", f"{heading:.9f}"] + ["0"] * 24) for x, y, heading in ego]
    (training / "oxts" / "0000.txt").write_text("\n".join(oxts) + "\n")
    with open(out / "key.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow("drive error_type track label other_track frame_begin frame_end magnitude".split())
        writer.writerows(key)


def made_once() -> pathlib.Path:
    """The drive in a folder that goes when the program ends."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="concord_kitti_drive_"))
    atexit.register(shutil.rmtree, folder)
    write(folder / "drive")
    return folder / "drive"
