"""Models are added, swapped, rolled back and removed while the server runs, over HTTP and by files in the models folder."""
import threading

import pytest

from support.boxes import found_in
from support.models import BROKEN, RED, added, color_model, drop, listed, model_of, no_family_model, only_another_runs_it_again, painted, put, two_way_model, when_tried
from support.photos import unique_jpeg
from support.processes import children
from support.waiting import eventually
from test_docs import fits, openapi, schema_of

LABELS = "blue\ngreen\nred\n"


def red_photo(shade=0):
    """The shade makes photos of one red square differ."""
    return painted(((0, 0, 64, 64), RED), ((128, 128, 192, 192), (0, 0, shade % 60)))


def classes_of(image):
    return [found["class"] for found in found_in(image)]


def processes_of(server, name):
    return [runner for runner in server.get("/api/v1/status").json()["runners"] if runner["model"] == name and runner["pid"] > 0]


def test_a_model_put_over_http_runs_at_once_and_results_name_its_version(server):
    answer = put(server, "colors", color_model(), LABELS)
    assert answer.status_code == 201, answer.text
    model = answer.json()["model"]
    assert (model["state"], model["engine"], model["labels"], model["default"]) == ("active", "onnx", 3, False)
    assert answer.headers["Location"] == "/api/v1/models/colors"
    image = server.result_of(red_photo(), model="colors")
    assert classes_of(image) == ["red"]
    assert image["result"]["model"]["version"] == model["version"] == image["attempts"][0]["model_version"]
    assert [version["state"] for version in model["versions"]] == ["current"]


def test_what_ran_on_a_model_that_is_gone_is_run_again_only_with_another(server):
    added(server, "colors", color_model(), LABELS)
    done = server.result_of(red_photo(), model="colors")
    assert server.delete("/api/v1/models/colors").status_code == 204
    only_another_runs_it_again(server, done, "colors")


def test_the_same_bytes_again_change_nothing(server):
    first = put(server, "colors", color_model(), LABELS)
    events = len(server.events())
    again = put(server, "colors", color_model(), LABELS)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["model"]["versions"] == first.json()["model"]["versions"]
    assert len(server.events()) == events


def test_a_file_dropped_into_the_models_folder_is_taken_while_the_server_runs(make_server, tmp_path):
    server = make_server(models_dir=tmp_path / "models")
    assert "colors" not in listed(server)
    drop(tmp_path / "models", "colors", color_model(), LABELS)
    assert when_tried(server, "colors")["state"] == "active"
    assert classes_of(server.result_of(red_photo(), model="colors")) == ["red"]
    (tmp_path / "models/bare.onnx").write_bytes(color_model())
    assert when_tried(server, "bare")["state"] == "active"
    assert classes_of(server.result_of(red_photo(), model="bare")) == ["class_2"]


