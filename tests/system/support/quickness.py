"""How quick something was, judged on a machine that may be busy with other things at the same time."""
import os
import subprocess
import tempfile
import time


def delay_of_the_machine():
    """Seconds that it takes at this moment to see that a process has been killed, and to make a line durable."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as process, tempfile.TemporaryFile() as file:
        begun = time.monotonic()
        process.kill()
        process.wait()
        file.write(b"killed\n")
        file.flush()
        os.fsync(file.fileno())
        return time.monotonic() - begun


def three_quarters_within(delays):
    """In how many seconds three quarters of them were over. What waits for a look that comes each second anyway is quick at times, and not so often."""
    return sorted(delays)[len(delays) * 3 // 4]
