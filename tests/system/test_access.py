"""Who may do what: docs/access.md says it for each route, and the running server answers so."""
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from support.people import PASSWORD, ROLES, add_user, ask, log_in, new_token, token_of
from support.photos import jpeg, unique_jpeg
from support.places import CHECKOUT as ROOT

COLUMNS = ["none", "own", "another's", "viewer", "operator", "admin"]
NOWHERE = "01a203b6-ac68-74f2-8b0c-071d0a799ded"
NAMES = {"queues": "ai_processing", "schedules": "prune", "models": "demo", "users": "the-viewer"}  # that are there and may be looked at
NOT_MADE = {"/assets/{file}", "/docs/{file}", "/api/v1/endpoints/{id}", "/api/v1/deliveries/{id}"}  # whose address the test makes up
WITH = {"token": "bearer", "log-in": "cookie"}  # who gets a yes where the cell names a way in


def table():
    rows = re.findall(r"^\| `([A-Z]+) (\S+)` \|(.*)\|$", (ROOT / "docs" / "access.md").read_text(), re.M)
    return {(method, path): dict(zip(COLUMNS, (cell.strip() for cell in cells.split("|")))) for method, path, cells in rows}


def routes_of_server(server):
    paths = server.get("/openapi.json").json()["paths"]
    return {(method.upper(), path) for path, item in paths.items() for method in item if method in {"get", "post", "put", "patch", "delete", "options"}}


def things(server, owner):
    """What this owner has: an image with its job and its result, a batch, an upload under way, a token and a session."""
    image = server.send(jpeg(), wait=30, uploader=owner).json()["image"]
    batch = server.post("/api/v1/batches", json={"title": "album", "owner": owner}).json()["batch"]
    name, secret = new_token(server, owner)
    begun = requests.post(server.url + "/api/v1/uploads", headers={"Authorization": f"Bearer {secret}", "Tus-Resumable": "1.0.0", "Upload-Length": "1000"}, timeout=30)
    assert begun.status_code == 201, begun.text
    return {"images": image["id"], "jobs": image["job_id"], "batches": batch["id"], "uploads": begun.headers["Location"].split("/")[-1],
            "tokens": name, "sessions": log_in(server, owner)[1].json()["session_id"]}


def address(method, path, owned):
    kind = path.split("/")[3] if path.startswith("/api/v1/") else ""
    name = owned.get(kind, "none-such") if method != "GET" else NAMES.get(kind, "none-such")
    known = {"id": owned.get(kind, NOWHERE), "job": owned.get("jobs", NOWHERE), "number": 1, "name": name, "version": "v", "file": "x", "code": "not_found", "sha256": "0" * 64}
    return re.sub(r"\{(\w+)\}", lambda match: str(known[match[1]]), path)


def fits(expected, answer, is_there):
    """`yes` is an answer to the request, whatever it says, and no fault of the server; where there is something to read, that is read."""
    if expected != "yes":
        return answer.status_code == int(expected)
    code = answer.json().get("code") if "problem+json" in answer.headers.get("Content-Type", "") else None
    if answer.status_code == 401 or code == "forbidden" or (is_there and answer.status_code == 404):
        return False
    return answer.status_code < 500 or code == "unavailable"


def test_every_route_of_the_server_is_in_the_table(peopled):
    assert set(table()) == routes_of_server(peopled)


@pytest.mark.parametrize("credential", ["bearer", "cookie"])
def test_every_cell_of_the_table_is_true(peopled, credential):
    server, wrong = peopled, []
    own, others = things(server, "the-uploader"), things(server, "somebody")
    ways = {role: {"token": token_of(server, f"the-{role}")} if credential == "bearer" else {"browser": log_in(server, f"the-{role}")[0]} for role in ROLES}
    for (method, path), cells in sorted(table().items()):
        if path == "/api/v1/session" and method in {"POST", "DELETE"}:
            continue  # they would end what the test stands on; see the tests below
        body = {} if method in {"GET", "DELETE"} else {"json": {"no_such_field": 1}}
        for column in COLUMNS:
            owned = own if column == "own" else others
            if method == "DELETE" and cells[column] == "yes":
                owned = {}  # what is not there is not deleted
            way = {} if column == "none" else ways[column if column in ROLES else "uploader"]
            cell = cells[column]
            expected = ("yes" if WITH[cell] == credential else "403") if cell in WITH else cell
            answer = ask(server, method, address(method, path, owned), **way, **body)
            if not fits(expected, answer, method == "GET" and path not in NOT_MADE):
                wrong.append(f"{method} {path} as {column}: {answer.status_code}, not {expected}")
            answer.close()
    assert not wrong, "\n".join(wrong)