def test_a_file_that_still_grows_is_left_alone(make_server, tmp_path):
    server = make_server(models_dir=tmp_path / "models")
    whole = color_model(author="x" * 100_000)
    place, written = drop(tmp_path / "models", "colors"), 0

    def grow(end):
        nonlocal written
        with open(place / "model.onnx", "ab") as file:
            file.write(whole[written:end])
        written = end

    grow(len(whole) // 2)
    for watched in ("one", "another"):  # each is taken at the second look at it, and the file grows between any two looks
        drop(tmp_path / "models", watched, color_model(author=watched), LABELS)
        eventually(lambda: grow(written + 10) or listed(server).get(watched, {}).get("state") == "active", 30, f"the server has looked at {watched} twice")
    assert "colors" not in listed(server) and written < len(whole)
    grow(len(whole))
    assert when_tried(server, "colors")["state"] == "active"
    versions = model_of(server, "colors")["versions"]
    assert [(version["state"], version["bytes"]) for version in versions] == [("current", len(whole))], "no half of it was taken"
    types = [event["type"] for event in server.events() if event["type"].startswith("model.") and event["data"].get("model") == "colors"]
    assert types == ["model.added", "model.activated"]


def test_new_labels_beside_the_same_file_are_a_new_version(make_server, tmp_path):
    server = make_server(models_dir=drop(tmp_path / "models", "colors", color_model(), LABELS).parent)
    first = when_tried(server, "colors")["version"]
    drop(tmp_path / "models", "colors", labels="파랑\n초록\n빨강\n")
    second = eventually(lambda: (version := listed(server)["colors"]["version"]) != first and version, 20, "the new labels are taken")
    image = server.result_of(red_photo(), model="colors")
    assert (classes_of(image), image["result"]["model"]["version"]) == (["빨강"], second)


def test_a_swap_under_load_loses_and_mixes_nothing(make_server):
    server = make_server(slots=2)
    versions = {added(server, "colors", color_model(), "old-blue\nold-green\nold-red\n"): "old"}
    sent, stop = [], threading.Event()

    def send(twin):
        while not stop.is_set():
            sent.append(twin.upload(red_photo(len(sent)), model="colors")["id"])

    senders = [threading.Thread(target=send, args=(server.twin(),)) for _ in range(2)]
    for sender in senders:
        sender.start()
    try:
        for name in ("second", "third", "fourth"):
            enough = len(sent) + 6
            eventually(lambda: len(sent) >= enough, 60, "photos are sent")
            versions[added(server, "colors", color_model(), f"{name}-blue\n{name}-green\n{name}-red\n")] = name
        enough = len(sent) + 6
        eventually(lambda: len(sent) >= enough, 60, "photos are sent")
    finally:
        stop.set()
        for sender in senders:
            sender.join()
    seen = set()
    for image_id in sent:
        image = server.image(image_id, wait=60)
        assert image["status"] == "completed", (image["error_code"], image["error_message"])
        assert len(image["attempts"]) == 1, image["attempts"]
        name = versions[image["result"]["model"]["version"]]
        assert classes_of(image) == [f"{name}-red"], "a result is of one version alone"
        seen.add(name)
    assert {"old", "fourth"} <= seen
    last = model_of(server, "colors")["version"]
    eventually(lambda: [runner["version"] for runner in processes_of(server, "colors")] == [last], 20, "the old versions' processes end")


def test_rolling_back_is_one_call_and_lasts(server):
    first = added(server, "colors", color_model(), LABELS)
    second = added(server, "colors", color_model(), "b\ng\nr\n")
    assert classes_of(server.result_of(red_photo(), model="colors")) == ["r"]
    answer = server.post("/api/v1/models/colors/activate", json={"version": first, "reason": "worse at night"})
    assert answer.status_code == 200 and answer.json()["model"]["version"] == first
    assert classes_of(server.result_of(red_photo(1), model="colors")) == ["red"]
    event = [event for event in server.events() if event["type"] == "model.activated"][-1]
    assert (event["actor"], event["reason"], event["data"]) == ("admin", "worse at night", {"model": "colors", "version": first, "previous": second})
    server.restart()
    assert model_of(server, "colors")["version"] == first
    image = server.result_of(red_photo(2), model="colors")
    assert (classes_of(image), image["result"]["model"]["version"]) == (["red"], first)
    assert server.post("/api/v1/models/colors/activate", json={"version": "000000000000"}).status_code == 404
    assert server.post("/api/v1/models/colors/activate", json={}).status_code == 422


def test_a_start_believes_what_was_tried_before(make_server):
    server = make_server(model="demo")
    version = added(server, "colors", color_model(), LABELS)
    tried = model_of(server, "colors")["versions"][0]["tried_at"]
    server.stop()
    server.start()
    model = listed(server)["colors"]
    assert (model["version"], model["state"]) == (version, "active")
    assert not processes_of(server, "colors"), "it is loaded when its first job comes"
    assert classes_of(server.result_of(red_photo(), model="colors")) == ["red"]
    assert model_of(server, "colors")["versions"][0]["tried_at"] == tried


@pytest.mark.parametrize("content", [BROKEN, color_model()[:-200], no_family_model()], ids=["garbage", "cut off", "of no family"])
def test_what_cannot_be_used_is_refused_and_the_old_version_goes_on(server, content):
    good = added(server, "colors", color_model(), LABELS)
    answer = put(server, "colors", content)
    assert answer.status_code == 422 and answer.json()["code"] in ("model_refused", "model_ambiguous"), answer.text
    assert answer.json()["detail"] and isinstance(answer.json()["candidates"], list)
    model = model_of(server, "colors")
    assert (model["state"], model["version"]) == ("active", good) and model["problem"]
    refused = model["versions"][0]
    assert refused["state"] == "refused" and refused["version"] == answer.json()["version"] and refused["error"]["message"]
    image = server.result_of(red_photo(), model="colors")
    assert (classes_of(image), image["result"]["model"]["version"]) == (["red"], good)
    assert "model.refused" in [event["type"] for event in server.events()]


def test_a_broken_file_in_the_models_folder_never_takes_a_photo(make_server, tmp_path):
    server = make_server(models_dir=drop(tmp_path / "models", "bad", BROKEN).parent)
    model = when_tried(server, "bad")
    assert model["state"] == "refused" and model["version"] is None and model["problem"]
    answer = server.send(unique_jpeg(), model="bad")
    assert (answer.status_code, answer.json()["code"]) == (422, "model_refused") and model["problem"] in answer.json()["detail"]
    assert [entry["name"] for entry in server.get("/api/v1/status").json()["unusable_models"]] == ["bad"]
    drop(tmp_path / "models", "bad", color_model(), LABELS)
    eventually(lambda: listed(server)["bad"]["state"] == "active", 30, "the mended file is taken")
    assert classes_of(server.result_of(red_photo(), model="bad")) == ["red"]


def test_a_bad_sidecar_is_told_with_its_line(server, make_server, tmp_path):
    answer = put(server, "colors", color_model(), sidecar="family = \"yolox\"\nconfidense = 0.4\n")
    assert (answer.status_code, answer.json()["code"]) == (422, "model_refused")
    assert "line 2" in answer.json()["detail"] and "confidense" in answer.json()["detail"]
    assert "colors" not in listed(server), "nothing of it is kept"
    other = make_server(models_dir=drop(tmp_path / "models", "colors", color_model(), sidecar="nms_iou = 45\n").parent)
    model = listed(other)["colors"]
    assert model["state"] == "refused" and "line 1" in model["problem"]


def test_only_trying_does_not_switch(server):
    first = added(server, "colors", color_model(), LABELS)
    answer = put(server, "colors", color_model(), "b\ng\nr\n", query={"activate": "false"})
    assert answer.status_code == 201 and answer.json()["model"]["version"] == first
    ready = answer.json()["model"]["versions"][0]
    assert ready["state"] == "ready" and ready["tried_at"]
    assert classes_of(server.result_of(red_photo(), model="colors")) == ["red"]
    assert server.post("/api/v1/models/colors/activate", json={"version": ready["version"]}).status_code == 200
    assert classes_of(server.result_of(red_photo(1), model="colors")) == ["r"]


def test_removing_ends_its_processes_and_the_name_is_unknown(make_server):
    server = make_server(slots=2)
    added(server, "colors", color_model(), LABELS)
    server.result_of(red_photo(), model="colors")
    pid = processes_of(server, "colors")[0]["pid"]
    assert children(pid)
    assert server.delete("/api/v1/models/colors").status_code == 204
    eventually(lambda: not processes_of(server, "colors") and pid not in children(server.pid), 30, "its processes end")
    assert server.get("/api/v1/models/colors").status_code == 404
    answer = server.send(red_photo(), model="colors")
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_model")
    assert not (server.folder / "library/colors").exists()


def test_what_is_needed_is_not_removed(make_server):
    server = make_server(slots=1)
    first = added(server, "colors", color_model(), LABELS)
    second = added(server, "colors", color_model(), "b\ng\nr\n")
    assert server.delete(f"/api/v1/models/colors/versions/{second}").status_code == 409
    assert server.delete(f"/api/v1/models/colors/versions/{first}").status_code == 204
    assert server.delete(f"/api/v1/models/colors/versions/{first}").status_code == 404
    default = server.delete("/api/v1/models/null")
    assert default.status_code == 409 and "default_model" in default.json()["detail"]
    assert server.delete("/api/v1/models/demo").status_code == 409
    server.post("/api/v1/queues/ai_processing/pause", json={})
    image = server.upload(red_photo(), model="colors")
    refused = server.delete("/api/v1/models/colors")
    assert refused.status_code == 409 and refused.json()["detail"].startswith("1 jobs wait for 'colors'")
    assert server.delete("/api/v1/models/colors?force=true&reason=gone").status_code == 204
    server.post("/api/v1/queues/ai_processing/resume", json={})
    place = f"/api/v1/jobs/{image['job_id']}/place"
    eventually(lambda: server.get(place).json()["place"]["code"] == "no_worker", 30, "it says why it waits")
    assert "colors" in server.get(place).json()["place"]["message"]
    added(server, "colors", color_model(), LABELS)
    assert classes_of(server.image(image["id"], wait=60)) == ["red"], "it waited for a model of its name"


def test_nobody_is_told_to_retry_a_job_whose_model_is_gone(make_server):
    server = make_server(slots=1)
    added(server, "colors", color_model(), LABELS)
    server.post("/api/v1/queues/ai_processing/pause", json={})
    image = server.upload(red_photo(), model="colors")
    job = f"/api/v1/jobs/{image['job_id']}"
    assert server.post(job + "/cancel").status_code == 200

    def advice():
        return server.get(job + "/place").json()["place"]["message"]

    assert "Retry it" in advice()
    assert server.delete("/api/v1/models/colors").status_code == 204
    assert server.post(job + "/retry").status_code == 422
    assert "Retry it" not in advice() and f"darkroom reprocess {image['id']} --model NAME" in advice() and "darkroom model add" in advice()
    added(server, "colors", color_model(), LABELS)
    assert "Retry it" in advice()


def test_a_licence_that_binds_is_shown(server):
    model = put(server, "colors", color_model(license="AGPL-3.0 License (https://ultralytics.com/license)"), LABELS).json()["model"]
    assert model["licence"].startswith("AGPL-3.0")
    assert any("AGPL" in warning for warning in model["warnings"]), model


def test_an_ambiguous_file_is_told_with_its_candidates_and_a_choice_is_one_call(server):
    answer = put(server, "colors", two_way_model())
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "model_ambiguous"), answer.text
    assert {"yolo_end2end", "rtdetr_ultralytics"} <= {candidate["family"] for candidate in problem["candidates"]}
    assert all(candidate["because"] for candidate in problem["candidates"])
    fits(openapi(), openapi()["components"]["schemas"]["ModelProblem"], problem)
    assert server.send(red_photo(), model="colors").json()["code"] == "model_refused"
    assert listed(server)["colors"]["state"] == "refused"
    chosen = put(server, "colors", family="yolo_end2end", task="detect")
    assert chosen.status_code == 201, chosen.text
    version = chosen.json()["model"]["versions"][0]
    assert version["given"]["recipe"] == {"family": "yolo_end2end", "task": "detect"} and len(chosen.json()["model"]["versions"]) == 1
    assert classes_of(server.result_of(red_photo(), model="colors")) == []


