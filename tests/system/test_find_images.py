"""Finding images by what is known of them, page by page, and changing title and priority with entity tags."""
import base64
import unicodedata

import pytest
import requests

from support.photos import unique_jpeg
from support.raw import FORM, RawConnection, part
from support.waiting import eventually


def ids(server, **query):
    answer = server.get("/api/v1/images", params=query)
    assert answer.status_code == 200, answer.text
    return [image["id"] for image in answer.json()["items"]]


def test_images_are_found_by_title_uploader_state_and_error(server):
    jeju = server.result_of(unique_jpeg(), title=unicodedata.normalize("NFD", "제주도 여행"), uploader="minji")["id"]
    street = server.result_of(unique_jpeg(), title="Straße.JPG", uploader="joon")["id"]
    failed = server.result_of(unique_jpeg("lie"), title="broken", uploader="joon")
    assert server.image(jeju)["title"] == "제주도 여행", "stored in one spelling"
    assert ids(server, search="제주") == [jeju]
    assert ids(server, search=unicodedata.normalize("NFD", "도 여")) == [jeju]
    assert ids(server, search="STRASSE") == [street]
    assert ids(server, uploader="joon") == [failed["id"], street]
    assert ids(server, sort="oldest") == [jeju, street, failed["id"]]
    assert ids(server, status=failed["status"]) == [failed["id"]]
    assert ids(server, error=failed["error_code"]) == [failed["id"]]
    assert ids(server, status="completed", uploader="joon") == [street]
    assert ids(server, since=server.image(street)["created_at"]) == [failed["id"], street]
    assert ids(server, until=server.image(street)["created_at"]) == [jeju]
    assert ids(server, status="pending") == []


def test_what_the_model_found_is_a_condition(make_server):
    server = make_server(model="demo", test_mode=False)
    from support.places import CHECKOUT
    seen = server.result_of(CHECKOUT / "examples" / "sample.jpg")
    label = seen["result"]["result"]["detected_objects"][0]["class"]
    assert ids(server, label=label) == [seen["id"]]
    assert ids(server, label=label[:-1]) == []


def test_pages_are_followed_by_cursor_and_link(server):
    made = [server.upload(unique_jpeg(), title=f"t{number % 3}")["id"] for number in range(7)]
    for sort, expected in (("newest", made[::-1]), ("oldest", made), ("title", sorted(made, key=lambda image: (made.index(image) % 3, image)))):
        seen, address = [], f"/api/v1/images?limit=3&sort={sort}"
        while address:
            page = server.get(address)
            seen += [image["id"] for image in page.json()["items"]]
            link = page.links.get("next")
            assert (link is None) == (page.json()["next_cursor"] is None)
            address = link and link["url"]
        assert seen == expected, sort


def test_a_cursor_of_other_conditions_is_refused(server):
    for _ in range(3):
        server.upload(unique_jpeg())
    cursor = server.get("/api/v1/images?limit=1").json()["next_cursor"]
    for query in (f"cursor={cursor}&uploader=x", f"cursor={cursor}&sort=oldest", "cursor=abc", "sort=size", "status=lost", "since=yesterday", "batch=7", "search="):
        answer = server.get("/api/v1/images?" + query)
        assert answer.status_code == 422 and answer.json()["code"] == "invalid_field", query
    assert server.get("/api/v1/images?colour=red").status_code == 400


def test_title_and_priority_are_changed_unless_somebody_was_faster(make_server):
    server = make_server(slots=1)
    server.wait_for_state(server.upload(unique_jpeg("slow:3000"))["id"], "processing")
    image = server.upload(unique_jpeg())
    path = f"/api/v1/images/{image['id']}"
    first = server.get(path)
    tag = first.headers["ETag"]
    assert server.get(path, headers={"If-None-Match": tag}).status_code == 304
    changed = server.http.patch(server.url + path, json={"title": "새 제목", "priority": 9}, headers={"If-Match": tag})
    assert changed.status_code == 200 and changed.json()["image"]["title"] == "새 제목" and changed.json()["image"]["priority"] == 9
    assert changed.headers["ETag"] != tag
    late = server.http.patch(server.url + path, json={"title": "other"}, headers={"If-Match": tag})
    assert late.status_code == 412 and late.json()["code"] == "precondition_failed"
    assert server.image(image["id"])["title"] == "새 제목"
    assert server.get(path, headers={"If-None-Match": tag}).status_code == 200
    for body in ({}, {"title": ""}, {"title": 7}, {"priority": 101}):
        assert server.http.patch(server.url + path, json=body).status_code == 422, body
    assert server.http.patch(server.url + "/api/v1/images/999", json={"title": "x"}).status_code == 404


