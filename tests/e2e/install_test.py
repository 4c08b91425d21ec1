#!/usr/bin/env python3
"""`cmake --install` into an empty prefix: the program runs from elsewhere with what was installed beside it, and another
project finds and links the libraries."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["CONCORD_SOURCE_DIR"])
BUILD = pathlib.Path(os.environ["CONCORD_BINARY"]).parent.parent


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="concord_install_"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.prefix = cls.folder / "prefix"
        cls.data = cls.prefix / "share/concord"
        subprocess.run(["cmake", "--install", BUILD, "--prefix", cls.prefix], check=True, capture_output=True, timeout=120)

    def run_in_folder(self, *command, code=0):
        done = subprocess.run([*map(str, command)], cwd=self.folder, capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def concord(self, *arguments, code=0):
        return self.run_in_folder(self.prefix / "bin/concord", *arguments, code=code)

    def test_the_installed_program_runs_from_anywhere(self):
        self.assertIn("cpu", self.concord("doctor"))
        self.assertIn("temporal.heading_flip", self.concord("checks"))
        self.concord("validate", self.data / "sample_drive", "--profile", self.data / "profiles/default.yaml", "--out", "own",
                     "--device", "cpu", code=1)
        self.concord("validate", self.data / "sample_drive", "--out", "built_in", "--device", "cpu", code=1)
        rows = self.concord("findings", "own", "--format", "json")
        self.assertIn("temporal.heading_flip", rows)
        self.assertEqual(rows, self.concord("findings", "built_in", "--format", "json"))

    def test_the_data_files_are_installed_and_usable(self):
        for path in (SOURCE / "data").rglob("*"):
            if path.is_file():
                self.assertTrue((self.data / path.relative_to(SOURCE / "data")).exists(), path)
        classes = self.data / "taxonomies/openlabel.yaml"
        self.assertTrue(classes.exists())
        self.concord("validate", self.data / "sample_drive", "--taxonomy", classes, "--only", "schema", "--out", "mapped")

    def test_nothing_installed_names_the_source_tree(self):
        for path in (self.prefix / "lib").rglob("*.cmake"):
            self.assertNotIn(str(SOURCE) + "/", path.read_text(), path)
        headers = {path.name for path in (self.prefix / "include/concord").iterdir()}
        self.assertEqual(headers, {path.name for path in (SOURCE / "include/concord").iterdir()})

    def test_another_project_finds_and_links_the_libraries(self):
        self.run_in_folder("cmake", "-S", SOURCE / "tests/e2e/consumer", "-B", "consumer", "-G", "Ninja",
                           f"-DCMAKE_PREFIX_PATH={self.prefix}", "-DCMAKE_BUILD_TYPE=Release")
        self.run_in_folder("cmake", "--build", "consumer")
        said = self.run_in_folder("consumer/consumer", self.data / "sample_drive", "consumed")
        checks = int(re.search(r"checks: (\d+)", self.concord("doctor")).group(1))
        self.assertRegex(said, rf"concord \d+\.\d+\.\d+, {checks} checks\nsynth_28_000 60 frames \d+ labels [1-9]\d* errors\n")
        self.assertTrue((self.folder / "consumed/synth_28_000.h5").exists())


if __name__ == "__main__":
    unittest.main(verbosity=2)
