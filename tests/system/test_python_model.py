"""The example that brings a Python model: the FastAPI service of examples/python_model under the real server, and other models in its place."""
import os
import shutil
import signal
import subprocess
import sys

import pytest
import requests
from PIL import Image, ImageDraw

from support.boxes import overlap
from support.ledger import judge
from support.photos import encode, unique_jpeg
from support.places import CHECKOUT
from support.ports import free_port
from support.service import write_model
from support.waiting import eventually

pytest.importorskip("fastapi", reason="python3-fastapi is not installed: scripts/install_packages.sh test")
EXAMPLE = CHECKOUT / "examples/python_model"

# Waits for a file of the job's name before it answers; says first that it has begun.
WAITING_MODEL = '''
import json, pathlib, threading

class Model:
    def load_model(self):
        self.folder = pathlib.Path(__file__).parent
        self.running, self.lock = 0, threading.Lock()

    def process_image(self, image_bytes, metadata):
        order = metadata["order"]
        with self.lock:
            self.running += 1
            with open(self.folder / "begun", "a") as begun:
                begun.write(f"{order} {self.running}\\n")
        try:
            if order == "refuse":
                raise ValueError("this is no receipt")
            if order == "break":
                raise RuntimeError("a secret of the service")
            while order == "wait" and not (self.folder / "go").exists():
                threading.Event().wait(0.01)
        finally:
            with self.lock:
                self.running -= 1
        return {"detected_objects": [], "order": order}
'''


class PythonModel:
    """The example's service in a folder of its own, with its own model or another."""

    def __init__(self, folder, model=None):
        shutil.copytree(EXAMPLE, folder)
        if model:
            (folder / "model.py").write_text(model)
        self.folder, self.port, self.process = folder, free_port(), None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self, threads=1):
        command = [sys.executable, "-B", "-m", "uvicorn", "service:app", "--host", "127.0.0.1", "--port", str(self.port)]
        environment = os.environ | {"MODEL_THREADS": str(threads)}
        with open(self.folder / "log", "a") as log:
            self.process = subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        eventually(lambda: self.health(), 60, f"the Python service answers; its log: {self.log()}")
        return self

    def health(self):
        assert self.process.poll() is None, self.log()
        try:
            return requests.get(self.url + "/health/", timeout=5).json()
        except requests.RequestException:
            return None

    def begun(self):
        path = self.folder / "begun"
        return path.read_text().splitlines() if path.exists() else []

    def log(self):
        return (self.folder / "log").read_text()[-2000:]

    def kill(self):
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def start(make_server, tmp_path):
    """start(model) gives the service, which runs, and a server whose model `mine` it is."""
    services = []

    def start(model=None, threads=1, **settings):
        service = PythonModel(tmp_path / "service", model)
        services.append(service)
        write_model(tmp_path / "models/mine", service.url + "/process-image/", concurrency=threads)
        return service.start(threads), make_server(models_dir=tmp_path / "models", **{"run_first_retry_seconds": 0} | settings)

    yield start
    for service in services:
        service.kill()


def order(server, what, **fields):
    return server.upload(unique_jpeg(), model="mine", metadata=f'{{"order": "{what}"}}', **fields)


def test_the_example_finds_what_stands_out(start):
    _, server = start()
    picture = Image.new("RGB", (400, 300), (20, 40, 60))
    ImageDraw.Draw(picture).rectangle([100, 50, 199, 149], fill=(250, 240, 230))
    exif = Image.Exif()
    exif[0x0112] = 6  # stored lying on its side
    photo = encode(picture.transpose(Image.Transpose.ROTATE_90), format="JPEG", quality=98, subsampling=0, exif=exif)
    image = server.result_of(photo, model="mine")
    assert image["status"] == "completed", image
    (found,) = image["result"]["result"]["detected_objects"]
    assert found["class"] == "foreground" and found["confidence"] > 0.9 and overlap(found["bbox"], [100, 50, 200, 150]) > 0.95
    assert list(image["result"]["extra"]) == ["background"]
    judge(server, image)


