"""Web processes and workers of their own, each with its own data folder, over one PostgreSQL."""
import os

import pytest

from support.cluster import Cluster, start_postgres
from support.photos import unique_jpeg
from support.waiting import eventually


@pytest.fixture(scope="module")
def postgres():
    server = start_postgres()
    yield server
    server.close()


@pytest.fixture
def make_cluster(postgres, tmp_path):
    """Not that of conftest.py: what it gives is not started, so that a test may have it start in its own order."""
    clusters = []

    def make(**settings):
        clusters.append(Cluster(tmp_path, postgres, **settings))
        return clusters[-1]

    yield make
    for cluster in clusters:
        cluster.kill()


def test_a_worker_fetches_the_photo_from_the_web_process_that_has_it(make_cluster):
    cluster = make_cluster(webs=2, workers=1).start()
    for web in cluster.webs:
        image = web.upload(unique_jpeg(), wait=30)
        assert image["status"] == "completed", image
        assert cluster.workers[0].blobs() == [], "nothing of it stays with the worker"
    assert cluster.webs[0].image(image["id"])["status"] == "completed", "every web process knows of every photo"


def test_a_photo_that_is_deleted_elsewhere_leaves_the_folder_in_which_it_lies(make_cluster):
    first, second = make_cluster(webs=2, workers=0).start().webs
    image = first.upload(unique_jpeg())
    assert second.delete(f"/api/v1/images/{image['id']}").status_code == 204
    # Each looks once a minute, and whenever something is deleted.
    assert first.delete(f"/api/v1/images/{first.upload(unique_jpeg())['id']}").status_code == 204
    eventually(lambda: first.blobs() == [], 20, "the folder of the first is empty")


# The sweep is one job for all, and whoever does not get it never looked into its own folder.
def test_what_a_crash_left_behind_goes_from_the_folder_of_each_web_process(make_cluster):
    cluster = make_cluster(webs=2, workers=0)
    for web in cluster.webs:
        orphan = web.blob("a" * 64)
        orphan.parent.mkdir(parents=True)
        orphan.write_bytes(b"left behind")
        os.utime(orphan, (0, 0))
    cluster.start()
    for web in cluster.webs:
        eventually(lambda: web.blobs() == [], 20, f"{web.folder.name} is swept")


def test_each_web_process_has_a_token_that_the_start_of_another_leaves_alone(make_cluster):
    cluster = make_cluster(webs=2, workers=0, admin_token="")
    first = cluster.webs[0].start()
    second = cluster.webs[1].start()
    assert first.token != second.token
    for web in (first, second):
        assert web.get("/api/v1/images").status_code == 200
        assert web.get("/api/v1/images", headers={"Authorization": f"Bearer {(first if web is second else second).token}"}).status_code == 200


def test_a_mounted_folder_is_proved_by_its_id_and_needs_no_secret(make_cluster):
    cluster = make_cluster(workers=1, cluster_secret="")
    web, worker = cluster.web.start(), cluster.workers[0]
    with pytest.raises(AssertionError):
        worker.start()
    assert worker.process.wait(10) == 1
    assert "cluster_secret" in worker.log_text() and "mount" in worker.log_text()
    nodes = cluster.webs[0].get("/api/v1/workers").json()["items"]
    assert {node["state"] for node in nodes if node["role"] == "worker"} == {"stopped"}, "it is missed, though it never was there"
    empty = worker.folder / "blobs"
    empty.rename(worker.folder / "was-empty")
    os.symlink(web.folder / "blobs", empty)
    worker.start()
    assert web.upload(unique_jpeg(), wait=30)["status"] == "completed"


def test_another_secret_opens_nothing_and_the_job_is_not_lost(make_cluster):
    cluster = make_cluster(workers=1)
    cluster.workers[0].settings["cluster_secret"] = "some-other-secret-that-is-wrong"
    cluster.start()
    image = cluster.web.upload(unique_jpeg())
    eventually(lambda: cluster.web.image(image["id"]).get("next_attempt_at"), 20, "the job waits for another try")
    assert "is cluster_secret the same there" in cluster.workers[0].log_text()
    assert cluster.web.get(f"/internal/v1/photos/{'0' * 64}").status_code == 401, "the administrator's token is no signature"


def test_a_worker_that_is_told_to_stop_gives_its_work_to_another(make_cluster):
    cluster = make_cluster(workers=2, slots=1, drain_grace_seconds=0, lease_seconds=60).start()
    image = cluster.web.upload(unique_jpeg("slow:4000"))
    cluster.web.wait_for_state(image["id"], "processing")
    first = cluster.web.image(image["id"])["attempts"][-1]
    holder = cluster.database.rows("SELECT node.name FROM job JOIN node ON node.id = job.node")[0]["name"]
    assert next(worker for worker in cluster.workers if worker.folder.name == holder).stop() == 0
    image = cluster.web.image(image["id"], wait=30)
    assert image["status"] == "completed" and image["attempt"] == 1, (image, first)
    assert [attempt["ending"] for attempt in image["attempts"]] == ["interrupted", "completed"]


def test_it_is_told_which_process_runs_a_job_and_which_ran_it(make_cluster, darkroom):
    cluster = make_cluster(workers=2, slots=1).start()
    images = [cluster.web.upload(unique_jpeg("slow:3000")) for _ in range(2)]
    for image in images:
        cluster.web.wait_for_state(image["id"], "processing")
    jobs = [cluster.web.job(image["job_id"]) for image in images]
    assert {job["worker"] for job in jobs} == {"slot-1@worker-1", "slot-1@worker-2"}
    for job in jobs:
        assert f"It is running on {job['worker']} since" in job["place"]["message"]
    for image, job in zip(images, jobs):
        ended = cluster.web.image(image["id"], wait=30)
        assert ended["attempts"][0]["worker"] == job["worker"]
        assert {event["actor"] for event in cluster.web.events(image["id"]) if event["type"] in ("job.started", "job.completed")} == {job["worker"]}
    web = cluster.database.rows("SELECT name FROM node WHERE role = 'web'")[0]["name"]
    done = cluster.web.job(cluster.web.post("/api/v1/schedules/cleanup/run").json()["job_id"], wait=30)
    assert done["attempts"][0]["worker"] == f"maintenance.cleanup@{web}"


