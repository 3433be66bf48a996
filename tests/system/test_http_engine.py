"""Models of engine `http`: someone's own service is called with the photo, and nothing is lost whatever becomes of it."""
import json
import shutil

import pytest
from PIL import Image

from support.answers import endings, moment_of
from support.ledger import judge
from support.photos import encode, jpeg, unique_jpeg
from support.ports import free_port
from support.service import FOUND, SUCCESS, Service, write_model
from support.waiting import eventually


@pytest.fixture
def service():
    service = Service()
    yield service
    service.close()


@pytest.fixture
def start(make_server, tmp_path, service):
    """A server with the model `ocr`, whose service is `service`: start(timeout_seconds=1), start(slots=1)."""

    def start(settings=None, **keys):
        write_model(tmp_path / "models/ocr", **{"url": service.url} | keys)
        return make_server(models_dir=tmp_path / "models", **{"run_first_retry_seconds": 0} | (settings or {}))

    return start


# --- what is sent, what is stored ---
def test_the_photo_goes_out_and_the_result_is_stored(start, service):
    result = {"detected_objects": [FOUND], "text": "영수증", "processing_time": 1.5}
    service.answer = lambda call: {"status": "success", "result": result, "unknown": [1]}
    server = start()
    photo = jpeg(40, 30)
    image = server.result_of(photo, model="ocr", metadata=json.dumps({"album": "봄"}), priority=7)
    assert (image["status"], endings(image)) == ("completed", ["completed"])
    (call,) = service.calls
    assert call.photo == photo and json.loads(call.fields["metadata"]) == {"album": "봄"}
    assert (call.fields["priority"], call.fields["image_id"]) == (b"7", str(image["id"]).encode())
    assert call.headers["X-Darkroom-Job"] == image["job_id"]
    document = image["result"]
    assert document["result"]["detected_objects"] == [FOUND] and document["extra"] == {"text": "영수증"}
    assert document["result"]["metadata"] == {"album": "봄"}
    assert document["image_info"]["size"] == [40, 30] and document["image_info"]["format"] == "JPEG"
    assert document["model"]["name"] == "ocr" and document["model"]["engine"] == "http"
    judge(server, image)


