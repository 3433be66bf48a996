"""Looking: lists newest first and page by page, jobs by state, and clear words for what is not there."""
import pytest

from support.photos import unique_jpeg


def test_images_are_listed_newest_first_page_by_page(server):
    made = [server.upload(unique_jpeg())["id"] for _ in range(7)]
    seen, before, pages = [], None, 0
    while True:
        query = {"limit": 3} | ({"before": before} if before else {})
        page = server.get("/api/v1/images", params=query).json()
        seen += [image["id"] for image in page["items"]]
        pages += 1
        before = page["next_before"]
        if before is None:
            break
    assert seen == made[::-1]
    assert pages == 3
    assert made == sorted(made)


def test_jobs_are_listed_by_state_and_counted(make_server):
    server = make_server(slots=1)
    running = server.upload(unique_jpeg("slow:2000"))
    server.wait_for_state(running["id"], "processing")
    waiting = [server.upload(unique_jpeg())["job_id"] for _ in range(2)]
    page = server.get("/api/v1/jobs", params={"state": "queued"}).json()
    assert [job["job_id"] for job in page["items"]] == waiting[::-1]
    assert page["counts"] == {"scheduled": 0, "scheduled_over_limit": False, "queued": 2, "queued_over_limit": False, "running": 1, "running_over_limit": False}
    assert [job["job_id"] for job in server.get("/api/v1/jobs?state=running").json()["items"]] == [running["job_id"]]
    assert len(server.get("/api/v1/jobs?limit=2").json()["items"]) == 2


def all_jobs(server, **conditions):
    """The images of all pages of a list."""
    images, cursor = [], None
    while True:
        page = server.get("/api/v1/jobs", params=conditions | ({"cursor": cursor} if cursor else {}))
        assert page.status_code == 200, page.text
        images += [job["image_id"] for job in page.json()["items"]]
        cursor = page.json()["next_cursor"]
        assert ("next" in page.headers.get("Link", "")) == (cursor is not None)
        if cursor is None:
            return images


def test_jobs_are_listed_by_conditions_page_by_page(server):
    server.post("/api/v1/queues/ai_processing/pause")
    batch = server.post("/api/v1/batches", json={"title": "spring"}).json()["batch"]["id"]
    fields = [{"uploader": "a"}, {"uploader": "b"}, {"uploader": "a", "batch": batch}, {"uploader": "b"}, {"uploader": "a"}]
    made = [server.upload(unique_jpeg(), **each)["id"] for each in fields]
    for conditions, wanted in (({}, made), ({"owner": "a"}, [made[0], made[2], made[4]]), ({"batch": batch}, [made[2]]), ({"image": made[1]}, [made[1]]), ({"model": "null"}, made),
                               ({"kind": "image"}, made), ({"queue": "ai_processing", "state": "queued"}, made), ({"model": "other"}, []), ({"state": "failed"}, [])):
        assert all_jobs(server, limit=2, kind=conditions.get("kind", "image.process"), **{k: v for k, v in conditions.items() if k != "kind"}) == wanted[::-1], conditions
    server.http.put(server.url + "/api/v1/schedules/nightly", json={"cron": "30 3 * * *", "kind": "maintenance.cleanup"}, timeout=60)
    ran = server.post("/api/v1/schedules/nightly/run").json()["job_id"]
    assert ran in [job["job_id"] for job in server.get("/api/v1/jobs", params={"kind": "maintenance"}).json()["items"]]
    first = server.get("/api/v1/jobs", params={"limit": 2}).json()["next_cursor"]
    assert server.get("/api/v1/jobs", params={"limit": 2, "cursor": first, "owner": "a"}).json()["code"] == "invalid_field"


def test_the_line_is_the_order_in_which_jobs_start(server, darkroom):
    server.post("/api/v1/queues/ai_processing/pause")
    many = [server.upload(unique_jpeg(), uploader="a")["id"] for _ in range(4)]
    few = [server.upload(unique_jpeg(), uploader="b")["id"] for _ in range(2)]
    urgent = server.upload(unique_jpeg(), uploader="b", priority=10)["id"]
    line = [urgent, many[0], few[0], many[1], few[1], many[2], many[3]]
    for limit in (1, 3, 200):
        assert all_jobs(server, order="line", limit=limit) == line
        assert all_jobs(server, order="line", limit=limit, owner="a") == many
    shown = darkroom("jobs", "--order", "line", "--limit", "3", folder=server.folder).stdout.splitlines()[1:]
    assert [words.split()[2] for words in shown] == [str(image) for image in line[:3]]
    assert all("  paused: " in words for words in shown), shown
    server.post("/api/v1/queues/ai_processing/resume")
    for image in line:
        server.image(image, wait=20)
    for wrong in ({"state": "running"}, {"kind": "image.process"}, {"image": 1}):
        assert server.get("/api/v1/jobs", params={"order": "line"} | wrong).json()["code"] == "invalid_field"


