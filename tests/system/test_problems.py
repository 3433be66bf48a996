"""Problems: a page for each code, both languages, and which field is at fault."""
import re

import pytest

from support.photos import unique_jpeg
from support.places import CHECKOUT as ROOT

CODES = re.findall(r"ErrorKind\{code::(\w+),", (ROOT / "src/domain/error_codes.cpp").read_text())
HANGUL = re.compile("[가-힣]")


def test_every_code_has_its_page_in_both_languages(server):
    assert len(CODES) > 40
    for code in CODES:
        english = server.http.get(f"{server.url}/problems/{code}", headers={"Accept-Language": "en"})
        korean = server.http.get(f"{server.url}/problems/{code}", headers={"Accept-Language": "ko-KR,ko;q=0.9,en;q=0.8"})
        assert english.status_code == korean.status_code == 200, code
        assert code in english.text and code in korean.text
        assert len(HANGUL.findall(korean.text)) > 10 and len(HANGUL.findall(english.text)) == 3, code  # the link to 한국어
        assert "script" not in english.text
    assert server.http.get(server.url + "/problems/none").status_code == 404
    assert "한국어" in server.http.get(server.url + "/problems/internal?lang=en", headers={"Accept-Language": "ko"}).text


@pytest.mark.parametrize("language, korean", [("ko", True), ("ko-KR,en;q=0.5", True), ("en,ko;q=0.5", False), ("ko;q=0.1,en;q=0.9", False), ("fr", False), ("", False)])
def test_a_problem_is_in_the_readers_language(server, language, korean):
    answer = server.get("/api/v1/images/99", headers={"Accept-Language": language})
    body = answer.json()
    assert bool(HANGUL.search(body["title"])) == bool(HANGUL.search(body["detail"])) == korean
    assert body["code"] == "not_found" and "image 99" in body["detail"]
    assert answer.headers["Content-Language"] == ("ko" if korean else "en") and answer.headers["Vary"] == "Accept-Language"
    assert server.http.get(server.url + body["type"]).status_code == 200


def test_refusals_of_the_guard_and_of_uploads_are_translated_too(server):
    stranger = server.http.get(server.url + "/api/v1/images", headers={"Authorization": "", "Accept-Language": "ko"})
    assert stranger.status_code == 401 and HANGUL.search(stranger.json()["title"])
    upload = server.post("/api/v1/images", files={"file": ("a.txt", b"no photo")}, headers={"Accept-Language": "ko"})
    assert upload.status_code == 415 and HANGUL.search(upload.json()["title"])


@pytest.mark.parametrize("language", ["ko", "en"])
def test_answers_that_no_handler_gave_are_in_the_readers_language_too(server, language):
    reader = {"Accept-Language": language}
    pause = "/api/v1/queues/ai_processing/pause"
    answers = {
        "not_found": server.get("/nothing", headers=reader),
        "method_not_allowed": server.http.put(server.url + pause, headers=reader),
        "too_large": server.http.post(server.url + pause, json={"reason": "x" * 70_000}, headers=reader),
        "bad_request": server.get("/livez", headers=reader | {"Host": "evil.example"}),
    }
    for code, answer in answers.items():
        assert answer.json()["code"] == code and answer.json()["trace_id"], answer.text
        assert answer.headers["Content-Language"] == language and answer.headers["Vary"] == "Accept-Language", code
        assert bool(HANGUL.search(answer.json()["title"])) == (language == "ko"), code


def test_the_field_at_fault_is_named(server):
    query = server.get("/api/v1/images?limit=0").json()["errors"][0]
    assert query["loc"] == ["query", "limit"] and query["pointer"] is None and query["type"] == "invalid_field" and query["msg"]
    body = server.post("/api/v1/jobs/actions", json={"action": "cancel", "filter": {"state": "lost"}}).json()["errors"][0]
    assert body["loc"] == ["body", "filter", "state"] and body["pointer"] == "#/filter/state"
    unknown = server.post("/api/v1/jobs/actions", json={"colour": 1}).json()["errors"][0]
    assert unknown["loc"] == ["body", "colour"]
    form = server.send(unique_jpeg(), priority="1000").json()["errors"][0]
    assert form["loc"] == ["body", "priority"]


@pytest.mark.parametrize("fields, name", [
    ({"cron": "* * *"}, "cron"), ({"cron": "99 * * * *"}, "cron"), ({"cron": "@often"}, "cron"), ({"cron": "0 0 30 2 *"}, "cron"), ({"zone": "Asia/Soul"}, "zone"),
    ({"kind": "image.process"}, "kind"), ({"missed": "sometimes"}, "missed"), ({"args": []}, "args"),
])
def test_the_field_of_a_schedule_at_fault_is_named(server, fields, name):
    rule = {"cron": "30 3 * * *", "zone": "UTC", "kind": "maintenance.cleanup"} | fields
    refused = server.http.put(f"{server.url}/api/v1/schedules/nightly", json=rule, timeout=70)
    assert refused.status_code == 422 and [(error["pointer"], error["loc"]) for error in refused.json()["errors"]] == [(f"#/{name}", ["body", name])], refused.text


def test_the_rate_the_name_and_the_query_at_fault_are_named(server):
    rate = server.http.patch(f"{server.url}/api/v1/queues/ai_processing", json={"rate": "often"}, timeout=70).json()
    assert [error["pointer"] for error in rate["errors"]] == ["#/rate"] and "10/m" in rate["detail"], rate
    for name in ("Nightly", "kinds"):
        rule = {"cron": "30 3 * * *", "zone": "UTC", "kind": "maintenance.cleanup"}
        refused = server.http.put(f"{server.url}/api/v1/schedules/{name}", json=rule, timeout=70).json()
        assert [(error["pointer"], error["loc"]) for error in refused["errors"]] == [(None, ["path", "name"])], refused
    built_in = server.http.put(f"{server.url}/api/v1/schedules/prune", json={"cron": "30 3 * * *", "kind": "maintenance.cleanup"}, timeout=70).json()
    assert built_in["errors"][0]["pointer"] == "#/kind", built_in
    missing = server.get("/api/v1/schedules/slots", params={"zone": "UTC"}).json()
    assert missing["detail"].startswith("cron is missing") and missing["errors"][0]["loc"][1] == "cron", missing
    wrong = server.get("/api/v1/schedules/slots", params={"cron": "@daily", "zone": "Asia/Soul"}).json()
    assert wrong["errors"][0]["loc"] == ["query", "zone"] and wrong["errors"][0]["pointer"] is None, wrong
