"""What answers without a token: alive, ready, and a small page in the reader's language. Nothing else does."""
import requests
import pytest

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


def test_the_page_speaks_korean_or_english(server):
    korean = fetch(server, "/", **{"Accept-Language": "ko-KR,ko;q=0.9,en;q=0.5"})
    assert '<html lang="ko">' in korean.text and "실행 중입니다" in korean.content.decode()
    for language in ("en-US", "fr"):
        english = fetch(server, "/", **{"Accept-Language": language})
        assert '<html lang="en">' in english.text and "Darkroom is running" in english.text
    assert "Version 0." in english.text and "run photo.jpg" in english.text
    assert server.url in english.text
    assert "Vary" in english.headers and "default-src 'none'" in english.headers["Content-Security-Policy"]
    assert server.token not in english.text
    assert fetch(server, "/style.css").headers["Content-Type"].startswith("text/css")


def test_a_host_header_cannot_write_into_the_page(server):
    answer = fetch(server, "/", Host="evil.example/<script>")
    assert answer.status_code == 400 or "<script>" not in answer.text


@pytest.mark.parametrize("method, path", [("GET", "/api/v1/images"), ("POST", "/api/v1/images"), ("GET", "/api/v1/images/1"), ("DELETE", "/api/v1/images/1"),
                                          ("POST", "/api/v1/images/1/reprocess"), ("GET", "/api/v1/jobs"), ("GET", "/api/v1/jobs/x"),
                                          ("POST", "/api/v1/jobs/x/retry"), ("GET", "/api/v1/events"), ("GET", "/api/v1/models"), ("GET", "/api/v1/status")])
def test_everything_else_needs_the_token(server, method, path):
    for headers in ({}, {"Authorization": "Bearer wrong-wrong-wrong-wrong-wrong"}, {"Authorization": f"Basic {server.token}"}):
        answer = requests.request(method, server.url + path, headers=headers, timeout=10)
        assert answer.status_code == 401, f"{method} {path} with {headers}"
        assert answer.json()["code"] == "unauthorized" and answer.headers["WWW-Authenticate"] == "Bearer"
