"""The built program for the end-to-end tests: where it is, how it is run, a folder a test, and what its reports hold."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ.get("CONCORD_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
CONCORD = os.environ.get("CONCORD_BINARY", str(SOURCE / "build/release/bin/concord"))
DATA = pathlib.Path(os.environ.get("CONCORD_TEST_DATA", SOURCE / "../shared/data"))
sys.path.insert(0, str(SOURCE / "tests/support"))


def run(*arguments, **options):
    """Runs `concord ARGUMENTS` to its end; output as text."""
    settings = {"capture_output": True, "text": True, "timeout": 300, **options}
    return subprocess.run([CONCORD, *map(str, arguments)], check=False, **settings)


def findings(report):
    """The findings of a report or a folder of reports, as `concord findings --format json` prints them."""
    done = run("findings", report, "--format", "json")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


class TestCase(unittest.TestCase):
    """A test with a new folder of its own."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="concord_e2e_"))
        self.addCleanup(shutil.rmtree, self.folder)
