"""The rows of the benchmark. Each starts what it compares, runs its rounds, and ends it again."""
import contextlib
import http.client
import os
import statistics
import time
import uuid

import machine
import processes
from comparison import Comparison
from darkroom_server import Darkroom, TOKEN, seconds
from peer_stack import Peer

CONNECTIONS = 8
WARM_UP = 100


@contextlib.contextmanager
def running_darkroom(setup, name, model):
    server = Darkroom(setup.programs, os.path.join(setup.scratch, name), model, {"port": setup.port, "models_dir": setup.models})
    try:
        server.await_answer("/readyz")
        server.run_jobs(WARM_UP, CONNECTIONS)
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def running_peer(setup, name, settings):
    peer = Peer(setup.programs, setup.peer, os.path.join(setup.scratch, name), settings)
    try:
        peer.start()
        peer.run_jobs(WARM_UP, CONNECTIONS)
        yield peer
    finally:
        peer.stop()


def peak_memory(side, roots, count):
    with processes.MemoryWatch(roots) as watch:
        side.run_jobs(count, CONNECTIONS)
    return watch.peak


def overhead(setup, report):
    """No model: what the system itself costs, beside the peer and beside a bare loop that makes photos durable."""
    report.title(f"Overhead: {setup.count} uploads of 92 KB JPEGs over {CONNECTIONS} connections, no model time; "
                 "photos/s from the first upload to the last result")
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(running_darkroom(setup, "null", "null"))
        sides = {"darkroom (null)": lambda: server.run_jobs(setup.count, CONNECTIONS),
                 "bare durable loop": lambda: durable_loop(setup)}
        url = os.environ.get("DARKROOM_DATABASE")  # which the server has, too
        if url:
            sides["the same into PostgreSQL"] = lambda: durable_loop(setup, database=url)
        if setup.peer:
            peer = stack.enter_context(running_peer(setup, "peer", {}))
            sides["peer tuned"] = lambda: peer.run_jobs(setup.count, CONNECTIONS)
        compared = Comparison(sides, setup.rounds)
        for name in sides:
            report.line(name, compared.describe(name))
        report.at_least("photos/s, darkroom (null) : bare durable loop", compared.ratio("darkroom (null)", "bare durable loop"), 0.5)
        if url:
            report.line("photos/s, darkroom (null) : that into PostgreSQL", f"{compared.ratio('darkroom (null)', 'the same into PostgreSQL'):.2f} (no target)")
        if setup.peer:
            report.at_least("photos/s, darkroom (null) : peer tuned", compared.ratio("darkroom (null)", "peer tuned"), 10)
            report.at_least("CPU a photo, peer tuned : darkroom (null)", compared.ratio("peer tuned", "darkroom (null)", "cpu_ms"), 15)
            report.line("peer tuned", f"memory (PSS) of all processes at most {peak_memory(peer, peer.roots(), setup.count):.0f} MB")
        most = peak_memory(server, [server.process.pid], setup.count)
        report.line("darkroom (null)", f"memory (PSS) of all processes at most {most:.0f} MB")
        report.at_most("memory of all processes, darkroom (null)", most, 80, " MB")


def durable_loop(setup, **database):
    folder = os.path.join(setup.scratch, "bare-" + uuid.uuid4().hex)
    figures = setup.programs.run("bare_durable_loop", folder=folder, count=setup.count, threads=CONNECTIONS, **database)
    return {"per_s": figures["per_s"], "cpu_ms": 1e3 * figures["cpu_s"] / setup.count}


def detection(setup, report):
    """A real model: photos are decoded and looked at, beside a bare loop with the same session on all cores."""
    detection_of(setup, report, "92 KB JPEGs", 0.90)
    if setup.peer:
        decoding(setup, report)


