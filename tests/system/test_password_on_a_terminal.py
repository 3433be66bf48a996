"""On a terminal the first start shows the log-in there, and leaves no file with it."""
import os
import pty
import re
import select
import signal
import subprocess
import time

import pytest

from support.places import program
from support.server import plain_environment


def read_until(terminal, pattern, within=15):
    """What the terminal shows until the pattern is there."""
    shown, deadline = "", time.monotonic() + within
    while not re.search(pattern, shown):
        ready, _, _ = select.select([terminal], [], [], max(0, deadline - time.monotonic()))
        assert ready, f"no {pattern} within {within} s on the terminal:\n{shown}"
        shown += os.read(terminal, 4096).decode(errors="replace")
    return shown


@pytest.fixture
def on_terminal(tmp_path):
    """Runs `darkroom serve` with its output on a pseudo terminal; returns what it showed until it runs."""
    started = []

    def run():
        master, slave = pty.openpty()
        command = [program(), "serve", "--data-dir", str(tmp_path / "data"), "--listen", "127.0.0.1:0", "--slots", "1", "--test-mode", "--default-model", "null"]
        process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=plain_environment())
        os.close(slave)
        started.append((process, master))
        return process, read_until(master, "Ctrl-C")

    yield run
    for process, master in started:
        process.kill()
        process.wait()
        os.close(master)


def test_the_password_is_shown_once(on_terminal, tmp_path):
    process, shown = on_terminal()
    assert re.search(r"Darkroom is running at http://127\.0\.0\.1:\d+", shown)
    assert re.search(r"Administrator: admin\s+password: \S{12,}", shown)
    assert not (tmp_path / "data/first-login.txt").exists()
    process.send_signal(signal.SIGINT)
    assert process.wait(15) == 0
    _, shown = on_terminal()
    assert "Darkroom is running at" in shown
    assert "password" not in shown
