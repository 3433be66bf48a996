#!/usr/bin/python3
"""Breaks Darkroom on purpose, one small fault after the other, and wants the tests to notice each.

The files as they stand here, committed or not, are copied to build/mutants/tree and built there; the faults of the tables faults_*.py are made in the copy only.
First the tests that are asked to turn red have to be green without a fault. Then, for each fault: change its file, build, run its tests, put the file back.
Exit code 1 when a fault stayed green, could not be tried, or a test was red before any.

  run.py --list                names and sentences
  run.py [NAME...]             all faults, or those whose names are given or have the given word in them
  run.py --with "nice -n 10"   words to put before each build
"""
import argparse
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(ROOT / "scripts")]

from fault import all_faults  # noqa: E402
from run_suites import PYTHON, failed_cases, judge, run, shared_postgres, try_again  # noqa: E402

PLACE = ROOT / "build/mutants"
TREE = PLACE / "tree"
BUILD = TREE / "build/dev"
TEST_LIMIT = 180   # seconds for one command of tests, which takes some seconds; a fault may make it hang
BUILD_LIMIT = 3600
SHARED = (".deps", "web/node_modules")  # fetched by builds, and the same in every copy


def copy_tree():
    """Makes TREE what the checkout is, and leaves alone what is equal, so that only what differs is built again."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], capture_output=True, text=True, check=True).stdout
    wanted = {name for name in listed.split("\0") if name and (ROOT / name).is_file()}
    for name in wanted:
        source, target = ROOT / name, TREE / name
        if not target.is_file() or target.read_bytes() != source.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    remembered = PLACE / "copied"
    for name in set(remembered.read_text().split("\0") if remembered.is_file() else []) - wanted:
        (TREE / name).unlink(missing_ok=True)
    remembered.write_text("\0".join(wanted))
    for name in SHARED:
        if (ROOT / name).exists() and not (TREE / name).is_symlink():
            (TREE / name).symlink_to((ROOT / name).resolve())


class Work:
    """Builds and tests in the copy; what they say goes to files of a folder that is gone afterwards."""

    def __init__(self, folder, before_build):
        self.folder, self.before_build, self.configured = Path(folder), before_build, False

    def build(self, targets):
        """The end of the output when it fails, else nothing. The first build configures; a fault changes no more than what a file says."""
        command = [TREE / "scripts/build.sh", "dev", "-DDARKROOM_TESTS=ON"] if not self.configured else ["cmake", "--build", BUILD, "-j", str(os.cpu_count()), "--target"]
        self.configured = True
        command = [*self.before_build, *command, *targets]
        code, output = run(command, BUILD_LIMIT, self.folder / "build", cwd=TREE)
        return "" if code == 0 else output[-3000:]

    def test(self, test):
        """(count, names of failed tests, output, whether the time limit ended it) of one command, with the second chances that ./test gives."""
        environment = {**os.environ, "DARKROOM_BIN_DIR": str(BUILD / "bin")}

        def once(junit, cases=()):
            junit.unlink(missing_ok=True)
            if test.target:
                chosen = ["--gtest_filter=" + ":".join(map(".".join, cases))] if cases else []
                command, where = [BUILD / "bin" / test.words[0], *test.words[1:], *chosen, f"--gtest_output=xml:{junit}", "--gtest_brief=1"], BUILD
            else:
                words = [f"{module.replace('.', '/')}.py::{name}" for module, name in cases] or test.words
                command, where = [PYTHON, "-B", "-m", "pytest", "-p", "no:cacheprovider", "-q", "--tb=short", f"--junitxml={junit}", *words], TREE
            return run(command, TEST_LIMIT, self.folder / "output", cwd=where, env=environment)

        junit = self.folder / "junit.xml"
        code, output = once(junit)
        count, output = judge(junit, code, output)
        try_again(count, junit, lambda cases, path: once(path, cases))
        return count, [".".join(filter(None, case)) for case in failed_cases(junit)], output, output.endswith(f"stopped after {TEST_LIMIT} s")


def green_without_faults(work, faults):
    """What is wrong before any fault is made: a build or tests that fail."""
    tests = dict.fromkeys(test for fault in faults for test in fault.tests)
    targets = dict.fromkeys(target for fault in faults for target in fault.targets)
    print(f"Building {', '.join(targets)} without a fault, then {len(tests)} commands of tests that have to be green.", flush=True)
    if output := work.build(targets):
        return [output]
    complaints = []
    for test in tests:
        count, failed, output, _ = work.test(test)
        if count.failed or count.passed == 0:
            complaints.append(f"{test}: {count} without a fault\n{output[-3000:]}")
    return complaints


def attempt(work, fault):
    """(verdict, what was seen) of one fault. The file is put back whatever happens."""
    path = TREE / fault.file
    sound = path.read_text(encoding="utf-8")
    if stale := fault.stale(sound):
        return "STALE", stale
    path.write_text(fault.broken(sound), encoding="utf-8")
    try:
        if output := work.build(fault.targets):
            return "NOT BUILT", output.strip()
        seen = []
        for test in fault.tests:
            count, failed, _, hung = work.test(test)
            if count.failed == 0:
                return "GREEN", f"{test}: {count}"
            seen.append(f"hung for {TEST_LIMIT} s" if hung else failed[0] if failed else "the tests died")
        return ("red, by the time limit" if any(word.startswith("hung") for word in seen) else "red"), ", ".join(seen)
    finally:
        path.write_text(sound, encoding="utf-8")


def try_all(work, faults):
    rows = []
    for fault in faults:
        started = time.monotonic()
        verdict, seen = attempt(work, fault)
        rows.append((fault, verdict, seen))
        print(f"{fault.name:<28} {verdict:<10} {time.monotonic() - started:6.1f} s  {seen}", flush=True)
    print(f"\n{'fault':<28} {'tests':<10} what is broken")
    for fault, verdict, _ in rows:
        print(f"{fault.name:<28} {verdict:<10} {fault.sentence}")
    unseen = [fault.name for fault, verdict, _ in rows if not verdict.startswith("red")]
    print(f"{len(rows) - len(unseen)} of {len(rows)} faults turned the tests red" + (f"; not: {', '.join(unseen)}" if unseen else ""))
    return 1 if unseen else 0


def chosen_faults(names):
    faults = all_faults()
    for name in names:
        if not any(name in fault.name for fault in faults):
            sys.exit(f"run.py: there is no fault '{name}'; --list names them all")
    return [fault for fault in faults if not names or any(name in fault.name for name in names)]


def main():
    os.environ.setdefault("DARKROOM_TEST_SEED", "1")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--list", action="store_true", help="only tell the faults")
    parser.add_argument("--with", dest="before_build", type=shlex.split, default=[], metavar="WORDS")
    parser.add_argument("--skip-sound", action="store_true", help="do not run the tests without a fault first")
    arguments = parser.parse_args()
    faults = chosen_faults(arguments.names)
    if arguments.list:
        print("\n".join(f"{fault.name:<28} {fault.sentence}" for fault in faults))
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what runs ends, too
    copy_tree()
    with shared_postgres({"unit"}), tempfile.TemporaryDirectory(prefix="darkroom-mutants-") as folder:
        work = Work(folder, arguments.before_build)
        complaints = [] if arguments.skip_sound else green_without_faults(work, faults)
        if complaints:
            print("\n\n".join(complaints))
            return 1
        return try_all(work, faults)


if __name__ == "__main__":
    sys.exit(main())
