"""A receiver of webhooks on loopback that keeps what it gets and answers as a test says."""
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Answer:
    """`stall` is waited for before the answer, `keep` after it, with the connection open."""

    def __init__(self, status=200, body=b"ok", headers=None, stall=None, keep=None):
        self.status, self.body, self.headers, self.stall, self.keep = status, body, headers or {}, stall, keep


class Receiver:
    """`behave(request)` gives an Answer; a request is a dictionary of path, headers, body (bytes) and json."""

    def __init__(self, behave=lambda request: Answer()):
        self.behave = behave
        self.requests = []
        self._lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = {"path": self.path, "headers": headers, "body": body, "json": json.loads(body)}
                with receiver._lock:
                    receiver.requests.append(request)
                answer = receiver.behave(request)
                if answer.stall:
                    answer.stall.wait(30)
                try:
                    self.send_response(answer.status)
                    for name, value in ({"Content-Length": str(len(answer.body))} | answer.headers).items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(answer.body)
                    if answer.keep:
                        answer.keep.wait(30)
                except OSError:
                    pass  # the sender has left

            def log_message(self, *words):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def got(self):
        with self._lock:
            return list(self.requests)

    def images(self):
        return [request["json"]["data"]["image_id"] for request in self.got() if request["json"].get("type", "").startswith("job.")]

    def close(self):
        self._server.shutdown()
        self._server.server_close()
