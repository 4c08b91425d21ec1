#!/usr/bin/env bash
# Installs what Concord is built from, all of it Debian packages. Idempotent: what is there already is left alone.
# The CUDA toolkit is not installed: it is used where nvcc is found (PATH or /usr/local/cuda).
set -euo pipefail

packages=(
  git cmake ninja-build g++ pkg-config ccache clang-format clang-tidy
  libhdf5-dev libpcl-dev libopen3d-dev libthrust-dev libtbb-dev libboost-dev libeigen3-dev libssl-dev
  libcli11-dev libyaml-cpp-dev libsimdjson-dev nlohmann-json3-dev libspdlog-dev libfmt-dev
  libgtest-dev libgmock-dev libbenchmark-dev librapidcheck-dev libgeos-dev libcgal-dev libopencv-calib3d-dev
  hdf5-tools python3 python3-h5py python3-numpy python3-jsonschema
)

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
  [ "$status" = "install ok installed" ] || missing+=("$package")
done

if [ ${#missing[@]} -eq 0 ]; then
  echo "setup: all ${#packages[@]} Debian packages are installed"
else
  echo "setup: installing ${#missing[@]} Debian packages: ${missing[*]}"
  sudo=""
  if [ "$(id -u)" -ne 0 ]; then
    sudo=sudo
    command -v sudo >/dev/null || { echo "setup: needs root or sudo to install packages" >&2; exit 2; }
  fi
  $sudo apt-get update -q
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -q --no-install-recommends "${missing[@]}"
fi

if command -v nvcc >/dev/null || [ -x /usr/local/cuda/bin/nvcc ]; then
  echo "setup: CUDA toolkit found, the CUDA backend will be built"
else
  echo "setup: no CUDA toolkit, Concord will be built for the CPU only"
fi
