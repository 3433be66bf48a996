#!/usr/bin/python3
"""Checks that each fault of tests/mutants can still be made and still names tests: its texts stand exactly once in its file, and its tests are in the sources.

Builds nothing: tests/mutants/run.py makes the faults and runs the tests. --self-test shows that what is out of date is found.
"""
import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/mutants"))

from fault import Fault, all_faults, system, unit  # noqa: E402

UNIT_TESTS = ["src", "tests/store"]


def unit_test_text(root):
    files = [path for folder in UNIT_TESTS for path in sorted((root / folder).rglob("*.cpp")) if "_test" in path.stem or "conformance" in path.stem]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def unknown_names(root, fault, units):
    """Names of tests that no source knows, so that the command would run none."""
    for test in fault.tests:
        place = root / test.place
        if test.place and not place.is_file():
            yield f"{fault.name}: there is no {test.place}"
            continue
        text = "\n".join(re.findall(r"^def (test_\w+)", place.read_text(encoding="utf-8"), re.M)) if test.place else units
        for name in test.names:
            if not all(part in text for part in re.split(r"[/.*]", name)):
                yield f"{fault.name}: no test is named {name}" + (f" in {test.place}" if test.place else "")


def check(root, faults):
    units, seen = unit_test_text(root), set()
    for fault in faults:
        if fault.name in seen:
            yield f"{fault.name}: two faults have this name"
        seen.add(fault.name)
        path = root / fault.file
        if not path.is_file():
            yield f"{fault.name}: there is no {fault.file}"
            continue
        text = path.read_text(encoding="utf-8")
        if stale := fault.stale(text):
            yield stale
        elif fault.broken(text) == text:
            yield f"{fault.name}: it changes nothing"
        yield from unknown_names(root, fault, units)


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in {"src/a.cpp": "int a = 1;\nint b = 1;\n", "src/a_test.cpp": "TEST(A, IsOne) {}\n", "tests/system/test_a.py": "def test_a(): pass\n"}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        good = (unit("a_test", "IsOne"), system("test_a.py", "test_a"))
        faults = [Fault("good", "", "src/a.cpp", (("int a = 1;", "int a = 2;"),), good), Fault("gone", "", "src/a.cpp", (("int c", ""),), good),
                  Fault("twice", "", "src/a.cpp", (("= 1;", ""),), good), Fault("moved", "", "src/b.cpp", (("int a", ""),), good),
                  Fault("same", "", "src/a.cpp", (("int a", "int a"),), good), Fault("renamed", "", "src/a.cpp", (("int a", ""),), (unit("a_test", "IsTwo"),)),
                  Fault("unplaced", "", "src/a.cpp", (("int a", ""),), (system("test_b.py"),))]
        found = {complaint.split(":")[0] for complaint in check(root, faults)}
    assert found == {"gone", "twice", "moved", "same", "renamed", "unplaced"}, found
    print("check_mutants finds what it should")


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return 0
    faults = all_faults()
    complaints = list(check(ROOT, faults))
    print(f"{len(faults)} faults")
    print("\n".join(complaints))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
