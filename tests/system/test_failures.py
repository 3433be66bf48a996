"""What failed, by its cause, and one request that runs exactly these again."""
import pytest

from support.models import spoil
from support.photos import unique_jpeg
from test_access import add_user, ask, token_of


@pytest.fixture
def server(make_server):
    """With a model that cannot be loaded any more, and no retries."""
    server = make_server(run_max_retries=0)
    spoil(server, "broken")
    return server


def fail(server, count, marker="", **fields):
    images = [server.result_of(unique_jpeg(marker), **({} if marker else {"model": "broken"}) | fields) for _ in range(count)]
    assert all(image["status"] == "failed" for image in images)
    return images


def test_a_group_is_retried_and_no_other(server):
    lies, others = fail(server, 3, "lie"), fail(server, 2)
    found = server.get("/api/v1/failures").json()
    assert found["failures"] == 5 and found["groups"] == len(found["items"]) == 2
    group = found["items"][0]
    assert (group["count"], group["error_code"], group["model"]) == (3, lies[0]["error_code"], lies[0]["model"])
    assert [sample["image_id"] for sample in group["samples"]] == [image["id"] for image in lies[::-1]]
    assert group["samples"][0]["thumbnail_url"] == f"/api/v1/images/{lies[2]['id']}/thumbnail"
    order = {"action": "retry", "filter": group["filter"], "dry_run": True}
    assert server.post("/api/v1/jobs/actions", json=order).json() == {"matched": 3, "changed": 3, "dry_run": True}
    assert server.post("/api/v1/jobs/actions", json=order | {"dry_run": False}).json()["changed"] == 3
    for image in lies:
        assert server.image(image["id"], wait=30)["job_id"] != image["job_id"]
    assert [server.image(image["id"])["job_id"] for image in others] == [image["job_id"] for image in others]
    assert sorted(each["count"] for each in server.get("/api/v1/failures").json()["items"]) == [2, 3], "they failed once more"


def test_an_uploader_sees_what_failed_of_its_own(server):
    add_user(server, "minji", "uploader")
    fail(server, 1, uploader="minji")
    fail(server, 2, uploader="joon")
    token = token_of(server, "minji")
    assert [group["count"] for group in ask(server, "GET", "/api/v1/failures", token=token).json()["items"]] == [1]
    assert server.get("/api/v1/failures").json()["failures"] == 3


def test_the_conditions_are_checked(server):
    fail(server, 1)
    now = server.get("/api/v1/failures").json()["items"][0]["last_at"]
    assert server.get("/api/v1/failures", params={"since": now}).json()["failures"] == 1
    assert server.get("/api/v1/failures", params={"since": "2100-01-01T00:00:00Z"}).json() == {"items": [], "failures": 0, "groups": 0}
    assert server.get("/api/v1/failures?model=other&queue=webhooks").json()["failures"] == 0
    for query in ("since=today", "queue=", "limit=0"):
        assert server.get("/api/v1/failures?" + query).status_code == 422, query
    for kind, status in (("image.process", 200), (7, 422)):
        answer = server.post("/api/v1/jobs/actions", json={"action": "retry", "filter": {"kind": kind}, "dry_run": True})
        assert answer.status_code == status and answer.json().get("matched", 1) == 1, answer.text


def test_the_command_shows_causes_and_retries_one(server, darkroom):
    image = fail(server, 1)[0]
    shown = darkroom("failures", folder=server.folder)
    assert shown.returncode == 0 and image["error_code"] in shown.stdout, shown.stderr
    cause = server.get("/api/v1/failures").json()["items"][0]["cause"]
    assert cause in shown.stdout
    retried = darkroom("retry", "--cause", cause, folder=server.folder)
    assert retried.returncode == 0 and retried.stdout.startswith("1 of 1"), retried.stdout + retried.stderr
