"""The program is killed at each named point between two durable writes, once: nothing acknowledged is lost, nothing half-done is seen, nothing
is done twice. The points stand in scripts/check_fail_points.py."""
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from support.boxes import found_in
from support.ledger import Ledger
from support.models import RED, added, color_model, drop, listed, painted, put
from support.photos import jpeg, unique_jpeg
from support.waiting import eventually

BEFORE_THE_ROW = ["K1", "K2", "K3", "K4", "K5", "K6"]
AFTER_THE_ROW = ["K7", "K8", "K9", "K12", "K13"]


@pytest.fixture
def make_breaking(make_server):
    """A server that breaks as the plan says, until mend()."""

    def make(plan, **settings):
        return make_server(fail_points=plan, **settings)

    return make


def send_until_it_dies(server, photo):
    """The acknowledged image, if the upload was answered before the server was killed."""
    try:
        answer = server.send(photo)
    except requests.RequestException:
        answer = None
    eventually(lambda: server.has_ended, 10, "the server is killed at its point")
    assert server.process.returncode == -signal.SIGKILL
    return answer.json()["image"] if answer is not None and answer.status_code == 201 else None


def mend(server):
    server.settings.pop("fail_points")
    return server.restart()


def check(server, images):
    """Everything ends well, and the database agrees."""
    for image in images:
        ended = server.image(image["id"], wait=20)
        assert ended["status"] == "completed", ended
    eventually(lambda: not any(server.get("/api/v1/status").json()["jobs"].values()), 20, "nothing is left to do")
    assert server.stop() == 0
    ledger = Ledger(server)
    complaints = ledger.complaints([{"id": image["id"], "job_id": image["job_id"], "sha256": image["sha256"]} for image in images])
    assert complaints == [], "\n".join(complaints)
    return ledger


@pytest.mark.parametrize("point", BEFORE_THE_ROW)
def test_killed_before_the_row_nothing_is_there_and_the_photo_can_be_sent_again(make_breaking, point):
    server = make_breaking(f"{point}=kill@1")
    photo = unique_jpeg()
    assert send_until_it_dies(server, photo) is None
    mend(server)
    assert server.get("/api/v1/images").json()["items"] == []
    ledger = check(server, [server.upload(photo)])
    assert len(ledger.jobs) == 1


@pytest.mark.parametrize("point", AFTER_THE_ROW)
def test_killed_after_the_row_the_job_runs_to_its_end_once(make_breaking, point):
    server = make_breaking(f"{point}=kill@1")
    acknowledged = send_until_it_dies(server, unique_jpeg("slow:20"))
    mend(server)
    (image,) = server.get("/api/v1/images").json()["items"]
    assert acknowledged is None or acknowledged["id"] == image["id"]
    ledger = check(server, [image])
    (job,) = ledger.jobs.values()
    # A claim or a result that was not committed never was; only a job that ran when the server died was interrupted. At K7 a slot may be faster.
    assert job["interruptions"] in {"K7": (0, 1), "K9": (1,), "K12": (1,)}.get(point, (0,)), job


@pytest.mark.parametrize("point, model", [("K10", "null"), ("K11", "null"), ("K10", "demo"), ("K11", "demo")])
def test_a_runner_killed_at_its_work_costs_the_photo_nothing(make_breaking, point, model):
    # The second photo of each runner dies with it; the next runner begins to count anew.
    server = make_breaking(f"{point}=kill@2", model=model, slots=1)
    images = [server.upload(unique_jpeg() if model == "null" else jpeg(color=(10 * number, 0, 0))) for number in range(4)]
    ledger = check(server, images)
    assert sum(job["interruptions"] for job in ledger.jobs.values()) == 3
    assert not any(job["crashes"] for job in ledger.jobs.values())


def test_a_runner_killed_over_a_thumbnail_costs_no_job_anything(make_breaking):
    server = make_breaking("K23=kill@2", model="demo", slots=1)
    images = [server.upload(jpeg(color=(10 * number, 0, 0))) for number in range(4)]
    for image in images:
        server.wait_for_state(image["id"], "completed")
        eventually(lambda: server.get(image["thumbnail_url"]).status_code == 200, 10, "its thumbnail, if need be made when it is asked for")
    ledger = check(server, images)
    assert not any(job["interruptions"] or job["crashes"] for job in ledger.jobs.values()), ledger.jobs


@pytest.mark.parametrize("point", ["K16", "K17"])
def test_a_removal_that_was_cut_short_is_finished_by_the_next_start(make_breaking, point):
    server = make_breaking(f"{point}=kill@1")
    image = server.result_of(unique_jpeg())
    with pytest.raises(requests.RequestException):
        server.delete(f"/api/v1/images/{image['id']}")
    eventually(lambda: server.has_ended, 10, "the server is killed at its point")
    mend(server)
    assert server.get(f"/api/v1/images/{image['id']}").status_code == 404
    eventually(lambda: not server.blobs(), 10, "the photo's bytes are gone")


def test_a_migration_that_was_cut_short_begins_again(make_server, tmp_path):
    with pytest.raises(AssertionError, match="ended with -9"):
        make_server(tmp_path / "data", fail_points="K18=kill@1")
    server = make_server(tmp_path / "data")
    check(server, [server.upload(unique_jpeg())])