def test_the_sidecar_beside_it_is_one(start, make_server, tmp_path):
    service = PythonModel(tmp_path / "example")
    (tmp_path / "copied/mine").mkdir(parents=True)
    text = (EXAMPLE / "model.toml").read_text().replace("127.0.0.1:8600", f"127.0.0.1:{service.port}")
    (tmp_path / "copied/mine/model.toml").write_text(text)
    try:
        service.start()
        assert make_server(models_dir=tmp_path / "copied").result_of(unique_jpeg(), model="mine")["status"] == "completed"
    finally:
        service.kill()


def test_a_service_killed_in_mid_request_costs_a_retry_and_no_photo(start):
    service, server = start(WAITING_MODEL, run_first_retry_seconds=1)
    image = order(server, "wait")
    eventually(service.begun, 20, "the model has begun")
    assert server.post("/api/v1/queues/ai_processing/pause").status_code == 200  # so that no retry is used up before the service is back
    service.kill()
    eventually(lambda: server.image(image["id"])["attempts"][0]["ending"] == "failed", 20, "the attempt has failed")
    (service.folder / "go").touch()
    service.start()
    assert server.post("/api/v1/queues/ai_processing/resume").status_code == 200
    ended = server.image(image["id"], wait=60)
    assert ended["status"] == "completed" and ended["result"]["extra"] == {"order": "wait"}
    assert [attempt["error_code"] for attempt in ended["attempts"]] == ["service_failed", None]
    judge(server, ended)


def test_what_the_model_refuses_fails_with_its_words(start):
    service, server = start(WAITING_MODEL)
    image = server.image(order(server, "refuse")["id"], wait=30)
    assert (image["status"], image["error_code"], len(image["attempts"])) == ("failed", "service_failed", 1)
    assert "this is no receipt" in image["error_message"]
    assert service.health()["refused"] == 1


def test_a_photo_that_can_never_be_read_is_not_tried_again(start):
    service, server = start()
    whole = encode(Image.effect_noise((400, 300), 60).convert("RGB"), format="JPEG")
    half = server.result_of(whole[:len(whole) // 2], model="mine")
    assert half["status"] == "completed" and half["result"]["image_info"]["truncated"]
    for unreadable in (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100), b"RIFF" + bytes(100), whole[:100]):
        answer = requests.post(service.url + "/process-image/", files={"file": ("photo", unreadable)}, timeout=60)
        assert answer.status_code == 422 and "cannot be read" in answer.json()["detail"]


def test_a_bug_in_the_model_may_pass_and_its_words_stay_inside(start):
    service, server = start(WAITING_MODEL, run_max_retries=1)
    image = server.image(order(server, "break")["id"], wait=30)
    assert (image["status"], len(image["attempts"])) == ("failed", 2)
    assert "500" in image["error_message"] and "secret" not in image["error_message"]
    assert "a secret of the service" in service.log()


def test_the_service_notices_a_cancellation(start):
    service, server = start(WAITING_MODEL)
    image = order(server, "wait")
    eventually(service.begun, 20, "the model has begun")
    assert server.post(f"/api/v1/jobs/{image['job_id']}/cancel").status_code == 200
    eventually(lambda: (service.health() or {}).get("cancelled") == 1, 20, "the service sees that nobody waits")
    (service.folder / "go").touch()
    assert image["job_id"] in service.log()


def test_as_many_photos_at_a_time_as_the_sidecar_says(start):
    service, server = start(WAITING_MODEL, threads=3)
    images = [order(server, "wait") for _ in range(9)]
    eventually(lambda: len(service.begun()) >= 3, 20, "three are in progress")
    (service.folder / "go").touch()
    for image in images:
        assert server.image(image["id"], wait=30)["status"] == "completed"
    running = [int(line.split()[1]) for line in service.begun()]
    assert max(running) == 3 and len(running) == 9
    judge(server, *images)
