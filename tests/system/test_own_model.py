"""A YOLOX-shaped model of one's own, with other classes, sizes and labels: right boxes, right names, and no surprise for others.

The model is made by support/models.py: each cell of the coarsest grid reports the colour of the photo below it, so what it must find can
be said exactly.
"""
import io

import pytest
from PIL import Image

from support.boxes import best, found_in
from support.models import BLUE, GREEN, RED, color_model, drop, listed, no_family_model, painted, when_tried
from support.photos import encode, unique_jpeg


@pytest.fixture
def models(tmp_path):
    folder = tmp_path / "models"
    (folder / "colors").mkdir(parents=True)
    (folder / "colors/model.onnx").write_bytes(color_model())
    (folder / "colors/labels.txt").write_text("파랑\r\ngreen leaf\nred\n")
    return folder


def test_its_classes_and_boxes_are_exact(make_server, models):
    server = make_server(model="colors", models_dir=models)
    image = server.result_of(painted(((64, 128, 128, 192), RED), ((0, 0, 64, 64), GREEN), ((128, 64, 192, 128), BLUE)))
    assert image["result"]["image_info"]["size"] == [192, 192]
    objects = found_in(image)
    assert len(objects) == 3
    for label, box in (("red", [64, 128, 128, 192]), ("green leaf", [0, 0, 64, 64]), ("파랑", [128, 64, 192, 128])):
        found, fit = best(objects, label, box)
        assert fit > 0.99 and found["confidence"] > 0.98, found


def test_orientation_is_applied_once(make_server, models):
    server = make_server(model="colors", models_dir=models)
    upright = Image.open(io.BytesIO(painted(((128, 0, 192, 64), RED), size=(192, 192))))
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = encode(upright.transpose(Image.Transpose.ROTATE_90), format="JPEG", quality=98, subsampling=0, exif=exif)
    found, fit = best(found_in(server.result_of(stored)), "red", [128, 0, 192, 64])
    assert fit > 0.95


def test_a_wide_photo_is_letterboxed_and_its_boxes_are_mapped_back(make_server, models):
    server = make_server(model="colors", models_dir=models)
    objects = found_in(server.result_of(painted(((128, 0, 192, 64), RED), size=(192, 64))))
    assert len(objects) == 1, objects  # the grey filling below the photo is no object
    found, fit = best(objects, "red", [128, 0, 192, 64])
    assert fit > 0.97


def test_without_labels_classes_have_numbers(make_server, models):
    (models / "colors/labels.txt").unlink()
    server = make_server(model="colors", models_dir=models)
    assert [found["class"] for found in found_in(server.result_of(painted(((0, 0, 64, 64), RED))))] == ["class_2"]


def test_a_sidecar_raises_the_threshold(make_server, models):
    (models / "colors/model.toml").write_text("confidence_threshold = 0.9\n")
    server = make_server(model="colors", models_dir=models)
    objects = found_in(server.result_of(painted(((0, 0, 64, 64), RED), ((64, 64, 128, 128), (200, 0, 0)))))
    assert [found["bbox"] for found in objects] == [pytest.approx([0, 0, 64, 64], abs=1)]


def test_adding_a_file_never_changes_the_default_model(make_server, models, tmp_path):
    server = make_server(model="demo")
    before = server.upload(unique_jpeg())["model"]
    (server.folder / "models").mkdir()
    (models / "colors").rename(server.folder / "models/aaa-first")
    server.restart()
    assert {name: entry["default"] for name, entry in listed(server).items()} == {"demo": True, "null": False, "aaa-first": False}
    image = server.result_of(painted(((0, 0, 64, 64), RED)))
    assert before == image["model"] == "demo" and image["result"]["model"]["title"] == "demo detector"
    assert server.result_of(painted(((0, 0, 64, 64), RED)), model="aaa-first")["result"]["result"]["detected_objects"]


def test_a_model_of_no_family_is_refused_with_what_was_seen(make_server, models):
    drop(models, "other", no_family_model())
    server = make_server(models_dir=models)
    assert "x float32[1,7]" in when_tried(server, "other")["problem"]
    assert server.send(unique_jpeg(), model="other").json()["code"] in ("model_refused", "model_ambiguous")
    assert server.result_of(unique_jpeg(), model="colors")["status"] == "completed"
