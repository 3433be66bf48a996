"""A machine whose clock is a year ahead, over a database that others share: it ends, promotes, fires and removes nothing before its time."""
import subprocess
from datetime import datetime, timedelta, timezone

import pytest

from support.photos import unique_jpeg
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
def year_ahead(tmp_path):
    """A library that, loaded before the others, lets a program live a year from now."""
    source, library = tmp_path / "year_ahead.c", tmp_path / "year_ahead.so"
    source.write_text(YEAR_AHEAD)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True, timeout=60)
    return library


def test_a_wrong_clock_of_one_machine_changes_nothing_for_the_others(make_cluster, year_ahead, monkeypatch):
    cluster = make_cluster(workers=1, retention_completed_days=30, retention_events_days=30)
    web = cluster.web
    done = web.upload(unique_jpeg(), wait=20)
    assert done["status"] == "completed"
    web.post("/api/v1/queues/ai_processing/pause")
    delayed, expiring = web.upload(unique_jpeg(), delay_seconds=3600), web.upload(unique_jpeg(), expires_in_seconds=3600)
    assert web.stop() == 0
    with monkeypatch.context() as wrong:
        wrong.setenv("LD_PRELOAD", str(year_ahead))
        web.start()
    prune = web.post("/api/v1/schedules/prune/run").json()["job_id"]
    ended = web.job(prune, wait=30)
    assert ended["state"] == "completed" and datetime.fromisoformat(ended["finished_at"]) > datetime.now(timezone.utc) + timedelta(days=300), "its clock is wrong"
    assert web.get(f"/api/v1/images/{done['id']}").status_code == 200, "it is not a year old"
    assert [web.job(image["job_id"])["state"] for image in (delayed, expiring)] == ["scheduled", "queued"]
    soon = datetime.now(timezone.utc) + timedelta(days=2)
    for schedule in web.get("/api/v1/schedules").json()["items"]:
        assert datetime.fromisoformat(schedule["next_slot"]) < soon, schedule
    # What it was given by itself while it runs waits no year either.
    rule = {"cron": "30 3 * * *", "zone": "UTC", "kind": "maintenance.cleanup"}
    assert web.http.put(f"{web.url}/api/v1/schedules/nightly", json=rule, timeout=70).status_code == 201
    eventually(lambda: datetime.fromisoformat(web.get("/api/v1/schedules/nightly").json()["schedule"]["next_slot"]) < soon, 20, "its schedule is set back")
