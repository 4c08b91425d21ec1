#!/usr/bin/env python3
"""Every Markdown page of the project: its relative links lead to a file (and heading) that exists, and so do the paths of
the tree and the checks that it names."""

import os
import pathlib
import re
import unittest

SOURCE = pathlib.Path(os.environ["CONCORD_SOURCE_DIR"])
FOLDERS = ("include", "src", "cuda", "tools", "tests", "data")
FAMILIES = sorted(path.name for path in (SOURCE / "src/checks").iterdir() if path.is_dir())
FENCE = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
TREE_PATH = re.compile(r"(?<![\w/.<-])(?:%s)/[\w./-]*\w" % "|".join(FOLDERS))
CHECK = re.compile(r"`((?:%s)\.[a-z0-9_]+)`" % "|".join(FAMILIES))


def pages():
    found = list(SOURCE.glob("*.md"))
    for folder in FOLDERS:
        found += (SOURCE / folder).rglob("*.md")
    return sorted(page for page in found if "node_modules" not in page.parts)


def anchors(text):
    """The anchors that a hosting site makes of the headings."""
    titles = re.findall(r"^#+\s+(.+?)\s*$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def broken_links(page, text):
    for target in LINK.findall(FENCE.sub("", text)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists():
            yield f"{target} does not exist"
        elif anchor and anchor not in anchors(file.read_text(encoding="utf-8")):
            yield f"{target} names no heading"


def broken_paths(text):
    """Paths that start at the top of the tree. What is followed by a placeholder is no path."""
    for match in TREE_PATH.finditer(text):
        if text[match.end() : match.end() + 1] in ("<", "*", "{") or text[match.end() : match.end() + 2] in ("/<", "/*", "/{"):
            continue
        path = match.group().rstrip(".")
        if not (SOURCE / path).exists() and not list(SOURCE.glob(path + ".*")):
            yield f"{path} does not exist"


def unknown_checks(text):
    for name in CHECK.findall(text):
        if not (SOURCE / "src/checks" / name.replace(".", "/")).with_suffix(".cpp").exists():
            yield f"there is no check {name}"


class Links(unittest.TestCase):
    def test_pages_name_only_what_exists(self):
        problems = []
        for page in pages():
            text = page.read_text(encoding="utf-8")
            for problem in (*broken_links(page, text), *broken_paths(text), *unknown_checks(text)):
                problems.append(f"{page.relative_to(SOURCE)}: {problem}")
        self.assertGreater(len(pages()), 40)
        self.assertEqual(problems, [])

    def test_what_is_wrong_is_found(self):
        text = "[a](README.md) [b](no.md) [c](README.md#no-such) src/no/such.cpp src/checks/<family> `box.no_such` tools/lint.sh"
        page = SOURCE / "page.md"
        self.assertEqual(list(broken_links(page, text)), ["no.md does not exist", "README.md#no-such names no heading"])
        self.assertEqual(list(broken_paths(text)), ["src/no/such.cpp does not exist"])
        self.assertEqual(list(unknown_checks(text)), ["there is no check box.no_such"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
