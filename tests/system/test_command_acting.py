"""The commands that act on what is named or meets conditions: what the API can do, they can say."""
import fcntl
import json
import os
import pty
import subprocess
import termios

import pytest

from support.photos import unique_jpeg
from support.places import program
from support.server import plain_environment
from support.waiting import eventually

NOBODY = "01a203b7-eb0f-71c7-bfff-d37c3c46b2f2"


@pytest.fixture
def halted(server):
    """Nothing starts: photos wait, and so does a job of maintenance."""
    for queue in ("ai_processing", "maintenance"):
        assert server.post(f"/api/v1/queues/{queue}/pause").status_code == 200
    made = server.post("/api/v1/schedules/cleanup/run")
    assert made.status_code == 201, made.text
    server.chore = made.json()["job_id"]
    return server


def test_all_means_all_photos_and_other_jobs_are_named_by_kind_or_queue(halted, darkroom):
    photo = halted.upload(unique_jpeg())
    state = lambda: (halted.image(photo["id"])["status"], halted.job(halted.chore)["state"])
    for words in (("--all",), ("--state", "queued")):
        assert darkroom("cancel", *words, "--dry-run", folder=halted.folder).stdout == "1 of 1 matching jobs would be cancelled\n"
    assert darkroom("priority", "--all", "--to", 9, folder=halted.folder).returncode == 0
    assert (halted.image(photo["id"])["priority"], halted.job(halted.chore)["priority"]) == (9, 0)
    assert darkroom("cancel", "--all", folder=halted.folder).returncode == 0
    assert state() == ("cancelled", "queued")
    assert darkroom("cancel", "--kind", "image", "--queue", "maintenance", "--dry-run", folder=halted.folder).stdout.startswith("0 of 0")
    for words in (("--kind", "maintenance"), ("--kind", "maintenance.cleanup"), ("--queue", "maintenance")):
        assert darkroom("cancel", *words, "--dry-run", folder=halted.folder).stdout == "1 of 1 matching jobs would be cancelled\n", words
    assert darkroom("cancel", "--kind", "maintenance", folder=halted.folder).returncode == 0
    assert state() == ("cancelled", "cancelled")


def test_by_the_api_a_kind_goes_with_any_condition(halted):
    halted.upload(unique_jpeg())
    count = lambda **filter: halted.post("/api/v1/jobs/actions", json={"action": "cancel", "filter": filter, "dry_run": True}).json()["matched"]
    assert (count(all=True), count(kind="image"), count(kind="image.process", state="queued"), count(kind="maintenance"), count(kind="main")) == (2, 1, 1, 1, 0)


def test_several_are_retried_or_reprocessed_by_images_or_jobs(server, darkroom):
    images = [server.result_of(unique_jpeg()) for _ in range(3)]
    newest = lambda: [server.image(image["id"], wait=20)["job_id"] for image in images]
    before = newest()
    retried = darkroom("retry", images[0]["id"], images[1]["job_id"], "--reason", "again", folder=server.folder)
    assert retried.returncode == 0 and "image 1 " in retried.stdout and "image 2 " in retried.stdout, retried.stderr
    after = newest()
    assert [old != new for old, new in zip(before, after)] == [True, True, False]
    again = darkroom("reprocess", images[2]["job_id"], 1, 99, "--priority", 3, "--json", folder=server.folder)
    assert again.returncode == 3 and "99" in again.stderr
    assert [image["id"] for image in json.loads(again.stdout)["images"]] == [3, 1]
    assert [server.image(number, wait=20)["priority"] for number in (1, 2, 3)] == [3, 0, 3]
    assert json.loads(darkroom("retry", 2, "--json", folder=server.folder).stdout)["image"]["id"] == 2
    assert darkroom("retry", NOBODY, folder=server.folder).returncode == 3


def test_a_batch_is_made_of_named_images_in_the_name_of_another(server, darkroom):
    images = [server.result_of(unique_jpeg()) for _ in range(3)]
    named = [1, images[2]["job_id"]]
    dry = darkroom("batches", "make", "again", *named, "--dry-run", folder=server.folder)
    assert (dry.returncode, dry.stdout) == (0, "2 of 2 matching jobs would be given a new job\n"), dry.stderr
    made = darkroom("batches", "make", "again", *named, "--for", "minji", "--json", folder=server.folder)
    assert made.returncode == 0, made.stderr
    batch = json.loads(made.stdout)["batch"]
    assert (batch["owner"], batch["total"], batch["state"] != "open") == ("minji", 2, True)
    assert [server.image(number)["batch_id"] == batch["id"] for number in (1, 2, 3)] == [True, False, True]
    assert darkroom("batches", "make", "both", 1, "--all", folder=server.folder).returncode == 2


