"""The other commands: looking, acting, the configuration, help, and the documented exit codes."""
import json
import re

import pytest

from support.photos import jpeg, unique_jpeg
from support.places import CHECKOUT


def test_jobs_and_one_job(server, darkroom):
    image = server.result_of(unique_jpeg())
    listed = darkroom("jobs", folder=server.folder)
    assert listed.returncode == 0
    assert listed.stdout.startswith("scheduled 0, queued 0, running 0\n") and f"{image['job_id']}  image 1  completed" in listed.stdout
    assert darkroom("jobs", "--state", "failed", folder=server.folder).stdout.count("\n") == 1
    one = darkroom("job", image["job_id"], folder=server.folder)
    assert one.returncode == 0 and "attempt 1" in one.stdout and "slot-" in one.stdout


def test_where_the_server_is_may_be_said_before_the_command(server, darkroom):
    for words in (["--data-dir", server.folder, "queues"], [f"--data-dir={server.folder}", "queues"], ["--url", server.url, "--data-dir", server.folder, "queues", "--json"]):
        listed = darkroom(*map(str, words))
        assert listed.returncode == 0 and "ai_processing" in listed.stdout, listed.stderr
    assert darkroom("--data-dir").returncode == 2
    assert darkroom("--data-dir", str(server.folder)).returncode == 2


def test_where_the_server_is_may_stand_in_the_environment(server, darkroom):
    there = {"url": server.url, "token": server.token}
    listed = darkroom("queues", **there)
    assert listed.returncode == 0 and "ai_processing" in listed.stdout and listed.stderr == "", listed.stderr
    assert darkroom("queues", "--token", "another", **there).returncode == 1, "the flag comes first"
    assert darkroom("queues", "--url", "http://127.0.0.1:9", **there).returncode == 5
    assert darkroom("queues", folder=server.folder, url="http://127.0.0.1:9", token="another").returncode == 0, "a folder is named by a flag"
    away = darkroom("queues", url="http://127.0.0.1:9", token="another")
    assert away.returncode == 5 and "DARKROOM_URL" in away.stderr


def test_images_and_one_image(server, darkroom):
    server.result_of(unique_jpeg(), name="first.jpg")
    server.result_of(unique_jpeg(), name="second.jpg")
    listed = darkroom("images", "--limit", "1", folder=server.folder)
    assert "second.jpg" in listed.stdout and "first.jpg" not in listed.stdout
    one = darkroom("image", "1", folder=server.folder)
    assert one.returncode == 0 and "first.jpg  completed" in one.stdout and "uploaded by admin" in one.stdout


@pytest.mark.parametrize("words", [("jobs",), ("images",), ("image", "1"), ("job", "JOB"), ("models",), ("doctor",), ("config", "show")])
def test_json_is_one_document(server, darkroom, words):
    image = server.result_of(unique_jpeg())
    done = darkroom(*[image["job_id"] if word == "JOB" else word for word in words], "--json", folder=server.folder)
    assert done.returncode == 0, done.stderr
    assert isinstance(json.loads(done.stdout), dict)


def test_retry_reprocess_and_delete(server, darkroom):
    image = server.result_of(unique_jpeg())
    assert darkroom("retry", image["job_id"], folder=server.folder).returncode == 0
    assert server.image(1, wait=20)["job_id"] != image["job_id"]
    assert darkroom("reprocess", "1", "--priority", "3", "--reason", "again", folder=server.folder).returncode == 0
    assert server.image(1, wait=20)["priority"] == 3
    gone = darkroom("delete", "1", folder=server.folder)
    assert gone.returncode == 0 and gone.stdout == "deleted\n"
    assert server.get("/api/v1/images/1").status_code == 404


def test_exit_codes(server, darkroom):
    running = server.upload(unique_jpeg("slow:3000"))
    assert darkroom("image", "99", folder=server.folder).returncode == 3
    assert darkroom("job", "no-uuid", folder=server.folder).returncode == 3
    conflict = darkroom("retry", running["job_id"], folder=server.folder)
    assert conflict.returncode == 4 and conflict.stderr.startswith("darkroom: ")
    assert darkroom("no-such-command").returncode == 2
    assert darkroom("jobs", "--limit", "0", folder=server.folder).returncode == 2
    assert darkroom().returncode == 2
    unauthorized = darkroom("jobs", "--token", "wrong-wrong-wrong-wrong", folder=server.folder)
    assert unauthorized.returncode == 1 and "token" in unauthorized.stderr
    assert darkroom("jobs", "--url", "http://127.0.0.1:9", folder=server.folder).returncode == 5


