#!/usr/bin/env python3
"""How fast the front door is, and whether those who hold it open keep others out, in one run on one machine. Needs wrk.

  cmake --preset release -B build/bench -DDARKROOM_BENCH=ON && cmake --build build/bench
  bench/front_door.py --bin build/bench/bin --peer DIR

contract: GET /health/, and durable uploads of 92 KB by POST /process-image/ while nothing is processed, beside FastAPI, which keeps them in memory,
beside Django's upload, and beside a bare loop that makes photos durable. list: the list of images with 100,000 rows while every slot works. held: the
same list while 500 clients wait, listen to events, or send or read far too slowly. Rounds alternate; a ratio is the median of the rounds' own ratios."""
import argparse
import contextlib
import os
import shutil
import signal
import sqlite3
import statistics
import sys
import tempfile
import time

import depth
import front_door_load
import load
import processes
from comparison import Comparison
from darkroom_server import Darkroom
from front_door_load import wrk
from held_clients import KINDS, Held
from peer_stack import Peer
from report import Report

CONNECTIONS = 8
FASTAPI = "http://127.0.0.1:38001"
DJANGO = 38000


@contextlib.contextmanager
def darkroom(setup, name, model="null", ready="/health/"):
    server = Darkroom(setup.programs, os.path.join(setup.scratch, name), model, {"port": setup.port, "models_dir": setup.models})
    try:
        server.await_answer(ready)
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def peer_that_only_accepts(setup):
    peer = Peer(setup.programs, setup.peer, os.path.join(setup.scratch, "peer"), {"PEER_DELAY": "3600"})
    try:
        peer.start()
        peer.stop_one("celery")
        yield peer
    finally:
        peer.stop_one("fastapi", "KILL")  # it would wait for its model, an hour
        peer.stop()


def durable_loop(setup):
    return setup.programs.run("bare_durable_loop", folder=os.path.join(setup.scratch, "bare"), count=setup.loop, threads=CONNECTIONS)


def django(setup):
    figures = setup.programs.run("upload_load", address="127.0.0.1", port=DJANGO, path="/bench/upload/", field="image", count=300, connections=CONNECTIONS)
    return {"per_s": figures["accepted"] / figures["wall_s"]}


def compare(report, title, sides, rounds, targets):
    report.title(title)
    compared = Comparison(sides, rounds)
    for name in sides:
        report.line(name, compared.describe(name).replace("photos/s", "/s"))
    for other, target in targets.items():
        if other in sides:
            report.at_least(f"{title.split(':')[0]}, darkroom : {other}", compared.ratio("darkroom", other), target)


def contract(setup, report):
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(darkroom(setup, "contract"))
        server.pause()
        if setup.peer:
            stack.enter_context(peer_that_only_accepts(setup))
        health = {"darkroom": lambda: wrk(server.url + "/health/", setup.seconds, CONNECTIONS)}
        sent = {"darkroom": lambda: front_door_load.uploads(setup, server.url, CONNECTIONS, server.token), "bare durable loop": lambda: durable_loop(setup)}
        if setup.peer:
            health["FastAPI"] = lambda: wrk(FASTAPI + "/health/", setup.seconds, CONNECTIONS)
            sent["FastAPI, in memory"] = lambda: front_door_load.uploads(setup, FASTAPI, CONNECTIONS)
            sent["Django's upload"] = lambda: django(setup)
        compare(report, "GET /health/: requests/s", health, setup.rounds, {"FastAPI": 8})
        compare(report, "POST /process-image/ 92 KB: photos/s, nothing is processed", sent, setup.rounds,
                {"bare durable loop": 0.6, "FastAPI, in memory": 1.5, "Django's upload": 8})


def fill(setup, name, rows):
    """A data folder with so many finished images, written by SQL as the store would leave them."""
    with darkroom(setup, name, setup.model_name):
        pass  # makes the schema
    with contextlib.closing(sqlite3.connect(os.path.join(setup.scratch, name, "darkroom.db"))) as database:
        database.execute("PRAGMA synchronous=OFF")
        for statement in depth.statements(depth.SQLITE, 0, rows):
            database.execute(statement)
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def image_list(setup, report):
    report.title(f"GET /api/v1/images with {setup.rows_of_list} rows while every slot works ({setup.model_name}): ms")
    fill(setup, "list", setup.rows_of_list)
    with darkroom(setup, "list", setup.model_name, "/readyz") as server:
        found = {"idle": [], "full load": []}
        for _ in range(setup.rounds):
            found["idle"].append(wrk(server.url + "/api/v1/images", setup.seconds, 1, server.token))
            server.upload(setup.backlog, CONNECTIONS)
            found["full load"].append(wrk(server.url + "/api/v1/images", setup.seconds, 1, server.token))
            left = sum(server.get("/api/v1/status")[1]["jobs"].values())
            if left < setup.backlog // 20:
                raise SystemExit(f"only {left} photos were left: the slots had nothing to do; raise --backlog")
            server.await_idle(0.25)
    for name, rounds in found.items():
        report.line(name, ", ".join(f"{key} {statistics.median(each[key] for each in rounds):.2f}" for key in ("p50_ms", "p99_ms", "per_s")))
    report.at_most("p99 of the list, full load", statistics.median(each["p99_ms"] for each in found["full load"]), 50, " ms")


