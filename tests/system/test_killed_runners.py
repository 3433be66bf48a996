"""kill -9 of a slot or a zygote from outside is not the photo's fault: the job runs again at once, and no attempt is used up."""
import os
import signal

from support.answers import endings
from support.photos import unique_jpeg
from support.waiting import eventually


def two_running(server, order="slow:3000"):
    """Two jobs that run at the same time, one in each slot."""
    images = [server.upload(unique_jpeg(order))["id"] for _ in range(2)]
    for image_id in images:
        server.wait_for_state(image_id, "processing")
    assert len(eventually(lambda: len(slots := server.slots()) == 2 and slots, 5)) == 2
    return images


def test_a_killed_slot_costs_its_job_nothing_but_time_and_the_other_none(server):
    running = two_running(server)
    os.kill(server.slots()[0], signal.SIGKILL)
    images = [server.image(image_id, wait=20) for image_id in running]
    assert [image["status"] for image in images] == ["completed", "completed"]
    assert sorted(map(endings, images)) == [["completed"], ["interrupted", "completed"]]
    hit = next(image for image in images if len(image["attempts"]) == 2)
    job = server.job(hit["job_id"])
    assert (job["attempt"], job["interruptions"], job["crashes"]) == (1, 1, 0)
    assert [event["type"] for event in server.events(hit["id"])] == ["image.created", "job.started", "job.interrupted", "job.started", "job.completed"]


def test_a_dead_slot_is_noticed_at_once(server):
    image = server.upload(unique_jpeg("slow:5000"))
    server.wait_for_state(image["id"], "processing")
    os.kill(eventually(server.slots, 5)[0], signal.SIGKILL)  # a job is processing from its claim on: its slot may still be starting
    assert server.seconds_until(lambda: len(server.image(image["id"])["attempts"]) == 2, within=5) < 1


def test_a_killed_zygote_takes_its_slots_along_and_both_jobs_run_again(server):
    running = two_running(server)
    zygote = server.zygote()
    os.kill(zygote, signal.SIGKILL)
    for image_id in running:
        image = server.image(image_id, wait=20)
        assert image["status"] == "completed" and image["attempt"] == 1
        assert endings(image) == ["interrupted", "completed"]
    assert server.zygote() != zygote


def test_an_idle_slot_that_was_killed_is_not_noticed_by_the_next_job(server):
    server.result_of(unique_jpeg())
    for slot in server.slots():
        os.kill(slot, signal.SIGKILL)
    image = server.result_of(unique_jpeg())
    assert image["status"] == "completed" and image["attempt"] == 1


def test_a_job_that_is_interrupted_for_the_sixth_time_fails_with_the_reason(server):
    image = server.upload(unique_jpeg("slow:20000"))
    for round_number in range(1, 7):
        eventually(lambda: len(server.image(image["id"])["attempts"]) == round_number and server.image(image["id"])["status"] == "processing", 10)
        (slot,) = eventually(server.slots, 5, "a slot runs the job")
        os.kill(slot, signal.SIGKILL)
    ended = server.image(image["id"], wait=20)
    assert (ended["status"], ended["error_code"]) == ("failed", "interrupted")
    assert endings(ended) == ["interrupted"] * 6
    assert server.result_of(unique_jpeg())["status"] == "completed"
