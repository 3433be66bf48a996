"""Schedules over HTTP and by command: made, shown, run, paused, removed, and what is refused."""
import json

import pytest

RULE = {"cron": "30 3 * * *", "zone": "Asia/Seoul", "kind": "maintenance.cleanup"}


def put(server, name="nightly", **fields):
    return server.http.put(f"{server.url}/api/v1/schedules/{name}", json=RULE | fields, timeout=70)


def test_a_schedule_is_made_shown_replaced_and_removed(server):
    made = put(server)
    assert made.status_code == 201, made.text
    schedule = made.json()["schedule"]
    assert {key: schedule[key] for key in RULE} == RULE and schedule["enabled"] and schedule["missed"] == "once"
    assert schedule["next_slot"].endswith("T18:30:00.000Z"), "03:30 in Seoul is 18:30 UTC of the day before"
    replaced = put(server, cron="0 4 * * *", missed="skip")
    assert replaced.status_code == 200 and replaced.json()["schedule"]["next_slot"].endswith("T19:00:00.000Z")
    assert "nightly" in [item["name"] for item in server.get("/api/v1/schedules").json()["items"]]
    assert server.get("/api/v1/schedules/nightly").json()["schedule"]["missed"] == "skip"
    assert server.delete("/api/v1/schedules/nightly").status_code == 204
    assert server.get("/api/v1/schedules/nightly").status_code == 404
    assert server.delete("/api/v1/schedules/nightly").status_code == 404


def test_a_paused_schedule_that_is_put_once_more_stays_paused(server, darkroom):
    put(server)
    server.post("/api/v1/schedules/nightly/pause")
    again = put(server, cron="0 4 * * *")
    assert again.status_code == 200 and not again.json()["schedule"]["enabled"] and again.json()["schedule"]["next_slot"] is None
    added = darkroom("schedules", "add", "nightly", "--cron", "0 5 * * *", "--kind", "maintenance.cleanup", "--json", folder=server.folder)
    assert json.loads(added.stdout)["schedule"]["enabled"] is False
    assert put(server, enabled=True).json()["schedule"]["next_slot"]


def test_a_built_in_schedule_is_paused_instead_of_removed(server, darkroom):
    refused = server.delete("/api/v1/schedules/prune")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict") and "pause" in refused.json()["detail"]
    removed = darkroom("schedules", "remove", "prune", folder=server.folder)
    assert removed.returncode == 4 and "pause" in removed.stderr
    assert darkroom("schedules", "pause", "prune", folder=server.folder).returncode == 0
    server.restart()
    put(server)
    built_in = {item["name"]: item["enabled"] for item in server.get("/api/v1/schedules").json()["items"] if item["built_in"]}
    assert built_in == {"prune": False, "sweep_blobs": True, "cleanup": True, "watch_resources": True}


def test_a_built_in_schedule_keeps_what_it_runs(server):
    refused = put(server, name="prune", kind="maintenance.cleanup")
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_field") and "maintenance.prune" in refused.json()["detail"]
    moved = put(server, name="prune", kind="maintenance.prune", cron="0 4 * * *")
    assert moved.status_code == 200 and moved.json()["schedule"]["cron"] == "0 4 * * *", moved.text
    assert server.get("/api/v1/schedules/prune").json()["schedule"]["kind"] == "maintenance.prune"


def test_run_makes_its_job_now(server):
    put(server)
    answer = server.post("/api/v1/schedules/nightly/run")
    assert answer.status_code == 201, answer.text
    job = server.job(answer.json()["job_id"], wait=30)
    assert (job["kind"], job["queue"], job["state"], job["image_id"]) == ("maintenance.cleanup", "maintenance", "completed", None)
    assert answer.headers["Location"] == "/api/v1/jobs/" + job["job_id"]


def test_a_paused_schedule_has_no_next_slot_until_it_is_resumed(server):
    put(server)
    assert server.post("/api/v1/schedules/nightly/pause").json()["schedule"]["next_slot"] is None
    schedule = server.post("/api/v1/schedules/nightly/resume").json()["schedule"]
    assert schedule["enabled"] and schedule["next_slot"]
    assert server.post("/api/v1/schedules/x/pause").status_code == server.post("/api/v1/schedules/x/resume").status_code == 404
    assert server.post("/api/v1/schedules/x/run").status_code == 404


def test_why_a_schedule_is_run_paused_or_resumed_stands_in_the_event(server, darkroom):
    put(server)
    job = server.post("/api/v1/schedules/nightly/run", json={"reason": "the disk is full"}).json()["job_id"]
    assert server.post("/api/v1/schedules/nightly/pause", json={"reason": "not today"}).status_code == 200
    assert darkroom("schedules", "resume", "nightly", "--reason", "it is quiet again", folder=server.folder).returncode == 0
    told = [(event["type"], event["reason"]) for event in server.events() if event["reason"] in ("the disk is full", "not today", "it is quiet again")]
    assert told == [("job.created", "the disk is full"), ("schedule.paused", "not today"), ("schedule.resumed", "it is quiet again")]
    assert server.job(job, wait=30)["state"] == "completed"
    assert server.post("/api/v1/schedules/nightly/pause", json={"reason": "x" * 1001}).status_code == 422


