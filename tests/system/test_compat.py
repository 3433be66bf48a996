"""The contract of the FastAPI service that Darkroom replaces: its clients work when only their base URL changes."""
import json
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
import requests

from support.old_client import base_url, process_image
from support.photos import unique_jpeg
from support.places import CHECKOUT
from support.waiting import eventually

QUEUED = '{{"status":"queued","image_id":{},"message":"이미지가 처리 큐에 추가되었습니다","queue_size":{}}}'
MISSING = {"msg": "field required", "type": "value_error.missing"}
NAIVE_TIME = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?"


@pytest.fixture
def paused(server):
    """A server whose photos wait."""
    assert server.post("/api/v1/queues/ai_processing/pause").status_code == 200
    return server


def newest(server):
    return server.get("/api/v1/images").json()["items"][0]


def go_on(server):
    assert server.post("/api/v1/queues/ai_processing/resume").status_code == 200


# --- POST /process-image/ ---
def test_the_answer_is_the_old_services_byte_for_byte(paused):
    for number in (1, 2, 3):
        answer = process_image(base_url(paused), unique_jpeg(), image_id=number + 6)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.content.decode() == QUEUED.format(number + 6, number)


def test_the_tasks_own_form_is_taken_and_its_lost_metadata_counts_as_empty(paused):
    assert process_image(base_url(paused), unique_jpeg(), image_id=7, priority=5).status_code == 200
    image = newest(paused)
    assert (image["external_id"], image["priority"], image["metadata"]) == ("7", 5, {})
    assert (image["title"], image["uploaded_by"]) == ("street.jpg", "shop")


def test_metadata_that_arrives_names_title_and_uploader(paused):
    sent = {"title": "봄 사진", "uploaded_by": "minji", "album": [1, 2]}
    data = {"image_id": 7, "metadata": json.dumps(sent)}
    assert requests.post(base_url(paused) + "/process-image/", files={"file": unique_jpeg()}, data=data, timeout=60).status_code == 200
    image = newest(paused)
    assert image["metadata"] == sent
    assert (image["title"], image["uploaded_by"]) == ("봄 사진", "minji")


