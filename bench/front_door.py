#!/usr/bin/env python3
"""How fast the old service's contract is answered, beside the old service, in one run on one machine. Needs wrk.

  cmake --preset release -B build/bench -DDARKROOM_BENCH=ON && cmake --build build/bench
  bench/front_door.py --bin build/bench/bin --peer DIR

GET /health/, and durable uploads of 92 KB by POST /process-image/ while nothing is processed: beside FastAPI, which keeps them in memory, beside
Django's upload, and beside a bare loop that makes photos durable. Rounds alternate; a ratio is the median of the rounds' own ratios."""
import argparse
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

import load
from comparison import Comparison
from darkroom_server import Darkroom, TOKEN
from peer_stack import Peer
from report import Report

CONNECTIONS = 8
FASTAPI = "http://127.0.0.1:38001"
DJANGO = 38000


def wrk(url, seconds, script=None, **environment):
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", *(["-s", script] if script else []), url]
    out = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | environment, timeout=seconds + 60).stdout
    if re.search(r"Non-2xx|Socket errors", out):
        raise SystemExit(f"{url} was not answered well:\n{out}")
    return {"per_s": float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])}


def uploads(setup, url, **environment):
    return wrk(url + "/process-image/", setup.seconds, os.path.join(os.path.dirname(os.path.abspath(__file__)), "front_door.lua"),
               PHOTO=setup.photos[0], **environment)


def django(setup):
    figures = setup.programs.run("upload_load", address="127.0.0.1", port=DJANGO, path="/bench/upload/", field="image", count=300, connections=CONNECTIONS)
    return {"per_s": figures["accepted"] / figures["wall_s"]}


def durable_loop(setup, folder):
    return setup.programs.run("bare_durable_loop", folder=os.path.join(folder, "bare"), count=setup.loop, threads=CONNECTIONS)


def compare(report, title, sides, rounds, targets):
    report.title(title)
    compared = Comparison(sides, rounds)
    for name in sides:
        report.line(name, compared.describe(name).replace("photos/s", "/s"))
    for other, target in targets.items():
        if other in sides:
            report.at_least(f"{title.split(':')[0]}, darkroom : {other}", compared.ratio("darkroom", other), target)


def run(setup, report):
    with contextlib.ExitStack() as stack:
        server = Darkroom(setup.programs, os.path.join(setup.scratch, "data"), "null", {"port": setup.port})
        stack.callback(server.stop)
        server.await_answer("/health/")
        server.pause()
        if setup.peer:
            peer = Peer(setup.programs, setup.peer, os.path.join(setup.scratch, "peer"), {"PEER_DELAY": "3600"})
            stack.callback(peer.stop)
            peer.start()
            peer.stop_one("celery")
        health = {"darkroom": lambda: wrk(f"http://127.0.0.1:{setup.port}/health/", setup.seconds)}
        sent = {"darkroom": lambda: uploads(setup, f"http://127.0.0.1:{setup.port}", TOKEN=TOKEN),
                "bare durable loop": lambda: durable_loop(setup, setup.scratch)}
        if setup.peer:
            health["FastAPI"] = lambda: wrk(FASTAPI + "/health/", setup.seconds)
            sent["FastAPI, in memory"] = lambda: uploads(setup, FASTAPI)
            sent["Django's upload"] = lambda: django(setup)
        compare(report, "GET /health/: requests/s", health, setup.rounds, {"FastAPI": 8})
        compare(report, "POST /process-image/ 92 KB: photos/s, nothing is processed", sent, setup.rounds,
                {"bare durable loop": 0.6, "FastAPI, in memory": 1.5, "Django's upload": 8})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="folder of darkroom, darkroom-runner and the programs of bench/")
    parser.add_argument("--peer", help="folder of the stack to compare with; left out without it")
    parser.add_argument("--photos", nargs="*", help="JPEG files of 92 KB; without them the peer's generator makes them")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4, help="of a round of one side")
    parser.add_argument("--loop", type=int, default=3000, help="photos of a round of the bare loop")
    parser.add_argument("--port", type=int, default=18471)
    parser.add_argument("--scratch", default="/var/tmp", help="where data folders go: the disk that is measured (default /var/tmp)")
    setup = parser.parse_args()
    if not setup.photos and not setup.peer:
        raise SystemExit("give --photos, or --peer whose generator makes them")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    setup.scratch = tempfile.mkdtemp(prefix="darkroom-bench-", dir=setup.scratch)
    try:
        setup.photos = setup.photos or load.make_photos(setup.peer, os.path.join(setup.scratch, "photos"))
        setup.programs = load.Programs(os.path.abspath(setup.bin), setup.photos)
        os.chmod(setup.scratch, 0o755)
        report = Report()
        run(setup, report)
        return 1 if report.close() else 0
    finally:
        shutil.rmtree(setup.scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
