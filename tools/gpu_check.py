#!/usr/bin/env python3
"""The part of tools/gpu_check.sh that runs where the GPU is: python3 and its standard library, nothing else."""

import datetime
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import time

DATASETS = {
    "sample drive": ["data/sample_drive"],
    "synthetic, 200 frames": ["synthetic:seed=3,frames=200,objects=30"],
}
TIMEOUT_S = 540


class Failure(Exception):
    pass


class Slim:
    """The packed programs. Where this machine's C library is too old for them, the packed one loads them."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder.resolve()
        self.loader = []
        if self.try_run(["concord", "--version"]).returncode != 0:
            loaders = sorted(self.folder.glob("libc/ld-linux*"))
            self.loader = [str(loaders[0]), "--library-path", f"{self.folder}:{self.folder}/libc"] if loaders else []
            tried = self.try_run(["concord", "--version"])
            if tried.returncode != 0:
                raise Failure(f"the packed program does not start: {tried.stderr.strip()}")

    def try_run(self, command, **environment):
        program = [*self.loader, str(self.folder / command[0]), *command[1:]]
        return subprocess.run(program, capture_output=True, text=True, timeout=TIMEOUT_S,
                              env={**os.environ, "CONCORD_SOURCE_DIR": ".", **environment})

    def run(self, *command, codes=(0,)):
        done = self.try_run(list(command))
        if done.returncode not in codes:
            raise Failure(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
        return done.stdout


def gpu_name(slim: Slim) -> str:
    """What doctor says about the CUDA backend; a Failure where it cannot be used."""
    for line in slim.run("concord", "doctor", codes=(0, 1, 2)).splitlines():
        words = line.split()
        if words[:1] == ["cuda"]:
            if words[1:3] != ["compiled", "usable"]:
                raise Failure(f"no usable GPU: {' '.join(words[1:])}")
            return " ".join(words[3:])
    raise Failure("no usable GPU: doctor lists no CUDA backend")


def run_tests(slim: Slim) -> str:
    out = slim.run("concord_backend_tests", "--gtest_brief=0")
    skipped = sorted(set(re.findall(r"\[  SKIPPED \] (\S+)", out)))
    if any("cuda" in name.lower() or "gpu" in name.lower() for name in skipped):
        raise Failure(f"tests of the GPU were skipped: {' '.join(skipped)}")
    passed = re.search(r"\[  PASSED  \] (\d+) tests?", out)
    on_gpu = len(set(re.findall(r"\[       OK \] (\S*(?:cuda|Gpu)\S*)", out)))
    if not passed or on_gpu == 0:
        raise Failure("no test ran on the GPU")
    return f"{passed.group(1)} passed, {on_gpu} of them on the GPU, {len(skipped)} skipped"


def compare_reports(slim: Slim, out: pathlib.Path):
    """One row a dataset: seconds on each device, and whether the reports' content is equal."""
    for name, inputs in DATASETS.items():
        seconds, content = {}, {}
        for device in ("cpu", "cuda"):
            folder = out / "reports" / (name.split(",")[0].replace(" ", "_") + "_" + device)
            start = time.monotonic()
            slim.run("concord", "validate", *inputs, "--device", device, "--keep-measurements", "--out", str(folder), codes=(0, 1))
            seconds[device] = time.monotonic() - start
            content[device] = json.loads(slim.run("concord", "summary", str(folder), "--format", "json"))["content_sha256"]
        yield name, seconds, content


def bench_lines(slim: Slim):
    for device in ("cpu", "cuda"):
        for line in slim.run("concord_bench", "--json", "--device", device).splitlines():
            yield json.loads(line)


def cell(value) -> str:
    return "-" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)


def check(slim_folder: pathlib.Path, out: pathlib.Path) -> None:
    slim = Slim(slim_folder)
    name = gpu_name(slim)
    print(f"gpu_check: {name}")
    shutil.rmtree(out / "reports", ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
    tests = run_tests(slim)
    print(f"gpu_check: backend tests: {tests}")
    text = [f"# GPU check, {datetime.date.today()}", "", f"{name}; {platform.machine()}, {os.cpu_count()} CPU threads; "
            f"{slim.run('concord', '--version').strip()}", "", f"Backend tests: {tests}.", "",
            "| reports of | CPU, s | GPU, s | content |", "| --- | --- | --- | --- |"]
    differing = []
    for dataset, seconds, content in compare_reports(slim, out):
        equal = content["cpu"] == content["cuda"] and content["cpu"]
        differing += [] if equal else [dataset]
        text.append(f"| {dataset} | {seconds['cpu']:.2f} | {seconds['cuda']:.2f} | "
                    f"{'equal' if equal else 'DIFFERS'} ({' '.join(sha[:12] for sha in content['cuda'])}) |")
        print(f"gpu_check: reports of {dataset}: {'equal' if equal else 'DIFFER'}")
    text += ["", "| work | threads | ns per item | peer | ratio | floor share |", "| --- | --- | --- | --- | --- | --- |"]
    text += ["| " + " | ".join(cell(value) for value in line.values()) + " |" for line in bench_lines(slim)]
    (out / "gpu.md").write_text("\n".join(text) + "\n")
    print(f"gpu_check: {out / 'gpu.md'}")
    if differing:
        raise Failure(f"CPU and GPU reports differ: {', '.join(differing)}")


def main() -> int:
    try:
        check(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
    except (Failure, subprocess.TimeoutExpired) as problem:
        print(f"gpu_check: FAILED: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
