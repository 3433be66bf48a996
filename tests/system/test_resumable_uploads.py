"""Uploads in pieces (tus 1.0.0): what was answered with 204 survives the server, and the photo becomes one image, once."""
import base64
import hashlib
import socket

import pytest
import requests

from support.people import as_user
from support.photos import unique_jpeg
from support.waiting import eventually

PIECE = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}


def b64(value):
    return base64.b64encode(value if isinstance(value, bytes) else value.encode()).decode()


def begin(server, length, headers=(), **metadata):
    told = ",".join(f"{name} {b64(value)}" for name, value in metadata.items())
    return server.post("/api/v1/uploads", headers={"Tus-Resumable": "1.0.0", "Upload-Length": str(length), "Upload-Metadata": told} | dict(headers))


def place_of(server, length, **metadata):
    answer = begin(server, length, **metadata)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"].startswith("/api/v1/uploads/"), "relative: behind a proxy the server does not know its own name"
    assert "Upload-Expires" in answer.headers
    return answer.headers["Location"]


def send(server, place, offset, data, **headers):
    return server.http.patch(server.url + place, data=data, headers=PIECE | {"Upload-Offset": str(offset)} | headers, timeout=70)


def offset_of(server, place):
    answer = server.http.head(server.url + place, headers={"Tus-Resumable": "1.0.0"}, timeout=70)
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    return int(answer.headers["Upload-Offset"])


def die_of(server, request):
    """The request meets the server's end; the server is started again without it."""
    with pytest.raises(requests.RequestException):
        request()
    eventually(lambda: server.has_ended, 10, "the server is killed at its point")
    server.settings.pop("fail_points")
    server.restart()


def test_a_photo_in_three_pieces_becomes_one_image(server):
    photo = unique_jpeg()
    place = place_of(server, len(photo), filename="바다.jpg", priority="7")
    for begun, end in ((0, 100), (100, 101), (101, len(photo))):
        answer = send(server, place, begun, photo[begun:end])
        assert answer.status_code == 204 and answer.headers["Upload-Offset"] == str(end), answer.text
        assert offset_of(server, place) == end
    image = server.image(answer.headers["Darkroom-Image"], wait=20)
    assert (image["title"], image["priority"], image["sha256"], image["status"]) == ("바다.jpg", 7, hashlib.sha256(photo).hexdigest(), "completed")
    again = send(server, place, 101, photo[101:])
    assert again.status_code == 204 and again.headers["Darkroom-Image"] == str(image["id"]), "the last piece, sent again"
    assert server.get(place).json()["upload"]["image_id"] == image["id"]
    assert len(server.get("/api/v1/images").json()["items"]) == 1
    assert list((server.folder / "uploads").iterdir()) == []


def test_an_upload_whose_batch_is_sealed_meanwhile_says_that_it_must_be_begun_again(server):
    photo = unique_jpeg()
    batch = server.post("/api/v1/batches", json={"title": "spring"}).json()["batch"]["id"]
    place = place_of(server, len(photo), batch=batch)
    keyed = {"Idempotency-Key": "photo-7"}
    in_time = send(server, begin(server, len(photo), keyed, batch=batch).headers["Location"], 0, photo).headers["Darkroom-Image"]
    server.post(f"/api/v1/batches/{batch}/seal")
    for answer in (send(server, place, 0, photo), server.get(place), begin(server, len(photo), batch=batch)):
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict"), answer.text
        assert "sealed" in answer.json()["detail"] and "Begin it again" in answer.json()["detail"]
    assert begin(server, len(photo), batch="01a203b7-eb0f-71c7-bfff-d37c3c46b2f2").status_code == 404
    again = send(server, begin(server, len(photo), keyed, batch=batch).headers["Location"], 0, photo)
    assert again.headers["Darkroom-Image"] == in_time, "the same upload as one that became an image in time"
    assert send(server, place_of(server, len(photo)), 0, photo).headers["Darkroom-Image"] != in_time
    assert server.http.delete(server.url + place, headers={"Tus-Resumable": "1.0.0"}, timeout=70).status_code == 204


def test_the_server_is_killed_in_the_middle_and_the_upload_goes_on(make_server):
    server = make_server()
    photo = unique_jpeg()
    place = place_of(server, len(photo))
    assert send(server, place, 0, photo[:150]).status_code == 204
    server.restart()
    assert offset_of(server, place) == 150
    last = send(server, place, 150, photo[150:])
    assert server.image(last.headers["Darkroom-Image"])["sha256"] == hashlib.sha256(photo).hexdigest()