def encodings():
    """Photos of every kind that is told apart, by name."""
    picture = Image.linear_gradient("L").resize((240, 160))
    colour = Image.merge("RGB", (picture, picture.rotate(180), picture))
    turned = Image.Exif()
    turned[0x0112] = 6
    deep = Image.new("I;16", (240, 160))
    kinds = {
        "baseline": encode(colour, format="JPEG"), "progressive": encode(colour, format="JPEG", progressive=True), "grey": encode(picture, format="JPEG"),
        "cmyk": encode(colour.convert("CMYK"), format="JPEG"), "turned": encode(colour, format="JPEG", exif=turned),
        "gif": encode(colour.convert("P"), format="GIF"), "animated": encode(colour.convert("P"), format="GIF", save_all=True, append_images=[picture.convert("P")]),
        "palette": encode(colour.convert("P"), format="PNG"), "one bit": encode(picture.convert("1"), format="PNG"), "deep": encode(deep, format="PNG"),
        "grey PNG": encode(picture, format="PNG"), "alpha": encode(colour.convert("RGBA"), format="PNG"), "grey alpha": encode(picture.convert("LA"), format="PNG"),
        "colour PNG": encode(colour, format="PNG"), "webp": encode(colour, format="WEBP"), "webp alpha": encode(colour.convert("RGBA"), format="WEBP", lossless=True),
    }
    cut = {f"cut {name}": kinds[name][:len(kinds[name]) * 2 // 3] for name in ("baseline", "progressive", "gif", "palette", "webp")}
    bare = {"no end mark": kinds["baseline"][:-2], "trailing bytes": kinds["progressive"] + b"trailing"}
    return kinds | cut | bare


def test_a_photo_is_described_as_by_a_model_that_decodes_it(start, service):
    service.answer = lambda call: {"status": "success", "result": {"detected_objects": []}}
    server = start()
    for name, photo in encodings().items():
        ours, theirs = (server.result_of(photo, model=model) for model in ("demo", "ocr"))
        assert ours["status"] == theirs["status"] == "completed", (name, ours["error_message"], theirs["error_message"])
        assert theirs["result"]["image_info"] == ours["result"]["image_info"], name


def test_a_cut_off_photo_is_not_sent_where_such_are_refused(start, service):
    server = start({"photo_refuse_truncated": "true"})
    whole = jpeg(200, 100, quality=100)
    image = server.result_of(whole[:-20], model="ocr")
    assert (image["status"], image["error_code"], len(image["attempts"]), service.calls) == ("failed", "truncated", 1, [])
    assert server.result_of(whole, model="ocr")["status"] == "completed"


def test_a_result_names_what_it_ran_on(start, service):
    server = start()
    assert server.result_of(jpeg(40, 30), model="ocr")["result"]["model"]["engine_version"].startswith("libcurl ")
    service.answer = lambda call: SUCCESS | {"model": {"engine_version": "torch 2.4.0"}}
    assert server.result_of(jpeg(40, 31), model="ocr")["result"]["model"]["engine_version"] == "torch 2.4.0"


def test_a_box_outside_the_photo_is_refused(start, service):
    service.answer = lambda call: {"status": "success", "result": {"detected_objects": [FOUND | {"bbox": [0, 0, 400, 300]}]}}
    image = start().result_of(jpeg(40, 30), model="ocr")
    assert (image["status"], image["error_code"], len(image["attempts"])) == ("failed", "model_output", 1)
    assert "detected_objects[0].bbox" in image["error_message"] and "40 x 30" in image["error_message"]


# --- failures ---
def test_a_refusal_is_final_and_its_words_are_shown(start, service):
    service.answer = lambda call: (422, {"detail": "there is no text in this photo"})
    image = start().result_of(unique_jpeg(), model="ocr")
    assert (image["status"], image["error_code"], len(service.calls)) == ("failed", "service_failed", 1)
    assert image["error_message"] == "The service of model 'ocr' answered 422: there is no text in this photo"


def test_an_error_of_the_service_is_tried_again(start, service):
    answers = [(500, "CUDA out of memory"), (503, "loading"), SUCCESS]
    service.answer = lambda call: answers[len(service.calls) - 1]
    server = start()
    image = server.result_of(unique_jpeg(), model="ocr")
    assert (image["status"], endings(image)) == ("completed", ["failed", "failed", "completed"])
    assert "500: CUDA out of memory" in image["attempts"][0]["error_message"]
    judge(server, image)


def test_a_busy_service_says_when_to_come_back(start, service):
    service.answer = lambda call: (503, "busy", {"Retry-After": "100"})
    server = start()
    image = server.upload(unique_jpeg(), model="ocr")
    waiting = eventually(lambda: (found := server.image(image["id"]))["next_attempt_at"] and found, 20, "the retry is scheduled")
    pause = moment_of(waiting["next_attempt_at"]) - moment_of(waiting["attempts"][0]["finished_at"])
    assert 99 <= pause.total_seconds() <= 101


def test_a_slow_service_times_out_and_is_asked_again(start, service):
    service.gate.clear()
    server = start(timeout_seconds=0.3)
    image = server.upload(unique_jpeg(), model="ocr")
    service.wait_for_calls(1)
    eventually(service.calls[0].broken_off.is_set, 20, "the connection is closed at the time-out")
    service.gate.set()
    ended = server.image(image["id"], wait=30)
    assert ended["status"] == "completed" and endings(ended)[0] == "failed"
    assert ended["attempts"][0]["error_code"] == "timeout" and "within 0.3 s" in ended["attempts"][0]["error_message"]
    judge(server, ended)


def test_a_service_that_dies_in_mid_request_loses_nothing(start, service):
    service.answer = lambda call: None if len(service.calls) == 1 else SUCCESS
    server = start()
    image = server.result_of(unique_jpeg(), model="ocr")
    assert (image["status"], endings(image)) == ("completed", ["failed", "completed"])
    judge(server, image)


def test_a_service_that_is_started_later_gets_the_job(start):
    port = free_port()
    server = start({"run_first_retry_seconds": 1, "run_max_retries": 20}, url=f"http://127.0.0.1:{port}/")
    image = server.upload(unique_jpeg(), model="ocr")
    waiting = eventually(lambda: (found := server.image(image["id"]))["next_attempt_at"] and found, 20, "the first attempt has failed")
    assert waiting["error_code"] == "service_failed" and "cannot be reached" in waiting["error_message"]
    late = Service(port=port)
    try:
        ended = server.image(image["id"], wait=60)
        assert ended["status"] == "completed" and endings(ended)[-1] == "completed"
    finally:
        late.close()


def test_when_the_server_is_killed_in_mid_request_the_photo_is_sent_again(start, service):
    service.gate.clear()
    server = start()
    image = server.upload(unique_jpeg(), model="ocr")
    service.wait_for_calls(1)
    server.kill()
    service.gate.set()
    server.start()
    ended = server.image(image["id"], wait=30)
    assert ended["status"] == "completed" and endings(ended) == ["interrupted", "completed"]
    judge(server, ended)


# --- cancelling, draining ---
def test_cancelling_closes_the_connection(start, service):
    service.gate.clear()
    server = start()
    image = server.upload(unique_jpeg(), model="ocr")
    (call,) = service.wait_for_calls(1)
    assert server.post(f"/api/v1/jobs/{image['job_id']}/cancel").status_code == 200
    eventually(call.broken_off.is_set, 20, "the service notices")
    service.gate.set()
    assert server.result_of(unique_jpeg(), model="ocr")["status"] == "completed"
    cancelled = server.image(image["id"])
    assert (cancelled["status"], endings(cancelled)) == ("cancelled", ["cancelled"])
    judge(server, cancelled)


def test_stopping_gives_a_call_in_progress_back(start, service):
    service.gate.clear()
    server = start({"drain_grace_seconds": 0})
    image = server.upload(unique_jpeg(), model="ocr")
    (call,) = service.wait_for_calls(1)
    assert server.stop() == 0
    eventually(call.broken_off.is_set, 20, "the connection is closed")
    service.gate.set()
    server.start()
    ended = server.image(image["id"], wait=30)
    assert (ended["status"], ended["attempt"]) == ("completed", 1)


# --- benches ---
def test_its_concurrency_is_used_and_never_exceeded(start, service):
    service.gate.clear()
    server = start({"slots": 1}, concurrency=3)
    images = [server.upload(unique_jpeg(), model="ocr") for _ in range(20)]
    service.wait_for_calls(3)
    assert server.result_of(unique_jpeg())["status"] == "completed"  # a slot is free, whatever the service does
    assert (len(service.calls), service.running) == (3, 3)
    service.gate.set()
    for image in images:
        assert server.image(image["id"], wait=30)["status"] == "completed"
    assert (service.most, len(service.calls)) == (3, 20)
    judge(server, *images)


def test_busy_slots_do_not_hold_up_the_service(start):
    server = start({"slots": 1})
    busy = server.upload(unique_jpeg("slow:60000"))
    server.wait_for_state(busy["id"], "processing")
    assert server.result_of(unique_jpeg(), model="ocr")["status"] == "completed"
    assert server.image(busy["id"])["status"] == "processing"


def test_the_registry_counts_its_places(start):
    server = start({"slots": 2}, concurrency=3)

    def counted():
        (worker,) = server.get("/api/v1/workers").json()["items"]
        return worker["slots"] == 5 and "ocr" in worker["models"]

    eventually(counted, 20, "the worker says that it has two slots and three places")


def test_services_come_and_go_while_the_server_runs(start, tmp_path, service):
    server = start({"slots": 1})
    assert server.result_of(unique_jpeg(), model="ocr")["status"] == "completed"
    late = Service()
    try:
        write_model(tmp_path / "models/late", late.url, concurrency=2)
        send = lambda: server.send(unique_jpeg(), model="late")  # noqa: E731
        sent = eventually(lambda: (answer := send()).status_code == 201 and answer.json()["image"], 30, "the new model is known")
        assert server.image(sent["id"], wait=30)["status"] == "completed" and len(late.calls) == 1
    finally:
        late.close()
    shutil.rmtree(tmp_path / "models/ocr")
    assert server.delete("/api/v1/models/ocr").status_code in (200, 204)

    def withdrawn():
        (worker,) = server.get("/api/v1/workers").json()["items"]
        return worker["slots"] == 3 and "ocr" not in worker["models"]

    eventually(withdrawn, 20, "the worker has a slot, two places for the new service, and none for the old one")
    assert server.send(unique_jpeg(), model="ocr").status_code == 422


def test_several_workers_share_the_service(make_cluster, tmp_path, service):
    write_model(tmp_path / "models/ocr", service.url)
    cluster = make_cluster(workers=2, slots=1, models_dir=tmp_path / "models")
    service.gate.clear()
    images = [cluster.web.upload(unique_jpeg(), model="ocr") for _ in range(4)]
    service.wait_for_calls(2)
    cluster.workers[0].kill()  # its call is broken off, its job is the other's
    service.gate.set()
    for image in images:
        assert cluster.web.image(image["id"], wait=30)["status"] == "completed"