def test_credentials_that_are_of_no_use_any_more(peopled):
    server = peopled
    revoked, expiring, disabled = token_of(server, "the-viewer"), None, token_of(server, "the-operator")
    name = server.get("/api/v1/tokens?user=the-viewer").json()["items"][0]["name"]
    assert ask(server, "GET", "/api/v1/images", token=revoked).status_code == 200
    assert server.delete(f"/api/v1/tokens/{name}").status_code == 204
    assert ask(server, "GET", "/api/v1/images", token=revoked).status_code == 401
    end = time.time() + 2
    expiring = token_of(server, "the-viewer", expires_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(end + 1)))
    assert ask(server, "GET", "/api/v1/images", token=expiring).status_code == 200
    while time.time() < end + 2 and ask(server, "GET", "/api/v1/images", token=expiring).status_code == 200:
        pass
    assert ask(server, "GET", "/api/v1/images", token=expiring).status_code == 401
    browser, _ = log_in(server, "the-operator")
    assert server.http.patch(server.url + "/api/v1/users/the-operator", json={"disabled": True}, timeout=30).status_code == 200
    assert ask(server, "GET", "/api/v1/images", token=disabled).status_code == 401
    assert ask(server, "GET", "/api/v1/images", browser=browser).status_code == 401
    assert log_in(server, "the-operator")[1].status_code == 401


def test_a_stolen_cookie_is_of_no_use_after_the_log_out(peopled):
    browser, answer = log_in(peopled, "the-viewer")
    assert answer.json()["warning"] and not answer.json()["secure_cookie"]
    assert "plain HTTP" in peopled.log_text()
    stolen = dict(browser.cookies)
    assert ask(peopled, "DELETE", "/api/v1/session", browser=browser).status_code == 204
    assert requests.get(peopled.url + "/api/v1/images", cookies=stolen, timeout=30).status_code == 401


def test_a_log_in_ends_the_session_that_came_along(peopled):
    browser, _ = log_in(peopled, "the-viewer")
    old = dict(browser.cookies)
    again = browser.post(peopled.url + "/api/v1/session", json={"name": "the-viewer", "password": PASSWORD}, timeout=30)
    assert again.status_code == 201 and browser.cookies["sid"] != old["sid"]
    assert requests.get(peopled.url + "/api/v1/images", cookies=old, timeout=30).status_code == 401, "whoever has the old cookie has nothing"
    assert ask(peopled, "GET", "/api/v1/images", browser=browser).status_code == 200


def test_a_weak_password_is_refused_wherever_one_is_set(peopled):
    user = peopled.url + "/api/v1/users/the-viewer"
    browser, _ = log_in(peopled, "the-viewer")
    change = {"old_password": PASSWORD}
    for weak in ("seven77", "password123", "the-viewer"):
        answers = [peopled.post("/api/v1/users", json={"name": "the-viewer", "role": "viewer", "password": weak}), peopled.http.patch(user, json={"password": weak}, timeout=30),
                   ask(peopled, "PUT", "/api/v1/session/password", browser=browser, json=change | {"new_password": weak})]
        assert [answer.json().get("code") for answer in answers] == ["weak_password"] * 3, weak
    changed = ask(peopled, "PUT", "/api/v1/session/password", browser=browser, json=change | {"new_password": "a mountain over nine roads"})
    assert changed.status_code == 201, changed.text
    assert log_in(peopled, "the-viewer", "a mountain over nine roads")[1].status_code == 201


