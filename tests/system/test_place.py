"""Where a job stands, when it may start and why it is not running: asked of a real line, and compared with what then happened."""
import random
import time
from datetime import datetime

from support.photos import unique_jpeg
from support.waiting import eventually

PROCESSING = "/api/v1/queues/ai_processing"


def place(server, image):
    answer = server.get(f"/api/v1/jobs/{image['job_id']}/place")
    assert answer.status_code == 200, answer.text
    return answer.json()["place"]


def pause(server):
    assert server.post(PROCESSING + "/pause", json={"reason": "for a moment"}).status_code == 200


def resume(server):
    assert server.post(PROCESSING + "/resume").status_code == 200


def test_the_position_follows_priority_and_turns(server):
    pause(server)
    first, second = server.upload(unique_jpeg(), uploader="kim"), server.upload(unique_jpeg(), uploader="kim")
    other, urgent = server.upload(unique_jpeg(), uploader="lee"), server.upload(unique_jpeg(), priority=5)
    assert [place(server, image)["position"] for image in (urgent, first, other, second)] == [0, 1, 2, 3]


def test_a_paused_line_says_so_and_the_job_carries_it(server):
    pause(server)
    image = server.upload(unique_jpeg())
    found = place(server, image)
    assert found["code"] == "paused" and "admin" in found["message"] and "for a moment" in found["message"]
    assert found["starts_in_seconds"] is None
    assert server.job(image["job_id"])["place"] == found
    assert "place" not in server.image(image["id"])
    resume(server)
    assert server.job(image["job_id"], wait=20)["place"] is None
    assert place(server, image)["code"] == "finished"


def test_running_and_in_line(server):
    running = [server.upload(unique_jpeg("slow:5000")) for _ in range(2)]
    for image in running:
        server.wait_for_state(image["id"], "processing")
    waiting = server.upload(unique_jpeg())
    found = place(server, waiting)
    assert (found["code"], found["position"]) == ("in_line", 0) and "2 of 2 slots" in found["message"]
    found = place(server, running[0])
    assert found["code"] == "running" and "slot-" in found["message"] and found["position"] is None


def test_at_the_rate_it_says_when_the_next_start_is_possible(server):
    assert server.http.patch(server.url + PROCESSING, json={"rate": "1/h"}, timeout=70).status_code == 200
    server.result_of(unique_jpeg())
    found = place(server, server.upload(unique_jpeg()))
    assert found["code"] == "rate_limited" and "1/h" in found["message"] and "next start is possible at" in found["message"]


def test_a_retry_that_waits_tells_the_error(server):
    pause(server)
    image = server.upload(unique_jpeg())
    server.blob(image["sha256"]).unlink()
    resume(server)
    found = eventually(lambda: (found := place(server, image))["code"] == "retry_wait" and found, 20, "the retry is scheduled")
    assert "Attempt 1 of 4" in found["message"] and "blob_missing" in found["message"] and found["position"] is None


def test_a_job_that_does_not_exist(server):
    for name in ("x", "01890000-0000-7000-8000-00000000ffff"):
        assert server.get(f"/api/v1/jobs/{name}/place").status_code == 404


def test_the_command_explains_by_job_and_by_image(server, darkroom):
    pause(server)
    image = server.upload(unique_jpeg())
    for name in (image["job_id"], image["id"]):
        told = darkroom("why", name, folder=server.folder)
        assert told.returncode == 0 and "paused by admin (for a moment)" in told.stdout, told.stderr
    assert darkroom("why", "99", folder=server.folder).returncode == 3


def test_four_of_five_estimates_are_within_30_percent_or_unknown(server):
    """80 photos of uneven cost over two slots; from the 20th finished one on, waiting jobs are asked again and again."""
    dice = random.Random(5)
    images = [server.upload(unique_jpeg(f"slow:{int(dice.lognormvariate(5.3, 0.4))}")) for _ in range(80)]
    guesses = []
    server.image(images[19]["id"], wait=60)
    server.image(images[20]["id"], wait=60)
    for image in images[24:]:
        asked = time.time()
        found = place(server, image)
        if found["starts_in_seconds"] is not None and found["code"] != "next":
            guesses.append((image, asked, found["starts_in_seconds"]))
    server.image(images[-1]["id"], wait=60)
    server.image(images[-2]["id"], wait=60)
    waits = []  # (guessed, really) in seconds
    for image, asked, starts_in in guesses:
        really = seconds_of(server.image(image["id"], wait=30)["attempts"][0]["started_at"]) - asked
        if really > 3:  # of less, the time that the machine takes between two jobs may be 30 percent
            waits.append((starts_in, really))
    assert len(waits) >= 6, "too few estimates were given to judge them"
    right = sum(abs(guessed - really) <= 0.3 * really for guessed, really in waits)
    assert right >= 0.8 * len(waits), f"{right} of {len(waits)} were right: {waits}"


def seconds_of(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
