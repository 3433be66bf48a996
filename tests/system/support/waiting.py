"""The one place where a test waits: a condition is looked at until it holds, and the test fails at a deadline."""
import threading
import time

LOOK_EVERY = 0.01  # seconds


def eventually(condition, within=10.0, what=None):
    """Returns the first true value of condition(); fails with `what` when there was none within that many seconds."""
    pause = threading.Event()
    deadline = time.monotonic() + within
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {within} s: {what or getattr(condition, '__name__', condition)}"
        pause.wait(LOOK_EVERY)


def moment(seconds):
    """Lets time pass on purpose, where a random moment is part of the test."""
    threading.Event().wait(seconds)