def test_a_cookie_alone_changes_nothing(peopled):
    browser, _ = log_in(peopled, "the-operator")
    pause = peopled.url + "/api/v1/queues/ai_processing/pause"
    cookies = dict(browser.cookies)
    token = browser.headers["X-CSRF-Token"]
    refused = [{}, {"Origin": peopled.url}, {"Origin": "http://evil.example", "X-CSRF-Token": token}, {"X-CSRF-Token": token},
               {"Sec-Fetch-Site": "cross-site", "X-Requested-By": "page"}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": peopled.url, "X-CSRF-Token": "0" * 40}]
    for headers in refused:
        answer = requests.post(pause, cookies=cookies, headers=headers, timeout=30)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_refused"), headers
    for headers in ({"Origin": peopled.url, "X-CSRF-Token": token}, {"Sec-Fetch-Site": "same-origin", "X-Requested-By": "page"}):
        assert requests.post(pause, cookies=cookies, headers=headers, timeout=30).status_code == 200, headers
    both = requests.get(peopled.url + "/api/v1/images", cookies=cookies, headers={"Authorization": f"Bearer {peopled.token}"}, timeout=30)
    assert both.status_code == 400


def test_a_page_of_another_site_logs_nobody_in(peopled):
    name = {"name": "the-viewer", "password": PASSWORD}
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site", "Origin": peopled.url}):
        answer = requests.post(peopled.url + "/api/v1/session", json=name, headers=headers, timeout=30)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_refused") and not answer.cookies, headers
    answer = requests.post(peopled.url + "/api/v1/session", json=name, headers={"Origin": peopled.url}, timeout=30)
    assert answer.status_code == 201 and "HttpOnly" in answer.headers["Set-Cookie"] and "SameSite=Lax" in answer.headers["Set-Cookie"]


def test_guessing_is_slowed_and_never_locked(peopled):
    guess = lambda name: log_in(peopled, name, "wrong password")[1]
    answers = [guess("the-viewer") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [401] * 5
    later = (guess("the-viewer") for _ in range(12))  # on a slow machine one of them comes when its wait is over
    slowed = next((answer for answer in later if answer.status_code == 429), None)
    assert slowed is not None and int(slowed.headers["Retry-After"]) >= 1
    stranger, known = guess("nobody-here").json(), answers[0].json()
    assert stranger.pop("trace_id") != known.pop("trace_id") and stranger == known


def test_guessing_side_by_side_gains_nothing(peopled):
    begun = time.monotonic()
    with ThreadPoolExecutor(16) as guessers:
        answers = list(guessers.map(lambda _: log_in(peopled, "the-viewer", "wrong password")[1].status_code, range(16)))
    free = 5 + int(time.monotonic() - begun)  # and one more for each second that it took
    assert answers.count(401) <= free and answers.count(429) == 16 - answers.count(401), answers


def test_one_address_that_tries_many_names_is_slowed(peopled):
    answers = [log_in(peopled, f"nobody-{number}", "wrong password")[1].status_code for number in range(25)]
    assert answers[:20] == [401] * 20, "as many may sit behind one address"
    assert 429 in answers[20:], answers


def test_over_tls_only_its_own_cookie_counts(make_server):
    server = make_server(http_trusted_proxies="127.0.0.1", http_allowed_hosts="photos.example.com 127.0.0.1")
    add_user(server, "the-viewer", "viewer")
    proxied = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "photos.example.com"}
    page = proxied | {"Origin": "https://photos.example.com"}
    log_in_from = lambda headers: requests.post(server.url + "/api/v1/session", json={"name": "the-viewer", "password": PASSWORD}, headers=headers, timeout=30)
    assert log_in_from(proxied | {"Origin": server.url}).status_code == 403, "the proxy's own name is another site"
    answer = log_in_from(page)
    assert answer.status_code == 201 and answer.json()["secure_cookie"], answer.text
    cookie, *attributes = answer.headers["Set-Cookie"].split("; ")
    assert cookie.startswith("__Host-sid=") and {"Path=/", "Secure", "HttpOnly", "SameSite=Lax"} <= set(attributes)
    assert "domain" not in answer.headers["Set-Cookie"].lower()
    secret = cookie.removeprefix("__Host-sid=")
    look = lambda name: requests.get(server.url + "/api/v1/images", headers=proxied | {"Cookie": f"{name}={secret}"}, timeout=30).status_code
    assert look("__Host-sid") == 200
    assert look("sid") == 401, "whoever is on the way of plain http can set that one"
    ended = requests.delete(server.url + "/api/v1/session", headers=page | {"Cookie": cookie, "X-CSRF-Token": answer.json()["csrf_token"]}, timeout=30)
    assert ended.status_code == 204, ended.text


def test_a_token_has_the_scopes_that_it_was_given(peopled):
    reading = token_of(peopled, "the-admin", ["images:read"])
    assert ask(peopled, "GET", "/api/v1/images", token=reading).status_code == 200
    for method, path in (("GET", "/api/v1/users"), ("POST", "/api/v1/queues/ai_processing/pause"), ("POST", "/api/v1/tokens"), ("GET", "/api/v1/tokens")):
        assert ask(peopled, method, path, token=reading).status_code == 403, path


def test_a_token_makes_none_that_outlives_it(peopled):
    at = lambda days: time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() + days * 86_400))
    ending = token_of(peopled, "the-operator", expires_at=at(10))
    make = lambda token, name, **more: ask(peopled, "POST", "/api/v1/tokens", token=token, json={"name": name, "scopes": ["*"], **more})
    later = make(ending, "later", expires_at=at(11))
    assert (later.status_code, later.json()["code"]) == (403, "forbidden"), later.text
    ends = lambda answer: answer.json()["token"]["expires_at"][:10]
    assert ends(make(ending, "sooner", expires_at=at(9))) == at(9)[:10]
    unasked = make(ending, "unasked")
    assert ends(unasked) == at(10)[:10], "without an end it would go on when its maker is gone"
    assert ends(make(unasked.json()["secret"], "grandchild")) == at(10)[:10]
    assert ends(make(ending, "as-long", expires_at=at(10))) == at(10)[:10]
    browser, _ = log_in(peopled, "the-operator")
    endless = ask(peopled, "POST", "/api/v1/tokens", browser=browser, json={"name": "endless", "scopes": ["*"]})
    assert endless.json()["token"]["expires_at"] is None, "a person's log-in is no token"


