"""Models where several processes share the work: each worker has its own, and nobody pretends otherwise."""
import base64
import shutil

from support.boxes import found_in
from support.models import BLUE, GREEN, RED, color_model, drop, listed, only_another_runs_it_again, painted, put
from support.waiting import eventually

LABELS = "blue\ngreen\nred\n"


def test_workers_take_their_models_from_the_same_folder_and_a_web_process_takes_none(make_cluster, tmp_path):
    cluster = make_cluster(workers=2, models_dir=tmp_path / "models")
    web = cluster.web
    answer = put(web, "colors", color_model(), LABELS)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict") and "models folder" in answer.json()["detail"]
    drop(tmp_path / "models", "colors", color_model(), LABELS)

    def who_has_it():
        return {node["name"] for node in web.get("/api/v1/workers").json()["items"] if "colors" in node["models"]}
    eventually(lambda: who_has_it() == {"worker-1", "worker-2"}, 30, "both workers say that they have it")
    assert "colors" not in listed(web) and web.get("/api/v1/models").json()["elsewhere"] == ["colors"]
    image = web.result_of(painted(((0, 0, 64, 64), RED)), model="colors")
    assert [found["class"] for found in found_in(image)] == ["red"]
    assert not (web.folder / "library").exists()


def test_photos_for_a_model_whose_workers_are_away_wait_for_them(make_cluster, tmp_path):
    web, worker, _ = with_a_worker_of_colors(make_cluster, tmp_path)
    pieces = begin_in_pieces(web, photo := painted(((0, 0, 64, 64), BLUE)), model="colors")
    assert worker.stop() == 0
    image = web.upload(painted(((0, 0, 64, 64), RED)), model="colors")
    last = send_all(web, pieces, photo)
    assert last.status_code == 204 and "Darkroom-Image" in last.headers, last.text
    refused = web.send(painted(((0, 0, 64, 64), GREEN)), model="colours")
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_model") and "colors" in refused.json()["detail"]
    worker.restart()
    assert [found["class"] for found in found_in(web.image(image["id"], wait=30))] == ["red"]
    assert [found["class"] for found in found_in(web.image(int(last.headers["Darkroom-Image"]), wait=30))] == ["blue"]


def test_what_ran_runs_again_while_its_workers_are_away_and_only_with_another_model_when_they_are_gone(make_cluster, tmp_path):
    web, worker, cluster = with_a_worker_of_colors(make_cluster, tmp_path)
    done = web.result_of(painted(((0, 0, 64, 64), RED)), model="colors")
    assert worker.stop() == 0
    again = web.post(f"/api/v1/jobs/{done['job_id']}/retry")
    assert again.status_code == 201, again.text
    assert web.post(f"/api/v1/jobs/{again.json()['image']['job_id']}/cancel").status_code == 200
    cluster.postgres.sql("DELETE FROM node WHERE models LIKE '%colors%'", cluster.name)  # as when it was away for long
    only_another_runs_it_again(web, web.image(done["id"]), "colors")


def test_a_model_that_was_away_for_an_hour_is_waited_for(make_cluster, tmp_path):
    web, worker, cluster = with_a_worker_of_colors(make_cluster, tmp_path)
    done = web.result_of(painted(((0, 0, 64, 64), RED)), model="colors")
    assert worker.stop() == 0
    hour = 61 * 60_000_000
    cluster.postgres.sql(f"UPDATE node SET seen_at = seen_at - {hour}, lease_until = lease_until - {hour} WHERE role = 'worker'", cluster.name)
    runs_again(web, done)
    image = web.upload(painted(((0, 0, 64, 64), GREEN)), model="colors")
    worker.restart()
    assert [found["class"] for found in found_in(web.image(image["id"], wait=30))] == ["green"]


def test_a_model_is_waited_for_though_another_worker_over_the_same_photos_lives(make_cluster, tmp_path):
    web, worker, cluster = with_a_worker_of_colors(make_cluster, tmp_path, workers=2)
    done = web.result_of(painted(((0, 0, 64, 64), RED)), model="colors")
    cluster.postgres.sql("UPDATE node SET blob_store = 'mounted' WHERE role = 'worker'", cluster.name)
    worker.kill()
    eventually(lambda: web.get("/api/v1/models").json()["elsewhere"] == [], 30, "its lease has run out")
    runs_again(web, done)


