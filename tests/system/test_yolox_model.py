"""A real YOLOX model, dropped into the models folder, finds what a reference run of it found."""
import shutil

import pytest
from PIL import Image

from support.boxes import best, corners, found_in
from support.models import version_of
from support.photos import encode
from support.places import shared

# Class, score and x, y, width, height of a reference run: confidence 0.30, NMS IoU 0.45, bilinear letterbox.
EXPECTED = {
    "astronaut.png": [("person", .93, (11, 20, 357, 486))],
    "chelsea.png": [("cat", .64, (-13, -15, 463, 319))],
    "coffee.png": [("cup", .90, (162, 16, 257, 279)), ("dining table", .74, (0, 0, 597, 397))],
    "pitch.jpg": [("sports ball", .88, (337, 291, 48, 45)), ("person", .85, (65, 59, 421, 277))],
    "street.jpg": [("person", .87, (580, 295, 45, 117)), ("car", .79, (731, 51, 35, 42)), ("truck", .73, (651, 42, 73, 58))],
    "rocket.jpg": [],
}


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    (folder / "yolox_nano").mkdir()
    shutil.copy(shared("models", "yolox_nano.onnx"), folder / "yolox_nano/model.onnx")
    shutil.copy(shared("models", "coco.txt"), folder / "yolox_nano/labels.txt")
    return folder


@pytest.fixture
def yolox(make_server, models):
    return make_server(model="yolox_nano", models_dir=models)


def test_the_objects_of_a_reference_run_are_found_with_their_boxes_and_scores(yolox):
    for name, expected in EXPECTED.items():
        image = yolox.result_of(shared("photos", name))
        objects = found_in(image)
        size = image["result"]["image_info"]["size"]
        for label, score, box in expected:
            found, fit = best(objects, label, corners(*box, size))
            assert fit >= 0.9, f"{name}: {label} {found['bbox']} fits {fit:.3f}"
            assert abs(found["confidence"] - score) <= 0.03, f"{name}: {label} {found['confidence']}, expected {score}"
        assert expected or objects == [], f"{name}: {objects}"
        for found in objects:
            x1, y1, x2, y2 = found["bbox"]
            assert 0 <= x1 < x2 <= size[0] and 0 <= y1 < y2 <= size[1], f"{name}: {found}"
            assert 0.3 <= found["confidence"] <= 1


def test_the_number_of_objects_is_that_of_the_reference_run(yolox):
    street = found_in(yolox.result_of(shared("photos", "street.jpg")))
    assert 9 <= len(street) <= 11 and sum(found["class"] == "person" for found in street) >= 7
    assert 8 <= len(found_in(yolox.result_of(shared("photos", "pitch.jpg")))) <= 12


def test_the_result_names_the_model_and_its_version(yolox):
    image = yolox.result_of(shared("photos", "coffee.png"))
    model = image["result"]["model"]
    version = version_of(shared("models", "yolox_nano.onnx").read_bytes(), shared("models", "coco.txt").read_text())
    assert (model["name"], model["version"], model["engine"]) == ("yolox_nano", version, "onnx")
    assert image["attempts"][0]["model_version"] == model["version"]
    timings = image["result"]["timings"]
    assert timings["unit"] == "us" and timings["decode"] > 0 and timings["infer"] > 0
    listed = {entry["name"]: entry for entry in yolox.get("/api/v1/models").json()["items"]}
    assert listed["yolox_nano"]["labels"] == 80 and listed["yolox_nano"]["default"]


@pytest.mark.parametrize("orientation, turn", [(6, Image.Transpose.ROTATE_90), (8, Image.Transpose.ROTATE_270), (3, Image.Transpose.ROTATE_180),
                                               (2, Image.Transpose.FLIP_LEFT_RIGHT), (4, Image.Transpose.FLIP_TOP_BOTTOM),
                                               (5, Image.Transpose.TRANSPOSE), (7, Image.Transpose.TRANSVERSE)])
def test_boxes_are_in_pixels_of_the_upright_photo(yolox, orientation, turn):
    upright = Image.open(shared("photos", "street.jpg"))
    exif = Image.Exif()
    exif[0x0112] = orientation
    photo = encode(upright.transpose(turn), format="JPEG", quality=95, exif=exif)
    image = yolox.result_of(photo)
    info = image["result"]["image_info"]
    assert (info["size"], info["orientation"]) == ([768, 576], orientation)
    assert info["raw_size"] == ([576, 768] if orientation >= 5 else [768, 576])
    for label, score, box in EXPECTED["street.jpg"][:1]:
        found, fit = best(found_in(image), label, corners(*box, (768, 576)))
        assert fit >= 0.85 and abs(found["confidence"] - score) <= 0.06, (found, fit)


def test_a_large_photo_gives_boxes_in_its_own_pixels(yolox):
    small = Image.open(shared("photos", "astronaut.png")).convert("RGB")
    image = yolox.result_of(encode(small.resize((4096, 4096), Image.Resampling.BICUBIC), format="JPEG", quality=90))
    assert image["result"]["image_info"]["size"] == [4096, 4096]
    found, fit = best(found_in(image), "person", [8 * edge for edge in corners(11, 20, 357, 486, (512, 512))])
    assert fit >= 0.88 and found["confidence"] > 0.85
