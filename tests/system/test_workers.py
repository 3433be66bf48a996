"""The registry of processes: who runs jobs, with which slots and models."""
import json

from support.photos import unique_jpeg
from support.waiting import eventually


def workers(server):
    answer = server.get("/api/v1/workers")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def test_the_server_is_in_its_own_registry(server):
    (worker,) = workers(server)
    assert (worker["role"], worker["state"], worker["slots"], worker["running"]) == ("serve", "running", 2, 0)
    assert "null" in worker["models"] and worker["name"] and worker["version"]
    assert worker["lease_until"] > worker["seen_at"] >= worker["started_at"]


def test_its_start_is_told_once_with_its_slots(server):
    (reason,) = [event["reason"] for event in server.events() if event["type"] == "node.started"]
    assert reason.startswith("serve with 2 slots, version ")


def test_its_lease_is_renewed(server):
    first = workers(server)[0]["lease_until"]
    eventually(lambda: workers(server)[0]["lease_until"] > first, 20, "the lease is renewed")


def test_it_says_what_it_runs(server):
    image = server.upload(unique_jpeg("slow:1500"))
    server.wait_for_state(image["id"], "processing")
    assert workers(server)[0]["running"] == 1
    server.image(image["id"], wait=20)
    assert workers(server)[0]["running"] == 0


def test_after_a_kill_the_new_process_is_another(server):
    before = workers(server)[0]["id"]
    server.restart()
    states = {worker["id"]: worker["state"] for worker in workers(server)}
    assert states.pop(before) == "stopped" and list(states.values()) == ["running"]


def test_the_command_lists_them(server, darkroom):
    listed = darkroom("workers", folder=server.folder)
    assert listed.returncode == 0 and "serve" in listed.stdout and "running" in listed.stdout and "null" in listed.stdout
    assert json.loads(darkroom("workers", "--json", folder=server.folder).stdout)["items"][0]["slots"] == 2
