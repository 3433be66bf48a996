"""A YOLOX-shaped model of one's own, with other classes, sizes and labels: right boxes, right names, and no surprise for others.

The model is made here: each cell of the coarsest grid reports the colour of the photo below it, so what it must find can be said exactly.
"""
import io

import numpy
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image, ImageDraw

from support.boxes import best, found_in
from support.photos import encode, unique_jpeg

SIDE = 96
FINE, COARSE = 12 * 12 + 6 * 6, 3 * 3  # cells of the strides 8 and 16, and of 32


def color_model(classes=3):
    """For each cell of 32 x 32: class scores = mean of the blue, green and red channel / 255, objectness = the largest of them, box = the cell."""
    constant = lambda name, value: numpy_helper.from_array(numpy.asarray(value), name)  # noqa: E731
    nodes = [
        helper.make_node("AveragePool", ["images"], ["pooled"], kernel_shape=[32, 32], strides=[32, 32]),
        helper.make_node("Div", ["pooled", "most"], ["scaled"]),
        helper.make_node("Reshape", ["scaled", "flat"], ["columns"]),
        helper.make_node("Transpose", ["columns"], ["scores"], perm=[0, 2, 1]),
        helper.make_node("ReduceMax", ["scores"], ["objectness"], axes=[2], keepdims=1),
        helper.make_node("Concat", ["boxes", "objectness", "scores"], ["coarse"], axis=2),
        helper.make_node("Concat", ["fine", "coarse"], ["output"], axis=1),
    ]
    constants = [
        constant("most", numpy.float32(255)),
        constant("flat", numpy.array([1, classes, COARSE], dtype=numpy.int64)),
        constant("boxes", numpy.tile(numpy.array([.5, .5, 0, 0], dtype=numpy.float32), (1, COARSE, 1))),
        constant("fine", numpy.zeros((1, FINE, 5 + classes), dtype=numpy.float32)),
    ]
    graph = helper.make_graph(nodes, "colors", [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
                              [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, FINE + COARSE, 5 + classes])], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model.SerializeToString()


@pytest.fixture
def models(tmp_path):
    folder = tmp_path / "models"
    (folder / "colors").mkdir(parents=True)
    (folder / "colors/model.onnx").write_bytes(color_model())
    (folder / "colors/labels.txt").write_text("파랑\r\ngreen leaf\nred\n")
    return folder


def photo(*squares, size=(192, 192), kind="PNG", **options):
    picture = Image.new("RGB", size)
    for box, color in squares:
        ImageDraw.Draw(picture).rectangle([box[0], box[1], box[2] - 1, box[3] - 1], fill=color)
    return encode(picture, format=kind, **options)


RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def test_its_classes_and_boxes_are_exact(make_server, models):
    server = make_server(model="colors", models_dir=models)
    image = server.result_of(photo(((64, 128, 128, 192), RED), ((0, 0, 64, 64), GREEN), ((128, 64, 192, 128), BLUE)))
    assert image["result"]["image_info"]["size"] == [192, 192]
    objects = found_in(image)
    assert len(objects) == 3
    for label, box in (("red", [64, 128, 128, 192]), ("green leaf", [0, 0, 64, 64]), ("파랑", [128, 64, 192, 128])):
        found, fit = best(objects, label, box)
        assert fit > 0.99 and found["confidence"] > 0.98, found


def test_orientation_is_applied_once(make_server, models):
    server = make_server(model="colors", models_dir=models)
    upright = Image.open(io.BytesIO(photo(((128, 0, 192, 64), RED), size=(192, 192))))
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = encode(upright.transpose(Image.Transpose.ROTATE_90), format="JPEG", quality=98, subsampling=0, exif=exif)
    found, fit = best(found_in(server.result_of(stored)), "red", [128, 0, 192, 64])
    assert fit > 0.95


def test_a_wide_photo_is_letterboxed_and_its_boxes_are_mapped_back(make_server, models):
    server = make_server(model="colors", models_dir=models)
    objects = found_in(server.result_of(photo(((128, 0, 192, 64), RED), size=(192, 64))))
    assert len(objects) == 1, objects  # the grey filling below the photo is no object
    found, fit = best(objects, "red", [128, 0, 192, 64])
    assert fit > 0.97


def test_without_labels_classes_have_numbers(make_server, models):
    (models / "colors/labels.txt").unlink()
    server = make_server(model="colors", models_dir=models)
    assert [found["class"] for found in found_in(server.result_of(photo(((0, 0, 64, 64), RED))))] == ["class_2"]


def test_a_sidecar_raises_the_threshold(make_server, models):
    (models / "colors/model.toml").write_text("confidence_threshold = 0.9\n")
    server = make_server(model="colors", models_dir=models)
    objects = found_in(server.result_of(photo(((0, 0, 64, 64), RED), ((64, 64, 128, 128), (200, 0, 0)))))
    assert [found["bbox"] for found in objects] == [pytest.approx([0, 0, 64, 64], abs=1)]


def test_adding_a_file_never_changes_the_default_model(make_server, models, tmp_path):
    server = make_server(model="demo")
    before = server.upload(unique_jpeg())["model"]
    (server.folder / "models").mkdir()
    (models / "colors").rename(server.folder / "models/aaa-first")
    server.restart()
    assert {entry["name"]: entry["default"] for entry in server.get("/api/v1/models").json()["items"]} == {"demo": True, "null": False, "aaa-first": False}
    image = server.result_of(photo(((0, 0, 64, 64), RED)))
    assert before == image["model"] == "demo" and image["result"]["model"]["title"] == "demo detector"
    assert server.result_of(photo(((0, 0, 64, 64), RED)), model="aaa-first")["result"]["result"]["detected_objects"]


def test_a_model_that_is_no_yolox_is_refused_with_what_was_seen(make_server, models):
    add = helper.make_node("Identity", ["x"], ["y"])
    info = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 7]) for name in "xy"]
    other = helper.make_model(helper.make_graph([add], "other", info[:1], info[1:]), opset_imports=[helper.make_opsetid("", 13)])
    other.ir_version = 8
    (models / "other").mkdir()
    (models / "other/model.onnx").write_bytes(other.SerializeToString())
    server = make_server(models_dir=models, run_max_retries=0)
    image = server.result_of(unique_jpeg(), model="other")
    assert (image["status"], image["error_code"]) == ("failed", "model_unavailable")
    assert "x float32[1,7]" in image["error_message"] and "YOLOX" in image["error_message"]
    assert server.result_of(unique_jpeg(), model="colors")["status"] == "completed"