def test_a_list_tells_the_place_of_each_job_when_it_is_asked_to(server):
    done = server.result_of(unique_jpeg())["job_id"]
    server.post("/api/v1/queues/ai_processing/pause")
    waiting = [server.upload(unique_jpeg())["job_id"] for _ in range(3)]
    listed = {job["job_id"]: job for job in server.get("/api/v1/jobs", params={"place": "true"}).json()["items"]}
    assert listed[done]["place"] is None
    for ahead, job in enumerate(waiting):
        assert (listed[job]["place"]["code"], listed[job]["place"]["position"]) == ("paused", ahead)
        assert listed[job]["place"] == server.get(f"/api/v1/jobs/{job}/place").json()["place"]
    in_line = server.get("/api/v1/jobs", params={"order": "line", "limit": 2, "place": "true"})
    assert [job["place"]["position"] for job in in_line.json()["items"]] == [0, 1]
    rest = server.http.get(server.url + in_line.links["next"]["url"], timeout=60).json()["items"]  # the next page tells it as well
    assert [job["place"]["position"] for job in rest] == [2]
    assert all("place" not in job for job in server.get("/api/v1/jobs").json()["items"])
    assert server.get("/api/v1/jobs", params={"place": "yes"}).json()["code"] == "invalid_field"


def test_a_job_tells_its_story(server):
    image = server.result_of(unique_jpeg(), priority=3)
    job = server.job(image["job_id"])
    assert (job["image_id"], job["kind"], job["queue"], job["state"], job["priority"]) == (image["id"], "image.process", "ai_processing", "completed", 3)
    assert (job["attempt"], job["crashes"], job["interruptions"], job["retry_of"], job["worker"]) == (1, 0, 0, None, None)
    assert job["created_at"] <= job["started_at"] <= job["finished_at"]
    assert job["attempts"][0]["worker"].startswith("slot-") and job["attempts"][0]["model_version"] == "null-1"


def test_urgent_work_is_started_first_and_equal_work_in_order(make_server):
    server = make_server(slots=1)
    first = server.upload(unique_jpeg("slow:700"))
    server.wait_for_state(first["id"], "processing")
    normal = [server.upload(unique_jpeg())["id"] for _ in range(3)]
    urgent = server.upload(unique_jpeg(), priority=10)["id"]
    late = server.upload(unique_jpeg(), priority=-10)["id"]
    for image in [*normal, urgent, late]:
        server.image(image, wait=20)
    started = [event["image_id"] for event in server.events() if event["type"] == "job.started"]
    assert started == [first["id"], urgent, *normal, late]


def test_owners_of_equal_priority_take_turns(make_server):
    server = make_server(slots=1)
    first = server.upload(unique_jpeg("slow:700"))
    server.wait_for_state(first["id"], "processing")
    many = [server.upload(unique_jpeg(), uploader="a")["id"] for _ in range(4)]
    few = [server.upload(unique_jpeg(), uploader="b")["id"] for _ in range(2)]
    server.image(many[-1], wait=20)
    started = [event["image_id"] for event in server.events() if event["type"] == "job.started"][1:]
    assert started == [many[0], few[0], many[1], few[1], many[2], many[3]]


@pytest.mark.parametrize("path", ["/api/v1/images/999", "/api/v1/images/abc", "/api/v1/images/-1", "/api/v1/images/99999999999999999999", "/api/v1/jobs/not-a-uuid",
                                  "/api/v1/jobs/01a203b7-eb0f-71c7-bfff-d37c3c46b2f2", "/api/v2/images", "/nothing/here"])
def test_what_is_not_there_is_404_with_words(server, path):
    answer = server.get(path)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found" and answer.json()["status"] == 404 and len(answer.json()["detail"]) > 10


@pytest.mark.parametrize("path", ["/api/v1/images?limit=0", "/api/v1/images?limit=201", "/api/v1/images?before=x", "/api/v1/jobs?state=lost", "/api/v1/events?after=-1",
                                  "/api/v1/images/1?wait=x"])
def test_a_wrong_parameter_is_422_and_named(server, path):
    answer = server.get(path)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_field")
    assert path.split("?")[1].split("=")[0] in answer.json()["detail"]


def test_a_wrong_method_says_which_are_right(server):
    answer = server.http.put(server.url + "/api/v1/images", timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].replace(" ", "").split(","))