@pytest.mark.parametrize("point", ["K30", "K31", "K32", "K33"])
def test_killed_at_the_last_piece_there_is_one_image(make_server, point):
    server = make_server(fail_points=f"{point}=kill@1")
    photo = unique_jpeg()
    place = place_of(server, len(photo))
    die_of(server, lambda: send(server, place, 0, photo))
    offset = offset_of(server, place)
    if offset < len(photo):
        assert point == "K30"
        assert send(server, place, offset, photo[offset:]).status_code == 204
    look = {"Tus-Resumable": "1.0.0"}
    told = eventually(lambda: server.http.head(server.url + place, headers=look).headers.get("Darkroom-Image"), 10, "what was complete becomes an image after the start")
    images = server.get("/api/v1/images").json()["items"]
    assert [str(image["id"]) for image in images] == [told]
    assert images[0]["sha256"] == hashlib.sha256(photo).hexdigest()


def test_a_piece_with_a_wrong_checksum_is_not_taken(server):
    photo = unique_jpeg()
    place = place_of(server, len(photo))
    wrong = send(server, place, 0, photo[:50], **{"Upload-Checksum": "sha256 " + b64(hashlib.sha256(b"other").digest())})
    assert wrong.status_code == 460 and wrong.json()["code"] == "checksum_mismatch"
    assert offset_of(server, place) == 0
    for name, begun, end in (("sha1", 0, 50), ("sha256", 50, len(photo))):
        right = send(server, place, begun, photo[begun:end], **{"Upload-Checksum": f"{name} {b64(hashlib.new(name, photo[begun:end]).digest())}"})
        assert right.status_code == 204, right.text
    fresh = place_of(server, len(photo))
    unknown = send(server, fresh, 0, photo, **{"Upload-Checksum": "crc32 AAAA"})
    assert (unknown.status_code, unknown.json()["code"]) == (400, "bad_request") and offset_of(server, fresh) == 0


def test_half_a_piece_with_a_checksum_does_not_count(make_server):
    server = make_server(fail_points="K30=kill@1")
    photo = unique_jpeg()
    place = place_of(server, len(photo))
    die_of(server, lambda: send(server, place, 0, photo, **{"Upload-Checksum": "sha1 " + b64(hashlib.sha1(photo).digest())}))
    assert offset_of(server, place) == 0


def test_a_broken_connection_keeps_what_came(server):
    photo = unique_jpeg()
    place = place_of(server, len(photo))
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as raw:
        raw.sendall(f"PATCH {place} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.token}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
                    f"Content-Type: application/offset+octet-stream\r\nContent-Length: {len(photo)}\r\n\r\n".encode() + photo[:120])
        eventually(lambda: offset_of(server, place) > 0, 10, "the piece arrives")
    eventually(lambda: send(server, place, offset_of(server, place), photo[offset_of(server, place):]).status_code == 204, 10, "the upload goes on")


def test_what_tus_refuses(make_server):
    server = make_server(photo_max_bytes=100_000, uploads_quota_mb=1)
    options = server.http.options(server.url + "/api/v1/uploads")
    assert options.status_code == 204 and options.headers["Tus-Version"] == "1.0.0" and options.headers["Tus-Max-Size"] == "100000"
    assert set(options.headers["Tus-Extension"].split(",")) == {"creation", "creation-with-upload", "checksum", "expiration", "termination"}
    photo = unique_jpeg()
    place = place_of(server, len(photo))
    assert begin(server, 100_001).status_code == 413
    assert begin(server, 0).status_code == 400
    assert begin(server, 10, headers={"Tus-Resumable": "0.2"}).status_code == 412
    assert begin(server, 10, colour="red").json()["code"] == "unknown_field"
    assert begin(server, 10, priority="1000").status_code == 422
    assert send(server, place, 10, photo).status_code == 409
    assert send(server, place, 0, photo + b"more").status_code == 413
    assert send(server, place, 0, photo, **{"Content-Type": "image/jpeg"}).status_code == 415
    assert send(server, place, 0, photo, **{"Tus-Resumable": "2"}).status_code == 412
    assert send(server, "/api/v1/uploads/none", 0, photo).status_code == 404
    for _ in range(20):
        full = begin(server, 100_000)
        if full.status_code != 201:
            break
    assert full.status_code == 507 and full.json()["code"] == "insufficient_storage"


