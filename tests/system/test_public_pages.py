"""What answers without a token: alive, ready, and a small page in the reader's language. Nothing else does."""
import re

import pytest
import requests

from support.waiting import eventually


def fetch(server, path, **headers):
    return requests.get(server.url + path, headers=headers, timeout=10)


def test_livez_needs_no_token(server):
    answer = fetch(server, "/livez")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_readyz_says_what_is_missing_until_the_model_is_loaded(server):
    answer = eventually(lambda: (found := fetch(server, "/readyz")).status_code == 200 and found, 10, "ready")
    checks = {check["name"]: check["ok"] for check in answer.json()["checks"]}
    assert answer.json()["ready"] and checks == {"database": True, "disk": True, "default_model": True, "runner": True}


def test_a_broken_default_model_is_alive_and_not_ready(make_server, tmp_path):
    (tmp_path / "models/broken").mkdir(parents=True)
    (tmp_path / "models/broken/model.onnx").write_bytes(b"this is no model")
    server = make_server(model="broken", models_dir=tmp_path / "models")
    assert fetch(server, "/livez").status_code == 200

    def problem():
        answer = fetch(server, "/readyz")
        check = next(check for check in answer.json()["checks"] if check["name"] == "default_model")
        return answer.status_code == 503 and not check["ok"] and check["detail"] != "is being loaded" and check["detail"]
    assert eventually(problem, 20, "readyz says why the model cannot be loaded")


def is_the_page(answer):
    """The admin page; a build without node has a plain page in its place, which src/api/front_page_test.cpp looks at."""
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"), answer.text[:200]
    if '<div id="root">' not in answer.text:
        pytest.skip("this build has no admin page")
    return True


@pytest.mark.parametrize("path", ["/", "/images", "/images/7", "/upload", "/queues/ai_processing", "/log-in", "/webhooks/deliveries/msg_1", "/admin/"])
def test_every_address_of_the_page_gives_the_page(server, path):
    assert is_the_page(fetch(server, path))


def test_the_page_loads_only_what_is_its_own(server):
    page = fetch(server, "/")
    assert is_the_page(page)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self';" in policy and "style-src 'self';" in policy and "unsafe" not in policy and "http" not in policy
    assert "<style" not in page.text and " style=" not in page.text and re.search(r"<script[^>]*>[^<]", page.text) is None
    assert page.headers["X-Frame-Options"] == "DENY" and server.token not in page.text
    for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert address.startswith("/assets/"), address


def test_files_of_the_page_are_kept_for_ever_and_the_page_is_asked_for_anew(server):
    page = fetch(server, "/")
    assert is_the_page(page) and page.headers["Cache-Control"] == "no-cache"
    assert fetch(server, "/", **{"If-None-Match": page.headers["ETag"]}).status_code == 304
    script = re.search(r'src="(/assets/[^"]+[.]js)"', page.text).group(1)
    small = requests.get(server.url + script, headers={"Accept-Encoding": "gzip"}, stream=True, timeout=10)
    assert small.headers["Content-Encoding"] == "gzip" and "immutable" in small.headers["Cache-Control"] and small.headers["Vary"] == "Accept-Encoding"
    plain = fetch(server, script, **{"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers and plain.text == small.text
    assert len(plain.content) > int(small.headers["Content-Length"]) and plain.headers["ETag"] != small.headers["ETag"]
    assert fetch(server, script, **{"If-None-Match": plain.headers["ETag"], "Accept-Encoding": "identity"}).status_code == 304


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/imagesque", "/assets/nothing.js", "/assets/index.html", "/api/v1/images/1/2/3", "/images/1/2/3"])
def test_what_is_no_address_of_the_page_is_a_problem(server, path):
    answer = fetch(server, path)
    assert answer.status_code == 404 and answer.json()["code"] == "not_found"


@pytest.mark.parametrize("method, path", [("GET", "/api/v1/images"), ("POST", "/api/v1/images"), ("GET", "/api/v1/images/1"), ("DELETE", "/api/v1/images/1"),
                                          ("POST", "/api/v1/images/1/reprocess"), ("GET", "/api/v1/jobs"), ("GET", "/api/v1/jobs/x"),
                                          ("POST", "/api/v1/jobs/x/retry"), ("GET", "/api/v1/events"), ("GET", "/api/v1/models"), ("GET", "/api/v1/status")])
def test_everything_else_needs_the_token(server, method, path):
    for headers in ({}, {"Authorization": "Bearer wrong-wrong-wrong-wrong-wrong"}, {"Authorization": f"Basic {server.token}"}):
        answer = requests.request(method, server.url + path, headers=headers, timeout=10)
        assert answer.status_code == 401, f"{method} {path} with {headers}"
        assert answer.json()["code"] == "unauthorized" and answer.headers["WWW-Authenticate"] == "Bearer"
