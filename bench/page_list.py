#!/usr/bin/env python3
"""How fast the page's list of 100,000 images answers whoever uses it: from the key or the click to the list that was asked for, drawn, in a real Chromium.

  cmake --preset release && cmake --build --preset release --target darkroom_program && (cd web && npm ci)
  bench/page_list.py --bin build/release/bin

A few photos are sent; the other rows are copies of theirs, in every state, written by SQL as the store would leave them. Exit code: 0, or 1 if a target was missed."""
import argparse
import contextlib
import json
import os
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

from darkroom_server import Darkroom
from load import Programs
from report import Report

HERE = os.path.dirname(os.path.abspath(__file__))
NUMBERS = "WITH RECURSIVE numbered(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbered WHERE n < {last}) "
WORDS = "CASE n % 5 WHEN 0 THEN 'Beach' WHEN 1 THEN 'Street' WHEN 2 THEN '제주 바다' WHEN 3 THEN 'Receipt' ELSE 'Garden' END || ' ' || n || '.jpg'"
STATE = "CASE WHEN n % 20 < 14 THEN 'completed' WHEN n % 20 < 16 THEN 'failed' WHEN n % 20 < 19 THEN 'queued' ELSE 'cancelled' END"
AT = "{start} + n * 20000000"  # microseconds: 100,000 of them lie 23 days apart
# {base}: the photos that were sent have the ids 1 to this.
STATEMENTS = [
    f"""INSERT INTO image (id, title, title_folded, owner, sha256, byte_count, format, width, height, job_id, result_job_id, labels, created_at, updated_at)
        {NUMBERS} SELECT n, {WORDS}, lower({WORDS}), 'owner-' || (n % 8), base.sha256, base.byte_count, base.format, base.width, base.height, n, n,
          CASE WHEN n % 20 < 14 THEN base.labels ELSE '' END, {AT}, {AT} FROM numbered JOIN image base ON base.id = 1 + n % {{base}}""",
    f"""INSERT INTO job (id, public_id, kind, image_id, queue, model, lane, owner, priority, rank, state, run_at, max_attempts, attempt, claim_no, started_at, finished_at,
          error_code, error_message, created_at, updated_at)
        {NUMBERS} SELECT n, printf('%08x-0000-7000-8000-%012x', 9, n), 'image.process', n, 'ai_processing', 'demo', 'ai_processing/demo', 'owner-' || (n % 8), 0, n, state, 1, 4,
          1, 1, {AT}, CASE state WHEN 'queued' THEN NULL ELSE {AT} + 500000 END, CASE state WHEN 'failed' THEN 'corrupt' END,
          CASE state WHEN 'failed' THEN 'The photo is damaged.' END, {AT}, {AT} FROM (SELECT n, {STATE} AS state FROM numbered)""",
    f"""INSERT INTO result (job_id, image_id, model, model_version, document, created_at)
        {NUMBERS} SELECT n, n, base.model, base.model_version, base.document, {AT} FROM numbered JOIN result base ON base.image_id = 1 + n % {{base}} WHERE n % 20 < 14""",
    f"""INSERT INTO failure (job_id, cause, queue, kind, model, owner, failed_at)
        {NUMBERS} SELECT n, 'corrupt', 'ai_processing', 'image.process', 'demo', 'owner-' || (n % 8), {AT} FROM numbered WHERE n % 20 IN (14, 15)""",
]


def send_samples(server, count):
    """The sample photo, each time with a comment of its own, until all are processed."""
    with open(os.path.join(HERE, "../examples/sample.jpg"), "rb") as file:
        photo = file.read()
    for number in range(count):
        comment = f"{number:04}".encode()
        body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="Beach.jpg"\r\n\r\n' + photo[:2] + b"\xff\xfe\0\x06" + comment + photo[2:] + b"\r\n--b--\r\n"
        request = urllib.request.Request(server.url + "/api/v1/images", body, {"Authorization": "Bearer " + server.token, "Content-Type": "multipart/form-data; boundary=b"})
        urllib.request.urlopen(request, timeout=30).close()
    server.await_idle(0.1)


def fill(folder, base, rows):
    start = int((time.time() - 20 * rows) * 1e6)
    with contextlib.closing(sqlite3.connect(os.path.join(folder, "darkroom.db"))) as database:
        database.execute("PRAGMA synchronous=OFF")
        first = max(database.execute("SELECT MAX(id) FROM job").fetchone()[0], base) + 1
        for statement in STATEMENTS:
            database.execute(statement.format(first=first, last=first + rows - 1, base=base, start=start))
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def measure(given, scratch, report):
    def darkroom():
        return Darkroom(Programs(os.path.abspath(given.bin), []), os.path.join(scratch, "data"), "demo", {"port": given.port})

    report.title(f"The list of images on the page, {given.rows:,} of them: ms from the key or the click to the list that was asked for, drawn (median, longest of {given.rounds})")
    server = darkroom()
    server.await_answer("/readyz")
    send_samples(server, given.photos)
    server.pause()
    server.stop()
    fill(os.path.join(scratch, "data"), given.photos, given.rows)
    server = darkroom()
    server.await_answer("/readyz")
    try:
        with open(os.path.join(scratch, "data/first-login.txt"), encoding="utf8") as file:
            password = re.search(r"password: (\S+)", file.read())[1]
        done = subprocess.run(["node", os.path.join(HERE, "page_list.mjs"), server.url, password, str(given.rounds)], stdout=subprocess.PIPE, text=True, check=True, timeout=1200)
    finally:
        server.stop()
    for name, times in json.loads(done.stdout).items():
        report.line(name, f"{statistics.median(times):.0f}, {max(times):.0f}")
        report.at_most(f"median of: {name}", statistics.median(times), 200, " ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="folder of darkroom and darkroom-runner, with the page inside")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--photos", type=int, default=20, help="that are really sent")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--port", type=int, default=18472)
    parser.add_argument("--scratch", default="/var/tmp")
    given = parser.parse_args()
    report = Report()
    scratch = tempfile.mkdtemp(prefix="darkroom-page-list-", dir=given.scratch)
    try:
        measure(given, scratch, report)
        return 1 if report.close() else 0
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
