"""The event stream: after a lost connection nothing is missing and nothing comes twice; slow readers and other people's events."""
import json
import socket
import sqlite3
import threading

import pytest
import requests

from support.photos import unique_jpeg
from support.waiting import eventually


class Stream:
    """Reads events in a thread until it is closed."""

    def __init__(self, server, last=None, token=None, **query):
        headers = {"Authorization": f"Bearer {token}" if token else server.http.headers["Authorization"]} | ({} if last is None else {"Last-Event-ID": str(last)})
        self.answer = requests.get(server.url + "/api/v1/events/stream", params=query, headers=headers, stream=True, timeout=60)
        self.events, self.types, self.broke = [], [], None  # what broke off the reading, if anything
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        kind = None
        try:
            for line in self.answer.iter_lines(chunk_size=1):
                if line.startswith(b"event: "):
                    kind = line[7:].decode()
                elif line.startswith(b"data: "):
                    self.events.append(json.loads(line[6:]))
                    self.types.append(kind)
        except Exception as error:
            self.broke = error

    def ids(self):
        return [event["id"] for event in self.events if "id" in event]

    # Closing alone would wait for the reading thread, and that for the next comment line. What breaks from here on, we have broken.
    def close(self):
        broke = self.broke
        try:
            self.answer.raw._fp.fp.raw._sock.shutdown(socket.SHUT_RDWR)
        except (AttributeError, OSError):
            pass
        self.thread.join(10)
        self.answer.close()
        if broke:
            raise broke


def all_ids(server):
    return [event["id"] for event in server.events()]


def test_nothing_is_missing_and_nothing_comes_twice_over_many_connections(server):
    stream = Stream(server, last=0)
    assert stream.answer.headers["Content-Type"].startswith("text/event-stream") and stream.answer.headers["Cache-Control"] == "no-store"
    seen = []
    for _ in range(5):
        made = [server.upload(unique_jpeg())["id"] for _ in range(4)]
        eventually(lambda: stream.ids(), 10, "some events arrive")
        stream.close()
        seen += stream.ids()
        for image in made:
            server.image(image, wait=20)
        stream = Stream(server, last=seen[-1])
    expected = all_ids(server)
    eventually(lambda: len(seen) + len(stream.ids()) >= len(expected), 15, "the rest arrives")
    assert seen + stream.ids() == expected
    stream.close()


def test_the_server_is_killed_and_the_stream_goes_on(make_server):
    server = make_server()
    stream = Stream(server, last=0)
    server.upload(unique_jpeg(), wait=20)
    eventually(lambda: "job.completed" in stream.types, 10, "the end of the job is told")
    seen = stream.ids()
    server.restart()
    server.upload(unique_jpeg(), wait=20)
    again = Stream(server, last=seen[-1])
    expected = all_ids(server)
    eventually(lambda: len(seen) + len(again.ids()) >= len(expected), 15, "the rest arrives")
    assert seen + again.ids() == expected
    again.close()


def test_from_now_on_and_only_what_is_wanted(server):
    first = server.upload(unique_jpeg(), wait=20)["id"]
    now, one, kinds = Stream(server), Stream(server, last=0, image=first), Stream(server, last=0, types="image.created,job.comp")
    ended = Stream(server, last=0, types="job.")
    eventually(lambda: len(one.ids()) >= 3, 10, "the first image's events arrive")
    second = server.upload(unique_jpeg(), wait=20)["id"]
    eventually(lambda: "job.completed" in now.types, 10, "the second image's events arrive")
    assert {event["image_id"] for event in now.events} == {second}
    assert {event["image_id"] for event in one.events} == {first}
    eventually(lambda: len(kinds.types) == 2, 10, "both images are told")
    assert kinds.types == ["image.created", "image.created"]
    assert set(ended.types) <= {"job.started", "job.completed"} and ended.types
    for stream in (now, one, kinds, ended):
        stream.close()


def test_an_uploader_hears_of_its_own_photos_only(server):
    server.post("/api/v1/users", json={"name": "minji", "role": "uploader", "password": "a river under seven bridges"})
    token = server.post("/api/v1/tokens", json={"name": "of-minji", "user": "minji", "scopes": ["*"]}).json()["secret"]
    stream = Stream(server, last=0, token=token)
    server.upload(unique_jpeg(), wait=20)  # of somebody else, and told before
    own = server.upload(unique_jpeg(), wait=20, uploader="minji")["id"]
    eventually(lambda: "job.completed" in stream.types, 10, "the end of the own photo's job is told")
    assert {event["image_id"] for event in stream.events} == {own}
    as_minji = {"headers": {"Authorization": f"Bearer {token}"}, "timeout": 30}
    batch = requests.post(server.url + "/api/v1/batches", json={"title": "album"}, **as_minji).json()["batch"]["id"]
    server.post("/api/v1/batches", json={"title": "of somebody else"})
    assert requests.post(server.url + f"/api/v1/batches/{batch}/seal", **as_minji).status_code == 200
    assert requests.delete(server.url + f"/api/v1/images/{own}", **as_minji).status_code == 204
    eventually(lambda: "image.deleted" in stream.types, 10, "the end of the own photo is told")
    assert stream.types[-4:] == ["batch.created", "batch.sealed", "batch.completed", "image.deleted"]
    again = Stream(server, last=0, token=token)
    eventually(lambda: len(again.ids()) >= len(stream.ids()), 10, "all of it is told again")
    assert again.ids() == stream.ids(), "also what happened to the photo that is gone"
    stream.close()
    again.close()


