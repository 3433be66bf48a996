"""A batch is many photos as one thing: progress, one completion event, however its jobs end."""
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.people import ask, token_of
from support.photos import unique_jpeg
from support.waiting import eventually

NOBODY = "01a203b7-eb0f-71c7-bfff-d37c3c46b2f2"


def make(server, **body):
    answer = server.post("/api/v1/batches", json={"title": "spring album"} | body)
    assert answer.status_code == 201, answer.text
    batch = answer.json()["batch"]
    assert answer.headers["Location"] == f"/api/v1/batches/{batch['id']}"
    return batch


def seal(server, batch):
    answer = server.post(f"/api/v1/batches/{batch['id']}/seal")
    assert answer.status_code == 200, answer.text
    return answer.json()["batch"]


def look(server, batch, wait=0):
    answer = server.get(f"/api/v1/batches/{batch['id']}", params={"wait": wait})
    assert answer.status_code == 200, answer.text
    return answer.json()["batch"]


def completions(server):
    return [event["data"] for event in server.events() if event["type"] == "batch.completed"]


def test_photos_are_sent_into_an_open_batch_and_it_completes_once(server):
    batch = make(server)
    assert (batch["state"], batch["title"], batch["owner"], batch["total"]) == ("open", "spring album", "admin", 0)
    images = [server.upload(unique_jpeg("slow:100"), batch=batch["id"]) for _ in range(4)] + [server.upload(unique_jpeg("lie"), batch=batch["id"])]
    assert all(image["batch_id"] == batch["id"] for image in images)
    sealed = seal(server, batch)
    assert sealed["sealed_at"] and sealed["total"] == 5
    ended = look(server, batch, wait=30)
    assert (ended["state"], ended["completed"], ended["failed"], ended["waiting"], ended["running"]) == ("completed", 4, 1, 0, 0)
    assert completions(server) == [{"batch": batch["id"], "total": 5, "completed": 4, "failed": 1, "cancelled": 0}]
    assert look(server, batch) == ended


def test_who_waits_is_answered_at_the_completion(server):
    server.post("/api/v1/queues/ai_processing/pause")
    batch = make(server)
    server.upload(unique_jpeg(), batch=batch["id"])
    seal(server, batch)
    assert look(server, batch, wait=1)["state"] == "sealed"
    answers = []
    waiter = threading.Thread(target=lambda other: answers.append(look(other, batch, wait=30)), args=[server.twin()])
    waiter.start()
    server.post("/api/v1/queues/ai_processing/resume")
    assert server.seconds_until(lambda: not waiter.is_alive(), within=20) < 10
    assert answers[0]["state"] == "completed"


def test_existing_images_are_processed_again_as_one_batch(server):
    images = [server.result_of(unique_jpeg(), uploader="minji") for _ in range(3)]
    other = server.result_of(unique_jpeg(), uploader="jun")
    by_ids = make(server, image_ids=[image["id"] for image in images[:2]], priority=5, model="null")
    ended = look(server, by_ids, wait=30)
    assert (ended["state"], ended["total"], ended["completed"]) == ("completed", 2, 2)
    by_filter = make(server, filter={"owner": "minji"}, reason="a better model")
    assert look(server, by_filter, wait=30)["completed"] == 3
    assert server.image(images[0]["id"])["batch_id"] == by_filter["id"]
    assert server.image(other["id"])["job_id"] == other["job_id"]
    assert len(completions(server)) == 2


