#!/usr/bin/python3
"""Whether memory comes back when a model is removed: all processes (PSS) under the same load before a second model was added and after it was removed.

  bench/unload.py --bin build/bench/bin --model yolox_nano.onnx --photos PHOTO...

One round of load is so many photos for the first model; the figure of a round is the median of its samples. Rounds before are run until memory has settled.
Exit code: 0, or 1 if the target was missed."""
import argparse
import http.client
import os
import shutil
import statistics
import sys
import tempfile
import time

import load
import machine
import pipeline
import processes
from darkroom_server import Darkroom, TOKEN

BOUNDARY = "unload"


def form(files, fields):
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    parts += [f'Content-Disposition: form-data; name="{name}"; filename="a"\r\n\r\n'.encode() + content for name, content in files.items()]
    return b"".join(b"--" + BOUNDARY.encode() + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + BOUNDARY.encode() + b"--\r\n"


def call(server, method, path, body=b""):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    connection.request(method, path, body, {"Authorization": "Bearer " + TOKEN, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    if answer.status not in (200, 201, 204):
        raise SystemExit(f"{method} {path}: {answer.status} {text.decode()}")


def one_round(server, count):
    """The median of the samples, in MB."""
    samples = []
    server.upload(count, 4)
    while any(server.get("/api/v1/status")[1]["jobs"].values()):
        samples.append(processes.pss_mb([server.process.pid]))
        time.sleep(0.05)
    return statistics.median(samples)


def settled(server, count, most=12):
    """Rounds until three in a row differ by less than 1 %, or so many."""
    rounds = []
    while len(rounds) < most:
        rounds.append(one_round(server, count))
        if len(rounds) >= 3 and max(rounds[-3:]) < 1.01 * min(rounds[-3:]):
            break
    return statistics.median(rounds[-3:])


def use_second(server, model, photos, count):
    with open(model, "rb") as file:
        call(server, "PUT", "/api/v1/models/second", form({"file": file.read()}, {}))
    for i in range(count):
        with open(photos[i % len(photos)], "rb") as file:
            call(server, "POST", "/api/v1/images", form({"file": file.read() + i.to_bytes(4, "big")}, {"model": "second"}))
    server.upload(count, 4)  # both at once
    peak = 0.0
    while any(server.get("/api/v1/status")[1]["jobs"].values()):
        peak = max(peak, processes.pss_mb([server.process.pid]))
        time.sleep(0.05)
    call(server, "DELETE", "/api/v1/models/second")
    while any(runner["model"] == "second" and runner["pid"] for runner in server.get("/api/v1/status")[1]["runners"]):
        time.sleep(0.05)
    return peak


def parts_of(server):
    return ", ".join(f"{open(f'/proc/{pid}/comm').read().strip()} {processes.pss_mb_of(pid):.1f}" for pid in processes.tree([server.process.pid]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--photos", nargs="+", required=True)
    parser.add_argument("--model", required=True, help="an .onnx file, which is added a second time under another name")
    parser.add_argument("--labels")
    parser.add_argument("--count", type=int, default=300, help="photos a round")
    parser.add_argument("--port", type=int, default=18490)
    given = parser.parse_args()
    scratch = tempfile.mkdtemp(prefix="darkroom-bench-", dir="/var/tmp")
    os.chmod(scratch, 0o755)
    try:
        photos = pipeline.scaled(given.photos, (640, 480), os.path.join(scratch, "photos"))
        models, name = load.models_folder(given.model, given.labels, scratch)
        server = Darkroom(load.Programs(os.path.abspath(given.bin), photos), os.path.join(scratch, "data"), name, {"port": given.port, "models_dir": models})
        try:
            server.await_answer("/readyz")
            before = settled(server, given.count)
            print("before, MB:", parts_of(server))
            peak = use_second(server, given.model, photos, given.count // 3)
            after = settled(server, given.count, 3)
            print("after, MB:", parts_of(server))
        finally:
            server.stop()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    for key, value in machine.describe().items():
        print(f"{key}: {value}")
    print(f"memory of all processes under load: {before:.1f} MB, with a second model at most {peak:.1f} MB, after it was removed {after:.1f} MB: "
          f"{100 * (after / before - 1):+.1f} % (target: within 5 %)")
    return 0 if after <= 1.05 * before else 1


if __name__ == "__main__":
    sys.exit(main())
