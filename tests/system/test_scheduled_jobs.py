"""Jobs for later and jobs that expire: run_at, delay_seconds, expires_in_seconds."""
import json
from datetime import datetime, timedelta, timezone

import pytest

from support.answers import moment_of
from support.photos import unique_jpeg


def in_seconds(seconds):
    return datetime.now(timezone.utc) + timedelta(seconds=seconds)


def test_a_delayed_job_waits_and_starts_when_it_is_due(server):
    image = server.upload(unique_jpeg(), delay_seconds=1)
    assert image["status"] == "pending" and server.job(image["job_id"])["state"] == "scheduled"
    ended = server.image(image["id"], wait=20)
    assert ended["status"] == "completed"
    waited = moment_of(ended["attempts"][0]["started_at"]) - moment_of(image["created_at"])
    assert 0.9 < waited.total_seconds() < 10


def test_a_job_starts_at_the_time_that_is_said_in_any_zone(server):
    due = in_seconds(1.2)
    image = server.upload(unique_jpeg(), run_at=due.astimezone(timezone(timedelta(hours=9))).isoformat())
    ended = server.image(image["id"], wait=20)
    late = moment_of(ended["attempts"][0]["started_at"]) - due
    assert -0.001 <= late.total_seconds() < 10


def test_a_later_job_does_not_hold_up_an_earlier_one(server):
    later = server.upload(unique_jpeg(), delay_seconds=3600)
    assert server.result_of(unique_jpeg(), delay_seconds=1)["status"] == "completed"
    assert server.image(later["id"])["status"] == "pending"
    assert server.post(f"/api/v1/jobs/{later['job_id']}/cancel").json()["job"]["state"] == "cancelled"


def test_a_time_in_the_past_is_now(server):
    assert server.result_of(unique_jpeg(), run_at="2020-01-01T00:00:00Z")["status"] == "completed"


def test_a_job_that_nobody_starts_in_time_expires(server):
    server.post("/api/v1/queues/ai_processing/pause")
    image = server.upload(unique_jpeg(), expires_in_seconds=1, wait=20)
    assert (image["status"], image["error_code"], image["attempts"]) == ("failed", "expired", [])
    assert image["expires_at"]
    server.post("/api/v1/queues/ai_processing/resume")
    assert server.result_of(unique_jpeg(), expires_in_seconds=60)["status"] == "completed"


def test_a_due_job_is_run_after_the_server_was_away(server):
    image = server.upload(unique_jpeg(), delay_seconds=1)
    server.restart()
    assert server.image(image["id"], wait=20)["status"] == "completed"


@pytest.mark.parametrize("fields", [{"delay_seconds": -1}, {"delay_seconds": "soon"}, {"run_at": "noon"}, {"run_at": "2026-01-31 09:30"}, {"run_at": "2199-01-01T00:00:00Z"},
                                    {"run_at": "2026-01-31T09:30:00Z", "delay_seconds": 1}, {"expires_in_seconds": 0}, {"expires_in_seconds": 5, "delay_seconds": 10}])
def test_a_wrong_time_is_refused(server, fields):
    answer = server.send(unique_jpeg(), **fields)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_field")
    assert server.get("/api/v1/images").json()["items"] == []


def test_submit_takes_delay_and_expiry(server, darkroom, tmp_path):
    (tmp_path / "photo.jpg").write_bytes(unique_jpeg())
    sent = darkroom("submit", "--json", "--delay", 3600, "--expires-in", 7200, tmp_path / "photo.jpg", folder=server.folder)
    assert sent.returncode == 0, sent.stderr
    image = json.loads(sent.stdout)["images"][0]
    assert abs(moment_of(image["next_attempt_at"]) - in_seconds(3600)) < timedelta(seconds=20)
    assert moment_of(image["expires_at"]) - moment_of(image["next_attempt_at"]) == timedelta(hours=1)