def test_a_cancelled_job_frees_the_slot_of_another_process(make_cluster):
    cluster = make_cluster(workers=1, slots=1, lease_seconds=3600).start()  # so that no heartbeat tells it in time
    web = cluster.web
    long = web.upload(unique_jpeg("slow:60000"))
    web.wait_for_state(long["id"], "processing")
    assert web.post(f"/api/v1/jobs/{long['job_id']}/cancel").status_code == 200
    assert web.upload(unique_jpeg(), wait=10)["status"] == "completed"
    assert web.image(long["id"])["status"] == "cancelled"


def test_a_deleted_photo_frees_the_slot_of_another_process(make_cluster):
    web = make_cluster(workers=1, slots=1, lease_seconds=3600).start().web  # so that no heartbeat tells it in time
    long = web.upload(unique_jpeg("slow:60000"))
    web.wait_for_state(long["id"], "processing")
    assert web.delete(f"/api/v1/images/{long['id']}").status_code == 204
    assert web.upload(unique_jpeg(), wait=10)["status"] == "completed"


# Its photos used up their attempts within eight minutes, and failed for good with the words that they were not in the data folder.
def test_photos_of_a_web_process_that_is_away_wait_for_it(make_cluster, postgres):
    cluster = make_cluster(webs=2, workers=1).start()
    here, away = cluster.webs
    here.post("/api/v1/queues/ai_processing/pause")
    image = away.upload(unique_jpeg())
    away.kill()
    here.post("/api/v1/queues/ai_processing/resume")
    for look in range(6):
        waiting = eventually(lambda: len((seen := here.image(image["id"]))["attempts"]) > look and seen["next_attempt_at"] and seen, 20, "it is put off")
        assert (waiting["attempt"], waiting["error_code"]) == (0, "photo_unreachable") and "does not answer" in waiting["error_message"], waiting
        assert "put off" in here.get(f"/api/v1/jobs/{image['job_id']}/place").json()["place"]["message"]
        postgres.sql("UPDATE job SET run_at = 0 WHERE state = 'scheduled'", cluster.name)
    away.start()

    def ended():
        postgres.sql("UPDATE job SET run_at = 0 WHERE state = 'scheduled'", cluster.name)
        return here.image(image["id"])["status"] == "completed" and here.image(image["id"])
    assert eventually(ended, 30, "it runs when its process is back")["attempt"] == 1


# After a restart of the database a worker was sometimes first, found no living web process, and put its job off for a minute.
def test_a_web_process_that_counts_as_dead_is_still_asked_for_its_photos(make_cluster, postgres):
    cluster = make_cluster(workers=1, lease_seconds=60).start()
    postgres.sql("UPDATE node SET state = 'stopped', lease_until = 0 WHERE role = 'web'", cluster.name)
    assert cluster.web.upload(unique_jpeg(), wait=10)["status"] == "completed"


def test_a_restart_of_the_database_is_survived(make_cluster, postgres):
    cluster = make_cluster(workers=1).start()
    before = cluster.web.upload(unique_jpeg("slow:1500"))
    cluster.web.wait_for_state(before["id"], "processing")
    postgres.stop()
    assert cluster.web.send(unique_jpeg()).status_code == 503, "a photo that cannot be stored is not accepted"
    postgres.start()
    eventually(lambda: cluster.web.send(unique_jpeg()).status_code == 201, 30, "photos are taken in again")
    eventually(lambda: cluster.web.image(before["id"])["status"] == "completed", 30, "what ran meanwhile is handed in or run again")


def test_a_password_is_reset_while_the_processes_run(make_cluster, darkroom, tmp_path):
    cluster = make_cluster(workers=0).start()
    asked = {"folder": tmp_path / "elsewhere", "database": cluster.web.settings["database"]}
    (tmp_path / "elsewhere").mkdir()
    ended = darkroom("users", "reset-password", **asked)
    assert ended.returncode == 0, ended.stderr
    assert "New password of admin" in (tmp_path / "elsewhere/new-password.txt").read_text()
    assert darkroom("users", "reset-password", "nobody", **asked).returncode == 3


@pytest.mark.parametrize("role", ["web", "worker"])
def test_these_roles_say_that_they_need_a_database_that_can_be_shared(darkroom, tmp_path, role):
    ended = darkroom(role, folder=tmp_path / "alone")
    assert ended.returncode == 1
    assert "postgresql://" in ended.stderr and "darkroom serve" in ended.stderr


def test_a_choice_of_existing_photos_becomes_one_batch_that_completes_once(make_cluster):
    web = make_cluster(workers=1).start().web
    images = [web.upload(unique_jpeg(), wait=30) for _ in range(2)]
    assert [image["status"] for image in images] == ["completed"] * 2, images
    made = web.post("/api/v1/batches", json={"title": "again", "image_ids": [image["id"] for image in images]})
    assert made.status_code == 201, made.text
    ended = web.get(f"/api/v1/batches/{made.json()['batch']['id']}", params={"wait": 30}).json()["batch"]
    assert (ended["state"], ended["completed"]) == ("completed", 2), ended
    assert [event["data"]["total"] for event in web.events() if event["type"] == "batch.completed"] == [2]
