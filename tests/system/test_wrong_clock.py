"""A machine whose clock is a year ahead, over a database that others share: it ends, promotes, fires and removes nothing before its time, and puts nothing off
for a year."""
import json
import subprocess
import time
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

import pytest

from support.old_client import base_url, process_image
from support.people import add_user, ask, log_in, token_of
from support.photos import unique_jpeg
from support.receiver import Receiver
from support.waiting import eventually

YEAR_AHEAD = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
int clock_gettime(clockid_t clock, struct timespec* time) {
  static int (*real)(clockid_t, struct timespec*);
  if (!real) real = (int (*)(clockid_t, struct timespec*))dlsym(RTLD_NEXT, "clock_gettime");
  int result = real(clock, time);
  if (clock == CLOCK_REALTIME && result == 0) time->tv_sec += 366 * 86400;
  return result;
}
"""


@pytest.fixture
def start_a_year_ahead(tmp_path, monkeypatch):
    """Starts a process with a library that, loaded before the others, lets it live a year from now."""
    source, library = tmp_path / "year_ahead.c", tmp_path / "year_ahead.so"
    source.write_text(YEAR_AHEAD)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True, timeout=60)

    def start(process):
        with monkeypatch.context() as wrong:
            wrong.setenv("LD_PRELOAD", str(library))
            process.start()
    return start


def days_from_now(time):
    return (datetime.fromisoformat(time) - datetime.now(timezone.utc)) / timedelta(days=1)


def test_a_wrong_clock_of_one_machine_changes_nothing_for_the_others(make_cluster, start_a_year_ahead):
    cluster = make_cluster(workers=1, retention_completed_days=30, retention_events_days=30)
    web = cluster.web
    done = web.upload(unique_jpeg(), wait=20)
    assert done["status"] == "completed"
    web.post("/api/v1/queues/ai_processing/pause")
    delayed, expiring = web.upload(unique_jpeg(), delay_seconds=3600), web.upload(unique_jpeg(), expires_in_seconds=3600)
    assert web.stop() == 0
    start_a_year_ahead(web)
    prune = web.post("/api/v1/schedules/prune/run").json()["job_id"]
    ended = web.job(prune, wait=30)
    assert ended["state"] == "completed" and days_from_now(ended["finished_at"]) < 1
    assert days_from_now(json.loads(web.log_text().splitlines()[-1])["time"]) > 300, "its clock is wrong"
    assert all(days_from_now(event["at"]) < 1 for event in web.events())
    assert web.get(f"/api/v1/images/{done['id']}").status_code == 200, "it is not a year old"
    assert [web.job(image["job_id"])["state"] for image in (delayed, expiring)] == ["scheduled", "queued"]
    for schedule in web.get("/api/v1/schedules").json()["items"]:
        assert days_from_now(schedule["next_slot"]) < 2, schedule
    # What it was given by itself while it runs waits no year either.
    rule = {"cron": "30 3 * * *", "zone": "UTC", "kind": "maintenance.cleanup"}
    put = web.http.put(f"{web.url}/api/v1/schedules/nightly", json=rule, timeout=70)
    assert put.status_code == 201 and 0 < days_from_now(put.json()["schedule"]["next_slot"]) < 2
    web.post("/api/v1/schedules/nightly/pause")
    assert 0 < days_from_now(web.post("/api/v1/schedules/nightly/resume").json()["schedule"]["next_slot"]) < 2
    assert 0 < days_from_now(web.get("/api/v1/schedules/slots", params={"cron": rule["cron"]}).json()["items"][0]) < 2
    # And what is sent to it is put off by as much as was asked for.
    delayed, expiring = web.upload(unique_jpeg(), delay_seconds=3600), web.upload(unique_jpeg(), expires_in_seconds=3600)
    assert 0 < days_from_now(web.job(delayed["job_id"])["next_attempt_at"]) < 0.1
    assert 0 < days_from_now(web.job(expiring["job_id"])["expires_at"]) < 0.1
    (queue,) = [each for each in web.get("/api/v1/queues").json()["items"] if each["name"] == "ai_processing"]
    assert queue["oldest_age_seconds"] < 3600
    assert [window["completed"] for window in web.get("/api/v1/stats").json()["windows"] if window["window"] == "day"] == [1]
    assert sum(minute["completed"] for minute in web.get("/api/v1/stats/series").json()["items"]) > 0


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.close()


def test_a_sender_with_a_wrong_clock_tells_at_once_and_forgets_nothing(make_cluster, start_a_year_ahead, receiver):
    cluster = make_cluster(workers=1, webhooks_allow_http="true", webhooks_allow_cidrs="127.0.0.0/8", webhooks_ports=receiver.port)
    web = cluster.web
    made = web.post("/api/v1/endpoints", json={"url": receiver.url}).json()["endpoint"]
    web.upload(unique_jpeg(), wait=20)
    eventually(lambda: web.get("/api/v1/deliveries", params={"state": "delivered"}).json()["items"], 20, "the result is told")
    assert web.stop() == 0
    start_a_year_ahead(web)
    batch = web.post("/api/v1/batches", json={"title": "none"}).json()["batch"]
    web.post(f"/api/v1/batches/{batch['id']}/seal")
    web.post(f"/api/v1/endpoints/{made['id']}/test")
    told = eventually(lambda: len(got := receiver.got()) == 3 and got, 20, "the batch and the test are told")
    for request in told:
        assert abs(int(request["headers"]["webhook-timestamp"]) - time.time()) < 3600, "a receiver refuses what is signed in another year"
    eventually(lambda: len(web.get("/api/v1/deliveries", params={"state": "delivered"}).json()["items"]) == 3, 20, "and the first one is not a year old")


def test_a_worker_with_a_wrong_clock_puts_no_job_off_for_a_year(make_cluster, start_a_year_ahead):
    cluster = make_cluster(workers=1)
    (worker,) = cluster.workers
    assert worker.stop() == 0
    start_a_year_ahead(worker)
    image = cluster.web.upload(unique_jpeg())
    waiting = eventually(lambda: (now := cluster.web.image(image["id"]))["next_attempt_at"] and now, 20, "nobody gives a photo to a signature of next year, so it is put off")
    assert 0 < days_from_now(waiting["next_attempt_at"]) < 0.1


def test_a_site_whose_photo_a_wrong_clock_took_in_is_called_back_in_time(make_cluster, start_a_year_ahead, receiver, monkeypatch):
    monkeypatch.setenv("DJANGO_CALLBACK_URL", receiver.url)
    cluster = make_cluster(workers=1, compat_callback_delay="100ms", compat_open_from="127.0.0.0/8")
    web = cluster.web
    web.post("/api/v1/queues/ai_processing/pause")
    assert web.stop() == 0
    start_a_year_ahead(web)
    assert process_image(base_url(web, site="django"), unique_jpeg(), image_id=7).json()["status"] == "queued"
    assert web.stop() == 0
    web.start()  # with the right one, since nobody fetches a photo from another year
    web.post("/api/v1/queues/ai_processing/resume")
    (told,) = eventually(lambda: receiver.got(), 20, "the site is called back")
    assert told["json"]["image_id"] == 7


def test_a_web_with_a_wrong_clock_ends_nobodys_session_token_or_upload(make_cluster, start_a_year_ahead):
    cluster = make_cluster(webs=2, workers=0)
    right, wrong = cluster.webs
    add_user(right, "minji", "uploader")
    browser, _ = log_in(right, "minji")
    soon = (datetime.now(timezone.utc) + timedelta(hours=1)).isoformat(timespec="seconds").replace("+00:00", "Z")
    token = token_of(right, "minji", expires_at=soon)
    tus = {"Tus-Resumable": "1.0.0", "Upload-Length": "100"}
    places = {web: web.post("/api/v1/uploads", headers=tus).headers["Location"] for web in (right, wrong)}
    assert wrong.stop() == 0
    start_a_year_ahead(wrong)
    assert ask(wrong, "GET", "/api/v1/session", browser=browser).status_code == 200
    assert ask(wrong, "GET", "/api/v1/session", token=token).status_code == 200
    other, began = log_in(wrong, "minji")
    assert began.status_code == 201 and 0 < days_from_now(began.json()["expires_at"]) < 2
    for each in (browser, other):
        assert [ask(web, "GET", "/api/v1/session", browser=each).status_code for web in (right, wrong)] == [200, 200]
    assert len(ask(wrong, "GET", "/api/v1/sessions", browser=browser).json()["items"]) == 2
    token_of(wrong, "minji", expires_at=soon)
    begun = wrong.post("/api/v1/uploads", headers=tus)
    assert begun.status_code == 201
    assert abs(parsedate_to_datetime(begun.headers["Upload-Expires"]) - datetime.now(timezone.utc)) < timedelta(days=2)
    for web, place in places.items():
        assert web.http.head(web.url + place, headers=tus, timeout=70).status_code == 200, "it is not a year old"
