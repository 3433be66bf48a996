"""Files that are no photos, lie or are damaged: each ends as a clear 4xx or as a failed job that says why, and good photos go on."""
import os
import zlib

import pytest
from PIL import Image

from support.photos import black_png, claiming, encode, jpeg, png, png_chunk, unique_jpeg, with_scans

HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(500)


@pytest.fixture
def decoding(make_server):
    """A server whose default model decodes every photo."""
    return make_server(model="demo")


def assert_refused(server, photo, status, code, name="photo.jpg"):
    answer = server.send(photo, name=name)
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert len(answer.json()["detail"]) > 20
    assert server.blobs() == [] and server.incoming() == []
    assert server.get("/api/v1/images").json()["items"] == []


@pytest.mark.parametrize("photo, status, code", [
    pytest.param(os.urandom(5000).replace(b"\xff\xd8", b"xx"), 415, "unsupported_format", id="garbage"),
    pytest.param(b"", 400, "empty_file", id="empty file"),
    pytest.param(b"x", 415, "unsupported_format", id="one byte"),
    pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", 415, "unsupported_format", id="SVG"),
    pytest.param(b"%PDF-1.7\n" + bytes(300), 415, "unsupported_format", id="PDF"),
    pytest.param(HEIC, 415, "unsupported_format", id="HEIC"),
    pytest.param(claiming(30000, 30000), 422, "too_many_pixels", id="4 KB JPEG that claims 30000 x 30000"),
    pytest.param(claiming(8000, 8000), 422, "incomplete", id="4 KB JPEG that claims 8000 x 8000"),
    pytest.param(jpeg()[:20], 422, None, id="JPEG cut off in its header"),
    pytest.param(png()[:30], 422, None, id="PNG cut off in its header"),
])
def test_it_is_refused_at_upload_with_a_reason(server, photo, status, code):
    answer = server.send(photo)
    assert_refused(server, photo, status, code or answer.json()["code"])
    assert server.result_of(unique_jpeg())["status"] == "completed"


def test_a_small_png_of_32000_by_32000_is_refused(server):
    photo = black_png(32000, 32000)
    assert len(photo) < 130_000
    assert_refused(server, photo, 422, "too_many_pixels", name="bomb.png")


def test_a_wrong_extension_does_not_matter(decoding):
    image = decoding.result_of(png(80, 60), name="really-a-png.jpg")
    assert (image["status"], image["format"], image["result"]["image_info"]["format"]) == ("completed", "PNG", "PNG")


def test_a_progressive_jpeg_of_2000_scans_does_not_hold_a_slot(decoding):
    photo = with_scans(2000)
    answer = decoding.send(photo, wait=30)
    if answer.status_code == 201:
        image = answer.json()["image"]
        assert image["status"] == "failed" and image["error_code"] and "scans" in image["error_message"], image
    else:
        assert answer.status_code == 422 and "scans" in answer.json()["detail"]
    assert decoding.result_of(with_scans(20))["status"] == "completed"


def test_damaged_picture_data_fails_as_corrupt(decoding):
    photo = bytearray(png(200, 200))
    at = photo.index(b"IDAT") + 10
    photo[at:at + 8] = b"\xa5" * 8
    image = decoding.result_of(bytes(photo))
    assert (image["status"], image["error_code"]) == ("failed", "corrupt")
    assert len(image["attempts"]) == 1 and len(image["error_message"]) > 20


def test_a_bomb_in_a_text_chunk_is_not_unpacked(decoding):
    photo = png(40, 30)
    packed = zlib.compress(bytes(200_000_000), 9)
    bomb = photo[:33] + png_chunk(b"zTXt", b"Comment\x00\x00" + packed) + photo[33:]
    assert decoding.result_of(bomb)["status"] == "completed"


def test_odd_but_legal_photos_complete(decoding):
    for mode in ("L", "CMYK"):
        assert decoding.result_of(encode(Image.new(mode, (60, 50)), format="JPEG"))["status"] == "completed", mode
    for mode in ("1", "L", "LA", "P", "RGBA", "I"):
        assert decoding.result_of(encode(Image.new(mode, (60, 50)), format="PNG"))["status"] == "completed", mode
    assert decoding.result_of(jpeg(1, 1))["status"] == "completed"
    assert decoding.result_of(black_png(16000, 4))["status"] == "completed"
