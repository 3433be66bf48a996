"""What a running installation does by itself, without anybody asking: schedules, batches, retention, watching each machine."""
import sqlite3

import pytest

from support.photos import unique_jpeg
from support.raw import RawConnection
from support.waiting import eventually


def alerts(web):
    return [(alert["name"], alert["node"]) for alert in web.get("/api/v1/alerts").json()["items"]]


def watch(web):
    job = web.post("/api/v1/schedules/watch_resources/run").json()["job_id"]
    assert web.job(job, wait=20)["state"] == "completed"


def test_what_maintenance_did_is_told_by_its_job(server, darkroom):
    job = server.post("/api/v1/schedules/cleanup/run").json()["job_id"]
    ended = server.job(job, wait=20)
    assert ended["state"] == "completed" and set(ended["result"].values()) == {0} and "running_without_node" in ended["result"], ended
    assert [attempt["timings"] for attempt in ended["attempts"]] == [None], ended
    said = darkroom("job", job, folder=server.folder)
    assert said.returncode == 0 and '  did {"' in said.stdout and '"running_without_node":0' in said.stdout and "  us " not in said.stdout, said
    photo = server.result_of(unique_jpeg())
    of_photo = server.job(photo["job_id"])
    assert of_photo["result"] is None and of_photo["attempts"][0]["timings"]["read"] >= 0, of_photo
    assert "  us {" in darkroom("job", photo["job_id"], folder=server.folder).stdout


def test_what_maintenance_did_is_told_by_its_job_on_the_other_database(make_cluster):
    web = make_cluster(workers=1).web
    ended = web.job(web.post("/api/v1/schedules/cleanup/run").json()["job_id"], wait=20)
    assert ended["result"]["running_without_node"] == 0 and [attempt["timings"] for attempt in ended["attempts"]] == [None], ended


def test_a_schedule_fires_by_itself(make_server, darkroom):
    server = make_server(run_max_retries=1)
    rule = {"cron": "* * * * *", "zone": "UTC", "kind": "maintenance.prune"}  # of those that are built in it comes least often
    assert server.http.put(f"{server.url}/api/v1/schedules/each-minute", json=rule, timeout=70).status_code == 201
    fires = eventually(lambda: server.get("/api/v1/schedules/each-minute").json()["fires"], 65, "the slot comes and is fired")
    job = server.job(fires[0]["job_id"], wait=20)
    assert (job["state"], job["max_attempts"]) == ("completed", 2), "as one of those that people run"
    said = darkroom("schedules", "show", "each-minute", folder=server.folder)
    assert 'last run: completed {"images":0' in said.stdout, said


def test_a_batch_that_nobody_completed_is_completed_by_whoever_looks(make_cluster, postgres):
    cluster = make_cluster(workers=1)
    batch = cluster.web.post("/api/v1/batches", json={"title": "spring"}).json()["batch"]["id"]
    cluster.web.upload(unique_jpeg(), batch=batch, wait=20)
    assert cluster.web.post(f"/api/v1/batches/{batch}/seal").json()["batch"]["completed_at"]
    postgres.sql("UPDATE batch SET completed_at = NULL", cluster.name)
    eventually(lambda: cluster.database.rows("SELECT completed_at FROM batch")[0]["completed_at"], 5, "it is completed again")


def test_retention_of_the_settings_removes_photos_when_they_are_old(make_server):
    server = make_server(retention_completed_days=7)
    old, young = server.result_of(unique_jpeg()), server.result_of(unique_jpeg())
    assert server.stop() == 0
    with sqlite3.connect(server.folder / "darkroom.db") as database:
        database.execute("UPDATE job SET finished_at = finished_at - 8 * 86400000000 WHERE image_id = ?", [old["id"]])
    database.close()
    server.start()
    job = server.post("/api/v1/schedules/prune/run").json()["job_id"]
    assert server.job(job, wait=20)["state"] == "completed"
    assert server.get(f"/api/v1/images/{old['id']}").status_code == 404
    assert server.image(young["id"])["status"] == "completed"
    assert server.blobs() == [server.blob(young["sha256"])]


@pytest.fixture
def long_prune(make_server):
    """A server that is in the middle of a prune which takes some seconds, and the id of that job."""
    server = make_server(retention_events_days=1)
    assert server.stop() == 0
    with sqlite3.connect(server.folder / "darkroom.db") as database:
        database.execute("UPDATE event SET at = 0")
        database.execute("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600000) "
                         "INSERT INTO event (at, type, actor) SELECT 0, 'old', 'test' FROM n")
    database.close()
    server.start()
    prune = server.post("/api/v1/schedules/prune/run").json()["job_id"]
    eventually(lambda: server.job(prune)["state"] == "running", 20, "the prune runs")
    return server, prune


# Each restart cost it two of the interruptions after which a job fails.
def test_maintenance_that_runs_at_a_stop_is_interrupted_once(long_prune):
    server, prune = long_prune
    with RawConnection(server) as slow:
        slow.send_head("Content-Type: multipart/form-data; boundary=b", "Content-Length: 1000")  # the server waits for the rest before it ends
        assert server.stop() == 0
    with sqlite3.connect(server.folder / "darkroom.db") as database:
        assert database.execute("SELECT state, attempt, interruptions FROM job WHERE public_id = ?", [prune]).fetchone() == ("queued", 0, 1)
    database.close()


# It went on to delete to its end, and held up all other maintenance.
def test_maintenance_that_is_cancelled_while_it_runs_stops(long_prune):
    server, prune = long_prune
    assert server.post(f"/api/v1/jobs/{prune}/cancel").status_code == 200
    following = server.post("/api/v1/schedules/prune/run").json()["job_id"]
    eventually(lambda: server.job(following)["state"] == "running", 5, "its place is free")
    assert server.post(f"/api/v1/jobs/{following}/cancel").status_code == 200
    assert server.stop() == 0
    with sqlite3.connect(server.folder / "darkroom.db") as database:
        assert database.execute("SELECT COUNT(*) FROM event WHERE type = 'old'").fetchone()[0] > 0
    database.close()


# The two judged the disk in turn, each its own: the alert was raised and ended every other minute, and webhooks with it. Workers were never watched.
def test_each_process_watches_its_own_machine(make_cluster):
    cluster = make_cluster(webs=2, workers=1)
    low, well, worker = *cluster.webs, cluster.workers[0]
    for process, name in ((low, "low"), (worker, "low-worker")):
        process.stop()
        process.settings |= {"node_name": name, "watch_disk_free_mb": 1_000_000_000}
        process.start()
    both = [("disk_low", "low"), ("disk_low", "low-worker")]
    eventually(lambda: alerts(well) == both, 20, "each says it of its own machine")
    for _ in range(3):
        for web in (low, well):
            watch(web)
            assert alerts(well) == both
    types = [event["type"] for event in well.events() if event["type"].startswith("alert.")]
    assert types == ["alert.raised"] * 2
    assert worker.stop() == 0
    watch(well)
    assert alerts(well) == both[:1], "nobody looks at that machine any more"
