"""What hostile photos cost the good ones: queues of the same length are filled while nothing is worked on, then worked off, and only that is timed.

In the mixed queue one job in ten is a hostile file that was taken in (those that are refused at the upload cost no job; the next one takes their place).
In the clean queue its place has one more good photo. The rate is that of the good photos in the other nine places, so the ratio of the rates is
that of the times: what the nine lose by their neighbour. Rounds alternate.
"""
import datetime
import itertools
import random
import statistics
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import bombs
import corpus
import files

EVERY = 10
SENDERS = 4
ENDS = ("job.completed", "job.failed", "job.crashed", "job.interrupted")


class Photos:
    """Photos to choose from, for several threads: (kind, name, bytes)."""

    def __init__(self, seed, gif):
        chance = random.Random(seed)
        self._bodies = [files.jpeg(chance, 640, 480, quality=88) for _ in range(8)]
        self._numbers = itertools.count()
        # Without those that are fine, however odd; with those that are fine and meant to be dear.
        self._hostile = (one for one in corpus.samples(10**9, seed, gif) if one.verdicts != frozenset({"ok"}) or one.kind in bombs.CLASSES)
        self._lock = threading.Lock()

    def good(self):
        """A VGA photo unlike any other."""
        with self._lock:
            number = next(self._numbers)
        body = self._bodies[number % len(self._bodies)]
        return "good", "good.jpg", files.with_segments(body, files.segment(0xFE, f"good {number}".encode()))

    def hostile(self):
        with self._lock:
            one = next(self._hostile)
        return one.kind, one.name, one.content


def fill(server, choices):
    """One job for each choice, which is asked for another photo until one is taken in. Returns the kind of each image."""
    servers, kinds = [server.twin() for _ in range(SENDERS)], {}

    def work(number, choose):
        while True:
            kind, name, content = choose()
            answer = servers[number % SENDERS].send(content, name=name)
            if answer.status_code == 201:
                kinds[answer.json()["image"]["id"]] = kind
                return

    with ThreadPoolExecutor(SENDERS) as pool:
        for done in [pool.submit(work, number, choose) for number, choose in enumerate(choices)]:
            done.result()
    return kinds


def moment(event):
    return datetime.datetime.fromisoformat(event["at"].replace("Z", "+00:00")).timestamp()


def work_off(server, choices):
    """Seconds from the start of the work to the end of the last good photo, and the milliseconds of each job by its kind."""
    queue = "/api/v1/queues/ai_processing"
    assert server.post(queue + "/pause").status_code == 200
    kinds = fill(server, choices)
    assert server.post(queue + "/resume").status_code == 200
    deadline = time.monotonic() + 3600
    while any(server.get("/api/v1/status").json()["jobs"].values()):
        assert time.monotonic() < deadline, "the queue was not worked off within an hour"
        threading.Event().wait(0.25)  # rarely: looking costs the processor that is measured
    started, ended, costs = {}, {}, defaultdict(list)
    for event in server.events():
        image = event["image_id"]
        if image in kinds and event["type"] == "job.started":
            started.setdefault(image, moment(event))
        elif image in kinds and event["type"] in ENDS:
            ended[image] = moment(event)
            assert kinds[image] != "good" or event["type"] == "job.completed", f"a good photo ended with {event}"
    for image, kind in kinds.items():
        costs[kind].append(1e3 * (ended[image] - started[image]))
    return max(ended[image] for image, kind in kinds.items() if kind == "good") - min(started.values()), costs


def measure(server, seed, gif, count, rounds):
    """Lines that tell of it, and the share of the clean rate that good photos keep: the median of the rounds."""
    photos = Photos(seed, gif)
    shares, rates, costs = [], [], defaultdict(list)
    for _ in range(rounds):
        clean, _ = work_off(server, [photos.good] * count)
        mixed, spent = work_off(server, [photos.hostile if number % EVERY == EVERY - 1 else photos.good for number in range(count)])
        shares.append(clean / mixed)
        rates.append(count / clean)
        for kind, times in spent.items():
            costs[kind] += times
    share, total = statistics.median(shares), sum(map(sum, costs.values()))
    dearest = sorted(costs.items(), key=lambda one: -sum(one[1]))[:12]
    return [f"{rounds} rounds of {count} queued jobs ({statistics.median(rates):.1f} good photos a second when all are good): beside one hostile job in {EVERY} "
            f"good photos keep {100 * share:.0f} % of their rate ({', '.join(f'{100 * one:.0f} %' for one in shares)})",
            "time of the slots by kind: " + ", ".join(f"{kind} {100 * sum(times) / total:.1f} % ({len(times)} of {statistics.mean(times):.0f} ms)"
                                                      for kind, times in dearest)]