@pytest.mark.parametrize("point", ["K1", "K2", "K3", "K4", "K5", "K6", "K8", "K9", "K12", "K13"])
def test_an_error_at_a_point_is_told_or_made_good(make_breaking, point):
    server = make_breaking(f"{point}=error@1", run_first_retry_seconds=0)
    photo = unique_jpeg()
    answer = server.send(photo)
    if point in BEFORE_THE_ROW:
        assert answer.status_code in (500, 503) and "fail point" not in answer.text
        assert server.get("/api/v1/images").json()["items"] == [] and server.incoming() == []
        answer = server.send(photo)
    assert answer.status_code == 201
    check(server, [answer.json()["image"]])


@pytest.mark.parametrize("plan, test_mode, words", [("K6=kill@1", False, "--test-mode"), ("K6=boom@1", True, "K6=boom@1")])
def test_points_are_refused_where_they_do_not_belong(make_server, plan, test_mode, words):
    with pytest.raises(AssertionError, match="ended with 2") as refused:
        make_server(fail_points=plan, test_mode=test_mode, model="demo")
    assert words in str(refused.value)


def test_killed_in_the_middle_of_a_swap_the_next_start_makes_it(make_breaking):
    server = make_breaking("K19=kill@2")
    red = painted(((0, 0, 64, 64), RED))
    old, newer = color_model(), color_model(description="newer")
    first = added(server, "colors", old)
    with pytest.raises(requests.RequestException):
        put(server, "colors", newer)
    eventually(lambda: server.has_ended, 10, "the server is killed at its point")
    mend(server)
    second = eventually(lambda: (version := listed(server)["colors"]["version"]) != first and version, 20, "the new version is current")
    image = server.result_of(red, model="colors")
    assert found_in(image) and image["result"]["model"]["version"] == second
    assert added(server, "colors", newer) == second


# It had passed, and its file is taken but once: it never ran.
def test_killed_before_a_dropped_model_runs_the_next_start_makes_it_run(make_breaking, tmp_path):
    server = make_breaking("K19=kill@1", models_dir=tmp_path / "models")
    drop(tmp_path / "models", "colors", color_model())
    eventually(lambda: server.has_ended, 30, "the server is killed at its point")
    mend(server)
    eventually(lambda: listed(server)["colors"]["state"] == "active", 20, "the model takes photos")
    assert found_in(server.result_of(painted(((0, 0, 64, 64), RED)), model="colors"))


# The batch stayed open for ever, and whoever waited for its completion waited in vain.
def test_killed_while_it_fills_a_batch_the_batch_ends_with_what_it_has(make_breaking):
    server = make_breaking("K22=kill@1")
    images = [server.result_of(unique_jpeg()) for _ in range(3)]
    with pytest.raises(requests.RequestException):
        server.post("/api/v1/batches", json={"title": "again", "image_ids": [image["id"] for image in images]})
    assert server.process.wait(10) == -signal.SIGKILL
    check_the_one_batch(mend(server), 3)


def test_an_error_while_it_fills_a_batch_seals_it(make_breaking):
    server = make_breaking("K22=error@1")
    images = [server.result_of(unique_jpeg()) for _ in range(3)]
    assert server.post("/api/v1/batches", json={"title": "again", "image_ids": [image["id"] for image in images]}).status_code == 503
    check_the_one_batch(server, 3)


# It was answered with 201 and fewer images, without a word.
def test_a_batch_that_is_sealed_while_it_is_filled_says_what_it_got(make_breaking):
    server = make_breaking("K22=delay:3000@2")  # the cancel below is the first hit
    server.post("/api/v1/queues/ai_processing/pause")
    for _ in range(51):  # one more than is put into it at a time
        server.upload(unique_jpeg())
    server.post("/api/v1/jobs/actions", json={"action": "cancel", "filter": {"all": True}})
    other = server.twin()
    with ThreadPoolExecutor(1) as background:
        filled = background.submit(server.post, "/api/v1/batches", json={"title": "again", "filter": {"all": True}})
        (batch,) = eventually(lambda: [batch for batch in other.get("/api/v1/batches").json()["items"] if batch["total"]], 20, "it has some")
        assert other.post(f"/api/v1/batches/{batch['id']}/seal").status_code == 200
        answer = filled.result(30)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict") and "it got 50 of the 51 images" in answer.json()["detail"], answer.text
    assert other.get(f"/api/v1/batches/{batch['id']}").json()["batch"]["total"] == 50


def test_killed_within_many_uploads_their_batch_ends_with_what_came(make_breaking):
    server = make_breaking("K3=kill@2")
    with pytest.raises(requests.RequestException):
        server.post("/api/v1/images/many", files=[("file", (f"{number}.jpg", unique_jpeg())) for number in range(3)])
    assert server.process.wait(10) == -signal.SIGKILL
    check_the_one_batch(mend(server), 1)


def check_the_one_batch(server, total):
    def ended():
        batch = server.get("/api/v1/batches").json()["items"][0]
        return batch["state"] == "completed" and batch
    assert eventually(ended, 20, "the batch completes")["completed"] == total
    told = [event["data"]["total"] for event in server.events() if event["type"] == "batch.completed"]
    assert told == [total]
