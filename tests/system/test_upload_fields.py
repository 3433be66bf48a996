"""The fields of an upload: what each does, what it is when it is left out, and where its limits are."""
import json

import pytest

from support.photos import jpeg, unique_jpeg


def refusal(server, **options):
    answer = server.send(unique_jpeg(), **options)
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def test_every_field_comes_back(server):
    fields = {"title": "봄날의 정원", "priority": "7", "model": "null", "metadata": json.dumps({"album": "spring", "n": [1, 2.5, None]}),
              "external_id": "order-4711", "uploader": "jihye"}
    image = server.result_of(unique_jpeg(), **fields)
    assert image["title"] == "봄날의 정원"
    assert image["priority"] == 7
    assert image["model"] == "null"
    assert image["metadata"] == {"album": "spring", "n": [1, 2.5, None]}
    assert image["result"]["result"]["metadata"] == image["metadata"]
    assert image["external_id"] == "order-4711"
    assert image["uploaded_by"] == "jihye"
    assert server.job(image["job_id"])["owner"] == "jihye"


def test_without_fields_the_defaults_hold(server):
    image = server.upload(unique_jpeg(), name="street view.jpg")
    assert image["title"] == "street view.jpg"
    assert (image["priority"], image["model"], image["metadata"], image["external_id"], image["uploaded_by"]) == (0, "null", {}, None, "admin")
    assert image["max_attempts"] == 4


@pytest.mark.parametrize("name, title", [("../../etc/passwd", "passwd"), ("C:\\photos\\cat.jpg", "cat.jpg"), ("고양이.jpg", "고양이.jpg"), ("x" * 250 + ".jpg", "x" * 200)])
def test_the_title_is_the_last_part_of_the_file_name(server, name, title):
    assert server.upload(unique_jpeg(), name=name)["title"] == title


def test_limits_are_counted_in_characters_and_named(server):
    assert server.upload(unique_jpeg(), title="가" * 200)["title"] == "가" * 200
    assert refusal(server, title="가" * 201) == (422, "invalid_field")
    assert server.upload(unique_jpeg(), external_id="x" * 200)["external_id"] == "x" * 200
    assert refusal(server, external_id="x" * 201) == (422, "invalid_field")
    assert server.upload(unique_jpeg(), uploader="x" * 100)["uploaded_by"] == "x" * 100
    assert refusal(server, uploader="x" * 101) == (422, "invalid_field")
    assert server.upload(unique_jpeg(), priority=-100)["priority"] == -100
    assert server.upload(unique_jpeg(), priority=100)["priority"] == 100


@pytest.mark.parametrize("fields", [{"priority": "101"}, {"priority": "-101"}, {"priority": "high"}, {"priority": "1.5"}, {"title": "a\x07b"}, {"metadata": "[1]"},
                                    {"metadata": "{broken"}, {"metadata": json.dumps({"a": "x" * 17000})}, {"metadata": '"text"'}])
def test_a_value_that_cannot_be_used_is_refused_and_the_field_named(server, fields):
    answer = server.send(unique_jpeg(), **fields)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_field")
    assert next(iter(fields)) in answer.json()["detail"]
    assert server.get("/api/v1/images").json()["items"] == []
    assert server.blobs() == [] and server.incoming() == []


def test_an_unknown_model_names_those_that_are_there(server):
    answer = server.send(unique_jpeg(), model="yolo9000")
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_model")
    assert "yolo9000" in answer.json()["detail"] and "demo, null" in answer.json()["detail"]


def test_a_misspelt_field_or_parameter_is_refused_and_not_ignored(server):
    assert refusal(server, titel="x") == (400, "unknown_field")
    answer = server.post("/api/v1/images?wiat=3", files={"file": ("a.jpg", jpeg())})
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_field")
    assert refusal(server, wait=61) == (422, "invalid_field")


def test_one_request_takes_one_photo_in_the_field_file(server):
    none = server.post("/api/v1/images", files={"photo": ("a.jpg", jpeg())})
    assert (none.status_code, none.json()["code"]) == (400, "unknown_field")
    missing = server.post("/api/v1/images", files={"title": (None, "only a title")})
    assert (missing.status_code, missing.json()["code"]) == (400, "missing_file")
    two = server.post("/api/v1/images", files=[("file", ("a.jpg", jpeg())), ("file", ("b.jpg", jpeg()))])
    assert (two.status_code, two.json()["code"]) == (400, "malformed_body")
    assert server.blobs() == [] and server.incoming() == []
