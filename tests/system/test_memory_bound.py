"""However large or hostile the photos are, all processes together stay under idle + 64 MB + slots times their limit."""
import threading
from concurrent.futures import ThreadPoolExecutor

from PIL import Image

from support.photos import black_png, claiming, encode, jpeg, unique_jpeg, with_scans
from support.processes import used_memory
from support.server import FINAL

MEGABYTE = 1 << 20
SLOTS, SLOT_LIMIT = 2, 512 * MEGABYTE


class Watch:
    """Remembers the most memory that the processes used while it was entered."""

    def __init__(self, server):
        self.server, self.most, self.ended = server, 0, threading.Event()
        self.thread = threading.Thread(target=self.look)

    def look(self):
        while not self.ended.wait(0.02):
            self.most = max(self.most, used_memory(self.server.pid))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()


def test_the_largest_and_the_worst_photos_together_stay_within_the_bound(make_server):
    server = make_server(model="demo", slots=SLOTS)
    server.result_of(jpeg(200, 200))
    idle = used_memory(server.pid)
    largest = [encode(Image.new(mode, (8000, 8000)), format=kind) for mode, kind in (("RGB", "JPEG"), ("RGBA", "PNG"))]
    largest.append(encode(Image.new("RGB", (8000, 8000)), format="JPEG", progressive=True))
    hostile = [claiming(8000, 8000, 1_100_000), black_png(16000, 4000), with_scans(90), largest[0][:len(largest[0]) // 2]]
    with Watch(server) as watch, ThreadPoolExecutor(4) as clients:
        answers = list(clients.map(lambda photo: server.twin().send(photo, wait=60), largest + hostile))
    for answer in answers:
        assert answer.status_code in (201, 422), answer.text
        if answer.status_code == 201:
            image = answer.json()["image"]
            assert image["status"] in FINAL and (image["status"] == "completed" or image["error_code"]), image
    assert watch.most > idle
    assert watch.most < idle + 64 * MEGABYTE + SLOTS * SLOT_LIMIT, f"{watch.most // MEGABYTE} MB, idle {idle // MEGABYTE} MB"
    assert server.result_of(jpeg(100, 100))["status"] == "completed"


def test_a_slot_that_wants_all_memory_is_stopped_at_its_limit_alone(make_server):
    server = make_server(slots=SLOTS)
    server.result_of(unique_jpeg())
    idle = used_memory(server.pid)
    with Watch(server) as watch:
        greedy = server.upload(unique_jpeg("memory"))
        assert server.result_of(unique_jpeg())["status"] == "completed"
        ended = server.image(greedy["id"], wait=60)
    assert (ended["status"], ended["error_code"]) == ("failed", "memory_limit")
    assert watch.most < idle + 64 * MEGABYTE + SLOT_LIMIT
