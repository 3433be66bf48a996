"""A process of Darkroom (serve, web or worker) that tests start, talk to, kill and start again on the same data folder."""
import copy
import os
import signal
import subprocess
import time
from pathlib import Path

import requests

from support.places import program
from support.processes import children, family, is_alive
from support.waiting import eventually

FINAL = {"completed", "failed", "cancelled"}


def plain_environment(**settings):
    """The environment of the tests without any setting of Darkroom but these: run_slots=2 is DARKROOM_RUN_SLOTS."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DARKROOM_")}
    return kept | {f"DARKROOM_{name.upper()}": str(value) for name, value in settings.items()}


def open_files(pid):
    try:
        return list(Path(f"/proc/{pid}/fd").iterdir())
    except FileNotFoundError:  # it has ended
        return []


def target_of(file):
    try:
        return os.readlink(file)
    except FileNotFoundError:  # it was closed
        return ""


class Server:
    def __init__(self, folder, model="null", test_mode=True, slots=2, role="serve", **settings):
        """Settings are keys of the configuration in words of the environment: run_hard_limit_seconds=2."""
        self.folder = Path(folder)
        self.settings = settings
        self.role = role
        self.arguments = ["--data-dir", str(self.folder), "--default-model", model]
        self.arguments += ["--listen", "127.0.0.1:0"] if role != "worker" else []
        self.arguments += ["--slots", str(slots)] if role != "web" else []
        self.arguments += ["--test-mode"] if test_mode else []
        self.log = self.folder.with_name(self.folder.name + ".log")
        self.process = None
        self.url = None
        self.http = None

    # --- life ---
    def start(self, within=15.0):
        with open(self.log, "a") as log:
            logged = log.tell()
            self.process = subprocess.Popen([program(), self.role, *self.arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=plain_environment(**self.settings))
        if self.role == "worker":
            eventually(lambda: self._says("worker started", logged), within, f"the worker starts; its log:\n{self.log_text()[-2000:]}")
            return self
        self.http = requests.Session()
        self.http.trust_env = False
        eventually(self._answers, within, f"{self.url or 'the server'} answers /livez; its log:\n{self.log_text()[-2000:]}")
        self.http.headers["Authorization"] = f"Bearer {self.token}"
        return self

    def _lives(self):
        assert self.process.poll() is None, f"the {self.role} ended with {self.process.returncode}:\n{self.log_text()[-2000:]}"

    def _says(self, words, after):
        self._lives()
        return words in self.log.read_bytes()[after:].decode(errors="replace")

    def _answers(self):
        self._lives()
        try:
            address, pid = (self.folder / "server.address").read_text().split()
            if int(pid) != self.process.pid:
                return False
            self.url = f"http://{address}"
            return self.http.get(self.url + "/livez", timeout=5).status_code == 200
        except (OSError, ValueError):
            return False

    def kill(self):
        """kill -9, and waits until its runners are gone, too."""
        if self.process is None:
            return
        members = family(self.process.pid)
        self.process.kill()
        self.process.wait()
        eventually(lambda: not any(map(is_alive, members)), 10, "the runners end with their server")

    def pause(self):
        """The process stands still; its runners go on."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def stop(self, within=20.0):
        """SIGTERM; returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within)

    def restart(self):
        if self.process.poll() is None:
            self.kill()
        return self.start()

    # --- what it left behind ---
    @property
    def pid(self):
        return self.process.pid

    @property
    def has_ended(self):
        return self.process.poll() is not None

    @property
    def token(self):
        return (self.folder / "admin.token").read_text().strip()

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def blob(self, sha256):
        return self.folder / "blobs" / sha256[:2] / sha256

    def blobs(self):
        return [path for path in (self.folder / "blobs").rglob("*") if path.is_file() and path.parent.name != "incoming" and path.name != "store.id"]

    def incoming(self):
        """Files of photos on their way in: those with a name, and those without one, which nobody but their process has."""
        folder = self.folder / "blobs/incoming"
        return [*folder.iterdir(), *(file for file in open_files(self.pid) if target_of(file).startswith(f"{folder}/#"))]

    # --- its processes ---
    def zygote(self, model="null"):
        """Process id of the model's zygote, once it runs."""
        def found():
            runners = self.get("/api/v1/status").json()["runners"]
            return next((runner["pid"] for runner in runners if runner["model"] == model and runner["pid"] > 0), None)
        return eventually(found, 10, f"the zygote of {model} runs")

    def slots(self, model="null"):
        return children(self.zygote(model))

    # --- HTTP ---
    def twin(self):
        """The same server over connections of its own, for another thread."""
        other = copy.copy(self)
        other.http = requests.Session()
        other.http.trust_env = False
        other.http.headers.update(self.http.headers)
        return other

    def get(self, path, **options):
        return self.http.get(self.url + path, timeout=70, **options)

    def post(self, path, **options):
        return self.http.post(self.url + path, timeout=70, **options)

    def delete(self, path):
        return self.http.delete(self.url + path, timeout=70)

    def send(self, photo, name="photo.jpg", wait=None, **fields):
        """The answer to an upload, whatever it is. `photo` is bytes or a file's path."""
        data = photo if isinstance(photo, bytes) else Path(photo).read_bytes()
        query = {} if wait is None else {"wait": wait}
        return self.post("/api/v1/images", params=query, files={"file": (name, data)}, data=fields)

    def upload(self, photo, **options):
        """The image of an upload that must succeed."""
        answer = self.send(photo, **options)
        assert answer.status_code == 201, answer.text
        return answer.json()["image"]

    def image(self, image_id, wait=0):
        answer = self.get(f"/api/v1/images/{image_id}", params={"wait": wait})
        assert answer.status_code == 200, answer.text
        return answer.json()["image"]

    def job(self, job_id, wait=0):
        answer = self.get(f"/api/v1/jobs/{job_id}", params={"wait": wait})
        assert answer.status_code == 200, answer.text
        return answer.json()["job"]

    def result_of(self, photo, **options):
        """Uploads and returns the image in its final state."""
        image = self.upload(photo, wait=60, **options)
        assert image["status"] in FINAL, image
        return image

    def wait_for_state(self, image_id, status, within=15.0):
        return eventually(lambda: (image := self.image(image_id))["status"] == status and image, within, f"image {image_id} is {status}")

    def events(self, image_id=None):
        """The whole log of events, oldest first, read page by page."""
        found, after = [], 0
        while True:
            query = {"after": after, "limit": 1000} | ({} if image_id is None else {"image": image_id})
            page = self.get("/api/v1/events", params=query).json()
            found += page["items"]
            if page["next_after"] == after:
                return found
            after = page["next_after"]

    def seconds_until(self, condition, within):
        begun = time.monotonic()
        eventually(condition, within)
        return time.monotonic() - begun
