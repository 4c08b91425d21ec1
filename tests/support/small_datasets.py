"""Small valid drives in each format that is read from files, for tests that damage them.

Two cars stand still beside a moving ego for FRAMES frames; each frame has a cloud with the ground and points on the cars.
A writer adds the drive `name` to the folder `root` and returns its files by kind: labels, calibration, poses, cloud.
nuScenes shares its tables among drives: there the kinds are the tables.
"""

import json
import math
import pathlib
import struct

FRAMES = 4
PERIOD_NS = 100_000_000
START_NS = 1_600_000_000_000_000_000
SPEED_MPS = 5.0
SIZE_M = (4.0, 1.8, 1.5)
CARS = {"1": (12.0, 3.0), "2": (20.0, -3.0)}  # x, y in the world, z of the centre is 0.75
CALIBRATION = """P2: 700 0 620 0 0 700 190 0 0 0 1 0
R_rect 1 0 0 0 1 0 0 0 1
Tr_velo_cam 0 -1 0 0 0 0 -1 0 1 0 0 0
Tr_imu_velo 1 0 0 0 0 1 0 0 0 0 1 0
"""
EARTH_RADIUS_M = 6378137.0


def ego_x(frame):
    return SPEED_MPS * frame * PERIOD_NS * 1e-9


def points(frame):
    """Ground in a grid, and the sides of the cars, in the ego frame."""
    ground = [(0.5 * x, 0.5 * y, -0.05) for x in range(4, 60) for y in range(-12, 13)]
    sides = [(x - ego_x(frame) + 0.3 * i, y - math.copysign(0.85, y), 0.3 + 0.3 * j)
             for x, y in CARS.values() for i in range(-6, 7) for j in range(4)]
    return ground + sides


def floats(frame, stride=4):
    return b"".join(struct.pack(f"<{stride}f", x, y, z, 0.5, *[0.0] * (stride - 4)) for x, y, z in points(frame))


def pcd(frame):
    count = len(points(frame))
    return (f"# .PCD v0.7\nVERSION 0.7\nFIELDS x y z intensity\nSIZE 4 4 4 4\nTYPE F F F F\nCOUNT 1 1 1 1\nWIDTH {count}\n"
            f"HEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS {count}\nDATA binary\n").encode() + floats(frame)


def ply(frame):
    count = len(points(frame))
    return (f"ply\nformat binary_little_endian 1.0\nelement vertex {count}\nproperty float x\nproperty float y\nproperty float z\n"
            "property float intensity\nend_header\n").encode() + floats(frame)


