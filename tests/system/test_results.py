"""Downloading the newest results of all images that meet conditions, and what an uploader gets of them."""
import csv
import io

import pytest

from support.models import added, color_model
from support.photos import unique_jpeg
from support.places import CHECKOUT
from test_access import add_user, ask, token_of

SAMPLE = CHECKOUT / "examples" / "sample.jpg"


def rows(text):
    assert text.startswith("\ufeff"), "Excel takes Korean for something else without the byte order mark"
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def test_results_are_downloaded_as_json_and_as_a_table(make_server):
    server = make_server(model="demo", test_mode=False)
    seen = server.result_of(SAMPLE, title="=제주도, \"여행\"", uploader="minji")
    plain = server.result_of(unique_jpeg(), title="nobody")
    answer = server.get("/api/v1/results", params={"sort": "oldest"})
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/json"
    assert [(each["image_id"], each["title"], each["result"]) for each in answer.json()] == [(image["id"], image["title"], image["result"]) for image in (seen, plain)]
    assert len(answer.text.splitlines()) == 4, "a line an image, and the brackets"
    answer = server.get("/api/v1/results", params={"format": "csv", "sort": "oldest"})
    assert answer.headers["Content-Type"].startswith("text/csv; charset=utf-8") and ".csv" in answer.headers["Content-Disposition"]
    table = rows(answer.content.decode())
    objects = seen["result"]["result"]["detected_objects"]
    assert [row["label"] for row in table] == [each["class"] for each in objects] + [""]
    assert table[0]["title"] == "'=제주도, \"여행\"" and table[0]["image_id"] == str(seen["id"]) and table[0]["model"] == "demo"
    assert [float(table[0][side]) for side in ("x1", "y1", "x2", "y2")] == objects[0]["bbox"]
    assert rows(server.get("/api/v1/results?format=csv&search=nobody").content.decode())[0]["image_id"] == str(plain["id"])
    assert server.get("/api/v1/results?label=unicorn").json() == []


def test_more_than_a_page_comes_whole_and_once(server):
    made = [server.upload(unique_jpeg(), title=f"t{number % 7:02}")["id"] for number in range(120)]
    assert [each["image_id"] for each in server.get("/api/v1/results").json()] == made[::-1]
    assert sorted(each["image_id"] for each in server.get("/api/v1/results?sort=title").json()) == made
    assert [each["image_id"] for each in server.get("/api/v1/results?limit=51&sort=oldest").json()] == made[:51]
    cursor = server.get("/api/v1/images?limit=100").json()["next_cursor"]
    assert [each["image_id"] for each in server.get(f"/api/v1/results?cursor={cursor}").json()] == made[19::-1]


@pytest.mark.parametrize("query, status", [("format=xml", 422), ("limit=0", 422), ("status=lost", 422), ("colour=red", 400), ("cursor=abc", 422)])
def test_what_is_asked_wrongly_is_refused(server, query, status):
    assert server.get("/api/v1/results?" + query).status_code == status


def test_an_uploader_downloads_its_own_results_only(server):
    add_user(server, "minji", "uploader")
    add_user(server, "looker", "viewer")
    own, others = server.upload(unique_jpeg(), uploader="minji")["id"], server.upload(unique_jpeg(), uploader="joon")["id"]
    token = token_of(server, "minji")
    ids = lambda token, query="": [each["image_id"] for each in ask(server, "GET", "/api/v1/results" + query, token=token).json()]
    assert ids(token) == [own] and ids(token, "?uploader=joon") == []
    assert ids(token_of(server, "looker")) == [others, own]


def test_the_command_writes_them_into_a_file(server, darkroom, tmp_path):
    image = server.result_of(unique_jpeg(), title="바다", uploader="kim")["id"]
    server.result_of(unique_jpeg(), uploader="lee")
    written = darkroom("results", "--format", "csv", "--uploader", "kim", "-o", tmp_path / "out.csv", folder=server.folder)
    assert written.returncode == 0, written.stderr
    assert [(row["image_id"], row["title"]) for row in rows((tmp_path / "out.csv").read_text())][:1] == [(str(image), "바다")]
    (tmp_path / "kept.csv").write_text("old")
    refused = darkroom("results", "--since", "yesterday", "-o", tmp_path / "kept.csv", folder=server.folder)
    assert refused.returncode != 0 and "since" in refused.stderr and (tmp_path / "kept.csv").read_text() == "old"


def test_results_of_two_models_can_be_compared(make_server):
    server = make_server(model="demo", test_mode=False)
    image = server.result_of(SAMPLE, uploader="minji")
    path = f"/api/v1/images/{image['id']}"
    added(server, "colour", color_model())
    job = server.post(path + "/reprocess", json={"model": "colour"}).json()["image"]["job_id"]
    newer = server.job(job, wait=60)
    assert newer["state"] == "completed", newer
    listed = server.get(path + "/results").json()["items"]
    assert [(each["job_id"], each["model"], each["is_newest"], each["newest_of_model"]) for each in listed] == [
        (job, "colour", True, True), (image["job_id"], "demo", False, True)]
    old = server.get(f"{path}/results/{image['job_id']}").json()
    assert old == {"job_id": image["job_id"], "result": image["result"]}, "the older model's result is as it was"
    assert server.get(f"{path}/results/{job}").json()["result"]["model"]["name"] == "colour"


def test_a_result_is_asked_for_with_its_own_image(server):
    first, second = server.result_of(unique_jpeg(), uploader="minji"), server.result_of(unique_jpeg(), uploader="joon")
    add_user(server, "minji", "uploader")
    token = token_of(server, "minji")
    for path, status in ((f"{first['id']}/results/{first['job_id']}", 200), (f"{first['id']}/results/{second['job_id']}", 404), (f"{second['id']}/results", 404),
                         (f"{second['id']}/results/{second['job_id']}", 404), (f"{first['id']}/results/x", 404), ("99/results", 404)):
        assert ask(server, "GET", "/api/v1/images/" + path, token=token).status_code == status, path
    assert server.get(f"/api/v1/images/{first['id']}/results/{second['job_id']}").status_code == 404, "also for who may see both"


def test_the_command_lists_and_shows_the_results_of_an_image(server, darkroom):
    image = server.result_of(unique_jpeg())
    listed = darkroom("results", "--image", image["id"], folder=server.folder)
    assert listed.returncode == 0 and image["job_id"] in listed.stdout and "shown" in listed.stdout, listed.stderr
    shown = darkroom("results", "--image", image["id"], "--job", image["job_id"], folder=server.folder)
    assert '"darkroom.result/1"' in shown.stdout
