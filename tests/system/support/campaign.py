"""Breaking things at random while clients upload: kills, stops, lost databases, fail points. One seed is one plan, though not one timing.

A campaign knows its processes, and for each fault how to do it and how to mend it; it judges nothing. What was promised is in the clients'
log, what came of it in the database: see client_log.py and ledger.py.
"""
import os
import signal
import time
from collections import Counter

import requests

from support.processes import children, family
from support.waiting import eventually, moment

# What may be armed in a process of each role: names and actions. Kills by their number end the process once; the rest goes on until the next start.
OF_UPLOADS = [f"{point}={action}" for point in ("K1", "K2", "K3", "K4", "K5", "K6", "K7") for action in ("kill@{hit}", "error@3%", "delay:30@10%")]
OF_WORK = [f"{point}={action}" for point in ("K8", "K9", "K12", "K13") for action in ("kill@{hit}", "error@3%", "delay:30@10%")]
OF_RUNNERS = [f"{point}={action}" for point in ("K10", "K11") for action in ("kill@{later}", "delay:30@10%")]
POINTS = {"serve": OF_UPLOADS + OF_WORK + OF_RUNNERS, "web": OF_UPLOADS, "worker": OF_WORK + OF_RUNNERS}


class Campaign:
    def __init__(self, generator, processes, postgres=None, lease=None):
        """`lease` in seconds, where processes have one: a pause is longer than it."""
        self.generator, self.processes, self.postgres, self.lease = generator, processes, postgres, lease
        self.done = Counter()

    # --- one round ---
    def round(self):
        """One fault at a random moment, and whatever died is started again."""
        moment(self.generator.uniform(0, 0.3))
        faults = [self.kill_process, self.kill_process, self.arm, self.arm, self.kill_runner, self.pause]
        if self.postgres:
            faults.append(self.crash_postgres)
        fault = self.generator.choice(faults)
        fault()
        self.done[fault.__name__] += 1
        self.revive()

    def revive(self):
        for process in self.processes:
            if process.has_ended:
                self.done["ended by " + ("a point" if process.settings.get("fail_points") else "a fault")] += 1
                self.start(process)

    def start(self, process):
        """Starts it without any point: one that it died of could end it again before it has begun."""
        process.settings.pop("fail_points", None)
        process.kill()
        try:
            process.start(within=60)
        except AssertionError:
            if not (self.postgres and process.has_ended):
                raise
            process.start(within=60)  # who starts while the database is away ends with words, and its supervisor starts it again

    # --- faults ---
    def kill_process(self):
        self.start(self.generator.choice(self.processes))

    def arm(self):
        """A new start with one or two points armed, which break it now or later."""
        process = self.generator.choice(self.processes)
        chosen = {}
        for plan in self.generator.sample(POINTS[process.role], 2):
            chosen.setdefault(plan.split("=")[0], plan.format(hit=self.generator.randint(1, 12), later=self.generator.randint(2, 12)))
        process.kill()
        process.settings["fail_points"] = ";".join(chosen.values())
        try:
            process.start(within=60)
        except AssertionError:
            if process.process.poll() != -signal.SIGKILL:
                raise  # it ended for another reason than the point
        until = time.monotonic() + self.generator.uniform(0.2, 1.2)
        while not process.has_ended and time.monotonic() < until:
            moment(0.02)

    def kill_runner(self):
        process = self.generator.choice([process for process in self.processes if process.role != "web"])
        runners = family(process.pid)[1:]
        if runners:
            try:
                os.kill(self.generator.choice(runners), signal.SIGKILL)
            except ProcessLookupError:
                pass  # it has ended by itself

    def pause(self):
        """Stands still, past the lease if there is one: its jobs run elsewhere, and what it brings late is refused."""
        process = self.generator.choice(self.processes)
        process.pause()
        moment(self.lease * 2.5 if self.lease and process.role == "worker" else self.generator.uniform(0.1, 0.5))
        process.resume()

    def crash_postgres(self):
        self.postgres.kill()
        moment(self.generator.uniform(0, 0.5))
        self.postgres.start()

    # --- the end ---
    def calm_down(self):
        """Everything runs without points."""
        for process in self.processes:
            if process.has_ended or process.settings.get("fail_points"):
                self.start(process)


def wait_until_idle(server, within):
    """No job is open, as the server tells it."""

    def idle():
        try:
            answer = server.get("/api/v1/status")
            return answer.status_code == 200 and not any(answer.json()["jobs"].values())
        except requests.RequestException:
            return False

    eventually(idle, within, "nothing is left to do")


def slots_of(process):
    """The runner children that work, below their zygotes."""
    return [child for zygote in children(process.pid) for child in children(zygote)]