@pytest.mark.parametrize("words", [
    ("submit", "PHOTO", "--delay", "abc"), ("submit", "PHOTO", "--expires-in", "0"), ("submit", "PHOTO", "--priority", "500"), ("submit", "PHOTO", "--run-at", "soon"),
    ("submit", "PHOTO", "--batch", ""), ("submit", "PHOTO", "--idempotency-key", ""), ("priority", "1", "--to", "500"), ("reprocess", "1", "--priority", "-101"),
    ("edit", "1", "--priority", "1.5"), ("edit", "1"), ("cancel", "--created-before", "yesterday"), ("queue", "set", "ai_processing"),
    ("queue", "set", "ai_processing", "--reason", "why not"), ("queue", "set", "ai_processing", "--rate", "10/x"), ("queue", "set", "ai_processing", "--concurrency", "abc"),
    ("schedules", "slots", "often"), ("schedules", "add", "x", "--cron", "@daily", "--kind", "nothing"),
])
def test_what_cannot_be_understood_is_exit_code_2_and_changes_nothing(server, darkroom, tmp_path, words):
    (tmp_path / "a.jpg").write_bytes(unique_jpeg())
    image = server.result_of(unique_jpeg())
    before = len(server.events())
    done = darkroom(*[tmp_path / "a.jpg" if word == "PHOTO" else word for word in words], folder=server.folder)
    assert done.returncode == 2 and done.stderr and not done.stdout, (done.returncode, done.stderr, done.stdout)
    assert len(server.events()) == before and server.image(image["id"])["job_id"] == image["job_id"]


def test_what_is_not_there_is_exit_code_3_wherever_it_is_named(server, darkroom):
    server.result_of(unique_jpeg())
    for words in (("queues", "nix"), ("stats", "--queue", "nix"), ("reprocess", "1", "--model", "nix"), ("model", "show", "nix")):
        done = darkroom(*words, folder=server.folder)
        assert done.returncode == 3 and "nix" in done.stderr, (words, done.returncode, done.stderr)
    assert darkroom("stats", "--queue", "ai_processing", folder=server.folder).returncode == 0


def test_without_a_credential_it_says_where_one_is(darkroom, tmp_path):
    done = darkroom("jobs", folder=tmp_path / "empty", listen="127.0.0.1:9")
    assert done.returncode == 1
    assert str(tmp_path / "empty/admin.token") in done.stderr and "darkroom serve" in done.stderr


def test_help_and_version(darkroom):
    help_text = darkroom("--help")
    assert help_text.returncode == 0 and "Exit codes: 0 ok" in help_text.stdout
    for command in ("serve", "submit", "jobs", "job", "image", "doctor", "config", "users"):
        assert re.search(rf"^\s+{command}\s", help_text.stdout, re.MULTILINE), command
        assert darkroom(command, "--help").returncode == 0
    assert re.fullmatch(r"darkroom \d+\.\d+\.\d+\n", darkroom("--version").stdout)


def test_config_show_says_where_each_value_comes_from_and_hides_secrets(darkroom, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/darkroom.toml").write_text("[run]\nmax_retries = 7\n")
    shown = darkroom("config", "show", folder=tmp_path / "data", admin_token="a-secret-of-this-test", run_slots=3)
    assert shown.returncode == 0
    assert f"run.max_retries = 7   # file {tmp_path}/data/darkroom.toml" in shown.stdout
    assert "run.slots = 3   # environment DARKROOM_RUN_SLOTS" in shown.stdout
    assert "photo.max_side = 16384   # default" in shown.stdout
    assert "a-secret" not in shown.stdout and 'admin_token = "(set)"' in shown.stdout


def test_config_sample_is_the_file_in_the_repository_and_can_be_used(darkroom, tmp_path):
    sample = darkroom("config", "sample").stdout
    assert sample == (CHECKOUT / "config/darkroom.toml").read_text()
    used = "\n".join(line[2:] if re.match(r"# (\[\[|[a-z_]+ = )", line) else line for line in sample.splitlines())
    secret = tmp_path / "django.secret"
    secret.touch(0o600)
    secret.write_text("whsec_" + "QUJD" * 10 + "\n")
    used = used.replace("/etc/darkroom/django.secret", str(secret))
    (tmp_path / "all.toml").write_text(used.replace('data_dir = ""', f'data_dir = "{tmp_path}/data"'))
    shown = darkroom("config", "show", "--config", tmp_path / "all.toml")
    assert shown.returncode == 0, shown.stderr
    assert "# default" not in shown.stdout


def test_doctor_checks_the_machine_without_a_server(darkroom, tmp_path):
    (tmp_path / "photo.jpg").write_bytes(jpeg(300, 200))
    done = darkroom("doctor", "--photo", tmp_path / "photo.jpg", "--json", folder=tmp_path / "data", storage_free_disk_floor_mb=0)
    document = json.loads(done.stdout)
    checks = {check["check"]: check for check in document["checks"]}
    assert done.returncode == 0 and document["ok"], document
    assert "seccomp" in checks["runner"]["detail"] and "JPEG, 300 x 200" in checks["photo"]["detail"]
    assert checks["result"]["detail"].startswith("0 objects") and checks["server"]["verdict"] == "note"


def test_doctor_names_what_is_wrong(server, darkroom, tmp_path):
    (tmp_path / "photo.jpg").write_bytes(b"no photo")
    (server.folder / "admin.token").chmod(0o644)
    done = darkroom("doctor", "--photo", tmp_path / "photo.jpg", folder=server.folder)
    assert done.returncode == 1
    assert "problem\tphoto\t" in done.stdout and "unsupported_format" in done.stdout
    assert "problem\tcredential\t" in done.stdout and "chmod 600" in done.stdout
    assert f"ok\tserver\trunning at {server.url}" in done.stdout
