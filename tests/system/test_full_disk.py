"""A disk that is short of space: no photo is taken in, nothing that was acknowledged is lost, and with space all goes on."""
import subprocess

import pytest

from support.ledger import Ledger
from support.photos import unique_jpeg

MEGABYTE = 1_000_000


def test_below_the_floor_uploads_get_507_and_everything_else_works(make_server):
    server = make_server()
    image = server.result_of(unique_jpeg())
    server.settings["storage_free_disk_floor_mb"] = 1_000_000_000
    server.restart()
    refused = server.send(unique_jpeg())
    assert (refused.status_code, refused.json()["code"]) == (507, "insufficient_storage")
    assert "Retry-After" in refused.headers and "storage.free_disk_floor_mb" in refused.json()["detail"]
    assert server.image(image["id"])["status"] == "completed"
    assert server.post(f"/api/v1/images/{image['id']}/reprocess").status_code == 201
    assert server.image(image["id"], wait=20)["status"] == "completed"
    ready = server.get("/readyz")
    assert ready.status_code == 503 and any(check["name"] == "disk" and not check["ok"] for check in ready.json()["checks"])
    assert server.delete(f"/api/v1/images/{image['id']}").status_code == 204


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 16 MB in memory, with 4 MB on it that can be taken away."""
    folder = tmp_path / "small-disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted here, which needs root: {mounted.stderr.strip()}")
    (folder / "ballast").write_bytes(bytes(4 * MEGABYTE))
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(server, photo_bytes):
    """Uploads until the disk takes no more; returns the acknowledged images and the answer that ended it."""
    acknowledged = []
    for _ in range(400):
        answer = server.send(unique_jpeg().ljust(photo_bytes, b"\x00"))
        if answer.status_code != 201:
            return acknowledged, answer
        acknowledged.append(answer.json()["image"])
    raise AssertionError("the small disk did not run full")


@pytest.mark.parametrize("photo_bytes", [300_000, 700], ids=["photos fill it", "rows fill it"])
def test_a_disk_that_runs_full_loses_nothing_and_the_server_goes_on_with_space(make_server, small_disk, photo_bytes):
    server = make_server(small_disk / "data", storage_free_disk_floor_mb=0)
    if photo_bytes < 1000:  # leave little, so that the database is what hits the wall
        (small_disk / "filler").write_bytes(bytes(10 * MEGABYTE))
    acknowledged, refused = fill(server, photo_bytes)
    assert refused.status_code in (503, 507), refused.text
    assert refused.json()["code"] in ("unavailable", "insufficient_storage") and "Retry-After" in refused.headers
    assert len(acknowledged) >= 5
    assert server.get("/livez").status_code == 200 and server.process.poll() is None
    (small_disk / "ballast").unlink()
    for image in acknowledged:
        ended = server.image(image["id"], wait=60)
        assert ended["status"] == "completed" and ended["job_id"] == image["job_id"], ended
    assert server.result_of(unique_jpeg())["status"] == "completed"
    assert server.incoming() == []
    assert server.stop() == 0
    promised = [{key: image[key] for key in ("id", "job_id", "sha256")} for image in acknowledged]
    assert Ledger(server).complaints(promised) == []


def test_of_many_photos_in_one_request_those_that_fitted_are_told(make_server, small_disk):
    server = make_server(small_disk / "data", storage_free_disk_floor_mb=0)
    photos = [("file", (f"{number}.jpg", unique_jpeg().ljust(300_000, b"\x00"))) for number in range(60)]
    answer = server.post("/api/v1/images/many", files=photos)
    assert answer.status_code == 207, answer.text
    told = answer.json()["items"]
    statuses = [item["status"] for item in told]
    assert len(told) == 60 and statuses.count(201) >= 5 and set(statuses) <= {201, 503, 507} and statuses[-1] != 201, statuses
    (small_disk / "ballast").unlink()
    for item in told:
        if item["status"] == 201:
            assert server.image(item["image"]["id"], wait=60)["status"] == "completed"
    assert server.incoming() == []


def test_a_kill_on_a_full_disk_loses_nothing(make_server, small_disk):
    server = make_server(small_disk / "data", storage_free_disk_floor_mb=0)
    acknowledged, _ = fill(server, 300_000)
    server.kill()
    (small_disk / "ballast").unlink()
    server.start()
    for image in acknowledged:
        assert server.image(image["id"], wait=60)["status"] == "completed"
    assert server.stop() == 0
    Ledger(server).assert_kept(acknowledged)
