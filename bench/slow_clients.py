#!/usr/bin/python3
"""What slow clients do to others: the 99th percentile of GET /api/v1/images while a number of connections dribble, beside the same without them; the same with
requests that wait (?wait) for a job that does not end. Prints one ratio each, and the server's memory.

    bench/slow_clients.py [--clients 500] [--seconds 10] [--bin build/release/bin]
"""
import argparse
import os
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "system"))


def memory_mb(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def connect(server):
    host, port = server.url.removeprefix("http://").rsplit(":", 1)
    return socket.create_connection((host, int(port)), timeout=10)


def request(server, path):
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {server.token}\r\n\r\n".encode()


def ask(connection, text):
    connection.sendall(text)
    held = b""
    while b"\r\n\r\n" not in held:
        held += connection.recv(65536)
    head, body = held.split(b"\r\n\r\n", 1)
    length = int(next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")).split(b":")[1])
    while len(body) < length:
        body += connection.recv(65536)
    assert head.startswith(b"HTTP/1.1 200"), head


def p99_ms(server, seconds):
    """Of one client that asks all the time over one connection."""
    connection, text, took = connect(server), request(server, "/api/v1/images?limit=20"), []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begun = time.monotonic()
        ask(connection, text)
        took.append(time.monotonic() - begun)
    took.sort()
    return took[int(len(took) * 0.99)] * 1000, len(took)


class Dribblers(threading.Thread):
    """Half of them send a header byte by byte, half a body; whoever is cut off comes again."""

    def __init__(self, server, count):
        super().__init__(daemon=True)
        self.server, self.count, self.stopped, self.cut_off = server, count, threading.Event(), 0

    def open(self, number):
        connection = connect(self.server)
        if number % 2:
            connection.sendall(b"POST /api/v1/images HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 9000000\r\n"
                               b"Authorization: Bearer " + self.server.token.encode() + b"\r\n\r\n--x\r\n")
        else:
            connection.sendall(b"GET /livez HTTP/1.1\r\nX-Slow: ")
        connection.setblocking(False)
        return connection

    def run(self):
        held = [self.open(number) for number in range(self.count)]
        while not self.stopped.is_set():
            for number, connection in enumerate(held):
                try:
                    connection.send(b"a")
                except OSError:
                    connection.close()
                    self.cut_off += 1
                    held[number] = self.open(number)
            self.stopped.wait(0.5)
        for connection in held:
            connection.close()


class Waiters:
    """Requests that are parked: they wait for a job that is not run."""

    def __init__(self, server, count):
        from support.photos import unique_jpeg
        server.post("/api/v1/queues/ai_processing/pause", json={})
        image = server.upload(unique_jpeg())
        text = request(server, f"/api/v1/images/{image['id']}?wait=60")
        self.held = [connect(server) for _ in range(count)]
        for connection in self.held:
            connection.sendall(text)

    def close(self):
        for connection in self.held:
            connection.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--bin", default=str(ROOT / "build/release/bin"))
    options = parser.parse_args()
    os.environ["DARKROOM_BIN_DIR"] = options.bin
    from support.server import Server
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data").start()
        try:
            p99_ms(server, 2)
            alone, count = p99_ms(server, options.seconds)
            before = memory_mb(server.pid)
            print(f"alone: p99 {alone:.2f} ms of {count} requests, server {before:.0f} MB")
            dribblers = Dribblers(server, options.clients)
            dribblers.start()
            time.sleep(2)
            slow, count = p99_ms(server, options.seconds)
            print(f"{options.clients} slow clients: p99 {slow:.2f} ms of {count} requests, ratio {slow / alone:.2f} (bound 2), {dribblers.cut_off} cut off, "
                  f"server {memory_mb(server.pid):.0f} MB")
            dribblers.stopped.set()
            dribblers.join()
            again, _ = p99_ms(server, options.seconds)
            waiters = Waiters(server, options.clients)
            time.sleep(1)
            parked, count = p99_ms(server, options.seconds)
            print(f"{options.clients} parked requests: p99 {parked:.2f} ms of {count} requests, ratio {parked / again:.2f}, server {memory_mb(server.pid):.0f} MB")
            waiters.close()
        finally:
            server.kill()


if __name__ == "__main__":
    main()
