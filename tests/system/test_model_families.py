"""ONNX files of each family are recognised without any configuration, and what they find equals a reference in NumPy, to a pixel and to a thousandth.

Also what is refused, with words that help; and a real face detector, dropped in as it is.
"""
import dataclasses
import io
import math
import re
import sys
from pathlib import Path

import numpy
import pytest
from PIL import Image

from support.boxes import overlap
from support.models import model_of, put
from support.photos import encode
from support.places import shared
from support.server import Server

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "models"))
import family_models  # noqa: E402
import odd_models  # noqa: E402
import reference  # noqa: E402

MODELS = {tiny.name: tiny for tiny in family_models.make_models()}
REFUSED = {odd.name: odd for odd in odd_models.make_models()}
PIXEL, SCORE = 1, 1e-3


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("families"))
    server.start()
    yield server
    server.stop()


def smooth_photo(width, height, seed):
    """Patches of colour that run into one another."""
    patches = numpy.random.default_rng(seed).integers(0, 256, (5, 6, 3), dtype=numpy.uint8)
    return numpy.asarray(Image.fromarray(patches).resize((width, height), Image.Resampling.BICUBIC))


def detailed_photo(width, height, seed):
    """Stripes about as far apart as the pixels of a small input, closer on the left than on the right: averaged they are grey, and picked out they come
    back as broad ones."""
    waves = numpy.cumsum(1 / numpy.linspace(2.4, 3.6, width))[None, :, None]
    stripes = 127.5 + 127.5 * numpy.sin(2 * math.pi * waves) * numpy.array([1, .8, .6])
    return (.8 * stripes + .2 * smooth_photo(width, height, seed)).astype(numpy.uint8)


PHOTOS = [smooth_photo(97, 61, 1), smooth_photo(60, 131, 2), smooth_photo(333, 222, 3)]
DETAILED = detailed_photo(1000, 700, 4)
BRIGHT = 128 + detailed_photo(1700, 900, 5) // 2  # of which also a cautious detector finds something


def report_of(server, tiny, labels=None, sidecar=None):
    answer = put(server, tiny.name, tiny.data, labels, sidecar)
    assert answer.status_code in (200, 201), answer.text
    return model_of(server, tiny.name)["versions"][0]["report"]


def reasons_of(server, tiny):
    """Of every line of evidence and every candidate, in English and in Korean."""
    def lines(language):
        answer = server.http.get(f"{server.url}/api/v1/models/{tiny.name}", headers={"Accept-Language": language}, timeout=30)
        assert answer.status_code == 200, answer.text
        (version, *_) = answer.json()["model"]["versions"]
        return version["candidates"] + (version["report"] or {"evidence": []})["evidence"]

    return zip(lines("en"), lines("ko"))


def check_reasons(server, tiny):
    for english, korean in reasons_of(server, tiny):
        codes = [reason["code"] for reason in english["reasons"]]
        assert codes and "other" not in codes, english["because"]
        assert english["reasons"] == korean["reasons"]
        assert korean["because"] != english["because"] and re.search("[가-힣]", korean["because"]) or set(codes) == {"tensor"} or codes[0].startswith("metadata"), korean


def expected(tiny, photo):
    picture, place = reference.prepare(photo, *tiny.size, tiny.fit, tiny.recipe.get("crop_share", 1), interpolation=tiny.recipe.get("interpolation", "bilinear"))
    seen = picture.round().clip(0, 255) if tiny.bytes_in else picture
    outputs = tiny.answer(seen / 255, (photo.shape[1], photo.shape[0]))
    return reference.FAMILIES[tiny.family](outputs, tiny, place) if tiny.family in reference.FAMILIES else (outputs["output"], place)


def found_by(server, tiny, photo):
    image = server.result_of(encode(Image.fromarray(photo), format="PNG"), model=tiny.name)
    assert image["status"] == "completed", (image["error_code"], image["error_message"])
    return image["result"]["result"]


def label_of(tiny, index):
    return tiny.labels[index] if index < len(tiny.labels) else f"class_{index}"


def close(one, other, tolerance):
    return numpy.abs(numpy.asarray(one, float) - numpy.asarray(other, float)).max() <= tolerance


def same_place(found, wanted, tiny):
    if found["class"] != label_of(tiny, wanted["index"]):
        return False
    if not (close(found["bbox"], wanted["box"], PIXEL) and close(found["confidence"], wanted["score"], SCORE)):
        return False
    if "keypoints" in wanted:
        points = numpy.array([[point["x"], point["y"], point["confidence"]] for point in found["keypoints"]])
        if not (close(points[:, :2], wanted["keypoints"][:, :2], PIXEL) and close(points[:, 2], wanted["keypoints"][:, 2], SCORE)):
            return False
    return "corners" not in wanted or close(found["corners"], wanted["corners"].reshape(8), PIXEL)


