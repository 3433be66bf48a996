"""Others are told of results: signed, in order, until they have taken it, whatever the receiver does and whoever is killed."""
import base64
import hashlib
import hmac
import json
import re
import shutil
import subprocess
import threading

import pytest
import requests

from support.people import new_token, token_of
from support.photos import unique_jpeg
from support.places import CHECKOUT
from support.receiver import Answer, Receiver
from support.waiting import eventually

PAGE = CHECKOUT / "docs" / "webhooks.md"


@pytest.fixture
def receivers():
    made = []

    def make(behave=lambda request: Answer()):
        made.append(Receiver(behave))
        return made[-1]

    yield make
    for receiver in made:
        receiver.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def hooked(request, make_server):
    """Starts a server that may call these receivers on loopback, on either database."""

    def make(*receivers, **settings):
        if request.param == "postgresql":
            settings["database"] = request.getfixturevalue("postgres_url")
        ports = " ".join(str(receiver.port) for receiver in receivers) or "443"
        known = {"webhooks_allow_http": "true", "webhooks_allow_cidrs": "127.0.0.0/8", "webhooks_ports": ports, "webhooks_retry_delays": "0.1 0.1 0.1 0.1"}
        return make_server(**known | settings)

    return make


def endpoint(server, receiver, path="/hook", **body):
    answer = server.post("/api/v1/endpoints", json={"url": receiver.url + path} | body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def deliveries(server, **conditions):
    answer = server.get("/api/v1/deliveries", params={"limit": 200} | conditions)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def in_state(server, state, count=1, within=15, **conditions):
    return eventually(lambda: len(found := deliveries(server, state=state, **conditions)) >= count and found, within, f"{count} deliveries are {state}")


def tries(server, delivery):
    return server.get(f"/api/v1/deliveries/{delivery['id']}").json()["tries"]


def signature(secret, request):
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{request['headers']['webhook-id']}.{request['headers']['webhook-timestamp']}.".encode() + request["body"]
    return "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


def test_a_result_is_told_and_the_documented_checks_accept_it(hooked, receivers, tmp_path):
    receiver = receivers()
    server = hooked(receiver)
    secret = endpoint(server, receiver)["secret"]
    image = server.result_of(unique_jpeg(), title="봄 <b>&\"소풍\"")
    request = eventually(lambda: receiver.got() and receiver.got()[0])
    assert request["path"] == "/hook"
    assert request["json"]["type"] == "job.completed"
    assert request["json"]["data"]["image_id"] == image["id"]
    assert request["json"]["data"]["title"] == image["title"]
    assert request["json"]["data"]["result"]["status"] == "success"
    assert in_state(server, "delivered")[0]["id"] == request["headers"]["webhook-id"]

    python = {}
    exec(re.search(r"```python\n(.*?)```", PAGE.read_text(), re.S)[1], python)
    assert python["is_genuine"](secret, request["headers"], request["body"])
    assert not python["is_genuine"](secret, request["headers"], request["body"] + b" ")
    if node := shutil.which("node"):
        script = re.search(r"```js\n(.*?)```", PAGE.read_text(), re.S)[1]
        (tmp_path / "body").write_bytes(request["body"])
        script += "\nconst [secret, headers] = process.argv.slice(2); const body = require('node:fs').readFileSync('body');\n"
        script += "console.log(isGenuine(secret, JSON.parse(headers), body), isGenuine(secret, JSON.parse(headers), Buffer.concat([body, Buffer.from(' ')])));"
        (tmp_path / "check.js").write_text(script)
        headers = json.dumps(request["headers"])
        answer = subprocess.run([node, "check.js", secret, headers], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=True)
        assert answer.stdout.split() == ["true", "false"], answer.stdout + answer.stderr


def test_a_failing_receiver_is_tried_again_with_the_same_bytes(hooked, receivers):
    answers = iter([Answer(500, b"oops"), Answer(404), Answer(302, headers={"Location": "/elsewhere"}), Answer(204, b"")])
    receiver = receivers(lambda request: next(answers))
    server = hooked(receiver)
    endpoint(server, receiver)
    server.result_of(unique_jpeg())
    delivered = in_state(server, "delivered")[0]
    requests = receiver.got()
    assert len(requests) == 4
    assert {request["path"] for request in requests} == {"/hook"}, "a redirect is not followed"
    assert len({request["body"] for request in requests}) == 1
    assert {request["headers"]["webhook-id"] for request in requests} == {delivered["id"]}
    made = tries(server, delivered)
    assert [one["status"] for one in made] == [500, 404, 302, 204]
    assert made[0]["excerpt"] == "oops"


def test_after_the_last_try_it_is_dead_and_can_be_replayed(hooked, receivers):
    well = threading.Event()
    receiver = receivers(lambda request: Answer() if well.is_set() else Answer(500))
    server = hooked(receiver, webhooks_retry_delays="0.05 0.05")
    made = endpoint(server, receiver)["endpoint"]
    server.result_of(unique_jpeg())
    dead = in_state(server, "dead")[0]
    assert dead["tries"] == 3 and dead["last_status"] == 500
    well.set()
    counted = server.post("/api/v1/deliveries/replay", json={"endpoint": made["id"], "dry_run": True}).json()
    assert counted == {"matched": 1, "changed": 1, "dry_run": True}
    assert server.post(f"/api/v1/deliveries/{dead['id']}/replay").status_code == 202
    in_state(server, "delivered")
    assert receiver.got()[-1]["headers"]["webhook-id"] == dead["id"]


def test_410_disables_an_endpoint(hooked, receivers):
    gone, other = receivers(lambda request: Answer(410)), receivers()
    server = hooked(gone, other)
    made = endpoint(server, gone)["endpoint"]
    endpoint(server, other)
    images = [server.result_of(unique_jpeg())["id"]]
    in_state(server, "dead")
    found = server.get(f"/api/v1/endpoints/{made['id']}").json()["endpoint"]
    assert not found["enabled"] and "410" in found["disabled_reason"]
    images.append(server.result_of(unique_jpeg())["id"])
    eventually(lambda: sorted(other.images()) == images, 15, "another endpoint hears of both")
    assert len(deliveries(server, image=images[1])) == 1, "nothing waits for the endpoint that is gone"
    assert len(gone.got()) == 1


def test_retry_after_is_obeyed(hooked, receivers):
    answers = iter([Answer(429, headers={"Retry-After": "2"})])
    receiver = receivers(lambda request: next(answers, Answer()))
    server = hooked(receiver)
    endpoint(server, receiver)
    server.result_of(unique_jpeg())
    waiting = in_state(server, "waiting")[0]
    in_state(server, "delivered")
    first, second = receiver.got()
    assert int(second["headers"]["webhook-timestamp"]) - int(first["headers"]["webhook-timestamp"]) >= 1, waiting


def test_ten_megabytes_of_answer_are_not_read(hooked, receivers):
    done = threading.Event()
    receiver = receivers(lambda request: Answer(200, b"x" * 200_000, headers={"Content-Length": "10000000"}, keep=done))
    server = hooked(receiver)
    endpoint(server, receiver)
    server.result_of(unique_jpeg())
    delivered = in_state(server, "delivered", within=10)[0]  # whoever waits for the rest waits in vain
    done.set()
    assert 0 < len(tries(server, delivered)[0]["excerpt"]) <= 500


def test_a_slow_receiver_holds_up_no_other(hooked, receivers):
    never = threading.Event()
    slow, quick = receivers(lambda request: Answer(stall=never)), receivers()
    server = hooked(slow, quick, webhooks_timeout_seconds=2)
    endpoint(server, slow)
    endpoint(server, quick)
    images = [server.result_of(unique_jpeg())["id"] for _ in range(12)]
    eventually(lambda: sorted(quick.images()) == sorted(images), 5, "the quick one has all")
    assert len(slow.got()) <= 8, "of one receiver four at a time"
    eventually(lambda: any(delivery["last_error"] and "HTTP" not in delivery["last_error"] for delivery in deliveries(server)), 10, "the stalled try is broken off")
    never.set()


def test_a_newer_result_supersedes_an_older_one(hooked, receivers):
    well = threading.Event()
    receiver = receivers(lambda request: Answer() if well.is_set() else Answer(500))
    server = hooked(receiver, webhooks_retry_delays="0.2 1 1 1 1 1 1 1")
    endpoint(server, receiver)
    image = server.result_of(unique_jpeg())
    eventually(receiver.got)
    again = server.post(f"/api/v1/images/{image['id']}/reprocess")
    newer = again.json()["image"]["job_id"]
    server.job(newer, wait=30)
    old = in_state(server, "superseded")[0]
    assert old["job_id"] == image["job_id"]
    well.set()
    in_state(server, "delivered")
    jobs = [request["json"]["data"]["job_id"] for request in receiver.got()]
    assert jobs == sorted(jobs, key=lambda job: job == newer), "never an old one after a new one"
    assert server.post(f"/api/v1/deliveries/{old['id']}/replay").status_code == 409


def test_a_killed_server_and_failing_receivers_lose_no_event(hooked, receivers):
    count = {}

    def fails_half(request):
        key = request["headers"]["webhook-id"]
        count[key] = count.get(key, 0) + 1
        return Answer() if count[key] > 1 and int(key[-1], 16) % 2 else Answer(500) if count[key] < 3 else Answer()

    failing, well = receivers(fails_half), receivers()
    server = hooked(failing, well, webhooks_retry_delays="0.1 0.1 0.1 0.1 0.1 0.1 0.1 0.1", test_mode=True)
    endpoint(server, failing)
    endpoint(server, well)
    images = []
    for round_ in range(3):
        images += [server.upload(unique_jpeg())["id"] for _ in range(15)]
        server.restart()
    for image in images:
        server.wait_for_state(image, "completed", within=30)
    in_state(server, "delivered", count=2 * len(images), within=100)
    for receiver in (failing, well):
        assert set(receiver.images()) == set(images)


def test_forbidden_addresses_are_refused_where_they_arrive(hooked, receivers):
    receiver = receivers()
    server = hooked(webhooks_allow_cidrs="", webhooks_ports=f"443 {receiver.port}")
    for host in ("127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "10.0.0.1", "me@127.0.0.1"):
        url = f"http://{host}:{receiver.port}/"
        answer = server.post("/api/v1/endpoints", json={"url": url})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_field"), f"{url}: {answer.text}"
        answer = server.send(unique_jpeg(), callback_url=url)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_field"), f"{url}: {answer.text}"
    assert receiver.got() == []
    assert server.get("/api/v1/images").json()["items"] == []


def test_a_photo_brings_its_own_callback(hooked, receivers):
    receiver = receivers(lambda request: Answer(410))
    server = hooked(receiver)
    image = server.result_of(unique_jpeg(), callback_url=receiver.url + "/mine?x=1")
    request = eventually(lambda: receiver.got() and receiver.got()[0])
    assert request["path"] == "/mine?x=1"
    secret = server.get("/api/v1/webhook-secret").json()["secret"]
    assert request["headers"]["webhook-signature"] == signature(secret, request)
    dead = in_state(server, "dead", image=image["id"])[0]
    assert dead["receiver"] == {"kind": "callback_url", "url": receiver.url + "/mine?x=1"}


def test_each_token_signs_with_its_own_secret(hooked, receivers):
    receiver = receivers()
    server = hooked(receiver)
    made = {name: server.post("/api/v1/tokens", json={"name": name, "user": "admin", "scopes": ["*"]}).json()["secret"] for name in ("shop", "lab")}
    as_token = lambda name: {"headers": {"Authorization": f"Bearer {made[name]}"}, "timeout": 60}
    sent = requests.post(server.url + "/api/v1/images", files={"file": unique_jpeg()}, data={"callback_url": receiver.url + "/x"}, **as_token("shop"))
    assert sent.status_code == 201, sent.text
    request = eventually(lambda: receiver.got() and receiver.got()[0])
    secrets = {name: requests.get(server.url + "/api/v1/webhook-secret", **as_token(name)).json()["secret"] for name in made}
    assert secrets["shop"] != secrets["lab"]
    assert request["headers"]["webhook-signature"] == signature(secrets["shop"], request)
    assert server.get("/api/v1/webhook-secret?token=shop").json() == {"signer": "token/admin/shop", "secret": secrets["shop"]}
    assert server.get("/api/v1/webhook-secret?token=none-such").status_code == 404
    # Once the name is free, another takes it, and not the secret with it.
    assert server.delete("/api/v1/tokens/shop").status_code == 204
    server.post("/api/v1/users", json={"name": "joon", "role": "uploader", "password": "a river under seven bridges"})
    made["shop"] = server.post("/api/v1/tokens", json={"name": "shop", "user": "joon", "scopes": ["*"]}).json()["secret"]
    taken = requests.get(server.url + "/api/v1/webhook-secret", **as_token("shop")).json()
    assert taken["signer"] == "token/joon/shop" and taken["secret"] != secrets["shop"]
    assert server.get("/api/v1/webhook-secret?token=shop").json() == taken


def test_secrets_of_sites_and_of_others_are_for_administrators(peopled, monkeypatch):
    peopled.stop()
    monkeypatch.setenv("DJANGO_CALLBACK_URL", "http://127.0.0.1:9/")
    peopled.start()
    name, _ = new_token(peopled, "the-admin")
    secret_of = lambda asking, **whose: requests.get(peopled.url + "/api/v1/webhook-secret", params=whose, headers={"Authorization": f"Bearer {asking}"}, timeout=30)
    answers = lambda token: [secret_of(token, site="django").status_code, secret_of(token, token=name).status_code]
    for user in ("the-uploader", "the-viewer", "the-operator"):
        own, token = new_token(peopled, user)
        assert answers(token) == [403, 404], user
        assert secret_of(token).json() == secret_of(token, token=own).json(), "its own it may read"
    assert answers(token_of(peopled, "the-admin", ["images:write"])) == [403, 403], "a token with less"
    assert answers(token_of(peopled, "the-admin")) == [200, 200]


def test_the_site_of_the_environment_gets_the_old_services_callback(hooked, receivers, monkeypatch):
    receiver = receivers()
    monkeypatch.setenv("DJANGO_CALLBACK_URL", receiver.url)
    server = hooked(webhooks_allow_http="false", webhooks_allow_cidrs="")
    server.result_of(unique_jpeg(), site="django", external_id="41")
    request = eventually(lambda: receiver.got() and receiver.got()[0])
    assert request["path"] == "/api/ai-callback/"
    assert set(request["json"]) == {"image_id", "result", "timestamp"}
    assert request["json"]["image_id"] == 41
    assert request["json"]["result"]["status"] == "success"
    secret = server.get("/api/v1/webhook-secret", params={"site": "django"}).json()["secret"]
    assert request["headers"]["webhook-signature"] == signature(secret, request)
    assert server.send(unique_jpeg(), site="other").status_code == 422


def test_who_may_only_send_photos_speaks_for_no_site(make_server, receivers, monkeypatch):
    receiver = receivers()
    monkeypatch.setenv("DJANGO_CALLBACK_URL", receiver.url)
    server = make_server()
    assert server.post("/api/v1/queues/ai_processing/pause").status_code == 200
    tokens = {scope: server.post("/api/v1/tokens", json={"name": f"t{number}", "scopes": scope.split()}).json()["secret"]
              for number, scope in enumerate(("images:write", "images:write site", "*"))}
    for role in ("uploader", "operator"):
        assert server.post("/api/v1/users", json={"name": f"the-{role}", "role": role, "password": "a river under seven bridges"}).status_code == 201
    mine = server.upload(unique_jpeg(), site="django", external_id="41")["id"]

    def ways(headers):
        """An upload for the site's photo 41 by each of the four ways."""
        fields, photo = {"site": "django", "external_id": "41"}, unique_jpeg()
        told = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in fields.items())
        tus = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(photo)), "Upload-Metadata": told}
        yield requests.post(server.url + "/api/v1/images", data=fields, files={"file": photo}, headers=headers, timeout=30)
        yield requests.post(server.url + "/api/v1/images/many", data=fields, files={"file": photo}, headers=headers, timeout=30)
        yield requests.post(server.url + "/api/v1/uploads", headers=headers | tus, timeout=30)
        yield requests.post(server.url + "/process-image/", data={"image_id": 41}, files={"file": photo}, headers=headers, timeout=30)

    def log_in(name):
        answer = requests.post(server.url + "/api/v1/session", json={"name": name, "password": "a river under seven bridges"}, timeout=30)
        return {"Cookie": f"sid={answer.cookies['sid']}", "Origin": server.url, "X-CSRF-Token": answer.json()["csrf_token"]}

    bearer = lambda scope: {"Authorization": f"Bearer {tokens[scope]}"}
    for who, lacks in ((bearer("images:write"), "scope site"), (log_in("the-uploader"), "role uploader")):
        for answer in ways(who):
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden") and lacks in answer.json()["detail"], answer.text
    assert [image["id"] for image in server.get("/api/v1/images").json()["items"]] == [mine]
    assert server.post("/api/v1/queues/ai_processing/resume").status_code == 200
    assert eventually(receiver.got)[0]["json"]["image_id"] == 41, "the site's own photo is told of"
    for who in (bearer("images:write site"), bearer("*"), log_in("the-operator")):
        assert [answer.status_code for answer in ways(who)] == [201, 207, 201, 200]