def test_the_stream_of_a_batch_tells_its_photos_and_its_end(server):
    batch = server.post("/api/v1/batches", json={"title": "album"}).json()["batch"]["id"]
    stream = Stream(server, last=0, batch=batch)
    server.upload(unique_jpeg(), wait=20)
    own = server.upload(unique_jpeg(), wait=20, batch=batch)["id"]
    server.post("/api/v1/batches", json={"title": "another"})
    server.post(f"/api/v1/batches/{batch}/seal")
    eventually(lambda: "batch.completed" in stream.types, 10, "the batch's end is told")
    assert stream.types[0] == "batch.created" and stream.types[-2:] == ["batch.sealed", "batch.completed"]
    assert {event["image_id"] for event in stream.events} == {own, None}
    stream.close()


@pytest.mark.parametrize("act", ["revoke", "disable", "role", "delete"])
def test_a_stream_ends_when_its_reader_may_not_read_any_more(server, act):
    server.post("/api/v1/users", json={"name": "vera", "role": "viewer", "password": "a river under seven bridges"})
    token = server.post("/api/v1/tokens", json={"name": "of-vera", "user": "vera", "scopes": ["*"]}).json()["secret"]
    stream = Stream(server, last=0, token=token)
    told = server.upload(unique_jpeg(), wait=20)["id"]
    eventually(lambda: "job.completed" in stream.types, 10, "what may be read is told")
    user = server.url + "/api/v1/users/vera"
    ended = {"revoke": lambda: server.http.delete(server.url + "/api/v1/tokens/of-vera", timeout=30), "delete": lambda: server.http.delete(user, timeout=30),
             "disable": lambda: server.http.patch(user, json={"disabled": True}, timeout=30), "role": lambda: server.http.patch(user, json={"role": "uploader"}, timeout=30)}[act]()
    assert ended.status_code in (200, 204), ended.text
    server.upload(unique_jpeg(), wait=20)
    stream.thread.join(20)
    assert not stream.thread.is_alive(), "the server has ended it"
    assert {event["image_id"] for event in stream.events} - {None} == {told}
    stream.close()


def test_an_id_of_another_log_is_told_to_begin_anew(server):
    stream = Stream(server, last=10**9)
    eventually(lambda: stream.types == ["reset"], 10, "a reset is told")
    assert server.get("/api/v1/events/stream?image=x").status_code == 422
    assert server.get("/api/v1/events/stream?colour=red").status_code == 400
    stream.close()


def test_who_missed_events_that_are_kept_no_more_is_told(make_server):
    server = make_server(retention_events_days=1)
    server.upload(unique_jpeg(), wait=20)
    assert server.stop() == 0
    with sqlite3.connect(server.folder / "darkroom.db") as database:
        database.execute("UPDATE event SET at = at - 2 * 86400000000")
        (gone,) = database.execute("SELECT MAX(id) FROM event").fetchone()
    database.close()
    server.start()
    server.upload(unique_jpeg(), wait=20)
    job = server.post("/api/v1/schedules/prune/run").json()["job_id"]
    assert server.job(job, wait=20)["state"] == "completed"
    kept = all_ids(server)
    assert kept[0] == gone + 1
    missed, knows = Stream(server, last=gone - 1), Stream(server, last=gone)
    eventually(lambda: missed.types and set(kept) <= set(knows.ids()), 10, "both are told something")
    assert missed.types[0] == "reset" and missed.events[0]["oldest"] == kept[0], missed.types
    eventually(lambda: set(kept) <= set(missed.ids()), 10, "the rest is told")
    assert missed.ids()[:len(kept)] == knows.ids()[:len(kept)] == kept and "reset" not in knows.types
    missed.close()
    knows.close()


def test_many_streams_hold_no_thread(server):
    streams = [Stream(server) for _ in range(60)]
    server.upload(unique_jpeg(), wait=20)
    eventually(lambda: all("job.completed" in stream.types for stream in streams), 20, "all of them hear of it")
    for stream in streams:
        stream.close()


def test_two_processes_over_postgresql_tell_all_of_it(make_cluster):
    cluster = make_cluster(webs=2)
    first, second = cluster.webs[:2]
    stream = Stream(first, last=0)
    made = [web.upload(unique_jpeg()) for web in (first, second) for _ in range(3)]
    for image in made:
        assert first.image(image["id"], wait=30)["status"] == "completed"
    eventually(lambda: stream.types.count("job.completed") == 6, 20, "all six are told")
    stream.close()
    seen = stream.ids()
    second.upload(unique_jpeg(), wait=30)
    other = Stream(second, last=seen[-1])
    expected = all_ids(first)

    def told():  # upkeep may write more in the meantime
        return [number for number in seen + other.ids() if number <= expected[-1]]

    eventually(lambda: len(told()) >= len(expected), 20, "the rest arrives at the other process")
    assert sorted(told()) == expected
    other.close()


def test_the_command_line_watches(server, darkroom):
    image = server.upload(unique_jpeg(), wait=20)["id"]
    shown = darkroom("watch", "--after", 0, "--image", image, "--count", 3, folder=server.folder)
    assert shown.returncode == 0
    assert [line.split()[1] for line in shown.stdout.splitlines()] == ["image.created", "job.started", "job.completed"]
