"""A job that does not end is killed at the hard limit, counted as a crash with the code timeout; a stopped slot is no exception."""
import os
import signal

import pytest
from PIL import Image

from support.photos import encode, unique_jpeg

LIMITS = {"run_soft_limit_seconds": 1, "run_hard_limit_seconds": 2}


@pytest.mark.parametrize("order", ["spin", "stop-answering"])
def test_an_endless_job_ends_by_the_hard_limit_and_others_go_on(make_server, order):
    server = make_server(**LIMITS)
    endless = server.upload(unique_jpeg(order))
    server.wait_for_state(endless["id"], "processing")
    assert server.result_of(unique_jpeg())["status"] == "completed"
    image = server.image(endless["id"], wait=30)
    assert (image["status"], image["error_code"]) == ("failed", "timeout")
    assert "hard limit of 2 s" in image["error_message"] and "quarantined" in image["error_message"]
    assert [attempt["ending"] for attempt in image["attempts"]] == ["crashed", "crashed"]
    assert len(server.slots()) <= 2


def test_a_stopped_slot_ends_by_the_hard_limit_and_its_job_runs_again(make_server):
    server = make_server(slots=1, **LIMITS)
    server.result_of(unique_jpeg())  # the slot is warm: one that is stopped before is a model that does not start, which is tried again a minute later
    (slot,) = server.slots()
    image = server.upload(unique_jpeg("slow:900"))
    server.wait_for_state(image["id"], "processing")
    os.kill(slot, signal.SIGSTOP)
    other = server.upload(unique_jpeg("slow:100"))
    assert server.image(other["id"], wait=20)["status"] == "completed"
    image = server.image(image["id"], wait=30)
    assert image["status"] == "completed"
    assert [attempt["ending"] for attempt in image["attempts"]] == ["crashed", "completed"]
    assert image["attempts"][0]["error_code"] == "timeout"
    assert slot not in server.slots()


def test_work_within_the_limits_is_left_alone(make_server):
    server = make_server(**LIMITS)
    image = server.result_of(unique_jpeg("slow:1400"))  # over the soft limit, which only asks
    assert image["status"] == "completed" and len(image["attempts"]) == 1


def test_decoding_has_a_bound_of_processor_time(make_server):
    photo = encode(Image.effect_noise((4000, 3000), 80).convert("RGB"), format="JPEG", quality=95)
    assert make_server(model="demo").result_of(photo)["status"] == "completed"
    server = make_server(model="demo", photo_decode_seconds=0, photo_decode_milliseconds_per_megapixel=1)
    image = server.result_of(photo)
    assert (image["status"], image["error_code"]) == ("failed", "timeout")
    assert "photo.decode_seconds" in image["error_message"] and "quarantined" in image["error_message"]
    assert [attempt["ending"] for attempt in image["attempts"]] == ["crashed", "crashed"]
    assert server.get(f"/api/v1/images/{image['id']}/preview").status_code == 504, "a picture of it ends alike"