def test_what_is_complete_takes_its_last_piece_again_and_nothing_else(server):
    photo = unique_jpeg()
    place = place_of(server, len(photo))
    done = send(server, place, 0, photo)
    half = len(photo) // 2
    for offset, data in ((0, photo[:half]), (half, photo[half:-1]), (half, b""), (len(photo) + 1, b""), (2**63 - 1, b"x")):
        wrong = send(server, place, offset, data)
        assert (wrong.status_code, wrong.json()["code"]) == (409, "conflict"), (offset, wrong.text)
    for offset in (0, half, len(photo)):
        again = send(server, place, offset, photo[offset:])
        assert again.status_code == 204 and again.headers["Darkroom-Image"] == done.headers["Darkroom-Image"], offset


def test_uploads_are_not_put_together(server):
    for concat in ("partial", "final;/api/v1/uploads/a /api/v1/uploads/b"):
        answer = begin(server, 10, headers={"Upload-Concat": concat})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request") and "Upload-Concat" in answer.json()["detail"]


def test_every_answer_names_the_version_of_tus(make_server):
    server = make_server(http_rate_limit="4/h")
    own = {"Authorization": f"Bearer {server.token}"}
    headers = ({"Authorization": ""}, own, own | {"Tus-Resumable": "1.0.0"}, own | PIECE, own, own)
    answers = [requests.patch(server.url + "/api/v1/uploads/none", headers=each, timeout=70) for each in headers]
    assert [answer.status_code for answer in answers] == [401, 412, 415, 404, 412, 429]
    assert [answer.headers.get("Tus-Resumable") for answer in answers] == ["1.0.0"] * 6


def test_what_is_no_photo_is_refused_at_the_end_and_forgotten(server):
    place = place_of(server, 7)
    answer = send(server, place, 0, b"a text.")
    assert answer.status_code == 415 and answer.json()["code"] == "unsupported_format"
    assert server.get(place).status_code == 404
    assert server.get("/api/v1/images").json()["items"] == []


def test_an_upload_is_given_up_and_one_request_may_hold_all(server):
    place = place_of(server, 50)
    assert server.http.delete(server.url + place, headers={"Tus-Resumable": "1.0.0"}).status_code == 204
    assert server.get(place).status_code == 404
    photo = unique_jpeg()
    whole = server.post("/api/v1/uploads", headers=PIECE | {"Upload-Length": str(len(photo))}, data=photo)
    assert whole.status_code == 201 and whole.headers["Upload-Offset"] == str(len(photo)) and whole.headers["Darkroom-Image"]
    place = place_of(server, len(photo))
    override = server.post(place, headers=PIECE | {"Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}, data=photo)
    assert override.status_code == 204 and override.headers["Darkroom-Image"]


def test_an_upload_of_another_is_as_one_that_is_not_there(peopled):
    """For operators and administrators, too: only who began it knows what is in it."""
    photo, owner = unique_jpeg(), as_user(peopled, "the-uploader")
    place = place_of(owner, len(photo))
    assert send(owner, place, 0, photo[:50]).status_code == 204
    seen = {}
    for name in ("somebody", "the-operator", "the-admin"):
        other, look = as_user(peopled, name), {"Tus-Resumable": "1.0.0"}
        rest = PIECE | {"Upload-Offset": "50"}
        seen[name] = [answer.status_code for answer in (
            other.http.head(other.url + place, headers=look, timeout=70), other.get(place), send(other, place, 50, photo[50:60]),
            other.post(place, headers=rest | {"X-HTTP-Method-Override": "PATCH"}, data=photo[50:60]),
            other.post(place, headers=rest | {"X-HTTP-Method-Override": "DELETE"}), other.http.delete(other.url + place, headers=look, timeout=70))]
    assert seen == {name: [404] * 6 for name in seen}
    assert offset_of(owner, place) == 50
    last = send(owner, place, 50, photo[50:])
    assert peopled.image(last.headers["Darkroom-Image"])["uploaded_by"] == "the-uploader"


def test_the_command_line_sends_in_pieces(server, darkroom, tmp_path):
    (tmp_path / "a.jpg").write_bytes(unique_jpeg())
    done = darkroom("submit", "--resumable", "--wait", tmp_path / "a.jpg", "--priority", "5", folder=server.folder)
    assert done.returncode == 0 and "completed" in done.stdout, done.stderr
    assert server.get("/api/v1/images").json()["items"][0]["priority"] == 5