def test_httpx_and_urllib_are_served_too(paused):
    answer = httpx.post(base_url(paused) + "/process-image/", files={"file": ("a.jpg", unique_jpeg())}, data={"image_id": "8"})
    assert answer.status_code == 200 and answer.json()["image_id"] == 8
    body = (b'--b\r\nContent-Disposition: form-data; name="image_id"\r\n\r\n9\r\n'
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n' + unique_jpeg() + b"\r\n--b--\r\n")
    request = urllib.request.Request(paused.url + "/process-image/", body, {"Authorization": f"Bearer {paused.token}", "Content-Type": "multipart/form-data; boundary=b"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert json.loads(answer.read())["image_id"] == 9


@pytest.mark.parametrize("priority, taken", [("150", 100), ("-5000", -100), ("9" * 30, 100), ("", 0), ("10", 10)])
def test_a_priority_beyond_the_queues_is_clamped(paused, priority, taken):
    data = {"image_id": 7, "priority": priority}
    assert requests.post(base_url(paused) + "/process-image/", files={"file": unique_jpeg()}, data=data, timeout=60).status_code == 200
    assert newest(paused)["priority"] == taken


@pytest.mark.parametrize("files, data, faults", [
    ({"file": b"x"}, {}, [("image_id", MISSING)]),
    (None, {"image_id": 7}, [("file", MISSING)]),
    (None, {}, [("file", MISSING), ("image_id", MISSING)]),
    ({"file": b"x"}, {"image_id": "seven"}, [("image_id", {"msg": "value is not a valid integer", "type": "type_error.integer"})]),
    ({"file": (None, "x")}, {"image_id": 7}, [("file", {"msg": "Expected UploadFile, received: <class 'str'>", "type": "value_error"})]),
])
def test_a_missing_field_is_told_as_fastapi_tells_it(server, files, data, faults):
    answer = requests.post(base_url(server) + "/process-image/", files=files, data=data, timeout=60)
    assert answer.status_code == 422
    assert answer.json() == {"detail": [{"loc": ["body", field], **fault} for field, fault in faults]}


def test_what_is_refused_has_a_proper_status_and_a_detail(server):
    for photo, status in ((b"GIF? no", 415), (b"", 400)):
        answer = process_image(base_url(server), photo, image_id=7)
        assert answer.status_code == status and isinstance(answer.json()["detail"], str), answer.text


def test_the_same_photo_again_while_it_waits_is_the_same_job_with_the_higher_priority(paused):
    photo = unique_jpeg()
    sizes = [process_image(base_url(paused), photo, image_id=7, priority=priority).json()["queue_size"] for priority in (0, 8, 3)]
    assert sizes == [1, 1, 1]
    first = newest(paused)
    assert first["priority"] == 8
    process_image(base_url(paused), photo, image_id=8)
    process_image(base_url(paused, site="blog"), photo, image_id=7)
    assert len(paused.get("/api/v1/images").json()["items"]) == 3
    go_on(paused)
    assert paused.image(first["id"], wait=30)["status"] == "completed"
    process_image(base_url(paused), photo, image_id=7)
    again = paused.image(first["id"], wait=30)
    assert again["status"] == "completed" and again["job_id"] != first["job_id"]


# --- who may ---
def test_a_token_is_needed_and_taken_as_bearer_or_basic_password(server):
    for path in ("/process-image/", "/queue-status/"):
        for credentials in (None, ("shop", "not-the-token"), (server.token, "")):
            answer = requests.request("POST" if "image" in path else "GET", server.url + path, auth=credentials, timeout=60)
            assert answer.status_code == 401 and answer.json()["detail"], (path, credentials)
    for headers, url in (({"Authorization": f"Bearer {server.token}"}, server.url), ({}, base_url(server))):
        assert requests.get(url + "/queue-status/", headers=headers, timeout=60).status_code == 200
    assert requests.get(base_url(server) + "/api/v1/images", timeout=60).status_code == 401  # a password is for the old routes only


def test_addresses_may_be_let_in_without_a_token_and_it_is_said_at_the_start(make_server):
    server = make_server(compat_open_from="10.0.0.0/8, 127.0.0.0/8")
    assert "compat.open_from is set" in server.log_text()
    assert process_image(server.url, unique_jpeg(), image_id=7).status_code == 200
    assert requests.get(server.url + "/api/v1/images", timeout=60).status_code == 401
    assert requests.get(server.url + "/queue-status/", auth=("shop", "wrong"), timeout=60).status_code == 401
    elsewhere = make_server(compat_open_from="10.0.0.0/8")
    assert process_image(elsewhere.url, unique_jpeg(), image_id=7).status_code == 401


def test_a_browser_at_an_address_without_a_token_sends_nothing_for_another_page(make_server):
    server = make_server(compat_open_from="127.0.0.0/8")
    send = lambda **headers: requests.post(server.url + "/process-image/", data={"image_id": 7}, files={"file": unique_jpeg()}, headers=headers, timeout=60)
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site", "Origin": server.url}):
        answer = send(**headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_refused"), headers
    assert server.get("/api/v1/images").json()["items"] == []
    assert send(Origin=server.url).status_code == 200
    assert requests.get(server.url + "/queue-status/", headers={"Origin": "http://evil.example"}, timeout=60).status_code == 200, "it changes nothing"


# --- how it is doing ---
def test_queue_status_names_the_oldest_photo_that_runs(server):
    status = requests.get(base_url(server) + "/queue-status/", timeout=60)
    assert status.content == b'{"queue_size":0,"is_processing":false,"current_task":null}'
    for number in (71, 72, 73, 74):
        process_image(base_url(server), unique_jpeg("slow:3000"), image_id=number)
    eventually(lambda: requests.get(base_url(server) + "/queue-status/", timeout=60).json() == {"queue_size": 2, "is_processing": True, "current_task": 71},
               what="two run, the older is 71, two wait")


def test_health_is_true(make_server):
    server = make_server()
    answer = eventually(lambda: (a := requests.get(server.url + "/health/", timeout=5)).status_code == 200 and a, what="the model is loaded")
    body = answer.json()
    assert list(body) == ["status", "model_loaded", "queue_size", "timestamp"]
    assert (body["status"], body["model_loaded"], body["queue_size"]) == ("healthy", True, 0)
    assert re.fullmatch(NAIVE_TIME, body["timestamp"])
    assert abs((datetime.now() - datetime.fromisoformat(body["timestamp"])).total_seconds()) < 5


def test_health_is_503_when_no_model_can_run(make_server, tmp_path):
    (tmp_path / "models/broken").mkdir(parents=True)
    (tmp_path / "models/broken/model.onnx").write_bytes(b"this is no model")
    server = make_server(model="broken", models_dir=tmp_path / "models", test_mode=False)
    eventually(lambda: server.get("/api/v1/status").json()["unusable_models"], 20, "the model was tried")
    answer = requests.get(server.url + "/health/", timeout=1)
    assert answer.status_code == 503 and answer.json()["status"] == "unhealthy" and answer.json()["model_loaded"] is False


def test_the_monitors_other_address_ends_in_200(server):
    assert requests.get(server.url + "/admin/", timeout=5).status_code == 200


# --- compat.reply = "result" ---
@pytest.fixture
def holding(make_server):
    return make_server(compat_reply="result")


def test_the_answer_can_be_the_result(holding):
    answer = process_image(base_url(holding), unique_jpeg("slow:300"), image_id=7)
    assert answer.status_code == 200, answer.text
    result = answer.json()
    assert list(result) == ["status", "result", "image_info", "processing_time"] and result["status"] == "success"
    assert set(result["result"]) == {"detected_objects", "processing_time", "metadata"}
    assert result["image_info"] == {"size": [16, 16], "format": "JPEG", "mode": "RGB"}


def test_a_failure_is_502_with_its_reason(holding):
    answer = process_image(base_url(holding), unique_jpeg("segv"), image_id=7)
    assert answer.status_code == 502, answer.text
    assert answer.json()["code"] == "decoder_crash" and "crashed" in answer.json()["detail"]


def test_a_cancelled_photo_is_answered(holding):
    holding.post("/api/v1/queues/ai_processing/pause")
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(process_image, base_url(holding), unique_jpeg(), 7)
        image = eventually(lambda: holding.get("/api/v1/images").json()["items"], what="the photo waits")[0]
        assert holding.post(f"/api/v1/jobs/{image['job_id']}/cancel").status_code == 200
        assert answer.result().status_code == 502 and "cancelled" in answer.result().json()["detail"]


def test_who_hangs_up_loses_nothing(holding):
    photo = unique_jpeg("slow:1000")
    with pytest.raises(requests.exceptions.ReadTimeout):
        process_image(base_url(holding), photo, image_id=7, timeout=0.3)
    answer = process_image(base_url(holding), photo, image_id=7)  # waits for the same job
    assert answer.status_code == 200 and answer.json()["status"] == "success"
    (image,) = holding.get("/api/v1/images").json()["items"]
    assert len(image["attempts"]) == 1


def test_those_who_wait_hold_no_thread(holding):
    holding.post("/api/v1/queues/ai_processing/pause")
    host, port = holding.url.removeprefix("http://").split(":")
    waiting = []
    for number in range(60):
        body = (b'--b\r\nContent-Disposition: form-data; name="image_id"\r\n\r\n%d\r\n' % number +
                b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n' + unique_jpeg() + b"\r\n--b--\r\n")
        connection = socket.create_connection((host, int(port)), timeout=60)
        connection.sendall(f"POST /process-image/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {holding.token}\r\nContent-Length: {len(body)}\r\n"
                           "Content-Type: multipart/form-data; boundary=b\r\n\r\n".encode() + body)
        waiting.append(connection)
    eventually(lambda: requests.get(base_url(holding) + "/queue-status/", timeout=5).json()["queue_size"] == 60, what="all of them wait")
    go_on(holding)
    for connection in waiting:
        assert connection.recv(12) == b"HTTP/1.1 200"
        connection.close()


# --- the callback ---
class Receiver:
    """The site's callback view: notes what comes and answers 200."""

    def __init__(self):
        calls = self.calls = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                calls.append((time.monotonic(), self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b'{"status": "success"}')

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()


@pytest.fixture
def receiver(monkeypatch):
    receiver = Receiver()
    monkeypatch.setenv("DJANGO_CALLBACK_URL", receiver.url)
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


def test_the_site_is_called_back_no_sooner_than_the_delay_after_the_answer(make_server, receiver):
    server = make_server(compat_callback_delay="800ms")
    assert process_image(base_url(server, site="django"), unique_jpeg(), image_id=7).json()["status"] == "queued"
    answered = time.monotonic()
    at, path, headers, body = eventually(lambda: receiver.calls, 20, "the callback comes")[0]
    assert at - answered > 0.7 and path == "/api/ai-callback/"
    told = json.loads(body)
    assert list(told) == ["image_id", "result", "timestamp"] and told["image_id"] == 7
    assert list(told["result"]) == ["status", "result", "image_info", "processing_time"] and told["result"]["status"] == "success"
    assert re.fullmatch(NAIVE_TIME, told["timestamp"])
    assert {"webhook-id", "webhook-timestamp", "webhook-signature"} <= {name.lower() for name in headers}


def test_a_failure_is_called_back_in_the_old_words(make_server, receiver):
    server = make_server(compat_callback_delay="0s")
    process_image(base_url(server, site="django"), unique_jpeg("segv"), image_id=8)
    told = json.loads(eventually(lambda: receiver.calls, 20, "the callback comes")[0][3])
    assert told["image_id"] == 8 and told["result"]["status"] == "failed" and "crashed" in told["result"]["error"]


def test_the_delay_begins_when_the_photo_is_stored_however_long_that_takes(make_server, receiver):
    server = make_server(compat_callback_delay="800ms", fail_points="K6=delay:1500@1")
    process_image(base_url(server, site="django"), unique_jpeg(), image_id=7)
    answered = time.monotonic()
    assert eventually(lambda: receiver.calls, 20, "the callback comes")[0][0] - answered > 0.7


def nothing_to_tell(server):
    return all(server.get("/api/v1/deliveries", params={"state": state}).json()["items"] == [] for state in ("waiting", "sending"))


def test_a_replaced_photo_is_not_told_after_the_one_that_took_its_number(make_server, receiver):
    server = make_server(compat_callback_delay="300ms", slots=1)
    server.post("/api/v1/queues/ai_processing/pause")
    for photo, priority in ((unique_jpeg("segv"), 0), (unique_jpeg(), 10)):  # the newer one is done first
        process_image(base_url(server, site="django"), photo, image_id=7, priority=priority)
    go_on(server)
    eventually(lambda: [image["status"] for image in server.get("/api/v1/images").json()["items"]] == ["completed", "failed"], 20, "both have ended")
    eventually(lambda: receiver.calls and nothing_to_tell(server), 20, "the callback has come")
    (told,) = [json.loads(call[3]) for call in receiver.calls]
    assert told["image_id"] == 7 and told["result"]["status"] == "success"


def test_a_photo_from_before_its_site_was_configured_is_called_back_when_it_is_sent_again(make_server, monkeypatch):
    monkeypatch.delenv("DJANGO_CALLBACK_URL", raising=False)
    photo, server = unique_jpeg(), make_server(compat_callback_delay="0s")
    process_image(base_url(server, site="django"), photo, image_id=7)
    eventually(lambda: newest(server)["status"] == "completed", what="it is done, and nobody was to be told")
    receiver = Receiver()
    monkeypatch.setenv("DJANGO_CALLBACK_URL", receiver.url)
    server.restart()
    process_image(base_url(server, site="django"), photo, image_id=7)
    assert json.loads(eventually(lambda: receiver.calls, 20, "the callback comes")[0][3])["image_id"] == 7
    receiver.server.shutdown()
    receiver.server.server_close()


def test_a_site_that_the_configuration_does_not_name_is_refused(make_server, receiver):
    server = make_server()
    answer = process_image(base_url(server, site="shop"), unique_jpeg(), image_id=7)
    assert answer.status_code == 422 and "shop" in answer.json()["detail"]


def test_the_sites_monitor_script_runs_and_warns(paused):
    def said(service):
        script = [sys.executable, "-B", CHECKOUT / "tests" / "old_site" / "monitor.py", service, paused.url]
        return subprocess.run(script, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()

    for number in range(101):
        assert process_image(base_url(paused), unique_jpeg(), image_id=number).status_code == 200
    eventually(lambda: requests.get(paused.url + "/health/", timeout=5).status_code == 200, what="the model is loaded, and that was noticed")
    assert said(base_url(paused)) == ["INFO FastAPI: 정상", "INFO 큐 크기: 101, 처리 중: False, 현재 작업: None",
                                      "WARNING 큐에 작업이 많이 쌓여있습니다: 101개", "INFO Django: 정상"]
    assert said("http://127.0.0.1:9")[0] == "INFO FastAPI: 이상"
