"""What a figure means nothing without: the machine, the commit, the command."""
import datetime
import os
import platform
import subprocess
import sys


def usable_cores():
    return len(os.sched_getaffinity(0))


def _from_proc(path, key):
    with open(path) as lines:
        for line in lines:
            if line.startswith(key):
                return line.split(":", 1)[1].strip()
    return "unknown"


def commit():
    folder = os.path.dirname(os.path.abspath(__file__))
    answer = subprocess.run(["git", "-C", folder, "describe", "--always", "--dirty", "--abbrev=12"], capture_output=True, text=True)
    return answer.stdout.strip() or "unknown"


def describe():
    memory = int(_from_proc("/proc/meminfo", "MemTotal").split()[0]) // 1024
    return {
        "date": datetime.date.today().isoformat(),
        "machine": f"{usable_cores()} usable cores, {_from_proc('/proc/cpuinfo', 'model name')}, {memory} MB, Linux {platform.release()}",
        "commit": commit(),
        "command": " ".join([os.path.basename(sys.argv[0])] + sys.argv[1:]),
    }
