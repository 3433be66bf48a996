"""Acting on jobs: cancel, change of priority, and both, retry and reprocess for all jobs of a list or a filter, with a dry run that counts."""
import json
import pty
import os
import subprocess
from datetime import datetime, timedelta

import pytest

from support.answers import moment_of
from support.models import added, color_model
from support.photos import unique_jpeg
from support.places import program
from support.quickness import delay_of_the_machine, three_quarters_within
from support.server import plain_environment
from support.waiting import eventually

NOBODY = "01a203b7-eb0f-71c7-bfff-d37c3c46b2f2"


def cancel(server, job_id, **body):
    return server.post(f"/api/v1/jobs/{job_id}/cancel", json=body)


def prioritise(server, job_id, **body):
    return server.http.patch(f"{server.url}/api/v1/jobs/{job_id}", json=body, timeout=70)


def act(server, action, **body):
    return server.post("/api/v1/jobs/actions", json={"action": action} | body)


def done(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def busy(make_server):
    """A server with one slot, which is taken by a job of ten seconds."""
    server = make_server(slots=1)
    server.blocker = server.upload(unique_jpeg("slow:10000"))
    server.wait_for_state(server.blocker["id"], "processing")
    return server


def starts(server):
    return [event["image_id"] for event in server.events() if event["type"] == "job.started"]


def times(server, image_id):
    """When each type of event was told of this image."""
    return {event["type"]: datetime.fromisoformat(event["at"].replace("Z", "+00:00")) for event in server.events(image_id)}


def test_a_queued_job_is_cancelled_and_never_starts(busy):
    image = busy.upload(unique_jpeg())
    answer = cancel(busy, image["job_id"], reason="sent by mistake")
    assert answer.status_code == 200 and answer.json()["job"]["state"] == "cancelled"
    assert busy.image(image["id"])["status"] == "cancelled"
    last = busy.events(image["id"])[-1]
    assert (last["type"], last["actor"], last["reason"], last["data"]) == ("job.cancelled", "admin", "sent by mistake", {"from": "queued"})
    assert cancel(busy, busy.blocker["job_id"]).status_code == 200
    assert busy.result_of(unique_jpeg())["status"] == "completed"
    assert image["id"] not in starts(busy)


def test_a_cancelled_running_job_frees_its_slot_within_a_second(busy):
    """By the server's own times: much less than the second after which a slot looks again by itself."""
    blockers = [busy.blocker, *(busy.upload(unique_jpeg("slow:10000")) for _ in range(6))]
    delays, own = [], []
    for blocker, following in zip(blockers, [*blockers[1:], busy.upload(unique_jpeg())]):
        busy.wait_for_state(blocker["id"], "processing")
        own.append(delay_of_the_machine())
        assert cancel(busy, blocker["job_id"]).status_code == 200
        eventually(lambda: "job.started" in times(busy, following["id"]), 9, "the slot takes the next job")
        delays.append((times(busy, following["id"])["job.started"] - times(busy, blocker["id"])["job.cancelled"]).total_seconds())
        stopped = busy.image(blocker["id"])
        assert stopped["status"] == "cancelled" and stopped["result"] is None
        assert [attempt["ending"] for attempt in stopped["attempts"]] == ["cancelled"]
    assert three_quarters_within(delays) < 0.25 + three_quarters_within(own), (delays, own)


def test_who_waits_for_a_job_hears_that_it_was_cancelled(busy):
    image = busy.upload(unique_jpeg())
    other = busy.twin()
    assert cancel(other, image["job_id"]).status_code == 200
    assert busy.image(image["id"], wait=30)["status"] == "cancelled"


def test_what_is_finished_or_unknown_is_not_cancelled(server):
    image = server.result_of(unique_jpeg())
    for answer in (cancel(server, image["job_id"]), prioritise(server, image["job_id"], priority=3)):
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    for answer in (cancel(server, NOBODY), cancel(server, "nonsense"), prioritise(server, NOBODY, priority=3)):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_new_priority_acts_at_the_next_start(busy):
    images = [busy.upload(unique_jpeg()) for _ in range(4)]
    moved = done(prioritise(busy, images[3]["job_id"], priority=80, reason="the customer waits"))["job"]
    assert (moved["priority"], moved["state"]) == (80, "queued")
    assert busy.image(images[3]["id"])["priority"] == 80
    cancel(busy, busy.blocker["job_id"])
    for image in images:
        busy.image(image["id"], wait=20)
    assert starts(busy)[1:] == [images[3]["id"], images[0]["id"], images[1]["id"], images[2]["id"]]
    event = next(event for event in busy.events(images[3]["id"]) if event["type"] == "job.reprioritised")
    assert (event["data"], event["reason"]) == ({"from": 0, "to": 80}, "the customer waits")


@pytest.mark.parametrize("body, status, code", [({}, 422, "invalid_field"), ({"priority": 101}, 422, "invalid_field"), ({"priority": "9"}, 422, "invalid_field"),
                                                ({"prio": 1}, 400, "unknown_field"), ({"priority": 1, "reason": 7}, 422, "invalid_field")])
def test_a_wrong_change_is_refused(busy, body, status, code):
    image = busy.upload(unique_jpeg())
    answer = prioritise(busy, image["job_id"], **body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert busy.image(image["id"])["priority"] == 0


def test_a_dry_run_counts_what_a_run_then_changes(busy):
    mine = [busy.upload(unique_jpeg(), uploader="minji") for _ in range(5)]
    other = busy.upload(unique_jpeg(), uploader="jun")
    which = {"owner": "minji", "state": ["queued", "scheduled"]}
    before = len(busy.events())
    assert done(act(busy, "reprioritise", filter=which, priority=7, dry_run=True)) == {"matched": 5, "changed": 5, "dry_run": True}
    assert len(busy.events()) == before
    assert done(act(busy, "reprioritise", filter=which, priority=7)) == {"matched": 5, "changed": 5, "dry_run": False}
    assert done(act(busy, "reprioritise", filter=which, priority=7)) == {"matched": 5, "changed": 0, "dry_run": False}
    assert [busy.image(image["id"])["priority"] for image in [*mine, other]] == [7] * 5 + [0]
    assert done(act(busy, "cancel", filter={"owner": "minji"}, reason="gone")) == {"matched": 5, "changed": 5, "dry_run": False}
    assert {busy.image(image["id"])["status"] for image in mine} == {"cancelled"}
    assert busy.image(other["id"])["status"] == "pending"


def test_each_condition_is_kept_by_the_api_and_by_the_commands(server, darkroom):
    """Whatever the server says that it knows as a condition is here, with how many of six jobs it leaves."""
    for schedule in server.get("/api/v1/schedules").json()["items"]:  # so that nothing but these jobs is made
        assert server.post(f"/api/v1/schedules/{schedule['name']}/pause").status_code == 200
    added(server, "colour", color_model())
    batch = server.post("/api/v1/batches", json={"title": "spring"}).json()["batch"]["id"]
    first = server.result_of(unique_jpeg("lie"), uploader="minji", batch=batch)
    for _ in range(2):
        server.result_of(unique_jpeg(), uploader="minji")
    server.post("/api/v1/queues/ai_processing/pause")
    fourth = server.upload(unique_jpeg(), uploader="minji", batch=batch)
    server.upload(unique_jpeg(), uploader="jun", model="colour")
    server.upload(unique_jpeg(), uploader="jun")
    cause = server.get("/api/v1/failures").json()["items"][0]["cause"]
    after_failure = (moment_of(first["attempts"][0]["finished_at"]) + timedelta(seconds=1)).isoformat()
    any_state = {"queue": "ai_processing", "state": ["scheduled", "queued", "running", "completed", "failed", "cancelled"]}
    conditions = {"all": (any_state | {"all": True}, 6), "state": (any_state | {"state": "failed"}, 1), "queue": (any_state | {"queue": "webhooks"}, 0),
                  "model": (any_state | {"model": "colour"}, 1), "owner": (any_state | {"owner": "jun"}, 2), "error": (any_state | {"error": "model_output"}, 1),
                  "batch": (any_state | {"batch": batch}, 2), "created_from": (any_state | {"created_from": fourth["created_at"]}, 3),
                  "created_before": (any_state | {"created_before": fourth["created_at"]}, 3), "image_ids": (any_state | {"image_ids": [first["id"], fourth["id"]]}, 2),
                  "cause": ({"cause": cause}, 1), "kind": ({"cause": cause, "kind": "maintenance"}, 0), "failed_from": ({"cause": cause, "failed_from": after_failure}, 0)}
    known = act(server, "cancel", filter={"colour": "red"}).json()["detail"].split("Known: ")[1].rstrip(".").split(", ")
    assert sorted(known) == sorted(conditions)
    matched = {name: done(act(server, "cancel", filter=which, dry_run=True))["matched"] for name, (which, _) in conditions.items()}
    assert matched == {name: count for name, (_, count) in conditions.items()}
    # Without a state a cancel is of what has not ended: three of them.
    flags = {("--all",): 3, ("--state", "failed"): 1, ("--model", "colour"): 1, ("--owner", "jun"): 2, ("--error", "model_output"): 0, ("--batch", batch): 1,
             ("--cause", cause): 1, ("--created-from", fourth["created_at"]): 3, ("--created-before", fourth["created_at"]): 0}
    shown = {words: darkroom("cancel", *words, "--dry-run", "--json", folder=server.folder) for words in flags}
    assert {words: json.loads(answer.stdout or "{}").get("matched", answer.stderr) for words, answer in shown.items()} == flags


def test_a_retry_by_conditions_is_of_what_failed(server):
    fine = server.result_of(unique_jpeg(), uploader="minji")
    failed = server.result_of(unique_jpeg("lie"), uploader="minji")
    server.post("/api/v1/queues/ai_processing/pause")
    cancelled = server.upload(unique_jpeg(), uploader="minji")
    assert cancel(server, cancelled["job_id"]).status_code == 200
    assert done(act(server, "retry", filter={"owner": "minji"})) == {"matched": 1, "changed": 1, "dry_run": False}
    assert [server.image(image["id"])["job_id"] == image["job_id"] for image in (fine, failed, cancelled)] == [True, False, True]


def test_failed_jobs_are_retried_by_their_error(server):
    failed = [server.result_of(unique_jpeg("lie"))["id"] for _ in range(2)]
    fine = server.result_of(unique_jpeg())
    assert done(act(server, "retry", filter={"error": "model_output"})) == {"matched": 2, "changed": 2, "dry_run": False}
    for image_id in failed:
        eventually(lambda: len([event for event in server.events(image_id) if event["type"] == "job.failed"]) == 2, 20)
    assert server.image(fine["id"])["job_id"] == fine["job_id"]


def test_named_jobs_are_acted_on_and_those_that_do_not_fit_are_left(busy):
    finished_id = busy.blocker["job_id"]
    waiting = [busy.upload(unique_jpeg())["job_id"] for _ in range(3)]
    cancel(busy, waiting[0])
    answer = done(act(busy, "cancel", ids=[*waiting, NOBODY]))
    assert answer == {"matched": 3, "changed": 2, "missing": 1, "dry_run": False}
    assert busy.job(finished_id)["state"] == "running"


def test_images_are_reprocessed_by_filter_with_another_priority(server):
    images = [server.result_of(unique_jpeg(), uploader="minji") for _ in range(3)]
    assert done(act(server, "reprocess", filter={"owner": "minji"}, priority=9, model="null"))["changed"] == 3
    for image in images:
        again = server.image(image["id"], wait=20)
        assert again["job_id"] != image["job_id"] and again["priority"] == 9


def test_many_are_processed_with_another_model_by_whatever_way(server, darkroom):
    image = server.result_of(unique_jpeg(), uploader="minji")
    added(server, "colour", color_model())
    owner, again = {"owner": "minji"}, {"action": "reprocess", "model": "colour"}
    ways = {
        "jobs by ids": lambda job: done(server.post("/api/v1/jobs/actions", json=again | {"ids": [job]})),
        "jobs by filter": lambda job: done(server.post("/api/v1/jobs/actions", json=again | {"filter": owner})),
        "images": lambda job: done(server.post("/api/v1/images/actions", json=again | {"filter": {"uploader": "minji"}})),
        "a batch of ids": lambda job: server.post("/api/v1/batches", json={"title": "a", "model": "colour", "image_ids": [image["id"]]}).raise_for_status(),
        "a batch of a filter": lambda job: server.post("/api/v1/batches", json={"title": "b", "model": "colour", "filter": owner}).raise_for_status(),
        "reprocess": lambda job: darkroom("reprocess", "--owner", "minji", "--model", "colour", folder=server.folder).check_returncode(),
        "batches make": lambda job: darkroom("batches", "make", "c", "--owner", "minji", "--model", "colour", folder=server.folder).check_returncode(),
    }
    models = {}
    for way, process in ways.items():
        process(server.image(image["id"])["job_id"])
        models[way] = server.image(image["id"], wait=20)["model"]
        assert server.post(f"/api/v1/images/{image['id']}/reprocess", json={"model": "null"}).status_code == 201
        assert server.image(image["id"], wait=20)["model"] == "null"
    assert models == dict.fromkeys(ways, "colour")


@pytest.mark.parametrize("body, code", [
    ({"action": "cancel"}, "invalid_field"),
    ({"action": "cancel", "filter": {}}, "invalid_field"),
    ({"action": "cancel", "filter": {"all": False}}, "invalid_field"),
    ({"action": "cancel", "filter": {"colour": "red"}}, "unknown_field"),
    ({"action": "cancel", "filter": {"state": "asleep"}}, "invalid_field"),
    ({"action": "cancel", "filter": {"created_from": "yesterday"}}, "invalid_field"),
    ({"action": "cancel", "filter": {"batch": "spring"}}, "invalid_field"),
    ({"action": "cancel", "filter": {"all": True}, "ids": [NOBODY]}, "invalid_field"),
    ({"action": "cancel", "ids": []}, "invalid_field"),
    ({"action": "cancel", "ids": ["7"]}, "invalid_field"),
    ({"action": "cancel", "filter": {"all": True}, "priority": 3}, "invalid_field"),
    ({"action": "explode", "filter": {"all": True}}, "invalid_field"),
    ({"action": "reprioritise", "filter": {"all": True}}, "invalid_field"),
    ({"action": "reprioritise", "filter": {"all": True}, "priority": 101}, "invalid_field"),
    ({"action": "reprocess", "filter": {"all": True}, "model": "nothing"}, "unknown_model"),
    ({"action": "retry", "filter": {"all": True}, "model": "null"}, "invalid_field"),
    ({"filter": {"all": True}}, "invalid_field"),
    ({"action": "cancel", "filter": {"all": True}, "dry_run": "yes"}, "invalid_field"),
])
def test_an_order_that_is_not_plain_is_refused_and_changes_nothing(server, body, code):
    server.post("/api/v1/queues/ai_processing/pause")
    image = server.upload(unique_jpeg())
    answer = server.post("/api/v1/jobs/actions", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400 if code == "unknown_field" else 422, code)
    assert server.image(image["id"])["status"] == "pending"


def test_all_means_all(busy):
    for owner in ("minji", "jun"):
        busy.upload(unique_jpeg(), uploader=owner)
    assert done(act(busy, "cancel", filter={"all": True}))["changed"] == 3
    assert not any(busy.get("/api/v1/status").json()["jobs"].values())


# --- the commands ---
def test_commands_cancel_and_move_by_ids(busy, darkroom):
    first, second, third = (busy.upload(unique_jpeg()) for _ in range(3))
    moved = darkroom("priority", second["job_id"], third["id"], "--to", 40, folder=busy.folder)
    assert moved.returncode == 0 and moved.stdout.count("priority 40") == 2
    assert [busy.image(image["id"])["priority"] for image in (first, second, third)] == [0, 40, 40]
    cancelled = darkroom("cancel", first["job_id"], "--json", folder=busy.folder)
    assert cancelled.returncode == 0
    assert [job["state"] for job in json.loads(cancelled.stdout)["jobs"]] == ["cancelled"]
    again = darkroom("cancel", first["job_id"], second["job_id"], folder=busy.folder)
    assert again.returncode == 4 and "already cancelled" in again.stderr
    assert busy.image(second["id"])["status"] == "cancelled"
    assert darkroom("cancel", NOBODY, folder=busy.folder).returncode == 3


def test_commands_act_on_what_meets_conditions(busy, darkroom):
    for _ in range(3):
        busy.upload(unique_jpeg(), uploader="minji")
    dry = darkroom("cancel", "--owner", "minji", "--dry-run", folder=busy.folder)
    assert dry.returncode == 0 and dry.stdout == "3 of 3 matching jobs would be cancelled\n"
    moved = darkroom("priority", "--owner", "minji", "--to", 5, "--json", folder=busy.folder)
    assert json.loads(moved.stdout) == {"matched": 3, "changed": 3, "dry_run": False}
    cancelled = darkroom("cancel", "--owner", "minji", "--reason", "gone", folder=busy.folder)
    assert cancelled.stdout == "3 of 3 matching jobs were cancelled\n"
    assert darkroom("reprocess", "--owner", "minji", "--model", "null", folder=busy.folder).stdout.startswith("3 of 3")
    assert darkroom("retry", "--error", "corrupt", folder=busy.folder).stdout == "0 of 0 matching jobs were given a new job\n"


def test_a_dry_run_of_named_jobs_changes_nothing(server, darkroom):
    image = server.result_of(unique_jpeg())
    for words, done in ((("retry", image["job_id"]), "given a new job"), (("reprocess", image["id"], "--model", "null"), "given a new job"),
                        (("cancel", image["job_id"]), "cancelled"), (("priority", image["id"], "--to", 3), "moved to their new priority")):
        dry = darkroom(*words, "--dry-run", folder=server.folder)
        changes = 1 if done == "given a new job" else 0
        assert (dry.returncode, dry.stdout) == (0, f"{changes} of 1 matching jobs would be {done}\n"), (words, dry.stderr)
    now = server.image(image["id"])
    assert (now["job_id"], now["status"], now["priority"]) == (image["job_id"], "completed", 0)


def test_commands_want_to_know_which_jobs(busy, darkroom):
    for words in (("cancel",), ("cancel", busy.blocker["job_id"], "--all"), ("priority", "--to", 3), ("retry",), ("reprocess",), ("cancel", "--state", "asleep")):
        assert darkroom(*words, folder=busy.folder).returncode == 2, words
    assert busy.job(busy.blocker["job_id"])["state"] == "running"


@pytest.mark.parametrize("word, status", [("n", "pending"), ("y", "cancelled")])
def test_at_a_terminal_many_are_changed_only_after_a_yes(busy, word, status):
    image = busy.upload(unique_jpeg())
    person, terminal = pty.openpty()
    command = [program(), "cancel", "--state", "queued", "--data-dir", str(busy.folder)]
    process = subprocess.Popen(command, stdin=terminal, stdout=subprocess.PIPE, stderr=terminal, env=plain_environment())
    shown = b""
    while b"[y/N]" not in shown:
        shown += os.read(person, 1000)
    assert b"1 of 1 matching jobs would be cancelled" in shown
    assert busy.image(image["id"])["status"] == "pending"
    os.write(person, word.encode() + b"\n")
    process.communicate(timeout=20)
    assert busy.image(image["id"])["status"] == status
    assert (process.returncode == 0) == (word == "y")


def test_ids_of_nothing_are_counted(server, darkroom):
    job = server.result_of(unique_jpeg())["job_id"]
    for dry_run in (True, False):
        answer = done(act(server, "reprocess", ids=[NOBODY, job, job.upper()], dry_run=dry_run))
        assert answer == {"matched": 1, "changed": 1, "missing": 1, "dry_run": dry_run}, answer
    said = darkroom("cancel", NOBODY, "--dry-run", folder=server.folder)
    assert said.stdout == "0 of 0 matching jobs would be cancelled\n1 of those that were named are not there\n", said


def test_a_queue_that_is_misspelt_is_no_empty_one(server, darkroom):
    for words in (("jobs", "--queue", "nope"), ("cancel", "--queue", "nope", "--dry-run"), ("batches", "make", "again", "--queue", "nope")):
        said = darkroom(*words, folder=server.folder)
        assert said.returncode == 2 and "ai_processing" in said.stderr, said
    assert act(server, "cancel", filter={"queue": "nope"}).json()["errors"][0]["pointer"] == "#/filter/queue"
    assert server.get("/api/v1/jobs", params={"queue": "nope"}).json()["errors"][0]["loc"] == ["query", "queue"]
    for queue in ("ai_processing", "maintenance", "webhooks"):
        assert darkroom("jobs", "--queue", queue, folder=server.folder).returncode == 0
