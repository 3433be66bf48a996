"""Clients that hold connections: requests that wait, streams of events, and those who send or read far too slowly."""
import socket
import threading

TICK = 0.5  # seconds between two bytes of a slow client
GROUPS = 50  # clients do not keep time with each other: those of a group do


def parked(server, image):
    """Asks for a photo's result, which does not come."""
    return _request(server, f"/api/v1/images/{image}?wait=60"), None  # longer than any round


def events(server, image):
    return _request(server, "/api/v1/events/stream", "Accept: text/event-stream"), None


def slow_head(server, image):
    """Slowloris: a header that never ends."""
    return b"GET /livez HTTP/1.1\r\nHost: a\r\nX-Slow: ", _send_a_byte


def slow_body(server, image):
    head = _request(server, "/api/v1/images", "Content-Type: multipart/form-data; boundary=b", "Content-Length: 9000000", method="POST")
    return head + b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n\xff\xd8\xff', _send_a_byte


def slow_reader(server, image):
    """Asks for a whole photo and takes it in drops."""
    return _request(server, f"/api/v1/images/{image}/original"), lambda connection: len(connection.recv(256)) > 0


KINDS = {"waiting for a result (?wait)": parked, "streams of events": events, "slow heads (slowloris)": slow_head, "slow bodies": slow_body, "slow readers": slow_reader}


def _request(server, path, *headers, method="GET"):
    lines = [f"{method} {path} HTTP/1.1", "Host: a", f"Authorization: Bearer {server.token}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _send_a_byte(connection):
    return connection.send(b"a") > 0


class Held:
    """So many clients of one kind, from entering to leaving; whoever is cut off comes again. `cut_off` counts them."""

    def __init__(self, server, kind, count, image):
        self._server, self._count = server, count
        self._opening, self._nudge = KINDS[kind](server, image)
        self._stop, self._ready = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.cut_off = 0

    def _open(self):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", self._server.port))
        connection.sendall(self._opening)
        connection.setblocking(False)
        return connection

    def _tick(self, connection):
        """Whether the server still holds it."""
        try:
            return self._nudge(connection) if self._nudge else len(connection.recv(65536)) > 0
        except BlockingIOError:
            return True
        except OSError:
            return False

    def _run(self):
        held = [self._open() for _ in range(self._count)]
        self._ready.set()
        group = 0
        while not self._stop.wait(TICK / GROUPS):
            group = (group + 1) % GROUPS
            for number in range(group, len(held), GROUPS):
                if not self._tick(held[number]):
                    held[number].close()
                    self.cut_off += 1
                    held[number] = self._open()
        for connection in held:
            connection.close()

    def __enter__(self):
        self._thread.start()
        if not self._ready.wait(30):
            raise SystemExit(f"{self._count} connections could not be opened in 30 s")
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()
