"""Queues as people see and steer them: reports, pausing, limits, and what is refused."""
import json

import pytest

from support.photos import unique_jpeg

PROCESSING = "/api/v1/queues/ai_processing"


def queue(server, name="ai_processing"):
    answer = server.get(f"/api/v1/queues/{name}")
    assert answer.status_code == 200, answer.text
    return answer.json()["queue"]


def change(server, **fields):
    answer = server.http.patch(server.url + PROCESSING, json=fields, timeout=70)
    assert answer.status_code == 200, answer.text
    return answer.json()["queue"]


def test_every_queue_is_listed_by_name(server):
    names = [item["name"] for item in server.get("/api/v1/queues").json()["items"]]
    assert names == ["ai_processing", "maintenance", "webhooks"]


def test_a_report_counts_what_waits_runs_and_has_finished(server):
    for _ in range(3):
        server.result_of(unique_jpeg("slow:20"))
    server.post(PROCESSING + "/pause")
    for _ in range(2):
        server.upload(unique_jpeg())
    report = queue(server)
    assert (report["queued"], report["running"], report["scheduled"], report["queued_over_limit"]) == (2, 0, 0, False)
    assert report["finished_last_hour"] == report["finished_last_minute"] == 3
    assert 0.02 <= report["run_seconds"]["p50"] <= report["run_seconds"]["p95"] < 10
    assert report["oldest_age_seconds"] >= 0 and report["oldest_due_at"]


def test_a_paused_queue_starts_nothing_and_says_who_and_why(server):
    paused = server.post(PROCESSING + "/pause", json={"reason": "the disk is being changed"}).json()["queue"]
    assert (paused["paused"], paused["paused_by"], paused["pause_reason"]) == (True, "admin", "the disk is being changed")
    image = server.upload(unique_jpeg(), wait=1)
    assert image["status"] == "pending"
    resumed = server.post(PROCESSING + "/resume").json()["queue"]
    assert (resumed["paused"], resumed["paused_by"], resumed["pause_reason"]) == (False, None, None)
    assert server.image(image["id"], wait=20)["status"] == "completed"
    told = [(event["type"], event["actor"], event["reason"]) for event in server.events() if event["type"].startswith("queue.")]
    assert told == [("queue.paused", "admin", "the disk is being changed"), ("queue.resumed", "admin", "")]


def test_a_reason_may_have_500_characters_of_any_language(server):
    assert server.post(PROCESSING + "/pause", json={"reason": "왜" * 500}).json()["queue"]["pause_reason"] == "왜" * 500


def test_a_pause_survives_a_restart(server):
    server.post(PROCESSING + "/pause")
    server.restart()
    assert queue(server)["paused"]


def test_concurrency_holds_back_a_free_slot(server):
    change(server, concurrency=1)
    first, second = server.upload(unique_jpeg("slow:4000")), server.upload(unique_jpeg())
    server.wait_for_state(first["id"], "processing")
    assert server.image(second["id"], wait=0)["status"] == "pending"
    place = server.get(f"/api/v1/jobs/{second['job_id']}/place").json()["place"]
    assert place["code"] == "concurrency_limited" and "1 of 1 job" in place["message"]
    in_korean = server.get(f"/api/v1/jobs/{second['job_id']}/place", headers={"Accept-Language": "ko"}).json()["place"]
    assert in_korean["code"] == "concurrency_limited" and "한도 1개 가운데 1개" in in_korean["message"]
    assert "한도 1개" in server.get(f"/api/v1/jobs/{second['job_id']}", headers={"Accept-Language": "ko"}).json()["job"]["place"]["message"]
    assert server.image(second["id"], wait=20)["status"] == "completed"
    starts = {image["id"]: server.image(image["id"])["attempts"][0] for image in (first, second)}
    assert starts[second["id"]]["started_at"] >= starts[first["id"]]["finished_at"]