def test_a_job_and_a_queue_are_changed_unless_somebody_was_faster(server):
    queue = "/api/v1/queues/ai_processing"
    assert server.post(queue + "/pause").status_code == 200
    job = "/api/v1/jobs/" + server.upload(unique_jpeg())["job_id"]
    tags = {path: server.get(path).headers["ETag"] for path in (job, queue)}
    server.upload(unique_jpeg(), priority=50)  # stands before it in the line: nobody has changed anything of these two
    assert server.get(job, headers={"If-None-Match": tags[job]}).status_code == 200, "its place is another"
    change = lambda path, tag, **body: server.http.patch(server.url + path, json=body, headers={"If-Match": tag}, timeout=30)
    for path, body, late in ((job, {"priority": 9}, {"priority": 1}), (queue, {"concurrency": 3}, {"rate": "1/m"})):
        changed = change(path, tags[path], **body)
        assert changed.status_code == 200 and changed.headers["ETag"] != tags[path], changed.text
        refused = change(path, tags[path], **late)
        assert (refused.status_code, refused.json()["code"]) == (412, "precondition_failed"), refused.text
        assert change(path, f'"other", W/{changed.headers["ETag"]}', **body).status_code == 200
        assert change(path, "*", **body).status_code == 200
    assert server.http.post(server.url + queue + "/resume", headers={"If-Match": tags[queue]}, timeout=30).status_code == 412
    now = server.get(queue).json()["queue"]
    assert (server.get(job).json()["job"]["priority"], now["concurrency"], now["rate"], now["paused"]) == (9, 3, None, True)


@pytest.mark.parametrize("path", ["/api/v1/queues", "/api/v1/queues/ai_processing", "/api/v1/jobs/{job}", "/openapi.json"])
def test_what_one_has_already_is_not_sent_again(server, path):
    path = path.replace("{job}", server.result_of(unique_jpeg())["job_id"])
    for _ in range(5):  # ages of queues move on
        tag = server.get(path).headers["ETag"]
        again = server.get(path, headers={"If-None-Match": tag})
        if again.status_code == 304:
            break
    assert again.status_code == 304 and again.content == b""


def test_actions_by_the_conditions_of_the_list(server):
    keep = server.result_of(unique_jpeg(), title="keep")["id"]
    go = [server.result_of(unique_jpeg(), title=f"Go {number}")["id"] for number in range(3)]
    order = {"action": "delete", "filter": {"search": "go "}, "dry_run": True}
    assert server.post("/api/v1/images/actions", json=order).json() == {"matched": 3, "changed": 3, "dry_run": True}
    assert ids(server) == [*go[::-1], keep]
    again = server.post("/api/v1/images/actions", json={"action": "reprocess", "filter": {"search": "go "}}).json()
    assert again == {"matched": 3, "changed": 3, "dry_run": False}
    for image in go:
        server.image(image, wait=20)
    assert server.post("/api/v1/images/actions", json=order | {"dry_run": False}).json() == {"matched": 3, "changed": 3, "dry_run": False}
    assert ids(server) == [keep]
    for wrong in ({"action": "delete"}, {"action": "delete", "filter": {}}, {"action": "burn", "filter": {"all": True}}, {"action": "delete", "filter": {"status": 7}}):
        assert server.post("/api/v1/images/actions", json=wrong).status_code == 422, wrong


def test_many_photos_in_one_request_get_a_verdict_each(server):
    files = [("file", ("a.jpg", unique_jpeg())), ("file", ("notes.txt", b"no photo at all")), ("file", ("b.jpg", unique_jpeg()))]
    answer = server.post("/api/v1/images/many", data={"batch_title": "spring", "priority": "3"}, files=files)
    assert answer.status_code == 207, answer.text
    body = answer.json()
    assert [item["status"] for item in body["items"]] == [201, 415, 201]
    assert body["items"][1]["problem"]["code"] == "unsupported_format"
    assert body["items"][2]["image"]["title"] == "b.jpg" and body["items"][2]["image"]["priority"] == 3
    assert (body["batch"]["title"], body["batch"]["total"], body["batch"]["state"] != "open") == ("spring", 2, True)
    assert ids(server, batch=body["batch"]["id"]) == [body["items"][2]["image"]["id"], body["items"][0]["image"]["id"]]
    assert server.incoming() == []