def test_photos_are_sent_into_an_open_batch_and_to_a_site(server, darkroom, tmp_path):
    (tmp_path / "a.jpg").write_bytes(unique_jpeg())
    batch = server.post("/api/v1/batches", json={"title": "album"}).json()["batch"]["id"]
    sent = darkroom("submit", tmp_path / "a.jpg", "--into", batch, "--json", folder=server.folder)
    assert sent.returncode == 0 and json.loads(sent.stdout)["images"][0]["batch_id"] == batch, sent.stderr
    assert server.get(f"/api/v1/batches/{batch}").json()["batch"]["state"] == "open"
    assert darkroom("submit", tmp_path / "a.jpg", "--into", batch, "--batch", "new", folder=server.folder).returncode == 2
    for flag, value in (("--site", "nowhere"), ("--callback-url", "http://169.254.1.1/hook")):
        refused = darkroom("submit", tmp_path / "a.jpg", flag, value, folder=server.folder)
        assert refused.returncode != 0 and (value in refused.stderr or "callback_url" in refused.stderr), refused.stderr


def test_images_are_deleted_by_their_numbers_or_by_conditions(server, darkroom):
    for uploader in ("minji", "minji", "jun", "jun", "jun"):
        server.result_of(unique_jpeg(), uploader=uploader)
    left = lambda: sorted(image["id"] for image in server.get("/api/v1/images").json()["items"])
    assert darkroom("delete", 1, 99, "--dry-run", folder=server.folder).stdout == "1 of 2 matching images would be deleted\n"
    assert darkroom("delete", "--uploader", "jun", "--dry-run", folder=server.folder).stdout == "3 of 3 matching images would be deleted\n"
    assert left() == [1, 2, 3, 4, 5]
    some = darkroom("delete", 1, 99, 3, folder=server.folder)
    assert some.returncode == 3 and some.stdout == "2 of 3 matching images were deleted\n" and left() == [2, 4, 5]
    unasked = darkroom("delete", "--uploader", "jun", folder=server.folder)
    assert unasked.returncode == 2 and "--yes" in unasked.stderr and left() == [2, 4, 5]  # there is nobody at a terminal to be asked
    gone = darkroom("delete", "--uploader", "jun", "--reason", "asked for", "--yes", "--json", folder=server.folder)
    assert json.loads(gone.stdout) == {"matched": 2, "changed": 2, "dry_run": False} and left() == [2]
    for words in ((), (2, "--all"), (2, "--reason", "x"), ("--status", "asleep")):
        assert darkroom("delete", *words, folder=server.folder).returncode == 2, words
    assert darkroom("delete", "--all", "--yes", folder=server.folder).returncode == 0 and left() == []


def test_the_question_is_seen_where_errors_go_to_a_file(server, tmp_path):
    kept = server.result_of(unique_jpeg())
    person, terminal = pty.openpty()
    command = [program(), "delete", "--status", "completed", "--data-dir", str(server.folder)]
    with open(tmp_path / "errors", "wb") as errors:
        process = subprocess.Popen(command, stdin=terminal, stdout=subprocess.PIPE, stderr=errors, env=plain_environment(), start_new_session=True,
                                   preexec_fn=lambda: fcntl.ioctl(terminal, termios.TIOCSCTTY, 0))
    shown = b""
    while b"[y/N]" not in shown:
        shown += os.read(person, 1000)
    assert b"1 of 1 matching images would be deleted" in shown
    os.write(person, b"n\n")
    process.communicate(timeout=20)
    assert process.returncode != 0 and server.image(kept["id"])["status"] == "completed"


def test_a_dry_run_of_an_older_job_counts_its_image_as_reprocess_means_it(server, darkroom):
    first = server.result_of(unique_jpeg())
    server.post(f"/api/v1/images/{first['id']}/reprocess", json={})
    server.image(first["id"], wait=20)
    counted = darkroom("reprocess", first["job_id"], "--dry-run", folder=server.folder)
    assert counted.stdout == "1 of 1 matching jobs would be given a new job\n", counted


def test_quarantine_shows_so_many(server, darkroom):
    assert darkroom("quarantine", "--limit", 5, folder=server.folder).stdout == "nothing is quarantined\n"
    assert darkroom("quarantine", "--limit", 0, folder=server.folder).returncode == 2


def test_one_schedule_is_shown_with_why_a_slot_made_no_job(halted, darkroom):
    asked = ("--cron", "* * * * *", "--kind", "maintenance.prune")
    made = darkroom("schedules", "add", "night", *asked, "--paused", folder=halted.folder)
    assert made.returncode == 0 and "paused" in made.stdout, made.stderr
    shown = darkroom("schedules", "show", "night", folder=halted.folder)
    assert shown.returncode == 0 and "paused" in shown.stdout and "it has not fired yet" in shown.stdout, shown.stderr
    assert darkroom("schedules", "show", "nix", folder=halted.folder).returncode == 3
    slots = darkroom("schedules", "slots", "@daily", "--count", 12, folder=halted.folder).stdout
    assert len(slots.splitlines()) == 12 and len(darkroom("schedules", "slots", "@daily", folder=halted.folder).stdout.splitlines()) == 5
    waits = json.loads(darkroom("schedules", "run", "night", "--json", folder=halted.folder).stdout)["job_id"]
    assert darkroom("schedules", "resume", "night", folder=halted.folder).returncode == 0
    eventually(lambda: halted.get("/api/v1/schedules/night").json()["fires"], 90, "a slot of the minute is fired")
    shown = darkroom("schedules", "show", "night", folder=halted.folder).stdout
    assert f"none: skipped: job {waits} still waits" in shown