def check_mask(found, wanted):
    mask = found["mask"]
    width, height = mask["size"]
    inside = numpy.repeat(numpy.arange(len(mask["runs"])) % 2, mask["runs"]).reshape(height, width)
    x1, y1, x2, y2 = mask["bbox"]
    columns, rows = numpy.meshgrid(x1 + (numpy.arange(width) + .5) * (x2 - x1) / width, y1 + (numpy.arange(height) + .5) * (y2 - y1) / height)
    reference_inside = wanted["mask"](numpy.stack([columns.ravel(), rows.ravel()], axis=1)).reshape(height, width)
    assert (inside == reference_inside).mean() > .98


def check_objects(tiny, objects, finds):
    assert finds, "the reference finds something, or this shows nothing"
    for wanted in finds:
        match = next((found for found in objects if same_place(found, wanted, tiny)), None)
        assert match, f"{tiny.name}: nothing like {wanted} among {objects}"
        if "mask" in wanted:
            check_mask(match, wanted)
    assert len(objects) == len(finds), f"{tiny.name}: {len(objects)} found, {len(finds)} expected"


@pytest.mark.parametrize("name", MODELS)
def test_a_file_is_recognised_without_configuration(server, name):
    tiny = MODELS[name]
    report = report_of(server, tiny)
    recipe = report["recipe"]
    assert (recipe["family"], recipe["task"]) == (tiny.family, tiny.task), report["evidence"]
    assert (recipe["input_width"], recipe["input_height"], recipe["fit"]) == (*tiny.size, tiny.fit)
    for field, wanted in tiny.recipe.items():
        assert recipe[field] == (pytest.approx(wanted) if not isinstance(wanted, str) else wanted), field
    assert report["labels"] == tiny.labels
    evidence = {one["about"]: one for one in report["evidence"]}
    assert set(recipe) - {"labels"} <= set(evidence), "a field without evidence"
    assert all(one["because"] for one in report["evidence"])
    assert "convention of the family" in evidence["fit"]["because"]
    assert report["load_us"] > 0 and report["run_us"] > 0 and report["inputs"] and report["outputs"]
    check_reasons(server, tiny)


@pytest.mark.parametrize("name", [name for name, tiny in MODELS.items() if tiny.task in ("detect", "segment", "pose", "obb")])
def test_what_is_found_equals_the_reference(server, name):
    tiny = MODELS[name]
    report_of(server, tiny)
    for photo in [*PHOTOS, BRIGHT] if tiny.family in ("rtdetr", "ssd") else PHOTOS:
        check_objects(tiny, found_by(server, tiny, photo)["detected_objects"], expected(tiny, photo))


@pytest.mark.parametrize("name", [name for name, tiny in MODELS.items() if tiny.family == "classifier"])
def test_classes_equal_the_reference(server, name):
    tiny = MODELS[name]
    report_of(server, tiny)
    for photo in [*PHOTOS, DETAILED]:
        classes = found_by(server, tiny, photo)["classes"]
        wanted = expected(tiny, photo)
        assert [one["confidence"] for one in classes] == pytest.approx([score for _, score in wanted], abs=SCORE)
        for one, (index, _) in zip(classes[:1], wanted):
            assert (one["index"], one["class"]) == (index, label_of(tiny, index))


def test_an_embedding_equals_the_reference(server):
    tiny = MODELS["clip"]
    report_of(server, tiny)
    for photo in [*PHOTOS, DETAILED]:
        embedding = found_by(server, tiny, photo)["embedding"]
        assert numpy.linalg.norm(embedding) == pytest.approx(1, abs=1e-5)
        assert close(embedding, expected(tiny, photo), SCORE)


def shares_of(result):
    return {region["class"]: region["share"] for region in result["regions"]}


@pytest.mark.parametrize("name", ["semantic", "semantic_numbers"])
def test_classes_of_places_equal_the_reference(server, name):
    tiny = MODELS[name]
    report_of(server, tiny)
    for photo in PHOTOS:
        scores, _ = expected(tiny, photo)
        counts = numpy.bincount(scores.argmax(axis=0).ravel(), minlength=tiny.classes) / scores[0].size
        found = shares_of(found_by(server, tiny, photo))
        for index, share in enumerate(counts):
            assert found.get(f"class_{index}", 0) == pytest.approx(share, abs=.02)


@pytest.mark.parametrize("name, level", [("semantic_one_score", .5), ("semantic_one_logit", 0)])
def test_a_class_that_stands_alone_is_where_its_score_is_over_a_half(server, name, level):
    tiny = MODELS[name]
    report_of(server, tiny)
    for photo in PHOTOS:
        values, _ = expected(tiny, photo)
        share = (values > level).mean()
        assert 0 < share < 1, "or this shows nothing"
        assert shares_of(found_by(server, tiny, photo))["class_0"] == pytest.approx(share, abs=.02)


