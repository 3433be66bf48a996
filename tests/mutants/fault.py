"""What a fault is: one small mistake in the code, and the tests that have to turn red of it. The tables are faults_*.py beside this file."""
import importlib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAMS = ("darkroom", "darkroom-runner")  # what the system tests run


@dataclass(frozen=True)
class Test:
    words: tuple         # the command, without where its JUnit file goes
    target: str = ""     # the unit test program that it runs, empty for system tests and tests of the page
    names: tuple = ()    # what must stand in the sources for the command to choose a test
    place: str = ""      # the file of the tests, where the command names one

    def __str__(self):
        return " ".join(self.words)


@dataclass(frozen=True)
class Fault:
    name: str
    sentence: str        # what is broken, as its victim would say it
    file: str
    changes: tuple       # (text to find, replacement): each text stands exactly once in the file
    tests: tuple         # each of them has to turn red
    programs: tuple = PROGRAMS  # that are built when a test is no unit test

    @property
    def targets(self):
        return tuple(dict.fromkeys(target for test in self.tests for target in ((test.target,) if test.target else self.programs)))

    def stale(self, text):
        """Why this fault cannot be made in the text of its file any more; empty when it can."""
        for find, _ in self.changes:
            if text.count(find) != 1:
                return f"{self.name}: this text stands {text.count(find)} times in {self.file}, and has to once: {find}"
        return ""

    def broken(self, text):
        for find, replace in self.changes:
            text = text.replace(find, replace)
        return text


def fault(name, sentence, file, find, replace, *tests, **more):
    """A fault of one change; that of several has pairs as `find` and None as `replace`: what is defended twice breaks only where both are gone."""
    changes = ((find, replace),) if replace is not None else tuple(find)
    return Fault(name, sentence, file, changes, tests, **more)


def unit(program, *names):
    """The tests of a unit test program whose names have one of these words in them, in every suite and on every database."""
    return Test((program, "--gtest_filter=" + ":".join(f"*{name}*" for name in names)), target=program, names=names)


def system(file, *names):
    """These tests of tests/system/FILE, or all of it."""
    chosen = ("-k", " or ".join(names)) if names else ()
    return Test((f"tests/system/{file}", *chosen), names=names, place=f"tests/system/{file}")


def all_faults():
    """Those of every table, in the order in which a build is shared best: by their targets, then as they stand."""
    faults = [fault for path in sorted(HERE.glob("faults_*.py")) for fault in importlib.import_module(path.stem).FAULTS]
    return sorted(faults, key=lambda fault: fault.targets)
