#!/usr/bin/env python3
"""Whether a claim grows dearer with the backlog and the history: the same claims on a small queue and on one with a million queued and a million
finished jobs, on SQLite and, with --postgres, on PostgreSQL; also for a worker whose models match nothing. And how long others wait while 100,000
queued jobs change their priority.

  cmake --preset release -B build/bench -DDARKROOM_BENCH=ON && cmake --build build/bench
  bench/depth.py --bin build/bench/bin [--postgres postgresql://...] [--deep 1000000]

The rows are written by SQL, as the store would leave them. Exit code: 0, or 1 if a target was missed."""
import argparse
import contextlib
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile

from report import Report

IMAGES = """INSERT INTO image (id, title, owner, sha256, byte_count, format, width, height, created_at, updated_at)
  SELECT n, 'photo.jpg', 'owner-' || (n % 8), {digits}, 92000, 'JPEG', 640, 480, 1, 1 FROM ({numbers}) numbered"""
QUEUED = """INSERT INTO job (public_id, kind, image_id, queue, model, lane, owner, priority, rank, state, run_at, max_attempts, created_at, updated_at)
  SELECT {uuid}, 'image.process', n, 'ai_processing', 'demo', 'ai_processing/demo', 'owner-' || (n % 8), (n % 5) * 10, n / 8, 'queued', 1, 4, 1, 1 FROM ({numbers}) numbered"""
FINISHED = """INSERT INTO job (public_id, kind, image_id, queue, model, lane, owner, priority, rank, state, run_at, max_attempts, attempt, claim_no,
  started_at, finished_at, created_at, updated_at)
  SELECT {uuid}, 'image.process', n, 'ai_processing', 'demo', 'ai_processing/demo', 'owner-' || (n % 8), 0, n, 'completed', 1, 4, 1, 1, 2, 3 + n, 1, 3 + n FROM ({numbers}) numbered"""
POINT = "UPDATE image SET job_id = (SELECT MAX(job.id) FROM job WHERE job.image_id = image.id)"

SQLITE = {"digits": "printf('%064x', n)", "uuid": "printf('%08x-0000-7000-8000-%012x', {series}, n)",
          "numbers": "WITH RECURSIVE counted(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM counted WHERE n < {last}) SELECT n FROM counted"}
POSTGRES = {"digits": "lpad(to_hex(n), 64, '0')", "uuid": "lpad(to_hex({series}), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0')",
            "numbers": "SELECT n FROM generate_series({first}, {last}) n"}


def statements(dialect, queued, finished):
    def fill(text, first, last, series):
        return text.format(**{name: part.format(first=first, last=last, series=series) for name, part in dialect.items()})

    yield fill(IMAGES, 1, queued + finished, 0)
    if finished:
        yield fill(FINISHED, 1, finished, 1)
    yield fill(QUEUED, finished + 1, finished + queued, 2)
    yield POINT


class Sqlite:
    name = "SQLite"

    def __init__(self, programs, scratch):
        self.programs, self.scratch, self.made = programs, scratch, 0

    def make(self, queued, finished):
        self.made += 1
        where = os.path.join(self.scratch, f"depth-{self.made}.db")
        claim_cost(self.programs, where, rounds=1)  # the program makes the schema
        with contextlib.closing(sqlite3.connect(where)) as database:
            database.execute("PRAGMA synchronous=OFF")
            for statement in statements(SQLITE, queued, finished):
                database.execute(statement)
            database.commit()
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return where


class Postgres:
    name = "PostgreSQL"

    def __init__(self, programs, url):
        self.programs, self.url = programs, url

    def psql(self, statement):
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", self.url, "-c", statement], check=True, timeout=1200)

    def make(self, queued, finished):
        schema = f"depth_{queued}_{finished}"
        self.psql(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        where = self.url + ("&" if "?" in self.url else "?") + f"schema={schema}"
        claim_cost(self.programs, where, rounds=1)
        for statement in statements(POSTGRES, queued, finished):
            self.psql(f"SET search_path = {schema}; {statement}")
        self.psql(f"VACUUM ANALYZE {schema}.job")
        self.psql(f"VACUUM ANALYZE {schema}.image")
        return where


def claim_cost(programs, where, **options):
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    done = subprocess.run([os.path.join(programs, "claim_cost"), "--store", where, *words], capture_output=True, text=True, timeout=1200)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def measure(database, given, report):
    report.title(f"{database.name}: a claim of one job, without its commit")
    deep = database.make(given.deep, given.deep)
    sides = {"1,000 queued, no history": (None, "demo"), f"{given.deep:,} queued and as many finished": (deep, "demo"), "the same, a model that nothing waits for": (deep, "other")}
    rounds = {name: [] for name in sides}
    for _ in range(given.rounds):
        for name, (where, model) in sides.items():
            where = where or database.make(1000, 0)  # claims use it up
            rounds[name].append(claim_cost(database.programs, where, models=model, rounds=given.claims))
    for name, figures in rounds.items():
        report.line(name, f"p50 {statistics.median(f['claim_p50_us'] for f in figures):.0f} us, p99 {statistics.median(f['claim_p99_us'] for f in figures):.0f} us")
    small, large, other = rounds.values()
    for what, side in (("deep", large), ("deep, nothing matches", other)):
        report.at_most(f"{database.name}: claim p99, {what}, times shallow", statistics.median(a["claim_p99_us"] / b["claim_p99_us"] for a, b in zip(side, small)), 1.3)
    figures = claim_cost(database.programs, database.make(100_000, 0), rounds=1, reprioritise="yes")
    report.line("100,000 queued jobs change their priority", f"{figures['reprioritise_s']:.2f} s; another write waits p99 {figures['other_write_p99_ms']:.1f} ms, at most {figures['other_write_max_ms']:.1f} ms")
    report.at_most(f"{database.name}: longest wait of another write meanwhile", figures["other_write_max_ms"], 50, " ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="folder of claim_cost")
    parser.add_argument("--postgres", help="URL of an empty database")
    parser.add_argument("--deep", type=int, default=1_000_000)
    parser.add_argument("--claims", type=int, default=900, help="claims a round, fewer than 1000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scratch", default="/var/tmp")
    given = parser.parse_args()
    report = Report()
    scratch = tempfile.mkdtemp(prefix="darkroom-depth-", dir=given.scratch)
    programs = os.path.abspath(given.bin)
    try:
        measure(Sqlite(programs, scratch), given, report)
        if given.postgres:
            measure(Postgres(programs, given.postgres), given, report)
        return 1 if report.close() else 0
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
