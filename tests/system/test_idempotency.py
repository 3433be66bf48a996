"""The same upload with the same Idempotency-Key is one job, however often and at whatever moment it is sent."""
import threading

import pytest

from support.people import as_user
from support.photos import unique_jpeg


def send(server, photo, key, wait=None, **fields):
    query = {} if wait is None else {"wait": wait}
    return server.post("/api/v1/images", params=query, files={"file": ("photo.jpg", photo)}, data=fields, headers={"Idempotency-Key": key})


def count(server):
    return len(server.get("/api/v1/images?limit=200").json()["items"])


def test_a_repeated_upload_gives_the_first_answer_again(server):
    photo = unique_jpeg()
    first = send(server, photo, "order-7", title="one")
    again = send(server, photo, "order-7", title="one")
    quoted = send(server, photo, '"order-7"', title="one")
    assert [answer.status_code for answer in (first, again, quoted)] == [201, 201, 201]
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == quoted.headers["Idempotent-Replayed"] == "true"
    assert len({answer.json()["image"]["job_id"] for answer in (first, again, quoted)}) == 1
    assert count(server) == 1


def test_a_repeat_may_wait_for_the_result(server):
    photo = unique_jpeg("slow:200")
    first = send(server, photo, "order-7").json()["image"]
    again = send(server, photo, "order-7", wait=20)
    assert again.json()["image"]["id"] == first["id"] and again.json()["image"]["status"] == "completed"
    assert again.headers["Idempotent-Replayed"] == "true"


def test_another_request_with_the_same_key_is_a_loud_error(server):
    photo = unique_jpeg()
    assert send(server, photo, "order-7", priority=1).status_code == 201
    for answer in (send(server, unique_jpeg(), "order-7", priority=1), send(server, photo, "order-7", priority=2), send(server, photo, "order-7")):
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")
        assert "order-7" in answer.json()["detail"]
    assert count(server) == 1


def test_many_photos_whose_answer_was_lost_are_sent_again(server):
    photos = [("file", (f"{number}.jpg", unique_jpeg())) for number in range(4)]
    many = lambda photos, **fields: server.post("/api/v1/images/many", files=photos, data=fields, headers={"Idempotency-Key": "album"})
    numbers = lambda answer: [item["image"]["id"] for item in answer.json()["items"]]
    begun = many(photos[:2])  # what came before the connection broke
    assert begun.status_code == 207 and "Idempotent-Replayed" not in begun.headers, begun.text
    whole, again = many(photos), many(photos)
    assert numbers(whole)[:2] == numbers(begun) and numbers(again) == numbers(whole) and count(server) == 4
    assert "Idempotent-Replayed" not in whole.headers and again.headers["Idempotent-Replayed"] == "true"
    assert (whole.json()["batch"]["total"], again.json()["batch"]["id"]) == (2, whole.json()["batch"]["id"])
    assert len(server.get("/api/v1/batches").json()["items"]) == 2, "none is made for photos that are there"
    other = many(photos[:1] + [("file", ("other.jpg", unique_jpeg()))])
    assert [item["status"] for item in other.json()["items"]] == [201, 422] and other.json()["items"][1]["problem"]["code"] == "idempotency_mismatch"
    assert [item["status"] for item in many(photos, priority="3").json()["items"]] == [422] * 4
    assert many(photos, priority="3").json()["batch"] is None


def test_a_key_that_nobody_looks_at_is_refused(server):
    image = server.result_of(unique_jpeg())["id"]
    for path, body in (("/batches", {"title": "album"}), (f"/images/{image}/reprocess", {}), ("/queues/ai_processing/pause", {}), ("/endpoints", {"url": "https://example.com/"})):
        answer = server.post("/api/v1" + path, json=body, headers={"Idempotency-Key": "album"})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request") and "Idempotency-Key" in answer.json()["detail"], path
    assert server.get("/api/v1/batches").json()["items"] == []


def test_the_same_key_of_another_caller_is_another_request(peopled):
    photo = unique_jpeg()
    answers = [send(as_user(peopled, name), photo, "order-7") for name in ("the-uploader", "somebody", "the-operator")]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert not any("Idempotent-Replayed" in answer.headers for answer in answers)
    assert [answer.json()["image"]["uploaded_by"] for answer in answers] == ["the-uploader", "somebody", "the-operator"]
    assert count(peopled) == 3


def test_a_hundred_parallel_uploads_with_one_key_make_one_job(server):
    photo, answers = unique_jpeg(), []

    def client(own):
        for _ in range(10):
            answers.append(send(own, photo, "order-7"))

    clients = [threading.Thread(target=client, args=[server.twin()]) for _ in range(10)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    assert len(answers) == 100 and {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["image"]["id"] for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
    assert count(server) == 1
    assert [event["type"] for event in server.events()].count("image.created") == 1


def test_a_key_outlives_a_kill(server):
    photo = unique_jpeg()
    first = send(server, photo, "order-7").json()["image"]
    server.restart()
    assert send(server, photo, "order-7").json()["image"]["id"] == first["id"]


def test_a_deleted_image_is_not_made_again_by_its_key(server):
    photo = unique_jpeg()
    image = send(server, photo, "order-7").json()["image"]
    server.image(image["id"], wait=20)
    assert server.delete(f"/api/v1/images/{image['id']}").status_code == 204
    answer = send(server, photo, "order-7")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict") and "deleted" in answer.json()["detail"]


def test_what_was_refused_may_be_sent_again_with_its_key(server):
    photo = unique_jpeg()
    assert send(server, photo, "order-7", priority=1000).status_code == 422
    assert send(server, b"no photo", "order-7").status_code == 415
    answer = send(server, photo, "order-7")
    assert answer.status_code == 201 and "Idempotent-Replayed" not in answer.headers


@pytest.mark.parametrize("key", ["", '""', "a" * 256, "two words", "\x7f", "키".encode().decode("latin-1")])
def test_a_key_that_is_none_is_refused(server, key):
    answer = send(server, unique_jpeg(), key)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_field") or (key == "\x7f" and answer.status_code == 400)
    assert count(server) == 0


def test_submit_with_a_key_sends_each_photo_once(server, darkroom, tmp_path):
    photos = [tmp_path / f"{number}.jpg" for number in range(2)]
    for photo in photos:
        photo.write_bytes(unique_jpeg())
    for _ in range(2):
        assert darkroom("submit", "--idempotency-key", "album-1", *photos, folder=server.folder).returncode == 0
    assert count(server) == 2
