"""A darkroom server that is measured: started on loopback with a data folder of its own, asked over HTTP, ended by its process."""
import datetime
import http.client
import json
import os
import subprocess
import time

import processes

TOKEN = "token-of-the-benchmark-only"


class Darkroom:
    def __init__(self, programs, data_folder, model, options):
        """`options`: port, models_dir, slots (0: one a core)."""
        self.programs, self.data_folder, self.model, self.port = programs, data_folder, model, options["port"]
        self.url, self.token = f"http://127.0.0.1:{self.port}", TOKEN
        environment = dict(os.environ, DARKROOM_ADMIN_TOKEN=TOKEN)
        command = [programs.path("darkroom"), "serve", "--data-dir", data_folder, "--listen", f"127.0.0.1:{self.port}", "--default-model", model,
                   "--slots", str(options.get("slots", 0)), "--test-mode"]
        if options.get("models_dir"):
            command += ["--models-dir", options["models_dir"]]
        os.makedirs(data_folder, exist_ok=True)
        with open(data_folder + ".log", "ab") as log:
            self.started_at = time.monotonic()
            self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=60)

    def get(self, path):
        """Status and parsed body of a GET; (0, None) while nothing answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path, headers={"Authorization": "Bearer " + TOKEN})
            answer = connection.getresponse()
            body = answer.read()
            return answer.status, json.loads(body) if answer.headers["content-type"].startswith("application/") else body
        except ConnectionError:
            return 0, None
        finally:
            connection.close()

    def pause(self):
        """Nothing is processed from now on."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("POST", "/api/v1/queues/ai_processing/pause", headers={"Authorization": "Bearer " + TOKEN})
        if connection.getresponse().status != 200:
            raise SystemExit("the queue could not be paused")
        connection.close()

    def await_answer(self, path, limit=60):
        """Seconds from the start of the process to the first 200 of this address."""
        while time.monotonic() < self.started_at + limit:
            if self.get(path)[0] == 200:
                return time.monotonic() - self.started_at
            if self.process.poll() is not None:
                raise SystemExit(f"darkroom ended early; see {self.data_folder}.log")
            time.sleep(0.001)
        raise SystemExit(f"darkroom did not answer {path} with 200 in {limit} s")

    def upload(self, count, connections):
        return self.programs.run("upload_load", address="127.0.0.1", port=self.port, path="/api/v1/images", field="file", token=TOKEN,
                                 count=count, connections=connections)

    def await_idle(self, every, limit=240):
        """Until no job is queued or running; asking takes time of the processors, so not more often than the rate needs."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            if not any(self.get("/api/v1/status")[1]["jobs"].values()):
                return
            time.sleep(every)
        raise SystemExit(f"jobs were still unfinished after {limit} s")

    def events_after(self, last):
        """All events behind an id, oldest first."""
        events = []
        while True:
            page = self.get(f"/api/v1/events?limit=1000&after={last}")[1]
            events += page["items"]
            if page["next_after"] == last:
                return events
            last = page["next_after"]

    def run_jobs(self, count, connections, ask_every=0.05):
        """Uploads `count` photos and waits for their results. Rate until the last result, as its event tells it, CPU and latency of the whole, and
        the events."""
        before, cpu = self._last_event(), processes.cpu_seconds([self.process.pid])
        uploads = self.upload(count, connections)
        self.await_idle(ask_every)
        cpu = processes.cpu_seconds([self.process.pid]) - cpu
        events = [event for event in self.events_after(before) if event["image_id"]]  # maintenance has jobs, too
        completed = [seconds(event["at"]) for event in events if event["type"] == "job.completed"]
        if len(completed) != count:
            raise SystemExit(f"{len(completed)} of {count} photos were completed; see {self.data_folder}.log")
        return {"per_s": count / (max(completed) - uploads["begun_at"]), "cpu_ms": 1e3 * cpu / count, "latencies": latencies(events),
                "uploads": uploads, "events": events}

    def _last_event(self):
        events = self.events_after(getattr(self, "_seen", 0))
        self._seen = events[-1]["id"] if events else getattr(self, "_seen", 0)
        return self._seen


def seconds(stamp):
    """Since the epoch, of an RFC 3339 time in UTC."""
    return datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()


def latencies(events):
    """From image.created to job.completed, in ms, sorted."""
    created = {event["job_id"]: seconds(event["at"]) for event in events if event["type"] == "image.created"}
    return sorted(1e3 * (seconds(event["at"]) - created[event["job_id"]]) for event in events if event["type"] == "job.completed")
