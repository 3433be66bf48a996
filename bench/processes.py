"""CPU time and memory of a process with all its descendants, from /proc."""
import os
import threading
import time

_TICK = os.sysconf("SC_CLK_TCK")


def tree(roots):
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            fields = _stat(name)
            if fields:
                children.setdefault(int(fields[1]), []).append(int(name))
    found, todo = [], list(roots)
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += children.get(pid, [])
    return found


def _stat(pid):
    """The fields of /proc/PID/stat from the state on; none for a process that is gone."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            text = file.read()
    except OSError:
        return None
    return text[text.rindex(")") + 2:].split()


def cpu_seconds(roots):
    """User and system time of the trees, with the children that they have waited for."""
    stats = [_stat(pid) for pid in tree(roots)]
    return sum(sum(map(int, fields[11:15])) for fields in stats if fields) / _TICK


def pss_mb_of(pid):
    try:
        with open(f"/proc/{pid}/smaps_rollup") as lines:
            return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
    except OSError:
        return 0.0


def pss_mb(roots):
    return sum(map(pss_mb_of, tree(roots)))


class MemoryWatch:
    """Samples the memory of the trees while it is entered; `peak` is the most that was seen, in MB. It costs time of the
    processors, so it never runs in a round whose time counts."""

    def __init__(self, roots, every=0.02):
        self._roots, self._every = roots, every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.peak = 0.0

    def _watch(self):
        while not self._stop.is_set():
            self.peak = max(self.peak, pss_mb(self._roots))
            time.sleep(self._every)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()
