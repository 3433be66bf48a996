#!/usr/bin/python3
"""Runs the test suites on a finished build and ends with one line that counts every test of all of them.

unit: every program that CTest knows; system: pytest on tests/system with the real programs; web: the admin page, its types, its unit tests and its journeys in a
real browser; checks: the scripts that count layers and sizes. unit and system share one PostgreSQL server, started here by tests/support/postgres.py. Exit code 1 when a test failed, a program died, or a suite ran no test at all.

Tests of real processes on a busy machine can be unsteady: when at most three tests of a program fail, those run three times more, alone. What passes each time
counts as passed and is named under "unsteady" before the last line, with its first failure printed where it happened: each is a fault to be mended, though none
to stop at. Tests of races get no second chance: what breaks in some of the runs only is what they are there for. What is drawn at random is drawn from
DARKROOM_TEST_SEED, one for the whole run, so that whoever runs again meets the same case.
"""
import argparse
import contextlib
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = "/usr/bin/python3"
CHECKS = ["check_layers.py", "check_sizes.py", "check_fail_points.py", "check_mutants.py"]
PROGRAM_LIMIT = 1500  # seconds for one unit test program, of which the slowest takes five minutes on a busy machine; a hung one is a failed one
SYSTEM_LIMIT = 3600
MOST_UNSTEADY = 3  # failures of one program, of up to a thousand tests, that are tried again; more than that is no bad luck
TIMES_AGAIN = 3    # of which each has to pass: a fault that shows in a part of the runs would pass one of them
# Words in names of tests of races, and of those that look for a broken promise among many random events.
RACES = ("together", "once", "parallel", "side by side", "beside each other", "at the same", "claimers", "under load", "two processes", "while others", "slips into",
         "just being", "claim that is under way", "in a group", "misses", "comes while its last", "histories", "kills during")
RACING_FILES = ("test_campaign", "test_contract_fuzz")
unsteady = []      # names of tests that passed only when they ran again


@dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    @property
    def run(self):
        return self.passed + self.failed

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def count_junit(path):
    """Counts the test cases of a JUnit file as GoogleTest and pytest write it; None when there is no such file."""
    try:
        cases = ElementTree.parse(path).iter("testcase")
    except (OSError, ElementTree.ParseError):
        return None
    count = Count()
    for case in cases:
        if case.find("failure") is not None or case.find("error") is not None:
            count.failed += 1
        elif case.find("skipped") is not None or case.get("status") == "notrun":
            count.skipped += 1
        else:
            count.passed += 1
    return count


def failed_cases(path):
    """(class name, name) of each failed case of a JUnit file."""
    try:
        cases = ElementTree.parse(path).iter("testcase")
        return [(case.get("classname"), case.get("name")) for case in cases if case.find("failure") is not None or case.find("error") is not None]
    except (OSError, ElementTree.ParseError):
        return []


def is_of_a_race(case):
    """Names are written in three ways: ManyAtOnce, many_at_once and "many at once"."""
    name = re.sub("[^a-z]", "", case[1].lower())
    return (case[0] or "").endswith(RACING_FILES) or any(words.replace(" ", "") in name for words in RACES)


def try_again(count, junit, again):
    """Runs the failed tests of a program again, if they are few, and moves those that pass each time. `again(cases, path)` runs them and leaves a JUnit file there."""
    failed = failed_cases(junit)
    if not 0 < len(failed) == count.failed <= MOST_UNSTEADY:
        return
    left = [case for case in failed if not is_of_a_race(case)]
    path = junit.with_suffix(".again.xml")
    for _ in range(TIMES_AGAIN):
        if not left:
            return
        path.unlink(missing_ok=True)
        again(left, path)
        still, seen = failed_cases(path), count_junit(path) or Count()
        if seen.run != len(left) or len(still) != seen.failed:
            return  # it did not run what it should have
        left = [case for case in left if case not in still]
    for case in left:
        unsteady.append(".".join(case))
        count.failed, count.passed = count.failed - 1, count.passed + 1


def run(command, limit, output_path=None, **options):
    """Runs a command without standard input and returns (exit code, output); one over its limit is killed with its children.

    With output_path the output goes there and is returned; without, it goes where ours goes.
    """
    with open(output_path or os.devnull, "w+", errors="replace") as output:
        if output_path:
            options |= {"stdout": output, "stderr": subprocess.STDOUT}
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, **options)
        try:
            code, ending = process.wait(limit), ""
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            code, ending = process.wait(), f"stopped after {limit} s"
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        output.seek(0)
        return code, f"{output.read()}\n{ending or f'exit code {code}'}"


def judge(junit, code, output):
    """The count of one program: its JUnit file, and one failure more when it ended badly without saying which test failed."""
    count = count_junit(junit) or Count()
    if code != 0 and count.failed == 0:
        count.failed = 1
    if code == 0 and count.run + count.skipped == 0:
        count.failed, output = 1, output + "\nit ran no test"
    return count, output


def report(suite, name, count, started, output=""):
    print(f"{suite:<7} {name:<28} {str(count):<36} {time.monotonic() - started:6.1f} s", flush=True)
    if count.failed and output:
        print("\n".join("    " + line for line in output.strip().splitlines()[-200:]), flush=True)


