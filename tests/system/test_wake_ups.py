"""What is there to do is begun when it is told, long before somebody would look by themselves; and where nobody tells, the look finds it. Times are the
server's own, of its events."""
from datetime import datetime, timedelta, timezone

import pytest

from support.answers import moment_of
from support.models import spoil
from support.photos import unique_jpeg
from support.quickness import delay_of_the_machine, three_quarters_within
from support.receiver import Receiver
from support.waiting import eventually

WORKERS_LOOK, SENDERS_LOOK, UPKEEP_LOOKS = 1.0, 1.0, 5.0  # seconds from one look to the next where nobody tells anything
SAMPLES = 9


def when(server, image_id, event_type):
    """At each of these events of the image, in order."""
    return [moment_of(event["at"]) for event in server.events(image_id) if event["type"] == event_type]


def assert_told(sample, looks):
    """Three quarters of the delays are shorter than half of what passes from one look to the next."""
    delays, own = [], []
    for _ in range(SAMPLES):
        own.append(delay_of_the_machine())
        delays.append(sample().total_seconds())
    assert three_quarters_within(delays) < looks / 2 + three_quarters_within(own), (delays, own)


def test_a_slot_that_has_nothing_to_do_is_told_of_a_photo(server):
    def delay():
        image = server.result_of(unique_jpeg())
        return when(server, image["id"], "job.started")[0] - when(server, image["id"], "image.created")[0]

    assert_told(delay, WORKERS_LOOK)


def test_a_job_for_later_starts_when_its_time_has_come(server):
    def delay():
        due = datetime.now(timezone.utc) + timedelta(seconds=0.4)
        image = server.result_of(unique_jpeg(), run_at=due.isoformat())
        return when(server, image["id"], "job.started")[0] - due

    assert_told(delay, UPKEEP_LOOKS)


def test_a_retry_starts_when_its_time_has_come(make_server):
    server = make_server(run_first_retry_seconds=0, run_max_retries=1)
    spoil(server, "broken")

    def delay():
        image = server.result_of(unique_jpeg(), model="broken")
        return when(server, image["id"], "job.started")[1] - when(server, image["id"], "job.retry_scheduled")[0]

    assert_told(delay, UPKEEP_LOOKS)


def test_a_job_expires_when_its_time_is_over(server):
    server.post("/api/v1/queues/ai_processing/pause")

    def delay():
        image = server.result_of(unique_jpeg(), expires_in_seconds=1)
        assert image["error_code"] == "expired"
        return when(server, image["id"], "job.failed")[0] - moment_of(image["expires_at"])

    assert_told(delay, UPKEEP_LOOKS)


def test_a_receiver_is_told_when_there_is_something_to_tell(make_server):
    receiver = Receiver()
    server = make_server(webhooks_allow_http="true", webhooks_allow_cidrs="127.0.0.0/8", webhooks_ports=receiver.port)
    assert server.post("/api/v1/endpoints", json={"url": receiver.url + "/hook"}).status_code == 201
    server.result_of(unique_jpeg())
    eventually(lambda: receiver.requests, 20, "the sender knows that there is a receiver")

    def delay():
        image = server.result_of(unique_jpeg())
        (delivery,) = server.get("/api/v1/deliveries", params={"image": image["id"]}).json()["items"]
        made = eventually(lambda: server.get(f"/api/v1/deliveries/{delivery['id']}").json()["tries"], 20, "it is tried")
        return moment_of(made[0]["started_at"]) - moment_of(delivery["created_at"])

    assert_told(delay, SENDERS_LOOK)
    receiver.close()


def test_maintenance_that_is_asked_for_is_begun_when_it_is_told(server):
    def delay():
        job = server.job(server.post("/api/v1/schedules/cleanup/run").json()["job_id"], wait=20)
        return moment_of(job["started_at"]) - moment_of(job["created_at"])

    assert_told(delay, UPKEEP_LOOKS)


def test_maintenance_goes_on_when_its_queue_does(server):
    def delay():
        server.post("/api/v1/queues/maintenance/pause")
        waiting = server.post("/api/v1/schedules/cleanup/run").json()["job_id"]
        server.post("/api/v1/queues/maintenance/resume")
        job = server.job(waiting, wait=20)
        resumed = [moment_of(event["at"]) for event in server.events() if event["type"] == "queue.resumed"]
        return moment_of(job["started_at"]) - resumed[-1]

    assert_told(delay, UPKEEP_LOOKS)


@pytest.mark.parametrize("slots", [1, 2])
def test_a_start_that_a_rate_has_put_off_is_made_though_nobody_tells_of_it(make_server, slots):
    server = make_server(slots=slots)
    assert server.http.patch(server.url + "/api/v1/queues/ai_processing", json={"rate": "1/2s"}, timeout=70).status_code == 200
    images = [server.upload(unique_jpeg()) for _ in range(3)]
    for image in images:
        assert server.image(image["id"], wait=60)["status"] == "completed"
    first, second, third = (when(server, image["id"], "job.started")[0] for image in images)
    assert second - first >= timedelta(seconds=2) and third - second >= timedelta(seconds=2)
    assert third - first < timedelta(seconds=4 + 4 * WORKERS_LOOK), "two windows, and a look or two after each"