def test_a_token_that_ends_lets_nobody_in_for_longer(peopled):
    ending = token_of(peopled, "the-admin", ["users:manage"], expires_at=time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() + 10 * 86_400)))
    user = "/api/v1/users/the-viewer"
    tries = [("POST", "/api/v1/users", {"name": "second-self", "role": "admin", "password": PASSWORD})]
    tries += [("PATCH", user, change) for change in ({"password": PASSWORD}, {"reset_password": True}, {"role": "admin"}, {"disabled": False})]
    for method, path, body in tries:
        answer = ask(peopled, method, path, token=ending, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), body
    assert ask(peopled, "PATCH", user, token=ending, json={"disabled": True}).status_code == 200
    assert ask(peopled, "PATCH", user, token=ending, json={"byte_quota": 1}).status_code == 200
    endless = token_of(peopled, "the-admin", ["users:manage"])
    assert ask(peopled, *tries[0][:2], token=endless, json=tries[0][2]).status_code == 201
    assert ask(peopled, "PATCH", user, token=endless, json={"disabled": False}).status_code == 200


def test_lists_and_quota_of_an_uploader(peopled):
    own, others = things(peopled, "the-uploader"), things(peopled, "somebody")
    token = token_of(peopled, "the-uploader")
    for path, kind in (("/api/v1/images", "images"), ("/api/v1/batches", "batches")):
        assert [item["id"] for item in ask(peopled, "GET", path, token=token).json()["items"]] == [own[kind]], path
    assert {item["job_id"] for item in ask(peopled, "GET", "/api/v1/jobs", token=token).json()["items"]} == {own["jobs"]}
    assert {item["image_id"] or item["data"]["batch"] for item in ask(peopled, "GET", "/api/v1/events", token=token).json()["items"]} == {own["images"], own["batches"]}
    assert peopled.http.patch(peopled.url + "/api/v1/users/the-uploader", json={"byte_quota": 1}, timeout=30).status_code == 200
    answer = ask(peopled, "POST", "/api/v1/images", token=token, files={"file": jpeg()})
    assert (answer.status_code, answer.json()["code"]) == (403, "quota_exceeded")


