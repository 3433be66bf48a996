"""Uploads that are wrong as requests: each gets an answer that its client can read, and memory does not follow their size."""
import pytest

from support.photos import jpeg, unique_jpeg
from support.processes import used_memory
from support.raw import END, FORM, RawConnection, part

MEGABYTE = 1_000_000


def assert_goes_on(server):
    assert server.result_of(unique_jpeg())["status"] == "completed"
    assert server.incoming() == []


def test_a_body_of_500_mb_is_answered_before_it_is_sent(server):
    idle = used_memory(server.pid)
    with RawConnection(server) as client:
        client.send_head(FORM, f"Content-Length: {500 * MEGABYTE}")
        status, body = client.answer()
    assert (status, body["code"]) == (413, "too_large")
    assert used_memory(server.pid) < idle + 64 * MEGABYTE
    assert_goes_on(server)


def test_a_client_that_sends_500_mb_all_the_same_reads_413(server):
    def body():
        yield part("file", "huge.jpg") + jpeg()
        for _ in range(500):
            yield bytes(MEGABYTE)
        yield END

    class Sized:  # a body of known length: nothing is chunked
        def __init__(self):
            self.pieces = body()
            self.left = b""

        def __len__(self):
            return len(part("file", "huge.jpg") + jpeg()) + 500 * MEGABYTE + len(END)

        def read(self, size):
            while len(self.left) < size and (piece := next(self.pieces, None)):
                self.left += piece
            sent, self.left = self.left[:size], self.left[size:]
            return sent

    idle = used_memory(server.pid)
    answer = server.post("/api/v1/images", data=Sized(), headers={"Content-Type": "multipart/form-data; boundary=B"})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert used_memory(server.pid) < idle + 64 * MEGABYTE
    assert_goes_on(server)


def test_a_chunked_body_without_an_end_is_stopped_at_the_limit(make_server):
    server = make_server(photo_max_bytes=MEGABYTE)
    with RawConnection(server) as client:
        client.send_head(FORM, "Transfer-Encoding: chunked")
        first = part("file", "a.jpg") + jpeg()
        client.send(b"%x\r\n%s\r\n" % (len(first), first))
        for _ in range(3):
            client.send(b"%x\r\n%s\r\n" % (MEGABYTE, bytes(MEGABYTE)))
        status, body = client.answer()
    assert (status, body["code"]) == (413, "too_large")
    assert_goes_on(server)


def test_a_photo_over_the_limit_is_refused_and_one_at_the_limit_is_not(make_server):
    server = make_server(photo_max_bytes=20_000)
    assert server.send(jpeg().ljust(20_000, b"\x00")).status_code == 201
    answer = server.send(jpeg().ljust(20_001, b"\x00"))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert "20000" in answer.json()["detail"]
    assert_goes_on(server)


def test_100000_form_fields_are_refused_early(server):
    fields = b"".join(part(f"title{number}") + b"x\r\n" for number in range(100_000))
    answer = server.post("/api/v1/images", data=fields + END, headers={"Content-Type": "multipart/form-data; boundary=B"})
    assert answer.status_code == 400 and answer.json()["code"] in ("malformed_body", "unknown_field")
    assert_goes_on(server)


def test_100000_equal_fields_are_refused_early(server):
    fields = (part("title") + b"x\r\n") * 100_000
    answer = server.post("/api/v1/images", data=fields + END, headers={"Content-Type": "multipart/form-data; boundary=B"})
    assert (answer.status_code, answer.json()["code"]) in ((400, "malformed_body"), (413, "too_large"))
    assert_goes_on(server)


@pytest.mark.parametrize("content_type, status, code", [
    ("multipart/form-data", 400, "malformed_body"),
    ("multipart/form-data; boundary=", 415, "unsupported_media_type"),
    ("application/json", 415, "unsupported_media_type"),
    ("application/x-www-form-urlencoded", 415, "unsupported_media_type"),
])
def test_a_form_that_cannot_be_read_is_refused(server, content_type, status, code):
    answer = server.post("/api/v1/images", data=part("file", "a.jpg") + jpeg() + END, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert_goes_on(server)


def test_a_form_without_its_end_is_refused(server):
    for body in (b"", b"no form at all", part("file", "a.jpg") + jpeg()):
        answer = server.post("/api/v1/images", data=body, headers={"Content-Type": "multipart/form-data; boundary=B"})
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed_body")
    assert server.blobs() == []
    assert_goes_on(server)
