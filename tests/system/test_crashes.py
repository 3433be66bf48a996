"""A runner that crashes costs its own photo one run; a second crash on the same content puts that photo into quarantine."""
import pytest

from support.photos import marked, unique_jpeg
from support.waiting import eventually


@pytest.mark.parametrize("order, signal", [("segv", "SIGSEGV"), ("abort", "SIGABRT"), ("fpe", "SIGFPE")])
def test_the_first_crash_is_run_again_and_the_second_ends_in_quarantine(server, order, signal):
    image = server.result_of(unique_jpeg(order))
    assert (image["status"], image["error_code"]) == ("failed", "decoder_crash")
    assert signal in image["error_message"] and "quarantined" in image["error_message"]
    assert [attempt["ending"] for attempt in image["attempts"]] == ["crashed", "crashed"]
    assert [attempt["error_code"] for attempt in image["attempts"]] == ["decoder_crash", "decoder_crash"]
    job = server.job(image["job_id"])
    assert (job["crashes"], job["attempt"], job["interruptions"]) == (2, 2, 0)
    assert [event["type"] for event in server.events(image["id"])] == ["image.created", "job.started", "job.crashed", "job.started", "job.failed"]


def test_a_content_that_crashed_twice_is_taken_in_and_not_run(server):
    photo = marked("segv", "known to crash")
    assert len(server.result_of(photo)["attempts"]) == 2
    again = server.result_of(photo)
    assert (again["status"], again["error_code"], len(again["attempts"])) == ("failed", "quarantined", 0)
    assert "release" in again["error_message"]


def test_others_are_unharmed_while_photos_crash(server):
    bad = [server.upload(unique_jpeg(order))["id"] for order in ("segv", "abort", "exit", "segv") * 3]
    good = [server.upload(unique_jpeg("slow:20"))["id"] for _ in range(20)]
    for image_id in good:
        image = server.image(image_id, wait=30)
        assert image["status"] == "completed" and len(image["attempts"]) == 1, image
    for image_id in bad:
        assert server.image(image_id, wait=30)["error_code"] == "decoder_crash"
    assert server.get("/livez").status_code == 200 and server.process.poll() is None


def test_a_runner_that_hangs_up_or_lies_is_not_believed(server):
    hung_up = server.result_of(unique_jpeg("hang-up"))
    assert (hung_up["status"], hung_up["error_code"]) == ("failed", "decoder_crash")
    lied = server.result_of(unique_jpeg("lie"))
    assert (lied["status"], lied["error_code"], lied["result"]) == ("failed", "model_output", None)
    assert server.result_of(unique_jpeg())["status"] == "completed"


def test_crashed_slots_are_replaced(server):
    zygote = server.zygote()
    for _ in range(3):
        server.result_of(unique_jpeg("segv"))
    both = [server.upload(unique_jpeg("slow:500"))["id"] for _ in range(2)]
    for image_id in both:
        server.wait_for_state(image_id, "processing", 5)
    assert server.zygote() == zygote
    eventually(lambda: len(server.slots()) == 2, 5, "a job runs before its slot is there")


def test_orders_in_photos_are_not_obeyed_outside_the_test_mode(make_server):
    server = make_server(model="demo", test_mode=False)
    image = server.result_of(unique_jpeg("segv"))
    assert image["status"] == "completed" and len(image["attempts"]) == 1
    assert server.send(unique_jpeg(), model="null").status_code == 422