def test_an_uploader_lists_what_happened_to_its_own_also_when_it_is_gone(peopled):
    own, others, last = things(peopled, "the-uploader"), things(peopled, "somebody"), things(peopled, "the-uploader")
    for image in (others["images"], own["images"]):
        assert peopled.delete(f"/api/v1/images/{image}").status_code == 204
    token = token_of(peopled, "the-uploader")
    events, after = [], 0
    while True:
        page = ask(peopled, "GET", f"/api/v1/events?after={after}&limit=1", token=token).json()
        events += page["items"]
        if page["next_after"] == after:
            break
        after = page["next_after"]
    assert {event["image_id"] or event["data"]["batch"] for event in events} == {thing[kind] for thing in (own, last) for kind in ("images", "batches")}
    assert [event["type"] for event in events if event["image_id"] == own["images"]] == ["image.created", "job.started", "job.completed", "image.deleted"]
    of_image = lambda image: ask(peopled, "GET", f"/api/v1/events?image={image}", token=token).json()["items"]
    assert of_image(own["images"]) == [event for event in events if event["image_id"] == own["images"]]
    assert of_image(others["images"]) == []


def test_the_audit_tells_and_no_secret_is_anywhere(peopled):
    secret, canary = token_of(peopled, "the-viewer"), "a canary sings at seven"
    browser, _ = log_in(peopled, canary, canary)
    browser, _ = log_in(peopled, "the-viewer")
    log_in(peopled, "the-viewer", canary)
    events = peopled.get("/api/v1/audit?limit=100").json()["items"]
    assert {"account.created", "token.created", "session.started", "session.refused"} <= {event["type"] for event in events}
    peopled.stop()
    places = [peopled.log_text().encode(), str(events).encode()] + [path.read_bytes() for path in peopled.folder.glob("darkroom.db*")]
    for hidden in (PASSWORD, canary, secret, browser.cookies["sid"], peopled.token):
        assert not any(hidden.encode() in place for place in places), hidden


def test_the_audit_of_a_span_is_asked_for_by_its_times(peopled, darkroom):
    acts = lambda **span: [(event["id"], event["at"]) for event in peopled.get("/api/v1/audit", params={"limit": 500, **span}).json()["items"]]
    everything = acts()
    assert len(everything) > 3
    for _, cut in everything:
        assert acts(since=cut) == [act for act in everything if act[1] >= cut]
        assert acts(until=cut) == [act for act in everything if act[1] < cut]
    assert acts(since=everything[2][1], until=everything[0][1]) == [act for act in everything if everything[2][1] <= act[1] < everything[0][1]]
    assert acts(since="2099-01-01T00:00:00Z") == acts(until="2020-01-01T00:00:00Z") == []
    assert peopled.get("/api/v1/audit?since=yesterday").json()["code"] == "invalid_field"
    assert "account.created" in darkroom("audit", folder=peopled.folder).stdout
    assert "account.created" not in darkroom("audit", "--since", "2099-01-01T00:00:00Z", folder=peopled.folder).stdout


def test_who_watches_sees_the_limits_of_a_run(peopled):
    for role in ("the-viewer", "the-operator"):
        limits = ask(peopled, "GET", "/api/v1/status", token=token_of(peopled, role)).json()["run_limits"]
        assert 0 < limits["soft_seconds"] < limits["hard_seconds"]


