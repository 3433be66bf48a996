"""What 201 says and promises: the photo is durable, image, job and event are there, and ?wait answers with the result."""
import hashlib
import re

from PIL import Image

from support.photos import encode, jpeg, png, unique_jpeg

IMAGE_FIELDS = {"id", "title", "status", "priority", "model", "job_id", "result", "error_code", "error_message", "uploaded_by", "external_id", "metadata", "created_at",
                "updated_at", "attempt", "max_attempts", "next_attempt_at", "expires_at", "batch_id", "attempts", "format", "stored_size", "bytes", "sha256",
                "thumbnail_url", "preview_url", "overlay_url", "original_url"}
RESULT_FIELDS = {"schema", "status", "result", "processing_time", "image_info", "model", "recipe", "timings"}
UUID_V7 = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
TIME = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


def test_the_answer_has_every_documented_field(server):
    photo = jpeg(64, 48)
    answer = server.send(photo, name="a.jpg")
    image = answer.json()["image"]
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/images/{image['id']}"
    assert answer.headers["Content-Type"] == "application/json"
    assert set(image) == IMAGE_FIELDS
    assert isinstance(image["id"], int) and image["id"] == 1
    assert re.fullmatch(UUID_V7, image["job_id"])
    assert re.fullmatch(TIME, image["created_at"]) and re.fullmatch(TIME, image["updated_at"])
    assert (image["format"], image["stored_size"], image["bytes"]) == ("JPEG", [64, 48], len(photo))
    assert image["sha256"] == hashlib.sha256(photo).hexdigest()


def test_the_photo_is_stored_under_its_hash_before_the_answer(server):
    photo = unique_jpeg("slow:1000")
    image = server.upload(photo)
    assert server.blob(image["sha256"]).read_bytes() == photo
    assert server.incoming() == []


def test_without_wait_the_answer_comes_before_the_work(server):
    image = server.upload(unique_jpeg("slow:1000"))
    assert image["status"] in ("pending", "processing") and image["result"] is None
    assert image["error_code"] is None and image["next_attempt_at"] is None
    server.wait_for_state(image["id"], "processing")


def test_wait_answers_when_the_result_is_there(server):
    image = server.upload(unique_jpeg("slow:300"), wait=30)
    assert image["status"] == "completed"
    result = image["result"]
    assert set(result) == RESULT_FIELDS
    assert result["schema"] == "darkroom.result/1" and result["status"] == "success"
    assert set(result["result"]) == {"detected_objects", "processing_time", "metadata"}
    assert result["processing_time"] >= 0.3
    assert result["model"]["name"] == "null" and result["model"]["version"] == "null-1"
    assert result["image_info"]["size"] == [16, 16] and result["image_info"]["format"] == "JPEG" and result["image_info"]["mode"] == "RGB"
    assert [attempt["ending"] for attempt in image["attempts"]] == ["completed"]
    assert image["attempts"][0]["number"] == 1 and image["attempts"][0]["timings"]["read"] >= 0


def test_wait_answers_at_its_deadline_with_what_there_is(server):
    answer = server.send(unique_jpeg("slow:3000"), wait=1)
    assert answer.status_code == 201
    assert answer.json()["image"]["status"] == "processing"


def test_get_waits_too(server):
    image = server.upload(unique_jpeg("slow:400"))
    assert server.image(image["id"], wait=30)["status"] == "completed"
    other = server.upload(unique_jpeg("slow:400"))
    assert server.job(other["job_id"], wait=30)["state"] == "completed"


def test_the_upload_and_its_work_are_told_as_events(server):
    image = server.result_of(unique_jpeg())
    events = server.events(image["id"])
    assert [event["type"] for event in events] == ["image.created", "job.started", "job.completed"]
    assert {event["job_id"] for event in events} == {image["job_id"]}
    assert events[0]["actor"] == "admin"
    assert [event["id"] for event in events] == sorted({event["id"] for event in events})


def test_png_and_webp_are_taken_and_the_name_does_not_matter(server):
    webp = encode(Image.new("RGB", (50, 40), (9, 9, 200)), format="WEBP")
    assert server.result_of(png(70, 30), name="picture.jpg")["format"] == "PNG"
    image = server.result_of(webp, name="no-ending")
    assert (image["format"], image["stored_size"], image["status"]) == ("WEBP", [50, 40], "completed")
