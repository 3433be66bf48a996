"""Whatever is asked of the routes, well or badly, the answer is one that the contract describes: no 500, a problem with a known code, a body of the described shape.

Requests are made from a seed; a failure names the seed and the number of its request. DARKROOM_BIN_DIR apart, CONTRACT_SEED and CONTRACT_REQUESTS choose others."""
import os

import pytest
import requests

from support.contract import RequestMaker, error_statuses, fits, openapi, resolve
from support.photos import unique_jpeg

SEED = os.environ.get("CONTRACT_SEED", "2026")
REQUESTS = int(os.environ.get("CONTRACT_REQUESTS", "1500"))
EVERYWHERE = {400, 403, 405, 408, 413, 414, 429, 431}  # the introduction of the contract: any request may be refused with these
LEFT_OUT = {("post", "/api/v1/session"), ("put", "/api/v1/session/password")}  # guessing passwords is slowed down; test_access.py


class Judge:
    def __init__(self, document):
        self.document, self.statuses = document, error_statuses()

    def judge(self, method, path, answer):
        described = self.document["paths"][path][method]["responses"].get(str(answer.status_code))
        assert answer.status_code != 500, "500"
        assert described or answer.status_code in EVERYWHERE, f"{answer.status_code} is not described"
        kind = answer.headers.get("Content-Type", "").split(";")[0]
        content = resolve(self.document, described or {}).get("content", {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}} if not described else {})
        if not content or answer.status_code in (204, 304):
            assert not answer.content, "a body where none is described"
            return
        assert kind in content, f"{kind}, not {set(content)}"
        if kind == "application/problem+json":
            self.judge_problem(answer)
        if kind.endswith("json"):
            fits(self.document, content[kind]["schema"], answer.json())

    def judge_problem(self, answer):
        problem = answer.json()
        assert self.statuses.get(problem["code"]) == problem["status"] == answer.status_code, problem
        assert problem["type"] == "/problems/" + problem["code"] and problem["detail"], problem


def known_ids(server):
    """One of everything that can be asked for."""
    images = [server.upload(unique_jpeg(), wait=20) for _ in range(4)]
    batch = server.post("/api/v1/batches", json={"title": "spring"}).json()["batch"]["id"]
    endpoint = server.post("/api/v1/endpoints", json={"url": "http://127.0.0.1:9/hook"}).json()["endpoint"]["id"]
    delivery = server.post(f"/api/v1/endpoints/{endpoint}/test").json()["delivery"]["id"]
    upload = server.post("/api/v1/uploads", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "10"}).headers["Location"].rsplit("/", 1)[1]
    assert server.http.put(server.url + "/api/v1/schedules/nightly", json={"cron": "30 3 * * *", "kind": "maintenance.cleanup"}, timeout=20).status_code == 201
    assert server.post("/api/v1/users", json={"name": "kim", "role": "viewer", "password": "a long enough password"}).status_code == 201
    by_path = {"/api/v1/images": {"id": [image["id"] for image in images]}, "/api/v1/jobs": {"id": [image["job_id"] for image in images]}, "/api/v1/queues": {"name": ["ai_processing"]},
               "/api/v1/batches": {"id": [batch]}, "/api/v1/endpoints": {"id": [endpoint]}, "/api/v1/deliveries": {"id": [delivery]}, "/api/v1/uploads": {"id": [upload]},
               "/api/v1/schedules": {"name": ["nightly"]}, "/api/v1/users": {"name": ["kim"]}, "/api/v1/models": {"name": ["null"], "version": ["1"]}}
    by_place = {path: values for path in openapi()["paths"] for begin, values in by_path.items() if path.startswith(begin + "/")}
    return by_place | {"": {"number": [1], "code": ["not_found"], "file": ["swagger-ui.css"], "sha256": [images[0]["sha256"]]}}


@pytest.fixture
def fuzzed(make_server):
    return make_server(webhooks_allow_http="true", webhooks_ports="9", webhooks_allow_cidrs="127.0.0.0/8", run_first_retry_seconds=1)


def test_every_answer_is_one_that_the_contract_describes(fuzzed):
    document = openapi()
    maker, judge = RequestMaker(document, SEED, known_ids(fuzzed)), Judge(document)
    seen, faults = {}, []
    for number in range(REQUESTS):
        method, path, address, options = maker.make(number)
        if (method, path) in LEFT_OUT:
            continue
        token = {0: None, 1: "Bearer wrong"}.get(number % 25, f"Bearer {fuzzed.token}")
        headers = options.pop("headers") | ({"Authorization": token} if token else {})
        with requests.Session() if number % 50 == 0 else fuzzed.http as session:
            answer = session.request(method, fuzzed.url + address, headers=headers, timeout=40, allow_redirects=False, stream=path.endswith("/stream"), **options)
        try:
            if path.endswith("/stream") and answer.status_code == 200:
                assert answer.headers["Content-Type"].startswith("text/event-stream")
                answer.close()
            else:
                judge.judge(method, path, answer)
        except (AssertionError, KeyError, StopIteration) as fault:
            faults.append(f"seed {SEED} number {number}: {method} {answer.request.url[:200]} -> {answer.status_code}: {str(fault)[:300]}; sent {str(answer.request.body)[:200]}; got {'' if path.endswith('/stream') else answer.text[:200]}")
        seen.setdefault((method, path), set()).add(answer.status_code)
    assert not faults, f"{len(faults)} answers are not as described:\n" + "\n".join(faults[:40])
    assert not fuzzed.has_ended
    assert len(seen) > 80 and sum(any(status < 300 for status in statuses) for statuses in seen.values()) > 50, seen
