"""kill -9 of the server at 30 random moments during 300 uploads: everything that was acknowledged ends exactly once.

The clients keep their own log of every 201; afterwards the API and the database itself are held against it (support/ledger.py).
"""
import os
import random

from support.client_log import Client, read_log
from support.ledger import Ledger
from support.photos import marked, unique_jpeg
from support.quickness import three_quarters_within
from support.server import FINAL
from support.waiting import eventually, moment

KILLS, UPLOADS, CLIENTS = 30, 300, 3
SEED = int(os.environ.get("DARKROOM_TEST_SEED", "20260"))


def photos(generator, count):
    """Mostly different photos that take a few milliseconds, some that all clients send."""
    return [marked("slow:5", f"common {number % 3}") if number % 10 == 0 else unique_jpeg(f"slow:{generator.randint(1, 40)}") for number in range(count)]


def test_30_kills_during_300_uploads_lose_and_double_nothing(make_server, tmp_path):
    print(f"seed {SEED}")
    generator = random.Random(SEED)
    server = make_server()
    log = tmp_path / "acknowledged"
    clients = [Client(server, log, photos(generator, UPLOADS // CLIENTS)) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    accepted = lambda: sum(client.accepted for client in clients)  # noqa: E731
    for kill in range(KILLS):
        # The clients go on meanwhile: each kill waits for a little progress, then for a random moment.
        least = kill * (UPLOADS - 20) // KILLS
        eventually(lambda: accepted() >= least or not any(map(Client.is_alive, clients)), 60, f"{least} uploads are accepted")
        moment(generator.uniform(0, 0.12))
        server.kill()
        server.start()
    for client in clients:
        client.join(120)
        assert not client.is_alive() and client.refused == [], client.refused[:3]
    promised = read_log(log)
    assert len(promised) == UPLOADS
    assert sum(client.broken for client in clients) >= 10, "the kills hardly hit the clients: the test shows nothing"

    for entry in promised:
        image = server.image(entry["id"], wait=30)
        assert image["status"] in FINAL and image["job_id"] == entry["job_id"], image
        assert image["status"] == "completed" and image["result"]["status"] == "success", image
    through_the_api = [(event["id"], event["type"], event["job_id"]) for event in server.events()]
    eventually(lambda: not any(server.get("/api/v1/status").json()["jobs"].values()), 30, "nothing is left to do")
    assert server.stop() == 0

    ledger = Ledger(server)
    complaints = ledger.complaints(promised)
    assert complaints == [], "\n".join(complaints[:20])
    assert [(event["id"], event["type"], event["job_id"]) for event in ledger.events][:len(through_the_api)] == through_the_api
    assert sum(event["type"] == "server.started" for event in ledger.events) == KILLS + 1
    interrupted = sum(job["interruptions"] for job in ledger.jobs.values())
    assert interrupted >= 5, "the kills hardly hit running jobs: the test shows nothing"
    delays = ledger.restart_delays()
    assert len(delays) >= 5
    assert three_quarters_within(delays) < 1, f"from server.started to the next job.started: {sorted(delays)[-8:]} s"
    print(f"interrupted {interrupted}, orphan blobs {len(ledger.orphan_blobs())}, longest delay {max(delays):.3f} s of {len(delays)}")