def test_the_next_times_are_told_before_anything_is_saved(server, darkroom):
    def slots(**query):
        return server.get("/api/v1/schedules/slots", params=query)

    seoul = slots(cron="30 3 * * *", zone="Asia/Seoul").json()["items"]
    assert len(seoul) == 5 and seoul == sorted(seoul) and all(slot.endswith("T18:30:00.000Z") for slot in seoul)
    assert len(slots(cron="@daily", count=2).json()["items"]) == 2
    for query, word in (({"cron": "99 * * * *"}, "minute"), ({"zone": "UTC"}, "missing"), ({"cron": "@daily", "zone": "Asia/Soul"}, "Asia/Seoul"), ({"cron": "@daily", "count": 51}, "count")):
        assert slots(**query).status_code == 422 and word in slots(**query).json()["detail"], query
    assert put(server).json()["schedule"]["next_slot"] == seoul[0]
    assert darkroom("schedules", "slots", "30 3 * * *", "--zone", "Asia/Seoul", folder=server.folder).stdout.split() == seoul


def test_a_schedule_without_a_zone_has_that_of_the_setting(make_server, darkroom):
    server = make_server(time_zone="Asia/Seoul")
    made = server.http.put(f"{server.url}/api/v1/schedules/nightly", json={"cron": "30 3 * * *", "kind": "maintenance.cleanup"}, timeout=70).json()["schedule"]
    assert made["zone"] == "Asia/Seoul" and made["next_slot"].endswith("T18:30:00.000Z"), made
    assert server.get("/api/v1/schedules/slots", params={"cron": "30 3 * * *", "count": 1}).json()["items"] == [made["next_slot"]]
    assert darkroom("schedules", "slots", "30 3 * * *", folder=server.folder).stdout.split()[0] == made["next_slot"]
    assert "Asia/Seoul" in darkroom("schedules", "add", "noon", "--cron", "0 12 * * *", "--kind", "maintenance.cleanup", folder=server.folder).stdout


@pytest.mark.parametrize("fields, word", [
    ({"cron": "99 * * * *"}, "minute"),
    ({"cron": "* * *"}, "fields"),
    ({"zone": "Asia/Soul"}, "Asia/Seoul"),
    ({"kind": "image.process"}, "maintenance.cleanup"),
    ({"missed": "sometimes"}, "once"),
    ({"enabled": 1}, "enabled"),
    ({"args": []}, "args"),
    ({"kind": "maintenance.prune", "args": {"keep_days": 3}}, "retention"),
])
def test_what_cannot_be_understood_is_refused_with_what_is_allowed(server, fields, word):
    answer = put(server, **fields)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_field"), answer.text
    assert word in answer.json()["detail"]
    assert server.get("/api/v1/schedules/nightly").status_code == 404


def test_names_and_fields_that_do_not_exist_are_refused(server):
    assert put(server, name="Nightly").status_code == 422
    assert put(server, every="day").json()["code"] == "unknown_field"


@pytest.mark.parametrize("name", ["kinds", "slots"])
def test_a_name_that_is_an_address_is_refused_in_words(server, darkroom, name):
    refused = put(server, name=name)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_field") and f"'{name}' cannot be used" in refused.json()["detail"], refused.text
    gone = server.delete(f"/api/v1/schedules/{name}")
    assert gone.status_code == 404 and "There is no schedule" in gone.json()["detail"], gone.text
    assert server.post(f"/api/v1/schedules/{name}").status_code == 405
    added = darkroom("schedules", "add", name, "--cron", "30 3 * * *", "--kind", "maintenance.cleanup", folder=server.folder)
    assert added.returncode == 2 and "cannot be used" in added.stderr, added
    for word in ("show", "remove", "run", "pause"):
        said = darkroom("schedules", word, name, folder=server.folder)
        assert said.returncode == 3 and "There is no schedule" in said.stderr, (word, said)
    assert darkroom("schedules", "show", "Not A Name", folder=server.folder).returncode == 3


def test_it_is_said_what_a_schedule_may_run(server):
    kinds = {item["kind"]: item["description"] for item in server.get("/api/v1/schedules/kinds").json()["items"]}
    assert {"maintenance.prune", "maintenance.sweep_blobs", "maintenance.cleanup", "maintenance.watch_resources"} <= set(kinds)
    assert all(sentence.endswith(".") for sentence in kinds.values())


def test_the_commands(server, darkroom):
    folder = server.folder
    made = darkroom("schedules", "add", "nightly", "--cron", "30 3 * * *", "--zone", "Asia/Seoul", "--kind", "maintenance.cleanup", folder=folder)
    assert made.returncode == 0 and "T18:30:00.000Z" in made.stdout, made.stderr
    listed = darkroom("schedules", folder=folder)
    assert listed.returncode == 0 and "nightly" in listed.stdout and "Asia/Seoul" in listed.stdout, listed.stderr
    assert json.loads(darkroom("schedules", "--json", folder=folder).stdout)["items"]
    assert darkroom("schedules", "run", "nightly", folder=folder).stdout.startswith("job ")
    assert "paused" in darkroom("schedules", "pause", "nightly", folder=folder).stdout
    assert darkroom("schedules", "resume", "nightly", folder=folder).returncode == 0
    assert "maintenance.prune" in darkroom("schedules", "kinds", folder=folder).stdout
    assert darkroom("schedules", "remove", "nightly", folder=folder).stdout == "removed\n"
    assert darkroom("schedules", "remove", "nightly", folder=folder).returncode == 3
    assert darkroom("schedules", "add", "x", "--cron", "often", "--kind", "maintenance.cleanup", folder=folder).returncode == 2