def put(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape"))
    return path


def kitti(root, name):
    training = pathlib.Path(root) / "training"
    lines = []
    for frame in range(FRAMES):
        for track, (x, y) in CARS.items():
            length, width, height = SIZE_M
            lines.append(f"{frame} {track} Car 0 0 0 100 100 200 200 {height} {width} {length} {-y} 0 {x - ego_x(frame)} {-math.pi / 2}")
    degrees = math.degrees(1 / EARTH_RADIUS_M)
    oxts = [" ".join(["0", f"{ego_x(frame) * degrees:.12f}"] + ["0"] * 28) for frame in range(FRAMES)]
    clouds = [put(training / "velodyne" / name / f"{frame:06}.bin", floats(frame)) for frame in range(FRAMES)]
    return {"labels": put(training / "label_02" / f"{name}.txt", "\n".join(lines) + "\n"),
            "calibration": put(training / "calib" / f"{name}.txt", CALIBRATION),
            "poses": put(training / "oxts" / f"{name}.txt", "\n".join(oxts) + "\n"), "cloud": clouds[1]}


def csv(root, name):
    root = pathlib.Path(root)
    put(root / "concord_csv.yaml", 'poses: {file: "{drive}.poses.csv"}\nclouds: {path: "clouds/{drive}/{frame}.ply", format: ply}\n')
    labels = ["frame,time_ns,track,class,x_m,y_m,z_m,length_m,width_m,height_m,yaw_rad"]
    poses = ["frame,time_ns,x_m,y_m,z_m,yaw_rad"]
    for frame in range(FRAMES):
        time = START_NS + frame * PERIOD_NS
        poses.append(f"{frame},{time},{ego_x(frame)},0,0,0")
        labels += [f"{frame},{time},{track},car,{x - ego_x(frame)},{y},0.75,4,1.8,1.5,0" for track, (x, y) in CARS.items()]
    clouds = [put(root / "clouds" / name / f"{frame}.ply", ply(frame)) for frame in range(FRAMES)]
    return {"labels": put(root / f"{name}.csv", "\n".join(labels) + "\n"),
            "poses": put(root / f"{name}.poses.csv", "\n".join(poses) + "\n"), "cloud": clouds[1]}


def openlabel(root, name):
    root = pathlib.Path(root)
    frames, clouds = {}, []
    for frame in range(FRAMES):
        clouds.append(put(root / name / f"{frame}.pcd", pcd(frame)))
        pose = [1, 0, 0, ego_x(frame), 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
        frames[str(frame)] = {
            "frame_properties": {"timestamp": (START_NS + frame * PERIOD_NS) * 1e-9,
                                 "streams": {"lidar": {"uri": f"{name}/{frame}.pcd"}},
                                 "transforms": {"ego_to_odom": {"src": "ego", "dst": "odom", "transform_src_to_dst": {"matrix4x4": pose}}}},
            "objects": {track: {"object_data": {"cuboid": [{"name": "box", "val": [x - ego_x(frame), y, 0.75, 0, 0, 0, *SIZE_M]}]}}
                        for track, (x, y) in CARS.items()}}
    still = {"matrix4x4": [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]}
    document = {"openlabel": {
        "metadata": {"schema_version": "1.0.0"},
        "coordinate_systems": {"odom": {"type": "scene_cs", "parent": "", "children": ["ego"]},
                               "ego": {"type": "local_cs", "parent": "odom", "children": ["lidar"]},
                               "lidar": {"type": "sensor_cs", "parent": "ego", "children": [], "pose_wrt_parent": still}},
        "streams": {"lidar": {"type": "lidar"}},
        "objects": {track: {"name": f"car {track}", "type": "Car"} for track in CARS}, "frames": frames}}
    return {"labels": put(root / f"{name}.json", json.dumps(document, indent=0)), "cloud": clouds[1]}


def argoverse2(root, name):
    log = pathlib.Path(root) / name
    pose = "timestamp_ns,qw,qx,qy,qz,tx_m,ty_m,tz_m"
    labels = ["timestamp_ns,track_uuid,category,length_m,width_m,height_m,qw,qx,qy,qz,tx_m,ty_m,tz_m,num_interior_pts"]
    poses, clouds = [pose], []
    for frame in range(FRAMES):
        time = START_NS + frame * PERIOD_NS
        poses.append(f"{time},1,0,0,0,{ego_x(frame)},0,0")
        labels += [f"{time},{track},REGULAR_VEHICLE,4,1.8,1.5,1,0,0,0,{x - ego_x(frame)},{y},0.75,52" for track, (x, y) in CARS.items()]
        clouds.append(put(log / "sensors/lidar_bin" / f"{time}.bin", floats(frame)))
    return {"labels": put(log / "annotations.csv", "\n".join(labels) + "\n"),
            "poses": put(log / "city_SE3_egovehicle.csv", "\n".join(poses) + "\n"),
            "calibration": put(log / "calibration/egovehicle_SE3_sensor.csv",
                               pose.replace("timestamp_ns", "sensor_name") + "\nup_lidar,1,0,0,0,1.35,0,1.64\n"),
            "cloud": clouds[1]}


def nuscenes_tables(name):
    """Table name: rows, of a dataset with the one scene `name`."""
    still = {"translation": [0, 0, 0], "rotation": [1, 0, 0, 0]}
    tables = {"attribute": [{"token": "moving", "name": "vehicle.moving", "description": ""}],
              "category": [{"token": "car", "name": "vehicle.car", "description": ""}],
              "visibility": [{"token": "4", "level": "v80-100", "description": ""}],
              "log": [{"token": "log", "logfile": "l", "vehicle": "v", "date_captured": "2018-08-01", "location": "x"}],
              "sensor": [{"token": "lidar", "channel": "LIDAR_TOP", "modality": "lidar"}],
              "calibrated_sensor": [{"token": "cal", "sensor_token": "lidar", "camera_intrinsic": [], **still}],
              "scene": [{"token": "scene", "log_token": "log", "nbr_samples": FRAMES, "first_sample_token": "s0",
                         "last_sample_token": f"s{FRAMES - 1}", "name": name, "description": ""}],
              "sample": [], "sample_data": [], "ego_pose": [], "instance": [], "sample_annotation": []}

    def link(letter, k):
        return f"{letter}{k}" if 0 <= k < FRAMES else ""

    for k in range(FRAMES):
        time = (START_NS + k * PERIOD_NS) // 1000
        tables["sample"].append({"token": f"s{k}", "timestamp": time, "prev": link("s", k - 1), "next": link("s", k + 1), "scene_token": "scene"})
        tables["ego_pose"].append({"token": f"p{k}", "timestamp": time, "translation": [ego_x(k), 0, 0], "rotation": [1, 0, 0, 0]})
        tables["sample_data"].append({"token": f"d{k}", "sample_token": f"s{k}", "ego_pose_token": f"p{k}", "calibrated_sensor_token": "cal",
                                      "timestamp": time, "fileformat": "pcd", "is_key_frame": True, "height": 0, "width": 0,
                                      "filename": f"samples/LIDAR_TOP/{k}.pcd.bin", "prev": "", "next": ""})
    for track, (x, y) in CARS.items():
        tables["instance"].append({"token": f"i{track}", "category_token": "car", "nbr_annotations": FRAMES,
                                   "first_annotation_token": f"a{track}0", "last_annotation_token": f"a{track}{FRAMES - 1}"})
        tables["sample_annotation"] += [
            {"token": f"a{track}{k}", "sample_token": f"s{k}", "instance_token": f"i{track}", "visibility_token": "4",
             "attribute_tokens": ["moving"], "translation": [x, y, 0.75], "size": [1.8, 4.0, 1.5], "rotation": [1, 0, 0, 0],
             "prev": link(f"a{track}", k - 1), "next": link(f"a{track}", k + 1), "num_lidar_pts": 52, "num_radar_pts": 0}
            for k in range(FRAMES)]
    return tables


def nuscenes(root, name):
    root = pathlib.Path(root) / name
    files = {table: put(root / "v1.0-mini" / f"{table}.json", "[\n" + ",\n".join(map(json.dumps, rows)) + "\n]\n")
             for table, rows in nuscenes_tables(name).items()}
    clouds = [put(root / "samples/LIDAR_TOP" / f"{k}.pcd.bin", floats(k, 5)) for k in range(FRAMES)]
    return {**files, "cloud": clouds[1]}


def aimotive(root, name):
    """One label file a frame: `labels` is the second one. Labels move as the ego does not: there are no poses."""
    segment = pathlib.Path(root) / name
    labels, clouds = [], []
    for frame in range(FRAMES):
        objects = []
        for track, (x, y) in CARS.items():
            box = {"Origin": dict(zip("XYZ", (x - ego_x(frame), y, 0.75))), "Extent": dict(zip("XYZ", SIZE_M)),
                   "Orientation Quat": dict(zip("WXYZ", (1.0, 0.0, 0.0, 0.0)))}
            objects.append({"ActorName": f"CAR {track}", **{f"BoundingBox3D {part} {axis}": value for part, axes in box.items() for axis, value in axes.items()},
                            "ObjectId": int(track), "ObjectType": "CAR", "Occluded": 0, "Relative Velocity X": -SPEED_MPS,
                            "Relative Velocity Y": 0.0, "Relative Velocity Z": 0.0, "Truncated": 0})
        document = {"CapturedObjects": objects, "Timestamp": str(START_NS + frame * PERIOD_NS)}
        labels.append(put(segment / f"dynamic/box/3d_body/frame_{frame:07}.json", json.dumps(document, indent=0)))
        clouds.append(put(segment / f"dynamic/raw-revolutions/frame_{frame:07}.xyzi_f32.bin", floats(frame)))
    still = [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.7], [0.0, 0.0, 0.0, 1.0]]
    calibration = {"lidar": {"RT_body_from_sensor": still, "sensor_type": "lidar"}}
    return {"labels": labels[1], "calibration": put(segment / "sensor/calibration/calibration.json", json.dumps(calibration)), "cloud": clouds[1]}


FORMATS = {"kitti_tracking": kitti, "csv": csv, "openlabel": openlabel, "argoverse2": argoverse2, "nuscenes": nuscenes, "aimotive": aimotive}
