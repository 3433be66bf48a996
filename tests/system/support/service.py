"""A model's service in the test's own process: it notes what comes, counts how many calls are in progress, and answers as the test says."""
import json
import re
import select
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from support.waiting import eventually

FOUND = {"class": "thing", "confidence": 0.5, "bbox": [1, 2, 9, 10]}
SUCCESS = {"status": "success", "result": {"detected_objects": [FOUND]}}


class Call:
    """One request: its form fields, the photo, and what became of it."""

    def __init__(self, headers, body):
        self.headers = headers
        parts = re.split(rb"\r?\n?--" + re.search(rb"boundary=([^;\s]+)", headers["Content-Type"].encode())[1] + rb"(?:--)?\r\n", body)
        named = [part.split(b"\r\n\r\n", 1) for part in parts if b"\r\n\r\n" in part]
        self.fields = {re.search(rb'name="([^"]+)"', head)[1].decode(): value for head, value in named}
        self.photo = self.fields.pop("file", b"")
        self.broken_off = threading.Event()  # the caller closed the connection before the answer


class Service:
    """answer(call) gives a dictionary (200), (status, dictionary or text) or (status, dictionary or text, headers); None closes the connection without one."""

    def __init__(self, answer=lambda call: SUCCESS, port=0):
        self.answer = answer
        self.calls = []
        self.running = self.most = 0
        self.lock = threading.Lock()
        self.gate = threading.Event()  # open: calls are answered
        self.gate.set()
        self.server = ThreadingHTTPServer(("127.0.0.1", port), self.handler())
        self.server.daemon_threads = True
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/process-image/"

    def close(self):
        self.gate.set()
        self.server.shutdown()
        self.server.server_close()

    def wait_for_calls(self, count, within=20):
        eventually(lambda: len(self.calls) >= count, within, f"{count} calls of the service")
        return self.calls

    def handler(service):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                call = Call(self.headers, self.rfile.read(int(self.headers["Content-Length"])))
                with service.lock:
                    service.calls.append(call)
                    service.running += 1
                    service.most = max(service.most, service.running)
                try:
                    answer = self.wait(call) and service.answer(call)
                finally:
                    with service.lock:
                        service.running -= 1
                self.send(answer)

            def wait(self, call):
                """False when the caller went away while the gate was shut."""
                while not service.gate.wait(0.01):
                    if select.select([self.connection], [], [], 0)[0] and not self.connection.recv(1, socket.MSG_PEEK):
                        call.broken_off.set()
                        return False
                return True

            def send(self, answer):
                if not answer:
                    self.close_connection = True
                    return
                status, body, *headers = answer if isinstance(answer, tuple) else (200, answer)
                data = (body if isinstance(body, str) else json.dumps(body)).encode()
                self.send_response(status)
                for name, value in (headers[0] if headers else {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *words):
                pass

        return Handler


def write_model(folder, url, **keys):
    """models/NAME/model.toml for a service: write_model(models / "ocr", service.url, timeout_seconds=1)."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f'engine = "http"\nurl = "{url}"\n', *(f"{key} = {value}\n" for key, value in keys.items())]
    (folder / "model.toml").write_text("".join(lines))