def test_many_photos_whose_request_breaks_off_leave_no_batch_open(server):
    with RawConnection(server) as connection:
        connection.send_head(FORM, "Content-Length: 1000000", path="/api/v1/images/many")
        connection.send(part("file", "a.jpg") + unique_jpeg() + b"\r\n" + part("file", "b.jpg") + bytes(500_000))  # more than the server gathers before it looks
        eventually(lambda: ids(server), 10, "the first is taken in")
    batch = eventually(lambda: (found := server.get("/api/v1/batches").json()["items"][0])["state"] != "open" and found, 10, "its batch is sealed")
    assert batch["total"] == 1


def test_statistics_count_what_ended(server):
    server.result_of(unique_jpeg())
    server.result_of(unique_jpeg("lie"))
    minute = server.get("/api/v1/stats").json()["windows"][0]
    assert (minute["completed"], minute["failed"], sum(minute["failures"].values())) == (1, 1, 1)
    assert 0 <= minute["run_seconds"]["p50"] <= minute["total_seconds"]["p99"]


def test_an_attempt_is_found_by_its_number(server):
    job = server.result_of(unique_jpeg())["job_id"]
    assert server.get(f"/api/v1/jobs/{job}/attempts/1").json()["attempt"]["ending"] == "completed"
    assert server.get(f"/api/v1/jobs/{job}/attempts/2").status_code == 404


def test_the_command_line_finds_and_edits(server, darkroom):
    image = server.result_of(unique_jpeg(), title="beach")["id"]
    server.result_of(unique_jpeg(), title="forest")
    found = darkroom("images", "--search", "BEACH", "--status", "completed", folder=server.folder)
    assert found.returncode == 0 and f"image {image}  beach" in found.stdout and "forest" not in found.stdout
    assert darkroom("edit", image, "--title", "바다", folder=server.folder).returncode == 0
    assert server.image(image)["title"] == "바다"
    assert darkroom("edit", 99, "--title", "x", folder=server.folder).returncode == 3
    assert "completed" in darkroom("stats", folder=server.folder).stdout


def test_requests_beyond_the_rate_are_429_with_when_to_come_back(make_server):
    server = make_server(http_rate_limit="5/m")
    answers = [server.get("/api/v1/status") for _ in range(7)]
    assert [answer.status_code for answer in answers].count(429) >= 1
    assert answers[0].headers["RateLimit-Limit"] == "5" and answers[0].headers["RateLimit-Policy"] == '"default";q=5;w=60'
    refused = answers[-1]
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) >= 1 and refused.json()["code"] == "too_many_requests"
    assert server.get("/livez").status_code == 200


def test_a_credential_has_one_bucket_however_it_is_written(make_server):
    server = make_server(http_rate_limit="6/h")
    basic = lambda user: "Basic " + base64.b64encode(f"{user}:{server.token}".encode()).decode()
    spellings = [f"Bearer {server.token}", f"bearer {server.token}", f"BEARER {server.token}", f"Bearer    {server.token}", basic("shop"), basic("blog"), basic("x")]
    answers = [requests.get(server.url + "/queue-status/", headers={"Authorization": spelling}, timeout=30) for spelling in spellings]
    assert [answer.status_code for answer in answers] == [200] * 6 + [429]
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["5", "4", "3", "2", "1", "0", "0"]


def test_whoever_has_no_right_credential_is_counted_by_address(make_server):
    server = make_server(http_rate_limit="3/h")
    wrong = [requests.get(server.url + "/api/v1/images", headers=headers, timeout=30) for headers in
             ({"Authorization": "Bearer one"}, {"Authorization": "Bearer two"}, {}, {"Cookie": "sid=three"}, {"Authorization": "Bearer five"})]
    assert [answer.status_code for answer in wrong] == [401, 401, 401, 429, 429]
    assert wrong[-1].json()["code"] == "too_many_requests" and int(wrong[-1].headers["Retry-After"]) >= 1
    assert server.get("/api/v1/images").status_code == 200, "a token that is right has a bucket of its own"
