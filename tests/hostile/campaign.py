"""A long attack on a real server, on demand: thousands of hostile files, good photos between them, and the price that the good ones pay.

    DARKROOM_BIN_DIR=build/dev/bin /usr/bin/python3 -B tests/hostile/campaign.py --count 10000 --minutes 15

Prints the verdicts, each wrong one with what remakes it (class, number, seed), deaths of processes, and the throughput of good photos in a clean run
and beside the attack, one after the other in one run. The exit status is 0 when at least 99.9 % of the verdicts are right, all good photos
completed and nothing but slots died.
"""
import argparse
import itertools
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import corpus
import sending

from support.places import program
from support.processes import family, is_alive, used_memory
from support.server import Server

GOOD_SECONDS = 20


def good_rate(server, seconds, numbers, threads=2):
    """Good photos completed in a second, by so many senders that each wait for the answer."""
    done, stop = [], time.monotonic() + seconds

    def work(here):
        while time.monotonic() < stop:
            verdict, words = sending.send_one(here, sending.good_photo(next(numbers)), "good.jpg")
            done.append(verdict == "ok")

    senders = [threading.Thread(target=work, args=(server.twin(),)) for _ in range(threads)]
    begun = time.monotonic()
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert all(done), "a good photo did not complete"
    return len(done) / (time.monotonic() - begun)


def rate_beside(server, others, numbers):
    """The same while two other senders send these samples without a pause."""
    stop = time.monotonic() + GOOD_SECONDS
    company = threading.Thread(target=lambda: sending.run(server, others, threads=2, good_every=0, stop_at=stop))
    company.start()
    rate = good_rate(server, GOOD_SECONDS, numbers)
    company.join()
    return rate


def good_samples():
    return (corpus.Sample("good", number, "good.jpg", sending.good_photo(30_000_000 + number), frozenset({"ok"})) for number in itertools.count())


def crashes_in(log):
    return len(re.findall(r"SIGSEGV|SIGABRT|SIGSYS|SIGBUS|SIGFPE|SIGILL", log))


def report_machine(options):
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=Path(__file__).parent).stdout.strip()
    print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, commit {commit or 'unknown'}, {program()}, seed {options.seed}, model {options.model}")


def campaign(server, options):
    gif = sending.reads_gif(server)
    print(f"{len(corpus.CLASSES)} classes; GIF is {'read' if gif else 'refused'}")
    sending.send_one(server, sending.good_photo(1), "warm.jpg")
    main, zygote = server.pid, server.zygote(options.model)
    stop_at = time.monotonic() + 60 * options.minutes
    tally = sending.run(server, corpus.samples(options.count, options.seed, gif), threads=options.threads, stop_at=stop_at)
    print("\n".join(tally.lines()))
    stands = is_alive(main) and server.zygote(options.model) == zygote
    print(f"server and zygote {'stand as they were' if stands else 'DIED OR WERE REPLACED'}; memory of all processes {used_memory(main) / 1e6:.0f} MB, {len(family(main))} of them")
    crashed = [image for image in tally.verdicts if image in ("decoder_crash", "timeout", "internal", "memory_limit")]
    print(f"crashes, timeouts and internal errors: {sum(tally.verdicts[code] for code in crashed)} ({', '.join(crashed) or 'none'}); lines of the log that name a signal: {crashes_in(server.log_text())}")
    return tally.share_right >= 0.999 and not tally.good_failed and stands and not crashed


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the server ends with it
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--minutes", type=float, default=60, help="send no more after so long")
    parser.add_argument("--threads", type=int, default=8, help="senders at the same time")
    parser.add_argument("--model", default="demo")
    options = parser.parse_args()
    report_machine(options)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data", model=options.model)
        server.start()
        try:
            numbers = itertools.count(10_000_000)
            alone, clean = good_rate(server, GOOD_SECONDS, numbers), rate_beside(server, good_samples(), numbers)
            hostile = list(corpus.samples(1_000, options.seed + 1, sending.reads_gif(server)))  # made before, since making them takes processor time
            beside = rate_beside(server, itertools.cycle(hostile), numbers)
            print(f"good photos a second of two senders: {alone:.1f} alone, {clean:.1f} beside two senders of good photos, "
                  f"{beside:.1f} beside two senders of hostile ones: {100 * beside / clean:.0f} % of the clean run")
            fine = campaign(server, options)
        finally:
            server.kill()
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