def test_a_batch_says_how_many_are_left_out_and_one_of_nothing_is_refused(server, darkroom):
    done = server.result_of(unique_jpeg(), uploader="minji")
    server.post("/api/v1/queues/ai_processing/pause")
    waiting = server.upload(unique_jpeg(), uploader="minji")
    for nothing in ({"filter": {"owner": "nobody"}}, {"filter": {"owner": "minji", "state": "queued"}}, {"image_ids": [waiting["id"], 999]}):
        refused = server.post("/api/v1/batches", json={"title": "t"} | nothing)
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict"), refused.text
    assert server.get("/api/v1/batches").json()["items"] == [] and completions(server) == []
    order = {"action": "reprocess", "filter": {"image_ids": [done["id"], waiting["id"]]}}
    counted = server.post("/api/v1/jobs/actions", json=order | {"dry_run": True}).json()
    made = server.post("/api/v1/batches", json={"title": "t", "image_ids": [done["id"], waiting["id"]]})
    assert (made.status_code, made.json()["batch"]["total"]) == (201, 1), made.text
    assert (made.json()["matched"], made.json()["left_out"]) == (2, 1) == (counted["matched"], counted["matched"] - counted["changed"])
    said = darkroom("batches", "make", "again", "--owner", "nobody", folder=server.folder)
    assert said.returncode == 4 and "No image meets the conditions" in said.stderr, said
    server.post("/api/v1/queues/ai_processing/resume")
    assert [server.image(image["id"], wait=20)["status"] for image in (done, waiting)] == ["completed"] * 2
    server.post("/api/v1/queues/ai_processing/pause")
    late = server.upload(unique_jpeg())
    said = darkroom("batches", "make", "again", late["id"], done["id"], folder=server.folder)
    assert said.returncode == 0 and "2 jobs matched, 1 of them left out" in said.stdout, said
    assert darkroom("batches", "make", "again", 999, folder=server.folder).returncode == 3


def of_nothing(server):
    """Batches, or completions, that are of no photo."""
    return [batch for batch in server.get("/api/v1/batches").json()["items"] + completions(server) if batch["total"] == 0]


def test_of_many_that_make_a_batch_of_the_same_photos_at_once_none_makes_one_of_nothing(server):
    images = [server.result_of(unique_jpeg())["id"] for _ in range(3)]
    server.post("/api/v1/queues/ai_processing/pause")
    for _ in range(5):
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda other: other.post("/api/v1/batches", json={"title": "t", "image_ids": images}), [server.twin() for _ in range(8)]))
        totals = [answer.json()["batch"]["total"] for answer in answers if answer.status_code == 201]
        assert sum(totals) == 3 and {answer.json()["code"] for answer in answers if answer.status_code != 201} == {"conflict"}
        server.post("/api/v1/jobs/actions", json={"action": "cancel", "filter": {"state": "queued"}})
    assert of_nothing(server) == []
    told = [event["type"] for event in server.events()]
    assert told.count("batch.created") == told.count("batch.sealed") == len(server.get("/api/v1/batches").json()["items"])


def test_of_two_that_wait_for_the_same_photo_one_makes_its_batch(make_cluster):
    cluster = make_cluster(workers=1)
    web = cluster.web
    image = web.result_of(unique_jpeg())
    with ThreadPoolExecutor(2) as threads, cluster.holding("SELECT id FROM image FOR UPDATE"):
        asked = [threads.submit(web.twin().post, "/api/v1/batches", json={"title": "t", "image_ids": [image["id"]]}) for _ in range(2)]
        eventually(lambda: cluster.waiting() == 2, 10, "both have counted it and wait for it")
    assert sorted(each.result().status_code for each in asked) == [201, 409], [each.result().text for each in asked]
    assert "can be processed again now" in next(each.result().text for each in asked if each.result().status_code == 409)
    assert len(web.get("/api/v1/batches").json()["items"]) == 1 and of_nothing(web) == []


def test_the_last_job_may_be_cancelled_or_deleted(server):
    server.post("/api/v1/queues/ai_processing/pause")
    batch = make(server)
    first, second = (server.upload(unique_jpeg(), batch=batch["id"]) for _ in range(2))
    seal(server, batch)
    assert server.post(f"/api/v1/jobs/{first['job_id']}/cancel").status_code == 200
    assert look(server, batch)["state"] == "sealed"
    assert server.delete(f"/api/v1/images/{second['id']}").status_code == 204
    ended = look(server, batch)
    assert (ended["state"], ended["total"], ended["cancelled"]) == ("completed", 1, 1)
    assert len(completions(server)) == 1


