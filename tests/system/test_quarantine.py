"""A photo whose content crashed its runner twice is not run again, under whatever name it comes, until someone releases it."""
import json

from support.photos import marked, unique_jpeg


def crashed_twice(server):
    photo = marked("segv", "killer")
    image = server.result_of(photo)
    assert (image["status"], image["error_code"], len(image["attempts"])) == ("failed", "decoder_crash", 2)
    return photo, image


def quarantined(server):
    return server.get("/api/v1/quarantine").json()["items"]


def test_a_new_upload_of_the_same_photo_is_taken_but_not_run(server):
    photo, first = crashed_twice(server)
    again = server.result_of(photo, uploader="someone else")
    assert (again["status"], again["error_code"], again["attempts"]) == ("failed", "quarantined", [])
    assert again["id"] != first["id"] and first["sha256"] in again["error_message"]
    assert [event["type"] for event in server.events(again["id"])] == ["image.created", "job.failed"]
    assert server.blob(again["sha256"]).exists()
    assert server.result_of(unique_jpeg())["status"] == "completed"


def test_the_list_names_the_content_and_its_images(server):
    assert quarantined(server) == []
    photo, first = crashed_twice(server)
    again = server.upload(photo)
    [content] = quarantined(server)
    assert (content["sha256"], content["crashes"], content["image_ids"]) == (first["sha256"], 2, [again["id"], first["id"]])
    assert content["last_at"]


def test_it_is_neither_retried_nor_reprocessed_until_it_is_released(server):
    photo, image = crashed_twice(server)
    for path in (f"/api/v1/jobs/{image['job_id']}/retry", f"/api/v1/images/{image['id']}/reprocess"):
        answer = server.post(path)
        assert (answer.status_code, answer.json()["code"]) == (409, "quarantined")
    assert server.post("/api/v1/jobs/actions", json={"action": "retry", "filter": {"all": True}}).json() == {"matched": 1, "changed": 0, "dry_run": False}
    assert server.delete(f"/api/v1/quarantine/{image['sha256']}").status_code == 204
    assert quarantined(server) == []
    assert [event["data"] for event in server.events() if event["type"] == "quarantine.released"] == [{"sha256": image["sha256"], "crashes": 2}]
    assert server.post(f"/api/v1/jobs/{image['job_id']}/retry").status_code == 201
    assert server.image(image["id"], wait=30)["error_code"] == "decoder_crash"
    assert server.delete(f"/api/v1/quarantine/{'0' * 64}").status_code == 404


def test_why_it_is_released_stands_in_the_event(server, darkroom):
    _, image = crashed_twice(server)
    address = f"{server.url}/api/v1/quarantine/{image['sha256']}"
    with_body = server.http.delete(address, json={"reason": "mended"}, timeout=70)
    assert with_body.status_code == 413 and with_body.json()["detail"] == "This address takes no request body."
    assert server.http.delete(address, params={"why": "x"}, timeout=70).status_code == 400
    assert server.http.delete(address, params={"reason": "x" * 1001}, timeout=70).status_code == 422
    assert darkroom("quarantine", "release", image["sha256"], "--reason", "the decoder is mended", folder=server.folder).returncode == 0
    assert [event["reason"] for event in server.events() if event["type"] == "quarantine.released"] == ["the decoder is mended"]


def test_the_quarantine_outlives_a_restart(server):
    photo, _ = crashed_twice(server)
    server.restart()
    assert server.result_of(photo)["error_code"] == "quarantined"


def test_commands_list_and_release(server, darkroom):
    assert "nothing is quarantined" in darkroom("quarantine", folder=server.folder).stdout
    _, image = crashed_twice(server)
    assert image["sha256"] in darkroom("quarantine", folder=server.folder).stdout
    assert json.loads(darkroom("quarantine", "--json", folder=server.folder).stdout)["items"][0]["image_ids"] == [image["id"]]
    assert darkroom("quarantine", "release", image["sha256"].upper(), folder=server.folder).returncode == 0
    assert darkroom("quarantine", "release", image["sha256"], folder=server.folder).returncode == 3
    assert quarantined(server) == []
