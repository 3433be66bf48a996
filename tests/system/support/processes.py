"""What /proc says about the program under test and its runners."""
import os
from pathlib import Path

import pytest


def children(pid):
    try:
        return [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    except OSError:
        return []


def family(pid):
    """The process and everything that descends from it."""
    found = [pid]
    for child in children(pid):
        found += family(child)
    return found


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def status(pid):
    """/proc/PID/status as a dictionary of texts."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, value in (line.split(":", 1) for line in lines)}


def used_memory(pid):
    """PSS of the whole family in bytes: shared pages count once. A process that ends meanwhile counts nothing."""
    total = 0
    for member in family(pid):
        try:
            lines = Path(f"/proc/{member}/smaps_rollup").read_text().splitlines()
        except PermissionError:
            pytest.skip("the memory of the runners may not be read by this user; run as root to measure it")
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def is_root():
    return os.geteuid() == 0