def test_scores_of_several_labels_are_read_at_their_owners_word(server):
    tiny = family_models.small_classifier("classifier_sigmoid", "Sigmoid")
    assert put(server, tiny.name, tiny.data, None, 'family = "classifier"\n').status_code == 201
    for photo in PHOTOS:
        classes = found_by(server, tiny, photo)["classes"]
        assert [one["confidence"] for one in classes] == pytest.approx([score for _, score in expected(tiny, photo)], abs=SCORE)


def test_the_foreground_equals_the_reference(server):
    tiny = MODELS["u2net"]
    report_of(server, tiny)
    for photo in PHOTOS:
        values, _ = expected(tiny, photo)
        share = ((values - values.min()) / (values.max() - values.min()) > .5).mean()
        assert shares_of(found_by(server, tiny, photo))["foreground"] == pytest.approx(share, abs=.02)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_told_is_refused_with_words(server, name):
    odd = REFUSED[name]
    answer = put(server, odd.name, odd.data, odd.labels, odd.sidecar)
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert problem["code"] == ("model_ambiguous" if odd.candidates else problem["code"]), problem
    for words in odd.words:
        assert words in problem["detail"], problem
    assert set(odd.candidates) <= {one["family"] for one in problem.get("candidates", [])}, problem
    assert all(one["because"] for one in problem.get("candidates", []))


def is_korean(text):
    """Names of outputs, settings and operators are the same in every language; four English words in a row are a sentence that was not told."""
    return re.search("[가-힣]", text) and not re.search(r"[A-Za-z']+( [a-z']+){3}", text)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_told_in_korean(server, name):
    odd = REFUSED[name]
    problem = put(server, odd.name, odd.data, odd.labels, odd.sidecar, headers={"Accept-Language": "ko"}).json()
    assert is_korean(problem["title"]) and is_korean(problem["detail"]), problem
    shown = server.http.get(f"{server.url}/api/v1/models/{odd.name}", headers={"Accept-Language": "ko"}, timeout=30).json()["model"]
    assert shown["versions"][0]["error"]["message"] == problem["detail"], shown


@pytest.mark.parametrize("name", [name for name, odd in REFUSED.items() if odd.cure])
def test_a_sidecar_decides(server, name):
    odd = REFUSED[name]
    sidecar, family, task = odd.cure
    answer = put(server, f"{name}_cured", odd.data, None, sidecar)
    assert answer.status_code == 201, answer.text
    recipe = model_of(server, f"{name}_cured")["versions"][0]["report"]["recipe"]
    assert (recipe["family"], recipe["task"]) == (family, task)


def test_tensorflows_own_list_of_labels_names_the_right_things(server):
    tiny = MODELS["ssd_tensorflow2"]
    assert put(server, "labelled", tiny.data, "???\nred\ngreen\nblue\n").status_code == 201
    report = model_of(server, "labelled")["versions"][0]["report"]
    assert report["labels"] == family_models.COLOURS
    assert "stands for the background" in next(one["because"] for one in report["evidence"] if one["about"] == "labels")
    named = dataclasses.replace(tiny, name="labelled", labels=family_models.COLOURS)
    check_objects(named, found_by(server, named, PHOTOS[0])["detected_objects"], expected(named, PHOTOS[0]))


def test_the_owners_labels_and_numbers_win(server):
    tiny = MODELS["yolov8"]
    answer = put(server, "owned", tiny.data, "rot\ngrün\nblau\n", 'confidence_threshold = 0.6\nlicence = "MIT"\nfit = "stretch"\n')
    assert answer.status_code == 201, answer.text
    report = model_of(server, "owned")["versions"][0]["report"]
    assert report["labels"] == ["rot", "grün", "blau"]
    assert (report["recipe"]["confidence_threshold"], report["recipe"]["fit"], report["recipe"]["nms_iou"]) == (.6, "stretch", .7)
    assert "owner" in next(one["because"] for one in report["evidence"] if one["about"] == "fit")


def test_an_agpl_licence_is_shown_with_a_warning(server):
    report = report_of(server, MODELS["yolov8"])
    assert report["licence"] == "AGPL-3.0"
    assert any("AGPL" in warning for warning in report["warnings"])
    assert report["metadata"]["author"] == "Ultralytics"


def test_a_real_face_detector_works_as_it_is(server):
    data = shared("models", "ultraface_rfb_320.onnx").read_bytes()
    assert put(server, "faces", data).status_code == 201
    report = model_of(server, "faces")["versions"][0]["report"]
    assert (report["recipe"]["family"], report["labels"]) == ("ultraface", ["face"])
    found = {}
    for name in ("astronaut.png", "coffee.png", "rocket.jpg"):
        image = server.result_of(shared("photos", name), model="faces")
        found[name] = image["result"]["result"]["detected_objects"]
    assert [face["class"] for face in found["astronaut.png"]] == ["face"]
    assert overlap(found["astronaut.png"][0]["bbox"], [175, 62, 278, 175]) > .5 and found["astronaut.png"][0]["confidence"] > .9
    assert found["coffee.png"] == found["rocket.jpg"] == []