def test_a_callback_to_the_host_of_a_site_is_for_those_who_speak_for_it(make_server, receivers, monkeypatch):
    receiver = receivers()
    monkeypatch.setenv("DJANGO_CALLBACK_URL", receiver.url + "/api/ai-callback/")
    server = make_server()
    for number, (scope, status) in enumerate({"images:write": 403, "images:write site": 201}.items()):
        token = server.post("/api/v1/tokens", json={"name": f"t{number}", "scopes": scope.split()}).json()["secret"]
        answer = requests.post(server.url + "/api/v1/images", files={"file": unique_jpeg()}, data={"callback_url": receiver.url + "/admin/anything?x=1"},
                               headers={"Authorization": f"Bearer {token}"}, timeout=30)
        assert answer.status_code == status, answer.text
        if status == 403:
            assert answer.json()["code"] == "forbidden" and "scope site" in answer.json()["detail"]


def test_a_piecewise_upload_that_names_a_site_is_told_to_it(make_server, receivers, monkeypatch):
    receiver = receivers()
    monkeypatch.setenv("DJANGO_CALLBACK_URL", receiver.url)
    server, photo = make_server(), unique_jpeg()
    told = ",".join(f"{name} {base64.b64encode(value).decode()}" for name, value in (("site", b"django"), ("external_id", b"41")))
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(photo)), "Upload-Metadata": told, "Content-Type": "application/offset+octet-stream"}
    answer = server.post("/api/v1/uploads", headers=headers, data=photo)
    assert answer.status_code == 201 and answer.headers["Darkroom-Image"], answer.text
    assert eventually(receiver.got)[0]["json"]["image_id"] == 41


