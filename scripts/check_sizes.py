#!/usr/bin/python3
"""Checks that files stay small and open with their purpose: at most 400 lines (tests 600), a head comment on line 1
(a .cpp may leave it to the header of its name; a test is named after what it tests).

Looks at src/, scripts/, bench/, tests/ and web/; prints the median, the 90th percentile and the largest. --self-test shows that a
file that breaks a rule is found.
"""
import statistics
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ["src", "scripts", "bench", "tests", "web/src", "web/scripts", "web/tests"]
SUFFIXES = {".cpp", ".h", ".py", ".sh", ".sql", ".cmake", ".ts", ".tsx", ".mjs", ".css"}
MADE = {"generated.d.ts"}  # by a program, and read by none of us
LIMIT, TEST_LIMIT = 400, 600


def is_test(path):
    return "tests" in path.parts[:2] or path.stem.endswith(("_test", ".test"))


def sources(root):
    """Paths relative to root of every file that people write and read as code."""
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and path.suffix in SUFFIXES and path.name not in MADE and "__pycache__" not in path.parts:
                yield path.relative_to(root)


def needs_head(root, path):
    if path.parts[0] != "src" or path.suffix not in {".cpp", ".h"} or is_test(path):
        return False
    return path.suffix == ".h" or not (root / path.with_suffix(".h")).is_file()


def check(root):
    """Returns (complaints, {path: lines})."""
    complaints, lines = [], {}
    for path in sources(root):
        text = (root / path).read_text(encoding="utf-8")
        lines[path] = text.count("\n") + (not text.endswith("\n"))
        limit = TEST_LIMIT if is_test(path) else LIMIT
        if lines[path] > limit:
            complaints.append(f"{path}: {lines[path]} lines, at most {limit}: make it two files with one purpose each")
        if needs_head(root, path) and not text.startswith("// "):
            complaints.append(f"{path}: line 1 must be a comment that says the file's purpose")
    return complaints, lines


def summary(name, counts):
    if not counts:
        return f"{name}: no files"
    ordered = sorted(counts)
    p90 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.9))]
    return (f"{name}: {len(ordered)} files, {sum(ordered)} lines, median {statistics.median_low(ordered)}, "
            f"p90 {p90}, largest {ordered[-1]}")


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        files = {
            "src/a/good.cpp": "// Says its purpose.\n" + "int a;\n" * 399,
            "src/a/good_test.cpp": "// Tests it.\n" + "int a;\n" * 599,
            "src/a/long.cpp": "// Says its purpose.\n" + "int a;\n" * 400,
            "src/a/headless.h": "#pragma once\n",
            "src/a/long_test.cpp": "// Tests it.\n" + "int a;\n" * 600,
            "scripts/long.py": "a = 1\n" * 401,
        }
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        found = {complaint.split(":")[0] for complaint in check(root)[0]}
        expected = {"src/a/long.cpp", "src/a/headless.h", "src/a/long_test.cpp", "scripts/long.py"}
        assert found == expected, f"found {sorted(found)}, expected {sorted(expected)}"
    print("check_sizes finds what it should")


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return 0
    complaints, lines = check(ROOT)
    print(summary("code", [count for path, count in lines.items() if not is_test(path)]))
    print(summary("tests", [count for path, count in lines.items() if is_test(path)]))
    print("\n".join(complaints))
    return 1 if complaints or not lines else 0


if __name__ == "__main__":
    sys.exit(main())
