#!/usr/bin/env python3
"""How fast the queue is, by the door of store.h in one process (no HTTP, no photos, no models), beside Celery, BullMQ and pg-boss in one run.

  cmake --preset release -B build/bench -DDARKROOM_BENCH=ON && cmake --build build/bench
  bench/queues.py --bin build/bench/bin --peer DIR

Ours is durable (synchronous=FULL, synchronous_commit=on) and each job has its attempts, events, result and turn; Redis keeps nothing on disk here.
Rounds alternate; figures are medians. Exit code: 0, or 1 if a target was missed."""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

from queue_peers import QueuePeers
from report import Report


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="folder of queue_load")
    parser.add_argument("--peer", help="folder of the stack to compare with; left out without it")
    parser.add_argument("--jobs", type=int, default=20000, help="jobs a round of ours (default 20000)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scratch", default="/var/tmp", help="the disk that is measured (default /var/tmp)")
    return parser.parse_args()


class Ours:
    def __init__(self, programs, scratch):
        self.program, self.scratch, self.round = os.path.join(programs, "queue_load"), scratch, 0

    def sqlite(self, jobs):
        self.round += 1
        return self.run(os.path.join(self.scratch, f"queue-{self.round}.db"), jobs, 1)

    def run(self, store, jobs, batch):
        done = subprocess.run([self.program, "--store", store, "--jobs", str(jobs), "--batch", str(batch)], capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            raise SystemExit(done.stderr)
        return json.loads(done.stdout.splitlines()[-1])


def measure(given, peers, ours):
    sides = {"sqlite": lambda: ours.sqlite(given.jobs)}
    if peers:
        few = max(2000, given.jobs // 4)
        # What is compared stands side by side. pg-boss's own bench takes 5,000 jobs, which are done in a third of a second: more tell how either goes on.
        sides |= {"celery": lambda: peers.celery(3000), "bullmq": lambda: peers.bullmq(10000),
                  "pg-boss 100": lambda: peers.pgboss(few, 100), "postgres 100": lambda: ours.run(peers.database(), few, 100),
                  "pg-boss 100, many": lambda: peers.pgboss(given.jobs, 100), "postgres 100, many": lambda: ours.run(peers.database(), given.jobs, 100),
                  "pg-boss poller": lambda: peers.pgboss(few, 100, "work"), "postgres": lambda: ours.run(peers.database(), few, 1)}
    rounds = {name: [] for name in sides}
    for _ in range(given.rounds):
        for name, run in sides.items():
            rounds[name].append(run())
    return rounds


def tell(rounds, report):
    report.title("Through store.h in one process, 64 threads; jobs a second, median (rounds)")
    for name, figures in rounds.items():
        words = []
        for key in ("enqueue_per_s", "process_per_s"):
            values = [round(figure[key]) for figure in figures]
            words.append(f"{key.split('_')[0]} {statistics.median(values):.0f} ({' '.join(map(str, values))})")
        if "idle_start_p50_ms" in figures[0]:
            words.append(f"enqueue to start, idle, p50 {statistics.median(f['idle_start_p50_ms'] for f in figures):.2f} ms")
        report.line(name, "; ".join(words))

    def ratio(one, other, key):
        return statistics.median(a[key] / b[key] for a, b in zip(rounds[one], rounds[other]))

    report.at_most("SQLite: enqueue to start when idle, p50", statistics.median(f["idle_start_p50_ms"] for f in rounds["sqlite"]), 2, " ms")
    if "celery" not in rounds:
        return
    report.at_least("SQLite: process, times Celery", ratio("sqlite", "celery", "process_per_s"), 10)
    report.at_least("SQLite: process, times BullMQ", ratio("sqlite", "bullmq", "process_per_s"), 1.5)
    report.at_least("SQLite: enqueue, times BullMQ", ratio("sqlite", "bullmq", "enqueue_per_s"), 1.2)
    report.at_least("PostgreSQL: process in batches of 100, times pg-boss's", ratio("postgres 100", "pg-boss 100", "process_per_s"), 1.2)
    report.at_least("PostgreSQL: process many in batches of 100, times pg-boss's", ratio("postgres 100, many", "pg-boss 100, many", "process_per_s"), 1.2)
    report.at_least("PostgreSQL: process, times pg-boss's poller", ratio("postgres", "pg-boss poller", "process_per_s"), 8)
    report.at_least("PostgreSQL: single enqueue, times pg-boss", ratio("postgres", "pg-boss 100", "enqueue_per_s"), 4)
    report.at_most("PostgreSQL: enqueue to start when idle, p50", statistics.median(f["idle_start_p50_ms"] for f in rounds["postgres"]), 2, " ms")


def main():
    given = arguments()
    report = Report()
    scratch = tempfile.mkdtemp(prefix="darkroom-queue-", dir=given.scratch)
    peers = QueuePeers(given.peer, scratch) if given.peer else None
    try:
        if peers:
            peers.start()
        tell(measure(given, peers, Ours(os.path.abspath(given.bin), scratch)), report)
        return 1 if report.close() else 0
    finally:
        if peers:
            peers.stop()
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
