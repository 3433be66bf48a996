"""Requests as bytes on a socket, for what no decent client sends."""
import json
import socket


class RawConnection:
    def __init__(self, server, timeout=60):
        host, port = server.url.removeprefix("http://").split(":")
        self.socket = socket.create_connection((host, int(port)), timeout)
        self.token = server.token

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send_head(self, *headers, path="/api/v1/images", method="POST"):
        lines = [f"{method} {path} HTTP/1.1", "Host: test", f"Authorization: Bearer {self.token}", *headers]
        self.send("".join(line + "\r\n" for line in lines).encode() + b"\r\n")

    def send(self, data):
        self.socket.sendall(data)

    def answer(self):
        """(status, decoded JSON body or None) of the next answer."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, body = data.split(b"\r\n\r\n", 1)
        fields = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in head.decode().split("\r\n")[1:])}
        while len(body) < int(fields.get("content-length", 0)):
            body += self._more()
        return int(head.split()[1]), json.loads(body) if body else None

    def _more(self):
        piece = self.socket.recv(65536)
        assert piece, "the connection ended before the answer"
        return piece


def part(name, file_name=None):
    """The header of one part of a form with the boundary B."""
    file = f'; filename="{file_name}"' if file_name else ""
    return f'--B\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode()


FORM = "Content-Type: multipart/form-data; boundary=B"
END = b"\r\n--B--\r\n"
