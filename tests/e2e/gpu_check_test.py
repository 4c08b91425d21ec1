#!/usr/bin/env python3
"""tools/gpu_check.sh says loudly that a machine has no GPU, or nothing to run, and never that all is well."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(os.environ["CONCORD_SOURCE_DIR"])
CONCORD = pathlib.Path(os.environ["CONCORD_BINARY"])


def run(*command, cwd=SOURCE):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=cwd)


def main() -> int:
    doctor = run(str(CONCORD), "doctor").stdout
    if any(line.split()[:3] == ["cuda", "compiled", "usable"] for line in doctor.splitlines()):
        print("this machine has a GPU")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        slim = pathlib.Path(folder) / "slim"
        slim.mkdir()
        shutil.copy(CONCORD, slim / "concord")
        done = run(sys.executable, "tools/gpu_check.py", str(slim), f"{folder}/out")
        assert done.returncode == 1, done
        assert "FAILED: no usable GPU" in done.stderr, done.stderr
        assert not (pathlib.Path(folder) / "out" / "gpu.md").exists()

        # A program that does not start is a failure too, not a machine without a GPU.
        (slim / "concord").write_text("#!/bin/sh\nexit 3\n")
        (slim / "concord").chmod(0o755)
        done = run(sys.executable, "tools/gpu_check.py", str(slim), f"{folder}/out")
        assert done.returncode == 1 and "does not start" in done.stderr, done

    assert run("tools/gpu_check.sh").returncode == 2
    assert run("tools/gpu_check.sh", "--run").returncode == 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