def held(setup, report):
    report.title(f"GET /api/v1/images by {CONNECTIONS // 2} connections while {setup.clients} clients hold the door: p99 in ms before, during; memory of the server in MB")
    with darkroom(setup, "held") as server:
        server.pause()
        image = front_door_load.large_upload(setup, server)
        wrk(server.url + "/api/v1/images", 1, CONNECTIONS // 2, server.token)
        for kind in KINDS:
            rounds = [held_once(setup, server, kind, image) for _ in range(setup.rounds)]
            before, arrival, during, memory, most = (statistics.median(each[key] for each in rounds) for key in ("before", "arrival", "during", "memory", "most"))
            cut_off = sum(each["cut_off"] for each in rounds)
            report.line(kind, f"{before:.2f}, {during:.2f}; {arrival:.0f} ms until another is answered when all come at once; {memory:.0f} MB, {most:.0f} MB; {cut_off} cut off")
            report.at_most(f"p99 with {setup.clients} {kind} : without", statistics.median(each["during"] / each["before"] for each in rounds), 2)
            report.at_most(f"memory with {setup.clients} {kind}", max(each["most"] for each in rounds), 256, " MB")


def held_once(setup, server, kind, image):
    def ask():
        return wrk(server.url + "/api/v1/images", setup.seconds, CONNECTIONS // 2, server.token)["p99_ms"]

    figures = {"memory": processes.pss_mb_of(server.process.pid), "before": ask()}
    with Held(server, kind, setup.clients, image) as clients:
        begun = time.monotonic()
        server.get("/livez")
        figures |= {"arrival": 1000 * (time.monotonic() - begun), "during": ask(), "most": processes.pss_mb_of(server.process.pid), "cut_off": clients.cut_off}
    return figures


ROWS = {"contract": contract, "list": image_list, "held": held}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="folder of darkroom, darkroom-runner and the programs of bench/")
    parser.add_argument("--peer", help="folder of the stack to compare with; left out without it")
    parser.add_argument("--photos", nargs="*", help="JPEG files of 92 KB; without them the peer's generator makes them")
    parser.add_argument("--model", help="an ONNX file, named by its model, for the load beside the list; without it the demo detector")
    parser.add_argument("--labels", help="the model's labels, one a line")
    parser.add_argument("--rows", nargs="*", choices=list(ROWS), default=list(ROWS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4, help="of a round of one side")
    parser.add_argument("--loop", type=int, default=3000, help="photos of a round of the bare loop")
    parser.add_argument("--rows-of-list", type=int, default=100_000)
    parser.add_argument("--backlog", type=int, default=2000, help="photos that wait when the list is asked for")
    parser.add_argument("--clients", type=int, default=500, help="who hold the door")
    parser.add_argument("--port", type=int, default=18471)
    parser.add_argument("--scratch", default="/var/tmp", help="where data folders go: the disk that is measured (default /var/tmp)")
    return parser.parse_args()


def main():
    setup = arguments()
    if not setup.photos and not setup.peer:
        raise SystemExit("give --photos, or --peer whose generator makes them")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    setup.scratch = tempfile.mkdtemp(prefix="darkroom-bench-", dir=setup.scratch)
    try:
        setup.photos = setup.photos or load.make_photos(setup.peer, os.path.join(setup.scratch, "photos"))
        setup.programs = load.Programs(os.path.abspath(setup.bin), setup.photos)
        setup.models, setup.model_name = load.models_folder(setup.model, setup.labels, setup.scratch) if setup.model else (None, "demo")
        os.chmod(setup.scratch, 0o755)
        report = Report()
        for name in setup.rows:
            ROWS[name](setup, report)
        return 1 if report.close() else 0
    finally:
        shutil.rmtree(setup.scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