def test_a_change_leaves_what_it_does_not_name_and_null_removes(server):
    change(server, rate="10/m", concurrency=3, ageing_seconds=600, max_retries=0, first_retry_seconds=5)
    report = change(server, concurrency=None)
    assert (report["rate"], report["concurrency"], report["ageing_seconds"]) == ("10/m", None, 600)
    assert (report["max_retries"], report["first_retry_seconds"]) == (0, 5)
    report = change(server, rate=None, ageing_seconds=None, max_retries=None, first_retry_seconds=None)
    assert all(report[field] is None for field in ("rate", "ageing_seconds", "max_retries", "first_retry_seconds"))


@pytest.mark.parametrize("body, status, code", [
    ({"rate": "fast"}, 422, "invalid_field"),
    ({"rate": 10}, 422, "invalid_field"),
    ({"concurrency": 0}, 422, "invalid_field"),
    ({"concurrency": "3"}, 422, "invalid_field"),
    ({"paused": "yes"}, 422, "invalid_field"),
    ({"reason": "왜" * 501}, 422, "invalid_field"),
    ({"max_retries": -1}, 422, "invalid_field"),
    ({"speed": 3}, 400, "unknown_field"),
])
def test_what_cannot_be_set_is_refused_with_the_field(server, body, status, code):
    answer = server.http.patch(server.url + PROCESSING, json=body, timeout=70)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert next(iter(body)) in answer.json()["detail"] or code == "invalid_field"
    assert not queue(server)["paused"]


def test_the_queue_of_webhooks_takes_a_pause_and_no_limits(server):
    address = server.url + "/api/v1/queues/webhooks"
    for body in ({"rate": "10/m"}, {"concurrency": 1}, {"ageing_seconds": 60}, {"max_retries": 0}, {"first_retry_seconds": 1}):
        refused = server.http.patch(address, json=body, timeout=70)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_field") and "paused" in refused.json()["detail"], refused.text
    paused = server.http.patch(address, json={"paused": True, "reason": "the receiver is down", "rate": None}, timeout=70)
    assert paused.status_code == 200 and paused.json()["queue"]["paused"]
    assert server.post("/api/v1/queues/webhooks/resume").status_code == 200


def test_a_queue_that_does_not_exist_is_not_found_and_those_that_do_are_named(server):
    changed = server.http.patch(server.url + "/api/v1/queues/x", json={}, timeout=70)
    for answer in (server.get("/api/v1/queues/x"), server.post("/api/v1/queues/x/pause"), changed):
        assert answer.status_code == 404 and "ai_processing" in answer.json()["detail"]


def test_the_commands_show_and_steer(server, darkroom):
    folder = server.folder
    assert "ai_processing" in darkroom("queues", folder=folder).stdout
    done = darkroom("queue", "set", "ai_processing", "--rate", "10/m", "--concurrency", "3", "--ageing", "60", folder=folder)
    assert done.returncode == 0 and "rate 10/m" in done.stdout, done.stderr
    assert darkroom("queue", "set", "ai_processing", "--rate", "none", folder=folder).returncode == 0
    assert (queue(server)["rate"], queue(server)["concurrency"]) == (None, 3)
    assert darkroom("queue", "set", "ai_processing", "--max-retries", "6", "--first-retry", "90", folder=folder).returncode == 0
    assert (queue(server)["max_retries"], queue(server)["first_retry_seconds"]) == (6, 90)
    done = darkroom("queue", "pause", "ai_processing", "--reason", "because", folder=folder)
    assert "paused by admin (because)" in done.stdout
    assert json.loads(darkroom("queues", "ai_processing", "--json", folder=folder).stdout)["queue"]["pause_reason"] == "because"
    assert darkroom("queue", "resume", "ai_processing", folder=folder).returncode == 0
    assert not queue(server)["paused"]
    assert darkroom("queue", "set", "ai_processing", "--rate", "often", folder=folder).returncode == 2
    assert darkroom("queue", "set", "ai_processing", "--concurrency", "many", folder=folder).returncode == 2
    assert darkroom("queue", "pause", "x", folder=folder).returncode == 3
