"""The HTTP edge of the real program: ids, compression, ranges, readiness in words, the access log, draining, hosts, open files."""
import json
import resource
import signal
from concurrent.futures import ThreadPoolExecutor

from support.photos import unique_jpeg
from support.waiting import eventually


def test_a_problem_names_its_request(server):
    answer = server.get("/api/v1/images/999")
    assert answer.json()["trace_id"] == answer.headers["X-Request-Id"]
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = server.get("/api/v1/images/999", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert answer.json()["trace_id"] == trace
    assert server.get("/nowhere").json()["trace_id"]


def test_long_answers_are_compressed_for_those_who_take_it(server):
    for _ in range(6):
        server.upload(unique_jpeg())
    packed = server.get("/api/v1/images", headers={"Accept-Encoding": "gzip"})
    plain = server.get("/api/v1/images", headers={"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in packed.headers["Vary"] and "Accept-Encoding" in plain.headers["Vary"]
    assert len(packed.json()["items"]) == len(plain.json()["items"]) == 6
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"])


def test_parts_of_an_original(server):
    photo = unique_jpeg()
    path = f"/api/v1/images/{server.upload(photo)['id']}/original"
    whole = server.get(path)
    assert whole.content == photo and whole.headers["Accept-Ranges"] == "bytes"
    part = server.get(path, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, photo[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(photo)}"
    assert server.get(path, headers={"Range": "bytes=-7"}).content == photo[-7:]
    same = server.get(path, headers={"Range": "bytes=0-3", "If-Range": whole.headers["ETag"]})
    assert same.status_code == 206
    other = server.get(path, headers={"Range": "bytes=0-3", "If-Range": '"other"'})
    assert (other.status_code, other.content) == (200, photo)
    beyond = server.get(path, headers={"Range": f"bytes={len(photo)}-"})
    assert beyond.status_code == 416 and beyond.headers["Content-Range"] == f"bytes */{len(photo)}"
    assert beyond.json()["code"] == "range_not_satisfiable"


def test_ready_in_words(server):
    answer = eventually(lambda: (found := server.get("/readyz?verbose")).status_code == 200 and found, 10, "ready")
    assert answer.text.endswith("ready\n") and "[+] database: readable\n" in answer.text and "[+] runner: null" in answer.text
    assert server.get("/healthz").json()["ready"]


def test_the_access_log_tells_routes_and_no_secrets(make_server):
    server = make_server(log_access="file")
    image = server.upload(unique_jpeg())
    server.get(f"/api/v1/images/{image['id']}?secret=hunter2")
    log = server.folder / "access.log"
    lines = eventually(lambda: log.exists() and (text := log.read_text()).count("images/{id}") >= 1 and [json.loads(line) for line in text.splitlines()], 5, "lines")
    upload = next(line for line in lines if line["method"] == "POST")
    assert upload["route"] == "/api/v1/images" and upload["status"] == 201 and upload["bytes"] > 0 and upload["micros"] > 0
    assert upload["client"] == "127.0.0.1" and upload["account"] and upload["request_id"]
    assert "hunter2" not in log.read_text() and server.token not in log.read_text()
    assert log.stat().st_mode & 0o007 == 0


def test_a_strangers_host_name_is_refused_on_loopback(make_server):
    server = make_server()
    assert server.get("/livez", headers={"Host": "evil.example"}).status_code == 400
    named = make_server(http_allowed_hosts="photos.example.com")
    assert named.get("/livez", headers={"Host": "photos.example.com"}).status_code == 200
    assert named.get("/livez", headers={"Host": "evil.example"}).status_code == 400


def test_a_server_that_stops_says_so_and_answers_until_its_jobs_have_ended(server):
    image = server.upload(unique_jpeg("slow:5000"))
    server.wait_for_state(image["id"], "processing")
    eventually(lambda: server.get("/readyz").status_code == 200, 10, "ready")
    server.process.send_signal(signal.SIGTERM)
    checks = eventually(lambda: (found := server.get("/readyz")).status_code == 503 and found.json()["checks"], 4, "it says that it stops")
    assert [check["name"] for check in checks if not check["ok"]] == ["stopping"]
    refused = server.send(unique_jpeg())
    assert refused.status_code == 503 and refused.json()["code"] == "unavailable"
    assert server.get("/livez").status_code == 200
    told = server.get("/health/")
    assert (told.status_code, told.json()["status"]) == (503, "unhealthy"), "a balancer of the old service sends nothing more here"
    assert server.process.wait(20) == 0
    server.start()
    assert server.image(image["id"])["status"] == "completed"


def test_a_wait_for_a_job_that_ends_while_draining_is_answered_with_its_result(server):
    with ThreadPoolExecutor(1) as background:
        waiting = background.submit(server.twin().send, unique_jpeg("slow:1000"), wait=60)
        eventually(lambda: server.get("/api/v1/status").json()["jobs"]["running"] == 1, 10, "it is being processed")
        assert server.stop() == 0
        assert waiting.result(10).json()["image"]["status"] == "completed"


def test_the_file_limit_is_raised(make_server):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))  # what the server inherits
    try:
        server = make_server()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert resource.prlimit(server.pid, resource.RLIMIT_NOFILE) == (hard, hard), "each connection is a file"
