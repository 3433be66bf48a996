"""Sends files of the corpus to a server, good photos between them, and compares the verdicts."""
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "system"))

from support.photos import marked, png
from support.photos import encode
from PIL import Image

WAIT = 60  # seconds, the longest that the server holds an answer


def reads_gif(server):
    """Whether this server takes GIF; every GIF of the corpus is of an unsupported format if not."""
    answer = server.send(encode(Image.new("P", (8, 8)), format="GIF"), name="probe.gif")
    return answer.status_code == 201


def end_of(image):
    """The verdict of an image in its final state."""
    if image["status"] == "completed":
        return "cut" if image["result"]["image_info"]["truncated"] else "ok"
    return image["error_code"]


def send_one(server, content, name):
    """Uploads, waits for the end, and returns (the verdict, what the server said with it)."""
    answer = server.send(content, name=name, wait=WAIT)
    body = answer.json()
    if answer.status_code != 201:
        return body.get("code", f"status {answer.status_code}"), body.get("detail", "")
    image = body["image"]
    while image["status"] not in ("completed", "failed", "cancelled"):  # behind others in the queue, or waiting for a retry
        image = server.image(image["id"], wait=WAIT)
    return end_of(image), image["error_message"] or ""


@dataclass
class Tally:
    sent: int = 0
    wrong: list = field(default_factory=list)
    verdicts: Counter = field(default_factory=Counter)
    good_sent: int = 0
    good_failed: list = field(default_factory=list)
    seconds: float = 0

    @property
    def share_right(self):
        return 1 - len(self.wrong) / max(1, self.sent)

    def lines(self):
        yield f"{self.sent} files in {self.seconds:.0f} s, {len(self.wrong)} wrong verdicts: {100 * self.share_right:.3f} % right"
        yield f"{self.good_sent} good photos, {len(self.good_failed)} of them not completed"
        yield "verdicts: " + ", ".join(f"{verdict} {count}" for verdict, count in self.verdicts.most_common())
        for one, verdict, words in self.wrong[:200]:
            yield f"WRONG {one.kind} {one.number} ({len(one.content)} bytes): {verdict}, not {'/'.join(sorted(one.verdicts))}: {words}"


def run(server, samples, threads=8, good_every=4, stop_at=None):
    """All samples, a good photo after every few, by so many senders at the same time. `stop_at` is a time.monotonic() at which no more are sent."""
    tally = Tally()
    begun = time.monotonic()

    def work(number, one):
        here = servers[number % threads]
        verdict, words = send_one(here, one.content, one.name)
        tally.sent += 1
        tally.verdicts[verdict] += 1
        if verdict not in one.verdicts:
            tally.wrong.append((one, verdict, words))
        if good_every and number % good_every == 0:
            verdict, words = send_one(here, good_photo(number), f"good-{number}.jpg")
            tally.good_sent += 1
            if verdict != "ok":
                tally.good_failed.append((number, verdict, words))

    servers = [server.twin() for _ in range(threads)]
    room = threading.Semaphore(4 * threads)  # files are made no faster than they are sent
    with ThreadPoolExecutor(threads) as pool:
        sent = []
        for number, one in enumerate(samples):
            if stop_at and time.monotonic() > stop_at:
                break
            room.acquire()
            sent.append(pool.submit(work, number, one))
            sent[-1].add_done_callback(lambda _: room.release())
    for future in sent:
        future.result()
    tally.seconds = time.monotonic() - begun
    return tally


def good_photo(number):
    """A small photo unlike any other."""
    return marked("", f"good {number}") if number % 2 else png(60, 40, (number % 256, number // 256 % 256, 9))