def test_a_sealed_batch_takes_nothing_more_and_an_empty_one_completes_at_once(server):
    batch = make(server)
    assert seal(server, batch)["state"] == "completed"
    refused = server.send(unique_jpeg(), batch=batch["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert server.get("/api/v1/images").json()["items"] == []


def test_a_batch_survives_a_kill_and_completes_once(make_server):
    server = make_server(slots=2)
    batch = make(server)
    for _ in range(6):
        server.upload(unique_jpeg("slow:150"), batch=batch["id"])
    seal(server, batch)
    server.restart()
    assert look(server, batch, wait=30)["completed"] == 6
    server.restart()
    assert len(completions(server)) == 1


def test_batches_are_listed_newest_first(server):
    ids = [make(server, title=title)["id"] for title in ("one", "둘", "three")]
    items = server.get("/api/v1/batches").json()["items"]
    assert [item["id"] for item in items] == ids[::-1]
    assert [item["title"] for item in server.get("/api/v1/batches?limit=2").json()["items"]] == ["three", "둘"]


def test_batches_are_followed_page_by_page(server, darkroom):
    ids = [make(server, title=str(number))["id"] for number in range(5)][::-1]
    seen, path = [], "/api/v1/batches?limit=2"
    while path:
        answer = server.get(path)
        seen += [item["id"] for item in answer.json()["items"]]
        cursor = answer.json()["next_cursor"]
        assert (cursor is not None) == ("Link" in answer.headers)
        path = cursor and f"/api/v1/batches?limit=2&cursor={cursor}"
    assert seen == ids
    assert server.get("/api/v1/batches?limit=5").json()["next_cursor"] is None
    assert server.get("/api/v1/batches?cursor=nonsense").json()["code"] == "invalid_field"
    some = darkroom("batches", "--limit", 2, folder=server.folder).stdout
    assert ids[1] in some and ids[2] not in some and "there are more: darkroom batches --limit 4" in some
    whole = darkroom("batches", folder=server.folder).stdout
    assert ids[4] in whole and "there are more" not in whole


@pytest.mark.parametrize("body, status, code", [
    ({}, 422, "invalid_field"), ({"title": ""}, 422, "invalid_field"), ({"title": "t", "priority": 3}, 422, "invalid_field"),
    ({"title": " \n "}, 422, "invalid_field"), ({"title": "x\x9b31m"}, 422, "invalid_field"), ({"title": "t", "owner": "jun\0"}, 422, "invalid_field"), ({"title": "t", "reason": "\x1b[2J"}, 422, "invalid_field"),
    ({"title": "t", "image_ids": []}, 422, "invalid_field"), ({"title": "t", "image_ids": ["7"]}, 422, "invalid_field"),
    ({"title": "t", "filter": {}}, 422, "invalid_field"), ({"title": "t", "image_ids": [1], "filter": {"all": True}}, 422, "invalid_field"),
    ({"title": "t", "image_ids": [1], "model": "nothing"}, 422, "unknown_model"), ({"title": "t", "name": "x"}, 400, "unknown_field"),
])
def test_a_wrong_batch_is_refused(server, body, status, code):
    answer = server.post("/api/v1/batches", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert server.get("/api/v1/batches").json()["items"] == []


def test_a_title_may_have_400_characters_of_any_language(server):
    assert make(server, title="봄" * 400, owner="김" * 200, reason="까" * 1000)["title"] == "봄" * 400
    for body in ({"title": "봄" * 401}, {"owner": "김" * 201}, {"reason": "까" * 1001}):
        refused = server.post("/api/v1/batches", json={"title": "t"} | body)
        assert refused.status_code == 422 and "characters" in refused.json()["detail"], refused.text
    assert server.get("/api/v1/images", params={"search": "봄" * 400}).status_code == 200
    assert server.get("/api/v1/jobs", params={"owner": "김" * 400}).status_code == 200
    assert server.get("/api/v1/failures", params={"model": "봄" * 401}).status_code == 422


def test_an_id_may_be_written_in_capitals(server):
    server.post("/api/v1/queues/ai_processing/pause")
    batch = make(server)["id"]
    image = server.upload(unique_jpeg(), batch=batch.upper())
    job = image["job_id"]
    assert image["batch_id"] == batch and look(server, {"id": batch.upper()})["total"] == 1
    assert server.job(job.upper())["job_id"] == job
    assert [item["job_id"] for item in server.get("/api/v1/jobs", params={"batch": batch.upper()}).json()["items"]] == [job]
    assert [item["id"] for item in server.get("/api/v1/images", params={"batch": batch.upper()}).json()["items"]] == [image["id"]]
    for which in ({"ids": [job.upper()]}, {"filter": {"batch": batch.upper()}}):
        counted = server.post("/api/v1/jobs/actions", json={"action": "cancel", "dry_run": True} | which)
        assert counted.json()["matched"] == 1, counted.text
    assert server.post(f"/api/v1/jobs/{job.upper()}/cancel").status_code == 200


def test_there_must_be_such_a_batch(server):
    assert server.get(f"/api/v1/batches/{NOBODY}").status_code == 404
    assert server.get("/api/v1/batches/spring").status_code == 404
    assert server.post(f"/api/v1/batches/{NOBODY}/seal").status_code == 404
    assert server.send(unique_jpeg(), batch=NOBODY).status_code == 404
    assert server.send(unique_jpeg(), batch="spring").status_code == 422


def test_submit_makes_a_batch_and_batches_shows_it(server, darkroom, tmp_path):
    photos = [tmp_path / f"{number}.jpg" for number in range(3)]
    for photo in photos:
        photo.write_bytes(unique_jpeg())
    sent = darkroom("submit", "--wait", "--batch", "봄 앨범", *photos, folder=server.folder)
    assert sent.returncode == 0, sent.stderr
    batch = sent.stdout.splitlines()[-1].removeprefix("batch ")
    assert look(server, {"id": batch})["state"] == "completed"
    one = darkroom("batches", batch, "--wait", folder=server.folder)
    assert one.returncode == 0 and "봄 앨범" in one.stdout and "completed" in one.stdout
    listed = json.loads(darkroom("batches", "--json", folder=server.folder).stdout)
    assert [item["id"] for item in listed["items"]] == [batch]
    assert darkroom("batches", NOBODY, folder=server.folder).returncode == 3


def test_commands_make_a_batch_of_existing_images(server, darkroom):
    mine = [server.result_of(unique_jpeg(), uploader="minji")["id"] for _ in range(2)]
    other = server.result_of(unique_jpeg(), uploader="jun")
    dry = darkroom("batches", "make", "다시", "--owner", "minji", "--dry-run", folder=server.folder)
    assert (dry.returncode, dry.stdout) == (0, "2 of 2 matching jobs would be given a new job\n"), dry.stderr
    assert server.get("/api/v1/batches").json()["items"] == []
    made = darkroom("batches", "make", "다시", "--owner", "minji", "--model", "null", "--priority", 7, "--json", folder=server.folder)
    assert made.returncode == 0, made.stderr
    assert (json.loads(made.stdout)["matched"], json.loads(made.stdout)["left_out"]) == (2, 0)
    ended = look(server, json.loads(made.stdout)["batch"], wait=30)
    assert (ended["title"], ended["state"], ended["completed"]) == ("다시", "completed", 2)
    assert {server.image(image)["priority"] for image in mine} == {7}
    assert server.image(other["id"])["job_id"] == other["job_id"]
    assert darkroom("batches", "make", "nothing said", folder=server.folder).returncode == 2
    assert len(server.get("/api/v1/batches").json()["items"]) == 1


def test_a_batch_that_was_left_open_is_sealed_by_command(server, darkroom):
    batch = make(server)
    server.image(server.upload(unique_jpeg(), batch=batch["id"])["id"], wait=20)
    sealed = darkroom("batches", "seal", batch["id"], folder=server.folder)
    assert sealed.returncode == 0 and "completed" in sealed.stdout, sealed.stderr
    assert [told["total"] for told in completions(server)] == [1]
    assert darkroom("batches", "seal", NOBODY, folder=server.folder).returncode == 3


def test_who_waits_for_a_batch_by_command_is_told_how_it_ended(server, darkroom):
    open_one, good, bad = (make(server, title=title) for title in ("open", "good", "bad"))
    server.upload(unique_jpeg(), batch=good["id"])
    server.upload(unique_jpeg(), batch=bad["id"])
    server.upload(unique_jpeg("lie"), batch=bad["id"])
    for batch in (good, bad):
        seal(server, batch)
    assert darkroom("batches", good["id"], "--wait", folder=server.folder).returncode == 0
    failed = darkroom("batches", bad["id"], "--wait", folder=server.folder)
    assert failed.returncode == 1 and "completed" in failed.stdout and not failed.stderr
    late = darkroom("batches", open_one["id"], "--wait", "--within", "0", "--json", folder=server.folder)
    assert late.returncode == 4 and "seal it" in late.stderr and json.loads(late.stdout)["batch"]["state"] == "open"
    assert darkroom("batches", bad["id"], folder=server.folder).returncode == 0
    for nothing in ((), ("",)):
        assert darkroom("batches", *nothing, "--wait", folder=server.folder).returncode == 2
    assert darkroom("batches", NOBODY, "--wait", folder=server.folder).returncode == 3


def test_images_that_are_not_there_are_counted(server, darkroom):
    done = server.result_of(unique_jpeg())["id"]
    order = {"title": "t", "image_ids": [999, done, done, 998]}
    counted = server.post("/api/v1/batches", json=order | {"dry_run": True})
    assert (counted.status_code, counted.json()) == (200, {"matched": 1, "left_out": 0, "missing": 2, "dry_run": True}), counted.text
    assert server.get("/api/v1/batches").json()["items"] == []
    made = server.post("/api/v1/batches", json=order).json()
    assert (made["matched"], made["left_out"], made["missing"], made["batch"]["total"]) == (1, 0, 2, 1), made
    server.image(done, wait=20)
    assert "missing" not in server.post("/api/v1/batches", json={"title": "t", "image_ids": [done]}).json()
    refused = server.post("/api/v1/batches", json={"title": "t", "dry_run": True})
    assert refused.status_code == 422 and refused.json()["errors"][0]["pointer"] == "#/dry_run", refused.text


def test_who_may_make_a_batch_may_count(peopled, darkroom):
    mine, other = (peopled.result_of(unique_jpeg(), uploader=name) for name in ("the-uploader", "somebody"))
    token = token_of(peopled, "the-uploader")
    for words in (("--all",), ("--state", "completed")):
        dry = darkroom("batches", "make", "again", *words, "--dry-run", "--token", token, folder=peopled.folder)
        assert (dry.returncode, dry.stdout) == (0, "1 of 1 matching jobs would be given a new job\n"), dry
    named = ask(peopled, "POST", "/api/v1/batches", token, json={"title": "t", "image_ids": [mine["id"], other["id"]], "dry_run": True})
    assert named.json() == {"matched": 1, "left_out": 0, "missing": 1, "dry_run": True}, named.text
    assert peopled.get("/api/v1/batches").json()["items"] == []
    assert ask(peopled, "POST", "/api/v1/batches", token_of(peopled, "the-viewer"), json={"title": "t", "filter": {"all": True}, "dry_run": True}).status_code == 403