def test_a_worker_that_is_started_anew_under_its_name_has_the_models_that_it_has_now(make_cluster, tmp_path, darkroom):
    web, worker, _ = with_a_worker_of_colors(make_cluster, tmp_path)
    done = web.result_of(painted(((0, 0, 64, 64), RED)), model="colors")
    worker.stop()
    worker.settings["models_dir"] = tmp_path / "other models"
    shutil.rmtree(worker.folder / "library")
    worker.restart()
    said = darkroom("retry", "--model", "colors", "--state", "completed", folder=web.folder)
    assert said.returncode == 0 and "0 of 1 matching jobs" in said.stdout and "for want of their model: 1." in said.stdout, said
    only_another_runs_it_again(web, done, "colors")


def test_the_default_model_is_waited_for_where_no_worker_was_seen_yet(make_cluster, tmp_path):
    cluster = make_cluster(workers=0, model="colors", models_dir=tmp_path / "models")
    assert cluster.web.upload(painted(((0, 0, 64, 64), RED)))["status"] == "pending"


def test_what_was_sent_in_pieces_stays_while_nobody_knows_its_model(make_cluster, tmp_path):
    web, worker, cluster = with_a_worker_of_colors(make_cluster, tmp_path)
    pieces = begin_in_pieces(web, photo := painted(((0, 0, 64, 64), BLUE)), model="colors")
    assert worker.stop() == 0
    cluster.postgres.sql("DELETE FROM node WHERE models LIKE '%colors%'", cluster.name)  # as when it was away for long
    last = send_all(web, pieces, photo)
    assert last.status_code == 422 and last.json()["code"] == "unknown_model", (last.status_code, last.text, dict(last.headers))
    worker.restart()
    eventually(lambda: web.get("/api/v1/models").json()["elsewhere"] == ["colors"], 30, "it is back")
    answer = web.http.head(web.url + pieces, headers={"Tus-Resumable": "1.0.0"}, timeout=70)
    assert answer.status_code == 200 and answer.headers["Upload-Offset"] == str(len(photo))
    assert [found["class"] for found in found_in(web.image(int(answer.headers["Darkroom-Image"]), wait=30))] == ["blue"]


def runs_again(web, done):
    """Each way to run this image once more on its model, which is away, is taken; what waits then is cancelled."""
    cancel = lambda image: web.post(f"/api/v1/jobs/{web.image(image)['job_id']}/cancel")
    of_it = {"image_ids": [done["id"]]}
    for path, body in ((f"jobs/{done['job_id']}/retry", {}), (f"images/{done['id']}/reprocess", {}), ("batches", {"title": "t"} | of_it)):
        again = web.post(f"/api/v1/{path}", json=body)
        assert again.status_code == 201 and cancel(done["id"]).status_code == 200, again.text
    for action in ("retry", "reprocess"):
        assert web.post("/api/v1/jobs/actions", json={"action": action, "filter": of_it}).json() == {"matched": 1, "changed": 1, "dry_run": False}
        assert cancel(done["id"]).status_code == 200


def with_a_worker_of_colors(make_cluster, tmp_path, workers=1):
    """Neither the web process nor another worker sees the folder in which the first worker has its models."""
    cluster = make_cluster(workers=workers)
    web, worker = cluster.web, cluster.workers[0]
    drop(tmp_path / "models", "colors", color_model(), LABELS)
    worker.stop()
    worker.settings["models_dir"] = tmp_path / "models"
    worker.restart()
    eventually(lambda: web.get("/api/v1/models").json()["elsewhere"] == ["colors"], 30, "the worker says that it has it")
    return web, worker, cluster


def begin_in_pieces(server, photo, **fields):
    told = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in fields.items())
    answer = server.post("/api/v1/uploads", headers={"Tus-Resumable": "1.0.0", "Upload-Length": str(len(photo)), "Upload-Metadata": told})
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


def send_all(server, place, photo):
    headers = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
    return server.http.patch(server.url + place, data=photo, headers=headers, timeout=70)
