"""`darkroom submit`: photos go to the server of the data folder, results come out, the exit code says how it went."""
import json

import pytest

from support.photos import jpeg, unique_jpeg


@pytest.fixture
def photo(tmp_path):
    def make(name, data):
        (tmp_path / name).write_bytes(data)
        return str(tmp_path / name)

    return make


def test_without_wait_it_says_what_was_taken_in(server, darkroom, photo):
    done = darkroom("submit", photo("a.jpg", unique_jpeg("slow:300")), folder=server.folder)
    assert done.returncode == 0, done.stderr
    assert "image 1  a.jpg  pending" in done.stdout or "image 1  a.jpg  processing" in done.stdout


def test_with_wait_each_result_is_printed(server, darkroom, photo):
    files = [photo(f"{name}.jpg", unique_jpeg("slow:50")) for name in "abc"]
    done = darkroom("submit", "--wait", *files, folder=server.folder)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if "completed" in line]
    assert sorted(line.split("  ")[0] for line in lines) == files
    assert done.stdout.count("nothing found") == 3


def test_json_is_one_document_and_nothing_else(server, darkroom, photo):
    done = darkroom("submit", "--wait", "--json", photo("a.jpg", unique_jpeg()), photo("b.jpg", b"no photo"), folder=server.folder)
    document = json.loads(done.stdout)
    assert done.returncode == 1
    by_name = {entry["file"].rsplit("/", 1)[1]: entry for entry in document["images"]}
    assert by_name["a.jpg"]["status"] == "completed" and by_name["a.jpg"]["result"]["schema"] == "darkroom.result/1"
    assert by_name["b.jpg"]["error_code"] == "unsupported_format"


def test_its_options_are_the_fields_of_the_upload(server, darkroom, photo):
    done = darkroom("submit", "--wait", "--json", "--title", "정원", "--priority", "5", "--uploader", "jihye", "--external-id", "x-1", "--metadata", '{"a": 1}', "--model", "null",
                    photo("a.jpg", unique_jpeg()), folder=server.folder)
    image = json.loads(done.stdout)["images"][0]
    assert (image["title"], image["priority"], image["uploaded_by"], image["external_id"], image["metadata"]) == ("정원", 5, "jihye", "x-1", {"a": 1})


def test_a_failed_job_is_exit_code_1_with_its_reason(server, darkroom, photo):
    done = darkroom("submit", "--wait", photo("a.jpg", unique_jpeg("lie")), folder=server.folder)
    assert done.returncode == 1
    assert "failed  model_output:" in done.stdout


def test_a_refused_photo_is_told_with_its_name_and_the_others_go_on(server, darkroom, photo):
    done = darkroom("submit", "--wait", photo("bad.jpg", b"no photo at all"), photo("good.jpg", unique_jpeg()), folder=server.folder)
    assert done.returncode == 1
    assert "bad.jpg" in done.stderr and "good.jpg" in done.stdout and "completed" in done.stdout


def test_a_file_that_is_not_there_is_exit_code_3(server, darkroom, tmp_path):
    done = darkroom("submit", tmp_path / "absent.jpg", folder=server.folder)
    assert done.returncode == 3 and "absent.jpg" in done.stderr


def test_control_characters_of_a_name_do_not_reach_the_terminal(server, darkroom, photo):
    done = darkroom("submit", "--wait", photo("a\x1b[31mred.jpg", unique_jpeg()), folder=server.folder)
    assert "\x1b" not in done.stdout + done.stderr


def test_without_a_server_it_is_exit_code_5_with_the_next_command(server, darkroom, photo):
    server.stop()
    done = darkroom("submit", photo("a.jpg", unique_jpeg()), folder=server.folder, listen="127.0.0.1:9")
    assert done.returncode == 5
    assert "darkroom serve" in done.stderr


def test_start_server_starts_one_for_this_run_alone(darkroom, photo, tmp_path):
    folder = tmp_path / "fresh"
    done = darkroom("submit", "--wait", "--json", "--start-server", photo("a.jpg", jpeg(300, 200)), folder=folder)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["images"][0]["result"]["model"]["title"] == "demo detector"
    assert not (folder / "server.address").exists()
    again = darkroom("submit", "--wait", "--json", "--start-server", photo("b.jpg", jpeg(310, 200)), folder=folder)
    assert json.loads(again.stdout)["images"][0]["id"] == 2


