"""A failure that may pass is tried again after the back-off, and the image says when; a permanent one is not."""
from datetime import datetime

import pytest

from support.models import spoil
from support.photos import unique_jpeg
from support.waiting import eventually


@pytest.fixture
def broken(make_server):
    """A server with a model that cannot be loaded any more, which may pass: someone may put the right file back."""
    def make(**settings):
        server = make_server(**settings)
        spoil(server, "broken")
        return server
    return make


def until_scheduled(server, image_id):
    return eventually(lambda: (image := server.image(image_id))["next_attempt_at"] and image, 20, "the retry is scheduled")


def test_the_image_says_when_it_is_tried_again(broken):
    server = broken(run_first_retry_seconds=60)
    image = server.upload(unique_jpeg(), model="broken")
    waiting = until_scheduled(server, image["id"])
    assert (waiting["status"], waiting["attempt"], waiting["max_attempts"]) == ("pending", 1, 4)
    assert waiting["error_code"] == "model_unavailable" and waiting["error_message"]
    ended = datetime.fromisoformat(waiting["attempts"][0]["finished_at"].replace("Z", "+00:00"))
    again = datetime.fromisoformat(waiting["next_attempt_at"].replace("Z", "+00:00"))
    assert 59 <= (again - ended).total_seconds() <= 67
    assert server.job(image["job_id"])["state"] == "scheduled"
    assert "job.retry_scheduled" in [event["type"] for event in server.events(image["id"])]
    assert server.result_of(unique_jpeg())["status"] == "completed"


def test_when_no_attempt_is_left_it_fails_with_the_reason(broken):
    server = broken(run_first_retry_seconds=0, run_max_retries=2)
    image = server.result_of(unique_jpeg(), model="broken")
    assert (image["status"], image["error_code"], image["attempt"], image["max_attempts"]) == ("failed", "model_unavailable", 3, 3)
    assert [attempt["ending"] for attempt in image["attempts"]] == ["failed"] * 3
    assert [attempt["number"] for attempt in image["attempts"]] == [1, 2, 3]
    types = [event["type"] for event in server.events(image["id"])]
    assert types.count("job.retry_scheduled") == 2 and types[-1] == "job.failed"


def test_a_retry_that_was_due_while_the_server_was_away_runs_at_its_start(broken):
    server = broken(run_first_retry_seconds=1, run_max_retries=1)
    image = server.upload(unique_jpeg(), model="broken")
    until_scheduled(server, image["id"])
    server.kill()
    server.start()
    ended = server.image(image["id"], wait=20)
    assert ended["status"] == "failed" and ended["attempt"] == 2


def test_a_permanent_failure_is_not_tried_again(broken):
    server = broken(run_first_retry_seconds=0)
    image = server.result_of(unique_jpeg("lie"))
    assert (image["status"], image["error_code"], len(image["attempts"])) == ("failed", "model_output", 1)