def test_answers_about_a_model_fit_their_schemas(server):
    made = put(server, "colors", color_model(author="someone"), LABELS, sidecar="mean = [1, 2, 3]\ndeviation = [1, 1, 1]\n")
    document = openapi()
    fits(document, schema_of(document, "put", "/api/v1/models/{name}", 201), made.json())
    put(server, "colors", BROKEN)
    fits(document, schema_of(document, "get", "/api/v1/models/{name}", 200), server.get("/api/v1/models/colors").json())
    fits(document, schema_of(document, "get", "/api/v1/models", 200), server.get("/api/v1/models").json())
    report = made.json()["model"]["versions"][0]["report"]
    assert report["evidence"] and report["metadata"]["author"] == "someone" and report["recipe"]["mean"] == [1, 2, 3]


def test_requests_that_make_no_sense_are_refused_with_words(server):
    for name in ("Upper", "demo", "null", ".hidden", "a" * 65):
        answer = put(server, name, color_model())
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_field"), name
    assert put(server, "colors", labels=LABELS).json()["code"] == "missing_file"
    assert put(server, "colors", color_model(), colour="red").json()["code"] == "unknown_field"
    assert put(server, "colors", color_model(), query={"activate": "perhaps"}).status_code == 422
    events = len(server.events())
    for field, text in (("reason", "x" * 1001), ("reason", b"\xff\xfe"), ("reason", "a\0b"), ("version", "0" * 1001), ("family", b"yolo\xff")):
        answer = put(server, "colors", color_model(), **{field: text})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_field") and field in answer.json()["detail"], (field, answer.text)
    assert len(server.events()) == events and "colors" not in listed(server)
    assert put(server, "colors", color_model(), reason="가" * 333).status_code == 201
    assert put(server, "colors", color_model(), query={"wait": "1"}).status_code == 400
    assert server.get("/api/v1/models/none-such").status_code == 404
    assert server.delete("/api/v1/models/none-such").status_code == 404
    assert server.get("/api/v1/models/demo").json()["model"]["versions"] == []
    assert not list((server.folder / "library/.incoming").iterdir()), "nothing is left over"


