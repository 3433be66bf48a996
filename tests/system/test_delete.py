"""Deleting an image takes everything that belongs to it alone: rows, results, and the photo once no other image has it."""
import sqlite3
from concurrent.futures import ThreadPoolExecutor

from support.photos import unique_jpeg
from support.waiting import eventually


def count(server, table):
    with sqlite3.connect(f"file:{server.folder}/darkroom.db?mode=ro", uri=True) as database:
        return database.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]


def test_the_photo_and_all_rows_go(server):
    image = server.result_of(unique_jpeg())
    answer = server.delete(f"/api/v1/images/{image['id']}")
    assert answer.status_code == 204 and answer.content == b""
    assert server.get(f"/api/v1/images/{image['id']}").status_code == 404
    assert server.get(f"/api/v1/jobs/{image['job_id']}").status_code == 404
    assert server.blobs() == []
    assert [count(server, table) for table in ("image", "job", "attempt", "result", "blob_removal")] == [0, 0, 0, 0, 0]
    assert server.events()[-1]["type"] == "image.deleted"


def test_a_stale_tag_deletes_nothing(server):
    image = server.result_of(unique_jpeg())
    path = f"{server.url}/api/v1/images/{image['id']}"
    stale = server.http.get(path).headers["ETag"]
    assert server.http.patch(path, json={"title": "a new title"}).status_code == 200
    refused = server.http.delete(path, headers={"If-Match": stale})
    assert (refused.status_code, refused.json()["code"]) == (412, "precondition_failed"), refused.text
    now = server.http.get(path)
    assert now.status_code == 200 and now.json()["image"]["title"] == "a new title" and len(server.blobs()) == 1
    assert server.http.delete(path, headers={"If-Match": f'"other", {now.headers["ETag"]}'}).status_code == 204
    assert server.http.delete(path, headers={"If-Match": "*"}).status_code == 404


def test_a_photo_that_two_images_share_stays_until_both_are_gone(server):
    photo = unique_jpeg()
    first, second = server.result_of(photo), server.result_of(photo)
    assert first["id"] != second["id"] and first["sha256"] == second["sha256"]
    assert len(server.blobs()) == 1
    assert server.delete(f"/api/v1/images/{first['id']}").status_code == 204
    assert server.blob(second["sha256"]).read_bytes() == photo
    again = server.post(f"/api/v1/images/{second['id']}/reprocess").json()["image"]
    assert server.image(again["id"], wait=20)["status"] == "completed"
    assert server.delete(f"/api/v1/images/{second['id']}").status_code == 204
    assert server.blobs() == []


def test_the_same_photo_can_come_back(server):
    photo = unique_jpeg()
    first = server.result_of(photo)
    server.delete(f"/api/v1/images/{first['id']}")
    second = server.result_of(photo)
    assert second["status"] == "completed" and second["id"] > first["id"]


def test_an_image_that_is_being_processed_can_go_and_its_late_result_is_discarded(server):
    image = server.upload(unique_jpeg("slow:500"))
    server.wait_for_state(image["id"], "processing")
    assert server.delete(f"/api/v1/images/{image['id']}").status_code == 204
    assert server.result_of(unique_jpeg("slow:700"))["status"] == "completed"  # both slots had time to finish
    assert count(server, "result") == 1
    assert server.get(f"/api/v1/images/{image['id']}").status_code == 404


def test_uploads_and_deletions_of_the_same_photo_at_the_same_time_lose_no_photo(server):
    photo = unique_jpeg()

    def come_and_go(mine):
        endings = []
        for _ in range(25):
            answer = mine.send(photo, wait=30)
            if answer.status_code == 409:  # "is being deleted at this moment, send it again"
                continue
            assert answer.status_code == 201, answer.text
            image = answer.json()["image"]
            endings.append((image["status"], image["error_code"]))
            assert mine.delete(f"/api/v1/images/{image['id']}").status_code == 204
        return endings

    with ThreadPoolExecutor(4) as clients:
        endings = [ending for some in clients.map(come_and_go, [server.twin() for _ in range(4)]) for ending in some]
    assert len(endings) >= 40 and set(endings) == {("completed", None)}
    eventually(lambda: server.blobs() == [], 5, "the last deletion takes the photo along")


def test_deleting_twice_is_404(server):
    image = server.result_of(unique_jpeg())
    server.delete(f"/api/v1/images/{image['id']}")
    answer = server.delete(f"/api/v1/images/{image['id']}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_who_waits_for_a_photo_hears_at_once_that_it_was_deleted(server):
    server.post("/api/v1/queues/ai_processing/pause")
    image = server.upload(unique_jpeg())
    path = f"/api/v1/images/{image['id']}"
    with ThreadPoolExecutor() as pool:
        waits = pool.submit(server.get, path, params={"wait": 60})
        eventually(lambda: 'connections{state="parked"} 1' in server.get("/metrics").text, 10, "the request is parked")
        assert server.delete(path).status_code == 204
        answer = waits.result(timeout=20)
    assert answer.status_code == 404
    deleted = server.events()[-1]
    assert (deleted["type"], deleted["job_id"]) == ("image.deleted", image["job_id"])
