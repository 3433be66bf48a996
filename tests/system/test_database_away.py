"""PostgreSQL is away for longer than a lease: no worker could renew its own, and none is taken for dead when the database is back."""
import time

import pytest

from support.cluster import start_postgres
from support.photos import unique_jpeg
from support.waiting import eventually

LEASE = 3


@pytest.fixture(scope="module")
def postgres():
    server = start_postgres()
    yield server
    server.close()


@pytest.fixture
def cluster(make_cluster):
    """Four processes that rescue."""
    return make_cluster(webs=2, workers=2, slots=1, lease_seconds=LEASE)


def is_ready(web):
    return web.get("/readyz").status_code == 200


def away_for_longer_than_a_lease(cluster, said):
    """Until the workers' logs say so, too."""
    stopped = time.monotonic()
    cluster.postgres.stop()
    eventually(lambda: any(said in worker.log_text() for worker in cluster.workers), 20, said)
    eventually(lambda: time.monotonic() > stopped + 2 * LEASE, 20, "the leases have run out")
    cluster.postgres.start()
    eventually(lambda: is_ready(cluster.web), 20, "the database is seen again")


def attempts(cluster, image):
    return [(attempt["ending"], attempt["error_message"]) for attempt in cluster.web.image(image["id"])["attempts"]]


def of_nodes(cluster):
    return [event["type"] for event in cluster.web.get("/api/v1/events?limit=200").json()["items"] if event["type"].startswith("node.")]


def test_a_result_that_waits_for_the_database_is_taken(cluster):
    image = cluster.web.upload(unique_jpeg("slow:1000"))
    cluster.web.wait_for_state(image["id"], "processing")
    away_for_longer_than_a_lease(cluster, "offering it again")
    assert cluster.web.image(image["id"], wait=30)["status"] == "completed"
    assert attempts(cluster, image) == [("completed", None)]
    assert "node.lost" not in of_nodes(cluster)


def test_a_run_that_nobody_could_know_of_is_called_off_by_its_worker(cluster):
    image = cluster.web.upload(unique_jpeg(f"slow:{4000 * LEASE}"))
    cluster.web.wait_for_state(image["id"], "processing")
    away_for_longer_than_a_lease(cluster, "all of them are called off")
    first = eventually(lambda: next((each for each in attempts(cluster, image) if each[0]), None), 20, "it is handed in")
    assert first == ("interrupted", "The run was called off.")
    assert cluster.web.image(image["id"])["attempt"] <= 1, "and costs no attempt"
    assert of_nodes(cluster) == ["node.started"] * 4, "nobody was taken for lost, or started"
