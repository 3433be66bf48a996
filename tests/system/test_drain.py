"""SIGTERM: nothing more is taken in, what runs may finish, the rest is given back without costing an attempt, exit code 0."""
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from support.models import drop, listed, saved
from support.photos import unique_jpeg
from support.places import CHECKOUT
from support.processes import children, family, is_alive
from support.waiting import eventually

sys.path.append(str(CHECKOUT / "tests/models"))
from make_models import looping_graph  # noqa: E402


def test_running_work_is_finished_and_the_exit_code_is_0(server):
    image = server.upload(unique_jpeg("slow:600"))
    server.wait_for_state(image["id"], "processing")
    members = family(server.pid)
    assert server.stop() == 0
    assert not any(map(is_alive, members))
    assert not (server.folder / "server.address").exists()
    server.start()
    image = server.image(image["id"])
    assert image["status"] == "completed" and len(image["attempts"]) == 1


def test_work_that_outlasts_the_grace_is_given_back_with_its_attempt(make_server):
    server = make_server(drain_grace_seconds=0)
    image = server.upload(unique_jpeg("slow:3000"))
    server.wait_for_state(image["id"], "processing")
    assert server.stop() == 0
    server.start()
    image = server.image(image["id"], wait=20)
    assert image["status"] == "completed" and image["attempt"] == 1
    assert [attempt["ending"] for attempt in image["attempts"]] == ["interrupted", "completed"]


def test_a_photo_that_waits_is_told_that_the_workers_stop(make_server):
    server = make_server(slots=1)
    running, waiting = server.upload(unique_jpeg("slow:3000")), server.upload(unique_jpeg())
    server.wait_for_state(running["id"], "processing")
    server.process.send_signal(signal.SIGTERM)

    def place():
        return server.get(f"/api/v1/jobs/{waiting['job_id']}/place").json()["place"]["code"]
    eventually(lambda: place() == "draining", 2, "the reason is that the workers take nothing more")
    assert server.process.wait(20) == 0


def test_a_server_that_stops_takes_nothing_more_in(make_server):
    server = make_server(slots=1)
    running = server.upload(unique_jpeg("slow:3000"))
    server.wait_for_state(running["id"], "processing")
    server.process.send_signal(signal.SIGTERM)

    def problem():
        return server.send(unique_jpeg()).json().get("code")
    eventually(lambda: problem() == "unavailable", 2, "photos are refused while the last one is finished")
    assert server.get(f"/api/v1/images/{running['id']}").status_code == 200
    assert server.process.wait(20) == 0


def test_a_web_process_that_stops_signs_off(make_cluster):
    first, second = make_cluster(webs=2, workers=0, lease_seconds=60).webs
    assert second.stop() == 0
    assert sorted(node["state"] for node in first.get("/api/v1/workers").json()["items"]) == ["running", "stopped"]
    assert [event["type"] for event in first.events() if event["type"] in ("node.stopped", "node.lost")] == ["node.stopped"]


def test_a_request_that_waits_is_answered_before_the_end(make_server):
    server = make_server(drain_grace_seconds=0)
    with ThreadPoolExecutor(1) as background:
        waiting = background.submit(server.twin().send, unique_jpeg("slow:5000"), wait=60)
        eventually(lambda: server.get("/api/v1/status").json()["jobs"]["running"] == 1, 10, "the photo that is waited for is being processed")
        assert server.stop() == 0
        answer = waiting.result(10)
    assert answer.status_code == 201
    assert answer.json()["image"]["status"] in ("pending", "processing")


def test_a_second_signal_ends_it_at_once_and_loses_nothing(server):
    image = server.upload(unique_jpeg("slow:4000"))
    server.wait_for_state(image["id"], "processing")
    server.process.send_signal(signal.SIGTERM)
    eventually(lambda: "stopping" in server.log_text(), 5)
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(5) == 1
    server.start()
    image = server.image(image["id"], wait=20)
    assert image["status"] == "completed" and image["attempt"] == 1


def test_a_model_that_is_being_tried_holds_up_no_stop(make_server, tmp_path):
    server = make_server(models_dir=tmp_path / "models", drain_grace_seconds=1)
    drop(tmp_path / "models", "looping", saved(looping_graph()), sidecar='family = "yolox"\n')
    eventually(lambda: listed(server).get("looping", {}).get("state") == "probing" and len(children(server.pid)) > 1, 20, "its trial has begun")
    asked = time.monotonic()
    assert server.stop(within=100) == 0
    assert time.monotonic() - asked < 10, "the load alone may take two minutes"
    assert "model refused" not in server.log_text()
    server.start()
    assert listed(server)["looping"]["state"] == "probing", "it has no verdict and is tried again"