def detection_of(setup, report, photos, target):
    cores = machine.usable_cores()
    count = setup.detect_count
    report.title(f"Detection: {count} uploads of {photos}, decoding and {setup.model_name}; photos/s while the queue is full and nobody uploads")
    with running_darkroom(setup, "detect-" + photos.replace(" ", "-"), setup.model_name) as server:
        sides = {"darkroom": lambda: full_queue(server, count),
                 # At the niceness of the runners, so that whatever else runs takes the same from both.
                 "bare detect loop": lambda: setup.programs.run("bare_detect_loop", niceness=10, model=setup.model, count=count, processes=cores)}
        compared = Comparison(sides, setup.rounds)
        for name in sides:
            report.line(name, compared.describe(name))
        report.at_least(f"photos/s, {photos}, darkroom : bare detect loop", compared.ratio("darkroom", "bare detect loop"), target)
        most = peak_memory(server, [server.process.pid], count)
        report.line("darkroom", f"memory (PSS) of all processes at most {most:.0f} MB with {cores} slots")
        report.at_most(f"memory of all processes, {setup.model_name}, {cores} slots", most, 130, " MB")


def full_queue(server, count):
    """The rate behind the last upload, so that uploading is not measured."""
    figures = server.run_jobs(count, CONNECTIONS, ask_every=0.25)
    uploaded = figures["uploads"]["begun_at"] + figures["uploads"]["wall_s"]
    times = sorted(seconds(event["at"]) for event in figures["events"] if event["type"] == "job.completed")
    times = [at for at in times if at > uploaded]
    return {"per_s": (len(times) - 1) / (times[-1] - times[0]), "cpu_ms": figures["cpu_ms"]}


def decoding(setup, report):
    """The peer's dummy model decodes and scales each photo and looks at nothing; ours also runs the network."""
    report.title(f"Real decoding, whole way: {setup.detect_count} uploads; "
                 f"the peer's model only decodes and scales, darkroom also runs {setup.model_name}")
    with running_darkroom(setup, "decode", setup.model_name) as server, running_peer(setup, "peer-decode", {"PEER_DECODE": "1"}) as peer:
        sides = {"darkroom": lambda: server.run_jobs(setup.detect_count, CONNECTIONS),
                 "peer tuned": lambda: peer.run_jobs(setup.detect_count, CONNECTIONS)}
        compared = Comparison(sides, setup.rounds)
        for name in sides:
            report.line(name, compared.describe(name))
        report.line("photos/s, darkroom : peer tuned", f"{compared.ratio('darkroom', 'peer tuned'):.2f} (no target)")


def start(setup, report):
    """Seconds from the start of the process until it lives, takes a photo, is ready."""
    report.title("Start: seconds from the start of the process, median")
    for model in ["demo"] + ([setup.model_name] if setup.model else []):
        firsts = [one_start(setup, f"start-{model}-{i}", model) for i in range(setup.rounds)]
        again = [one_start(setup, f"start-{model}-{i}", model) for i in range(setup.rounds)]
        for name, starts in (("first start", firsts), ("later start", again)):
            alive, taken, ready = (statistics.median(times) for times in zip(*starts))
            report.line(f"{model}, {name}", f"/livez {alive:.3f}, first upload accepted {taken:.3f}, /readyz {ready:.3f}")
            report.at_most(f"/livez answers and first upload is accepted, {model}, {name}", max(alive, taken), 0.3, " s")
            report.at_most(f"/readyz answers 200, {model}, {name}", ready, 1.0, " s")


def one_start(setup, name, model):
    with open(setup.photos[0], "rb") as file:
        photo = file.read()
    server = Darkroom(setup.programs, os.path.join(setup.scratch, name), model, {"port": setup.port, "models_dir": setup.models})
    try:
        return server.await_answer("/livez"), first_upload(server, photo), server.await_answer("/readyz")
    finally:
        server.stop()


def first_upload(server, photo):
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n' + photo + b"\r\n--b--\r\n"
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("POST", "/api/v1/images", body, {"Authorization": "Bearer " + TOKEN, "Content-Type": "multipart/form-data; boundary=b"})
    status = connection.getresponse().status
    took = time.monotonic() - server.started_at
    connection.close()
    if status != 201:
        raise SystemExit(f"the first upload was answered with {status}")
    return took
