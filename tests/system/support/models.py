"""Models that tests make: YOLOX-shaped ones whose finds can be said exactly, bare ones that a family must be chosen for, and broken ones.

In a colour model each cell of the coarsest grid reports the colour of the photo below it: class 0, 1, 2 = blue, green, red.
"""
import hashlib
import os
import signal

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image, ImageDraw

from support.photos import encode
from support.waiting import eventually

SIDE = 96
FINE, COARSE = 12 * 12 + 6 * 6, 3 * 3  # cells of the strides 8 and 16, and of 32
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
BROKEN = b"this is no model"


def saved(graph, **metadata):
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    helper.set_model_props(model, {key: str(value) for key, value in metadata.items()})
    onnx.checker.check_model(model)
    return model.SerializeToString()


def color_model(classes=3, **metadata):
    """For each cell of 32 x 32: class scores = mean of the blue, green and red channel / 255, objectness = the largest of them, box = the
    cell. Different metadata make different versions of it. So few rows could be another family's as well; that it names three classes settles it."""
    metadata.setdefault("names", {number: f"class_{number}" for number in range(classes)})
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
    return saved(graph, **metadata)


def two_way_model():
    """300 rows of 6: boxes that are final, with a score and a class; or a transformer's, with scores of 2 classes. Nobody can tell from its shapes."""
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["mean"], axes=[1, 2, 3], keepdims=1),
        helper.make_node("Squeeze", ["mean", "last"], ["one"]),
        helper.make_node("Mul", ["one", "nothing"], ["output0"]),
    ]
    constants = [numpy_helper.from_array(numpy.array([3], dtype=numpy.int64), "last"),
                 numpy_helper.from_array(numpy.zeros((1, 300, 6), dtype=numpy.float32), "nothing")]
    graph = helper.make_graph(nodes, "two ways", [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, 64, 64])],
                              [helper.make_tensor_value_info("output0", TensorProto.FLOAT, [1, 300, 6])], constants)
    return saved(graph)


def no_family_model():
    """A graph that no family has."""
    info = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 7]) for name in "xy"]
    return saved(helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "other", info[:1], info[1:]))


def painted(*squares, size=(192, 192), kind="PNG", **options):
    """A black photo with rectangles of one colour: painted(((0, 0, 64, 64), RED))."""
    picture = Image.new("RGB", size)
    for box, color in squares:
        ImageDraw.Draw(picture).rectangle([box[0], box[1], box[2] - 1, box[3] - 1], fill=color)
    return encode(picture, format=kind, **options)


def drop(folder, name, model=None, labels=None, sidecar=None):
    """Puts the files into the models folder."""
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    if model is not None:
        (place / "model.onnx").write_bytes(model)
    if labels is not None:
        (place / "labels.txt").write_text(labels)
    if sidecar is not None:
        (place / "model.toml").write_text(sidecar)
    return place


def model_of(server, name):
    answer = server.get(f"/api/v1/models/{name}")
    assert answer.status_code == 200, answer.text
    return answer.json()["model"]


def listed(server):
    return {model["name"]: model for model in server.get("/api/v1/models").json()["items"]}


def when_tried(server, name, within=30):
    """The model once nothing of it is being tried any more."""
    return eventually(lambda: (model := listed(server).get(name)) and model["state"] != "probing" and model, within, f"the model {name} is tried")


def put(server, name, model=None, labels=None, sidecar=None, query=None, headers=None, **fields):
    files = {part: (part, data) for part, data in (("file", model), ("labels", labels), ("sidecar", sidecar)) if data is not None}
    form = {part: (None, value if isinstance(value, bytes) else str(value)) for part, value in fields.items()}
    return server.http.put(f"{server.url}/api/v1/models/{name}", params=query, headers=headers, files=files | form, timeout=120)


def added(server, name, *parts, **options):
    """The current version after a PUT that must succeed."""
    answer = put(server, name, *parts, **options)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()["model"]["version"]


def version_of(model, labels=None):
    """The version that the file, and labels beside it, must have."""
    whole = hashlib.sha256(model).hexdigest()
    if labels is not None:
        whole = hashlib.sha256(f"model {whole}\nlabels {hashlib.sha256(labels.encode()).hexdigest()}\n".encode()).hexdigest()
    return whole[:12]


def spoil(server, name):
    """Makes a model that passed and cannot be loaded any more: its jobs fail with model_unavailable, which may pass."""
    version = added(server, name, color_model())
    (server.folder / "library" / name / version / "model.onnx").write_bytes(BROKEN)
    os.kill(server.zygote(name), signal.SIGKILL)


def only_another_runs_it_again(server, done, model):
    """The model of this image, which has its result, is gone: each way to run it once more is refused or leaves it out."""
    again = lambda **body: server.post(f"/api/v1/images/{done['id']}/reprocess", json=body)
    for refused in (server.post(f"/api/v1/jobs/{done['job_id']}/retry"), again()):
        assert (refused.status_code, refused.json()["code"]) == (422, "unknown_model"), refused.text
        assert "name another model" in refused.json()["detail"]
    of_it = {"image_ids": [done["id"]]}
    batch = server.post("/api/v1/batches", json={"title": "t"} | of_it)
    assert (batch.status_code, batch.json()["code"]) == (409, "conflict") and "The model of 1 of them is gone" in batch.json()["detail"], batch.text
    orders = [("jobs", "retry", of_it), ("jobs", "reprocess", of_it), ("images", "reprocess", {"model": model})]
    for dry_run in (True, False):
        answers = [server.post(f"/api/v1/{of}/actions", json={"action": action, "filter": which, "dry_run": dry_run}).json() for of, action, which in orders]
        assert answers == [{"matched": 1, "changed": 0, "dry_run": dry_run, "without_model": 1}] * 3
    assert server.image(done["id"])["job_id"] == done["job_id"]
    assert again(model="null").status_code == 201
