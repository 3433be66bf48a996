"""What is asked of the front door: by wrk, and the one large photo that slow readers take."""
import http.client
import os
import re
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
_UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3}
_LARGE = 16_000_000


def wrk(url, seconds, connections, token=None, script=None, **environment):
    """Requests/s and percentiles of a closed loop; ends the run if an answer was no success."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *(["-s", script] if script else []),
               *(["-H", f"Authorization: Bearer {token}"] if token else []), url]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | environment, timeout=seconds + 60)
    if done.returncode or re.search(r"Non-2xx|Socket errors", done.stdout):
        raise SystemExit(f"{url} was not answered well:\n{done.stdout}{done.stderr}")
    return {"per_s": float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1]), "p50_ms": _percentile(done.stdout, 50), "p99_ms": _percentile(done.stdout, 99)}


def _percentile(text, part):
    value, unit = re.search(rf"^\s+{part}%\s+([\d.]+)(us|ms|s)$", text, re.MULTILINE).groups()
    return float(value) * _UNITS[unit]


def uploads(setup, url, connections, token=""):
    return wrk(url + "/process-image/", setup.seconds, connections, script=os.path.join(HERE, "front_door.lua"), PHOTO=setup.photos[0], TOKEN=token)


def large_upload(setup, server):
    """The id of a photo of 16 MB; what stands behind the end of a JPEG is kept, and looked at by nobody."""
    with open(setup.photos[0], "rb") as file:
        photo = file.read().ljust(_LARGE, b"\0")
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n' + photo + b"\r\n--b--\r\n"
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("POST", "/api/v1/images", body, {"Authorization": "Bearer " + server.token, "Content-Type": "multipart/form-data; boundary=b"})
    answer = connection.getresponse()
    if answer.status != 201:
        raise SystemExit(f"the large photo was answered with {answer.status}: {answer.read()}")
    where = answer.headers["Location"]
    connection.close()
    return where.rsplit("/", 1)[1]