def test_the_models_folder_may_be_read_only_and_a_removed_model_stays_away(make_server, tmp_path):
    folder = drop(tmp_path / "models", "colors", color_model(), LABELS).parent
    before = sorted(path.relative_to(folder) for path in folder.rglob("*"))
    server = make_server(models_dir=folder)
    assert when_tried(server, "colors")["state"] == "active"
    assert server.delete("/api/v1/models/colors").status_code == 204
    server.restart()
    assert sorted(path.relative_to(folder) for path in folder.rglob("*")) == before
    drop(folder, "sentinel", color_model(author="another"), LABELS)
    assert when_tried(server, "sentinel")["state"] == "active", "the folder was looked at again, twice"
    assert "colors" not in listed(server)


@pytest.mark.parametrize("keep_idle", (1, 60))
def test_over_the_memory_budget_an_idle_model_s_processes_end_and_start_again_when_a_photo_needs_them(make_server, keep_idle):
    server = make_server(run_models_memory_mb=1, run_keep_idle_seconds=keep_idle)
    added(server, "colors", color_model(), LABELS)
    assert classes_of(server.result_of(red_photo(1), model="colors")) == ["red"]
    eventually(lambda: processes_of(server, "colors") == [], 30, "the idle model's process ends")
    assert listed(server)["colors"]["state"] == "active"
    assert classes_of(server.result_of(red_photo(2), model="colors")) == ["red"]
