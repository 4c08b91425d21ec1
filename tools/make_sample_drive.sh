#!/usr/bin/env bash
# Writes data/sample_drive: a small simulated drive (OpenLABEL with LiDAR and radar sweeps) with label errors planted in it,
# and their key. Usage: tools/make_sample_drive.sh OUT [CONCORD]; OUT is a new or empty folder.
set -euo pipefail
out=$1
concord=${2:-$(dirname "$0")/../build/release/bin/concord}

spec=$(mktemp --suffix=.yaml)
trap 'rm -f "$spec"' EXIT
# One error of each kind, about: the shares are of 500 labels and of 40 tracks.
cat > "$spec" <<'YAML'
guard_frames: 3
errors:
  - {type: shift, distance_m: 1.0, classes: [vehicle], prevalence: 0.0025}
  - {type: rotate, angle_deg: 30, classes: [vehicle], prevalence: 0.0025}
  - {type: flip_heading, classes: [vehicle], prevalence: 0.0025}
  - {type: resize, factor: 0.7, classes: [vehicle], prevalence: 0.0025}
  - {type: lift, height_m: 0.8, prevalence: 0.0018}
  - {type: drop, frames: 3, prevalence: 0.006}
  - {type: duplicate, prevalence: 0.0018}
  - {type: phantom, frames: 2, prevalence: 0.004}
  - {type: swap_class, prevalence: 0.0018}
  - {type: freeze, frames: 4, prevalence: 0.008}
  - {type: delay, frames: 3, span_frames: 6, prevalence: 0.012}
  - {type: swap_ids, prevalence: 0.05}
YAML
source="synthetic:seed=28,frames=60,road=urban,objects=24,lidar_beams=16,lidar_azimuth_deg=1.5"
"$concord" corrupt "$source" "$out" --spec "$spec" --seed 5
