"""A client that goes away or falls silent in the middle of an upload leaves nothing: no temporary file, no image."""
from support.photos import jpeg, unique_jpeg
from support.raw import FORM, RawConnection, part
from support.waiting import eventually

BEGINNING = part("file", "a.jpg") + jpeg() + bytes(200_000)


def begin(client, server):
    client.send_head(FORM, "Content-Length: 5000000")
    client.send(BEGINNING)
    eventually(lambda: [path for path in server.incoming() if path.stat().st_size > 0], 10, "a part of the photo is on disk")


def test_a_closed_connection_takes_its_file_along_at_once(server):
    with RawConnection(server) as client:
        begin(client, server)
    eventually(lambda: server.incoming() == [], 5, "the temporary file is gone")
    assert server.get("/api/v1/images").json()["items"] == [] and server.blobs() == []


def test_a_silent_client_is_let_go_and_its_file_is_gone_within_60_seconds(server):
    with RawConnection(server) as client:
        begin(client, server)
        assert server.result_of(unique_jpeg())["status"] == "completed"  # others are not held up
        eventually(lambda: server.incoming() == [], 60, "the temporary file of a silent client is gone")
        status, body = client.answer()
    assert (status, body["code"]) == (408, "request_timeout")
    assert len(server.get("/api/v1/images").json()["items"]) == 1


def test_a_killed_server_leaves_nothing_of_what_was_half_written(server):
    with RawConnection(server) as client:
        begin(client, server)
        server.kill()
    (server.folder / "blobs/incoming/left").write_bytes(BEGINNING)  # where the file system makes a temporary file have a name
    server.start()
    assert server.incoming() == [] and server.get("/api/v1/images").json()["items"] == []