def test_a_quota_is_exact_for_uploads_that_come_together(peopled):
    photos = [unique_jpeg() for _ in range(24)]
    quota = 7 * max(map(len, photos))
    assert peopled.http.patch(peopled.url + "/api/v1/users/the-uploader", json={"byte_quota": quota}, timeout=30).status_code == 200
    token = token_of(peopled, "the-uploader")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda photo: ask(peopled, "POST", "/api/v1/images", token=token, files={"file": photo}), photos))
    taken = [len(photo) for photo, answer in zip(photos, answers) if answer.status_code == 201]
    assert all(answer.status_code == 201 or answer.json()["code"] == "quota_exceeded" for answer in answers)
    assert sum(taken) <= quota < sum(taken) + min(map(len, photos))
    kept = {path.name for path in (peopled.folder / "blobs").rglob("*") if re.fullmatch("[0-9a-f]{64}", path.name)}
    assert len(kept) == len(taken), "what was refused has left no photo behind"


def test_the_old_contract_keeps_to_quota_and_owner_as_well(peopled):
    token = token_of(peopled, "the-uploader")
    sent = {"image_id": 7, "priority": 0, "metadata": '{"title": "봄", "uploaded_by": "somebody"}'}
    photo = unique_jpeg()
    send = lambda photo, **fields: ask(peopled, "POST", "/process-image/", token=token, data=sent | fields, files={"file": ("a.jpg", photo)})
    assert send(photo).status_code == 200
    own = ask(peopled, "GET", "/api/v1/images", token=token).json()["items"]
    assert [image["uploaded_by"] for image in own] == ["the-uploader"], "an uploader sends in its own name only"
    assert own[0]["metadata"]["uploaded_by"] == "somebody"
    assert peopled.http.patch(peopled.url + "/api/v1/users/the-uploader", json={"byte_quota": len(photo)}, timeout=30).status_code == 200
    refused = send(unique_jpeg(), image_id=8)
    assert (refused.status_code, refused.json()["code"]) == (403, "quota_exceeded")
    assert send(photo).status_code == 200, "the same photo again needs no room"


def test_a_retry_with_its_key_needs_no_room_a_second_time(peopled):
    token, photo = token_of(peopled, "the-uploader"), unique_jpeg()
    assert peopled.http.patch(peopled.url + "/api/v1/users/the-uploader", json={"byte_quota": len(photo) * 3 // 2}, timeout=30).status_code == 200
    send = lambda photo, key: requests.post(peopled.url + "/api/v1/images", files={"file": photo}, headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key}, timeout=30)
    first, again = send(photo, "k1"), send(photo, "k1")
    assert (first.status_code, again.status_code) == (201, 201), again.text
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json()["image"]["id"] == first.json()["image"]["id"]
    refused = send(unique_jpeg(), "k2")
    assert (refused.status_code, refused.json()["code"]) == (403, "quota_exceeded")


def test_the_event_log_tells_of_accounts_to_administrators_only(peopled):
    log_in(peopled, "the-viewer", "not the password")
    of_audit = lambda events: {event["type"] for event in events if event["type"].split(".")[0] in ("account", "token", "session", "endpoint")}
    read = lambda token: of_audit(ask(peopled, "GET", "/api/v1/events?limit=1000", token=token).json()["items"])
    assert {"account.created", "token.created", "session.refused"} <= read(token_of(peopled, "the-admin"))
    for token in (token_of(peopled, "the-viewer"), token_of(peopled, "the-operator"), token_of(peopled, "the-admin", ["images:read"])):
        assert read(token) == set()
        assert ask(peopled, "GET", "/api/v1/events?limit=1000", token=token).json()["items"], "of photos it does tell"


def test_an_uploader_is_counted_its_own_jobs(peopled):
    assert peopled.post("/api/v1/queues/ai_processing/pause").status_code == 200
    for uploader in ("the-uploader", "somebody", "somebody"):
        peopled.upload(unique_jpeg(), uploader=uploader)
    counts = lambda role: ask(peopled, "GET", "/api/v1/jobs", token=token_of(peopled, role)).json()["counts"]
    assert counts("the-uploader")["queued"] == 1
    assert counts("the-viewer")["queued"] == 3