def test_start_server_uses_the_one_that_runs(server, darkroom, photo):
    done = darkroom("submit", "--wait", "--start-server", photo("a.jpg", unique_jpeg()), folder=server.folder)
    assert done.returncode == 0
    assert server.process.poll() is None and len(server.get("/api/v1/images").json()["items"]) == 1


def test_start_server_works_after_a_server_was_killed(server, darkroom, photo):
    server.kill()
    assert (server.folder / "server.address").exists()
    done = darkroom("submit", "--wait", "--start-server", photo("a.jpg", jpeg(200, 150)), folder=server.folder)
    assert done.returncode == 0, done.stderr


def test_pieces_with_a_key_make_no_second_image(server, darkroom, photo):
    first, second = photo("a.jpg", unique_jpeg()), photo("b.jpg", unique_jpeg())
    for words in (["--resumable"], ["--resumable"], []):
        sent = darkroom("submit", *words, "--idempotency-key", "order-7", "--priority", "3", first, second, folder=server.folder)
        assert sent.returncode == 0, sent.stderr
        assert "image 1 " in sent.stdout and "image 2 " in sent.stdout, sent.stdout
    other = darkroom("submit", "--resumable", "--idempotency-key", "order-7", "--priority", "4", first, second, folder=server.folder)
    assert other.returncode == 1 and other.stderr.count("idempotency") == 2, other.stderr
    assert len(server.get("/api/v1/images").json()["items"]) == 2


def test_a_key_with_a_batch_is_refused_before_anything_is_made(server, darkroom, photo):
    sent = darkroom("submit", "--batch", "album", "--idempotency-key", "order-7", photo("a.jpg", unique_jpeg()), folder=server.folder)
    assert sent.returncode == 2 and "--batch" in sent.stderr and "--idempotency-key" in sent.stderr
    assert server.get("/api/v1/batches").json()["items"] == server.get("/api/v1/images").json()["items"] == []


def test_no_batch_is_made_of_photos_that_cannot_be_read(server, darkroom, photo, tmp_path):
    sent = darkroom("submit", "--batch", "album", photo("a.jpg", unique_jpeg()), tmp_path / "absent.jpg", folder=server.folder)
    assert sent.returncode == 3 and "absent.jpg" in sent.stderr and "no batch was made" in sent.stderr, sent
    assert server.get("/api/v1/batches").json()["items"] == server.get("/api/v1/images").json()["items"] == []


def test_a_batch_that_got_no_photo_does_not_complete(server, darkroom, photo):
    bad = photo("bad.jpg", b"no photo")
    sent = darkroom("submit", "--batch", "album", bad, folder=server.folder)
    assert sent.returncode == 1 and "left open" in sent.stderr, sent
    batch = server.get("/api/v1/batches").json()["items"][0]
    assert (batch["state"], batch["total"]) == ("open", 0) and batch["id"] in sent.stderr
    assert not [event for event in server.events() if event["type"] in ("batch.sealed", "batch.completed")]
    mixed = darkroom("submit", "--batch", "mixed", bad, photo("good.jpg", unique_jpeg()), folder=server.folder)
    assert mixed.returncode == 1 and server.get("/api/v1/batches").json()["items"][0]["sealed_at"], mixed


def test_a_key_that_was_used_with_another_order_is_told_as_it_was_said(server, darkroom, photo):
    first, second = photo("a.jpg", unique_jpeg()), photo("b.jpg", unique_jpeg())
    assert darkroom("submit", "--idempotency-key", "ab", first, second, folder=server.folder).returncode == 0
    for way in ([], ["--resumable"]):
        other = darkroom("submit", *way, "--idempotency-key", "ab", second, first, folder=server.folder)
        assert other.returncode == 1 and "'ab'" in other.stderr and "same order" in other.stderr and "ab-1" not in other.stderr, other
    image = next(image["id"] for image in server.get("/api/v1/images").json()["items"] if image["title"] == "a.jpg")
    assert server.delete(f"/api/v1/images/{image}").status_code == 204
    gone = darkroom("submit", "--idempotency-key", "ab", first, second, folder=server.folder)
    assert gone.returncode == 4 and "'ab' (photo 1)" in gone.stderr and "ab-1" not in gone.stderr, gone