def run_unit(build, results):
    listing = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1"], capture_output=True, text=True, check=True)
    total = Count()
    for test in json.loads(listing.stdout)["tests"]:
        started = time.monotonic()
        junit = results / f"{test['name']}.xml"
        command = test["command"] + [f"--gtest_output=xml:{junit}", "--gtest_brief=1"]
        code, output = run(command, PROGRAM_LIMIT, results / "output", cwd=build)
        count, output = judge(junit, code, output)
        report("unit", test["name"], count, started, output)

        def again(failed, path, test=test):
            chosen = ":".join(f"{case[0]}.{case[1]}" for case in failed)
            run(test["command"] + [f"--gtest_output=xml:{path}", "--gtest_brief=1", f"--gtest_filter={chosen}"], PROGRAM_LIMIT, results / "output", cwd=build)

        try_again(count, junit, again)
        total.add(count)
    return total


def run_system(build, results):
    started = time.monotonic()
    junit = results / "system.xml"
    command = [PYTHON, "-B", "-m", "pytest", "-p", "no:cacheprovider", "-q", "--tb=short", f"--junitxml={junit}", "tests/system"]
    environment = {**os.environ, "DARKROOM_BIN_DIR": str(build / "bin"), "PYTHONDONTWRITEBYTECODE": "1"}
    code, output = run(command, SYSTEM_LIMIT, cwd=ROOT, env=environment)
    count, output = judge(junit, code, output)
    report("system", "tests/system", count, started, output)

    def again(failed, path):
        names = [f"{case[0].replace('.', '/')}.py::{case[1]}" for case in failed]
        run(command[:-2] + [f"--junitxml={path}", *names], SYSTEM_LIMIT, cwd=ROOT, env=environment)

    try_again(count, junit, again)
    return count


def web_command(name, command, results, build, junit=None):
    """Runs one step of the page's tests in web/ and reports it: (count, whether it passed)."""
    started = time.monotonic()
    environment = {**os.environ, "DARKROOM_BIN_DIR": str(build / "bin")}
    code, output = run(command, SYSTEM_LIMIT, results / "output", cwd=ROOT / "web", env=environment)
    count, output = judge(junit, code, output) if junit else (Count(passed=1) if code == 0 else Count(failed=1), output)
    report("web", name, count, started, output)
    return count, code == 0


def run_web(build, results):
    """The page's types, its build, its unit tests, and its journeys in Chromium on the page inside the program."""
    total = Count()
    steps = [("packages", [ROOT / "scripts/build_web.sh", "--packages"]), ("types", ["npm", "run", "--silent", "check"]),
             ("build", [ROOT / "scripts/build_web.sh", results / "web"])]
    for name, command in steps:
        count, passed = web_command(name, command, results, build)
        total.add(count)
        if not passed:
            return total
    for name, config in (("unit", "vitest.config.ts"), ("browser", "vitest.browser.config.ts")):
        junit = results / f"web-{name}.xml"
        command = ["node_modules/.bin/vitest", "run", "--config", config, "--reporter=default", "--reporter=junit", f"--outputFile.junit={junit}"]
        count, _ = web_command(name, command, results, build, junit)

        def again(failed, path, command=command):
            names = "|".join(sorted({re.escape(case[1].replace(" > ", " ")) for case in failed}))
            run([*command[:-1], f"--outputFile.junit={path}", "--testNamePattern", names], SYSTEM_LIMIT, results / "output", cwd=ROOT / "web",
                env={**os.environ, "DARKROOM_BIN_DIR": str(build / "bin")})

        try_again(count, junit, again)
        total.add(count)
    return total


def run_checks(build, results):
    total = Count()
    for script in CHECKS:
        started = time.monotonic()
        for arguments in (["--self-test"], []):
            code, output = run([PYTHON, "-B", ROOT / "scripts" / script, *arguments], PROGRAM_LIMIT, results / "output", cwd=ROOT)
            if code != 0:
                break
        count = Count(passed=1) if code == 0 else Count(failed=1)
        report("checks", script, count, started, output)
        total.add(count)
    return total


@contextlib.contextmanager
def shared_postgres(suites):
    """A PostgreSQL server for the suites that need one, named by DARKROOM_TEST_POSTGRES; one that is given there already is used."""
    if not {"unit", "system"} & set(suites) or os.environ.get("DARKROOM_TEST_POSTGRES"):
        yield
        return
    server = subprocess.Popen([PYTHON, "-B", ROOT / "tests/support/postgres.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        url = server.stdout.readline().strip()
        if not url:
            sys.exit("PostgreSQL for the tests does not start, see above: nothing was tested.")
        os.environ["DARKROOM_TEST_POSTGRES"] = url
        yield
    finally:
        server.stdin.close()
        server.wait()


SUITES = {"unit": run_unit, "system": run_system, "web": run_web, "checks": run_checks}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, required=True, help="the build folder")
    parser.add_argument("suites", nargs="+", choices=[*SUITES, "all"])
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that run() ends its program, too
    print(f"DARKROOM_TEST_SEED={os.environ.setdefault('DARKROOM_TEST_SEED', str(secrets.randbelow(1 << 31)))}", flush=True)
    chosen = list(SUITES) if "all" in arguments.suites else [name for name in SUITES if name in arguments.suites]
    total, empty = Count(), []
    with shared_postgres(chosen), tempfile.TemporaryDirectory(prefix="darkroom-tests-") as results:
        for name in chosen:
            count = SUITES[name](arguments.build.resolve(), Path(results))
            total.add(count)
            if count.run == 0:
                empty.append(name)
    for name in empty:
        print(f"The suite {name} ran no test: that is a failure.")
    for name in unsteady:
        print(f"unsteady: {name} failed, and passed {TIMES_AGAIN} times when it ran again.")
    print(total)
    return 1 if total.failed or empty else 0


if __name__ == "__main__":
    sys.exit(main())
