"""Cancelling a job that runs frees its slot: the runner is stopped, the next job takes its place, and nothing of the cancelled one is stored."""
from support.ledger import Ledger
from support.photos import unique_jpeg


def cancel_and_see_the_next(web):
    running = web.upload(unique_jpeg("slow:60000"))
    web.wait_for_state(running["id"], "processing")
    waiting = web.upload(unique_jpeg())
    assert web.image(waiting["id"])["status"] == "pending"
    answer = web.post(f"/api/v1/jobs/{running['job_id']}/cancel")
    assert answer.status_code == 200, answer.text
    freed = web.seconds_until(lambda: web.image(waiting["id"])["status"] == "completed", within=20)
    print(f"from the cancellation to the end of the next job: {1000 * freed:.0f} ms")
    assert freed < 5  # the goal is below a second; the job that it makes room for would have waited for a minute
    cancelled = web.image(running["id"])
    assert cancelled["status"] == "cancelled" and [attempt["ending"] for attempt in cancelled["attempts"]] == ["cancelled"]
    assert [event["type"] for event in web.events(running["id"])] == ["image.created", "job.started", "job.cancelled"]
    return [cancelled, web.image(waiting["id"])]


def test_in_one_process(make_server):
    server = make_server(slots=1)
    images = cancel_and_see_the_next(server)
    assert server.stop() == 0
    Ledger(server).assert_kept(images)


def test_on_another_node(make_cluster):
    cluster = make_cluster(workers=1, slots=1)
    images = cancel_and_see_the_next(cluster.web)
    for process in reversed(cluster.processes):
        assert process.stop() == 0
    Ledger(cluster.web, database=cluster.database).assert_kept(images)
