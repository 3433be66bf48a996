"""Reprocess and retry make a new job; the old one keeps its final state, and the old result stays until a new one succeeds."""
import pytest

from support.models import spoil
from support.photos import unique_jpeg


def reprocess(server, image, **how):
    return server.post(f"/api/v1/images/{image['id']}/reprocess", json=how)


def test_reprocess_makes_a_new_job_and_leaves_the_old_one_as_it_was(server):
    first = server.result_of(unique_jpeg())
    before = server.job(first["job_id"])
    answer = reprocess(server, first, priority=5, reason="a better model")
    assert answer.status_code == 201
    second = server.image(first["id"], wait=20)
    assert second["job_id"] != first["job_id"] and second["priority"] == 5 and second["status"] == "completed"
    assert server.job(second["job_id"])["retry_of"] == first["job_id"]
    assert server.job(first["job_id"]) == before
    created = [event for event in server.events(first["id"]) if event["type"] == "job.created"]
    assert [(event["job_id"], event["reason"]) for event in created] == [(second["job_id"], "a better model")]


def test_the_old_result_stays_while_the_new_job_runs_and_when_it_fails(make_server):
    server = make_server(run_max_retries=0)
    spoil(server, "broken")
    first = server.result_of(unique_jpeg("slow:400"))
    assert reprocess(server, first).status_code == 201
    during = server.wait_for_state(first["id"], "processing")
    assert during["result"] == first["result"]
    second = server.image(first["id"], wait=20)
    assert second["status"] == "completed" and second["result"] != first["result"]
    assert reprocess(server, first, model="broken").status_code == 201
    failed = server.image(first["id"], wait=30)
    assert (failed["status"], failed["error_code"], failed["model"]) == ("failed", "model_unavailable", "broken")
    assert failed["result"] == second["result"]


def test_retry_of_a_failed_job_makes_a_new_one(server):
    failed = server.result_of(unique_jpeg("lie"))
    assert failed["status"] == "failed"
    answer = server.post(f"/api/v1/jobs/{failed['job_id']}/retry")
    assert answer.status_code == 201
    again = server.image(failed["id"], wait=20)
    assert again["status"] == "failed" and again["job_id"] != failed["job_id"]
    assert server.job(again["job_id"])["retry_of"] == failed["job_id"]
    assert server.job(failed["job_id"])["state"] == "failed"


def test_what_is_not_finished_cannot_be_started_again(server):
    image = server.upload(unique_jpeg("slow:5000"))
    for answer in (reprocess(server, image), server.post(f"/api/v1/jobs/{image['job_id']}/retry")):
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
        assert image["job_id"] in answer.json()["detail"]
    assert len(server.get("/api/v1/jobs").json()["items"]) == 1


def test_only_the_newest_job_can_be_retried(server):
    first = server.result_of(unique_jpeg())
    reprocess(server, first)
    server.image(first["id"], wait=20)
    answer = server.post(f"/api/v1/jobs/{first['job_id']}/retry")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize("body, status, code", [('{"model": "nothing"}', 422, "unknown_model"), ('{"priority": 101}', 422, "invalid_field"), ('{"priority": "3"}', 422, "invalid_field"),
                                                ('{"prio": 1}', 400, "unknown_field"), ("[]", 400, "malformed_body"), ("{", 400, "malformed_body")])
def test_a_wrong_body_is_refused_and_makes_no_job(server, body, status, code):
    image = server.result_of(unique_jpeg())
    answer = server.post(f"/api/v1/images/{image['id']}/reprocess", data=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert len(server.get("/api/v1/jobs").json()["items"]) == 1


def test_there_must_be_something_to_start_again(server):
    assert server.post("/api/v1/images/77/reprocess").status_code == 404
    assert server.post("/api/v1/jobs/01a203b7-eb0f-71c7-bfff-d37c3c46b2f2/retry").status_code == 404