def test_a_secret_is_rotated_without_a_gap_and_stands_nowhere(hooked, receivers):
    receiver = receivers()
    server = hooked(receiver)
    made = endpoint(server, receiver)
    rotated = server.post(f"/api/v1/endpoints/{made['endpoint']['id']}/rotate-secret", json={"overlap_seconds": 3600}).json()
    server.post(f"/api/v1/endpoints/{made['endpoint']['id']}/test")
    request = eventually(lambda: receiver.got() and receiver.got()[0])
    assert request["json"]["type"] == "endpoint.test"
    assert request["headers"]["webhook-signature"].split() == [signature(rotated["secret"], request), signature(made["secret"], request)]
    in_state(server, "delivered")
    listed = server.get("/api/v1/endpoints").text + server.get("/api/v1/events", params={"limit": 1000}).text + server.log_text()
    stored = b"".join(path.read_bytes() for path in server.folder.glob("darkroom.db*"))
    for secret in (made["secret"], rotated["secret"]):
        bare = secret.removeprefix("whsec_")
        assert bare not in listed and bare.encode() not in stored and base64.b64decode(bare) not in stored


def test_the_commands(hooked, receivers, darkroom):
    receiver = receivers()
    server = hooked(receiver)
    added = darkroom("endpoints", "add", receiver.url + "/hook", "--event", "job.failed", folder=server.folder)
    assert added.returncode == 0 and "whsec_" in added.stdout, added.stderr
    made = server.get("/api/v1/endpoints").json()["items"][0]
    assert made["events"] == ["job.failed"]
    assert darkroom("endpoints", "test", made["id"], folder=server.folder).returncode == 0
    delivered = in_state(server, "delivered")[0]
    shown = darkroom("deliveries", "show", delivered["id"], folder=server.folder)
    assert "200" in shown.stdout and "ok" in shown.stdout
    assert "endpoint.test" in darkroom("deliveries", "--state", "delivered", folder=server.folder).stdout
    assert darkroom("deliveries", "replay", delivered["id"], folder=server.folder).returncode == 0
    eventually(lambda: len(receiver.got()) == 2)
    assert "whsec_" in darkroom("endpoints", "rotate", made["id"], folder=server.folder).stdout
    assert darkroom("endpoints", "change", made["id"], "--event", "all", folder=server.folder).returncode == 0
    assert darkroom("endpoints", "disable", made["id"], "--reason", "moved", folder=server.folder).returncode == 0
    assert "moved" in darkroom("endpoints", folder=server.folder).stdout
    assert darkroom("endpoints", "remove", made["id"], folder=server.folder).returncode == 0
    assert darkroom("endpoints", "secret", folder=server.folder).stdout.startswith("whsec_")
