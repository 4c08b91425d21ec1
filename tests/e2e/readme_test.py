#!/usr/bin/env python3
"""Executes the README: every `$ build/release/bin/concord ...` line, its profile and its Python block."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["CONCORD_SOURCE_DIR"])
CONCORD = os.environ["CONCORD_BINARY"]
README = (SOURCE / "README.md").read_text(encoding="utf-8")


class Readme(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # The commands run in a folder that looks like the checkout after quickstart.
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="concord_readme_"))
        (cls.folder / "build/release/bin").mkdir(parents=True)
        (cls.folder / "build/release/bin/concord").symlink_to(CONCORD)
        (cls.folder / "data").symlink_to(SOURCE / "data")
        for name in ("A.csv", "B.csv"):
            (cls.folder / name).write_text("0 0 0 4 2 1.5 0.3\n")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def concord(self, line):
        return subprocess.run(line, shell=True, cwd=self.folder, capture_output=True, text=True, timeout=120)

    def test_leads_with_the_two_commands(self):
        first = README.index("$ tools/quickstart.sh")
        self.assertLess(first, README.index("$ tools/test.sh"))
        self.assertLess(README.index("$ tools/test.sh"), README.index("## "))
        for script in re.findall(r"^\$ (tools/\S+)", README, re.M):
            self.assertTrue(os.access(SOURCE / script, os.X_OK), script)

    def test_commands_run_and_print_what_is_shown(self):
        blocks = [text for language, text in re.findall(r"^```(\w*)\n(.*?)^```", README, re.M | re.S) if not language]
        ran = 0
        for block in blocks:
            shown, output = [], None  # text before a command is no output
            for line in block.splitlines() + ["$ "]:
                if line.startswith("$ "):
                    for expected in shown if output is not None else []:
                        self.assertIn(expected, output)
                    shown, output = [], None
                    if line.startswith("$ build/release/bin/concord"):
                        done = self.concord(line[2:])
                        self.assertIn(done.returncode, (0, 1), f"{line}: {done.stderr}")
                        output = done.stdout
                        ran += 1
                elif line and line != "...":
                    shown.append(line)
        self.assertGreater(ran, 5)

    def test_profile_is_accepted(self):
        (self.folder / "my.yaml").write_text(re.search(r"```yaml\n(.*?)```", README, re.S).group(1))
        done = self.concord("build/release/bin/concord validate data/sample_drive --out build/profile --profile my.yaml")
        self.assertEqual(done.returncode, 1, done.stderr)

    def test_python_reads_the_report(self):
        self.concord("build/release/bin/concord validate data/sample_drive --out build/quickstart")
        code = re.search(r"```python\n(.*?)```", README, re.S).group(1)
        done = subprocess.run([sys.executable, "-c", code], cwd=self.folder, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("temporal.heading_flip", done.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
