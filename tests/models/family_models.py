"""Tiny ONNX files with the signatures and the metadata of the families that are recognised, each with a twin in NumPy.

A model looks at the mean colours of the cells of its grids: scores are a mixture of them, so that every step before the model shows in the answer.
`MODELS` holds one `Tiny` for each file.
"""
import dataclasses

import numpy
import reference
from onnx import TensorProto, helper, numpy_helper

SIDE = 96
STRIDES = (8, 16, 32)
QUERIES = 300
IMAGENET_MEAN = numpy.array([.485, .456, .406]) * 255
IMAGENET_DEVIATION = numpy.array([.229, .224, .225]) * 255
CLIP_MEAN = numpy.array([.48145466, .4578275, .40821073]) * 255
CLIP_DEVIATION = numpy.array([.26862954, .26130258, .27577711]) * 255
FLOAT, HALF, BYTE, LONG = TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.UINT8, TensorProto.INT64
COLOURS = ["red", "green", "blue"]


def mixture(classes):
    """A row of weights for each class; scores of colours in 0..1 stay in 0..1, and grey, as padding is, has one best class."""
    weights = numpy.eye(3) if classes == 3 else numpy.random.default_rng(classes).uniform(.05, 1, (classes, 3)) ** 3
    sums = numpy.linspace(.98, .8, classes)[:, None] if classes > 1 else .98
    return (weights / weights.sum(axis=1, keepdims=True) * sums).astype(numpy.float32)


def cells(width=SIDE, strides=STRIDES, height=None):
    """x, y of the centre and stride of each cell, in the order of the anchors; of a square where no height is given."""
    rows = [((column + .5) * stride, (row + .5) * stride, stride)
            for stride in strides for row in range((height or width) // stride) for column in range(width // stride)]
    return numpy.array(rows, numpy.float32)


class Graph:
    """Nodes and constants, gathered while both the ONNX graph and its twin are written down."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, value, dtype=numpy.float32):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(numpy.asarray(value, dtype), name))
        return name

    def node(self, kind, *inputs, out=None, **attributes):
        name = out or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def shares(self, image, mean, deviation):
        """The picture in 0..1 again, from the numbers that the model was given."""
        scale = self.constant((numpy.broadcast_to(deviation, 3) / 255).reshape(1, 3, 1, 1))
        offset = self.constant((numpy.broadcast_to(mean, 3) / 255).reshape(1, 3, 1, 1))
        return self.node("Add", self.node("Mul", image, scale), offset)

    def colours(self, shares, strides=STRIDES):
        """[1,3,A]: the mean colour of each cell."""
        levels = []
        for stride in strides:
            pooled = self.node("AveragePool", shares, kernel_shape=[stride, stride], strides=[stride, stride])
            levels.append(self.node("Reshape", pooled, self.constant([1, 3, -1], numpy.int64)))
        return self.node("Concat", *levels, axis=2) if len(levels) > 1 else levels[0]

    def mixed(self, colours, weights):
        return self.node("MatMul", self.constant(weights), colours)

    def model(self, inputs, outputs, metadata=None, opset=13):
        graph = helper.make_graph(self.nodes, "tiny", inputs, outputs, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
        model.ir_version = 8
        helper.set_model_props(model, {key: str(value) for key, value in (metadata or {}).items()})
        return model.SerializeToString()


def value(name, kind, *shape):
    return helper.make_tensor_value_info(name, kind, list(shape))


def pooled(picture, stride):
    """Twin of AveragePool: picture [3,h,w] -> [3,cells]."""
    channels, height, width = picture.shape
    return picture.reshape(channels, height // stride, stride, width // stride, stride).mean(axis=(2, 4)).reshape(channels, -1)


def colours_of(picture, strides=STRIDES):
    return numpy.concatenate([pooled(picture, stride) for stride in strides], axis=1)


@dataclasses.dataclass
class Tiny:
    """One file: what it must be recognised as, and its twin `answer(shares [3,h,w] in 0..1, photo size) -> {output name: array}`."""
    name: str
    data: bytes
    family: str
    task: str
    answer: object = None
    labels: list = dataclasses.field(default_factory=list)
    classes: int = 0
    recipe: dict = dataclasses.field(default_factory=dict)
    fit: str = "letterbox_centre"
    size: tuple = (SIDE, SIDE)  # width, height
    bytes_in: bool = False
    extra: dict = dataclasses.field(default_factory=dict)


def ultralytics(task, names, **more):
    """What Ultralytics' exporter writes."""
    return {"description": "Ultralytics YOLO11n model trained on tiny.yaml", "author": "Ultralytics", "date": "2026-01-02T03:04:05",
            "version": "8.3.99", "license": "AGPL-3.0 License (https://ultralytics.com/license)", "docs": "https://docs.ultralytics.com",
            "stride": "32", "task": task, "batch": "1", "imgsz": f"[{SIDE}, {SIDE}]", "names": str(dict(enumerate(names))),
            "args": "{'batch': 1, 'half': False, 'dynamic': False, 'simplify': True, 'nms': False}", "channels": "3"} | more


def image(kind=FLOAT, batch=1, width=SIDE, height=SIDE, name="images"):
    return value(name, kind, batch, 3, height, width)


def names_of(classes):
    return COLOURS[:classes] if classes <= 3 else [f"thing's no. {number}" for number in range(classes)]


def box_table(grow=(1.9, 2.3)):
    """[4,A]: x, y, width, height in pixels. Neighbours overlap, so that suppression has something to do."""
    at = cells()
    return numpy.stack([at[:, 0], at[:, 1], at[:, 2] * grow[0], at[:, 2] * grow[1]])


def keypoint_table(points):
    """[points,2,A]"""
    at = cells()
    turn = numpy.linspace(0, 6, points)[:, None]
    return numpy.stack([at[:, 0] + at[:, 2] * numpy.cos(turn), at[:, 1] + at[:, 2] * numpy.sin(turn)], axis=1).astype(numpy.float32)


def angles():
    return numpy.linspace(-.7, 2.2, len(cells()), dtype=numpy.float32)


def mask_weights(coefficients=32):
    random = numpy.random.default_rng(5)
    return random.normal(0, 1, (coefficients, len(cells()))).astype(numpy.float32), random.normal(0, 1, (coefficients, 3)).astype(numpy.float32)


def prototypes(graph, shares):
    """[1,32,24,24]: mixtures of the colours, which lie around zero."""
    small = graph.node("AveragePool", shares, kernel_shape=[4, 4], strides=[4, 4])
    middle = graph.node("Sub", small, graph.constant(.5))
    return graph.node("Conv", middle, graph.constant(mask_weights()[1].reshape(32, 3, 1, 1)), out="output1")


def prototypes_of(picture):
    side = SIDE // 4
    return (mask_weights()[1] @ (pooled(picture, 4) - .5)).reshape(32, side, side)


def extra_rows(graph, colours, task, keypoints=17):
    """Names of what stands behind the scores of YOLOv8: [1,n,A]."""
    if task == "obb":
        return [graph.constant(angles().reshape(1, 1, -1))]
    if task == "segment":
        return [graph.constant(mask_weights()[0][None])]
    if task != "pose":
        return []
    seen = graph.mixed(colours, mixture(1))
    return [part for point in keypoint_table(keypoints) for part in (graph.constant(point[None]), seen)]


def extra_rows_of(colours, task, keypoints=17):
    if task == "obb":
        return [angles()[None]]
    if task == "segment":
        return [mask_weights()[0]]
    if task != "pose":
        return []
    seen = mixture(1) @ colours
    return [part for point in keypoint_table(keypoints) for part in (point, seen)]


def written_by(tensorflow):
    """TensorFlow's exports take NHWC and give boxes as shares of the input's sides."""
    return {"layout": "nhwc", "box_unit": "shares"} if tensorflow else {"layout": "nchw", "box_unit": "pixels"}


def yolov8(name, classes, task="detect", metadata=True, batch=1, open_sizes=False, kind=FLOAT, output="output0", quantised=False, opset=13, tensorflow=False):
    graph = Graph()
    source = "images" if kind == FLOAT else graph.node("Cast", "images", to=FLOAT)
    source = graph.node("Transpose", source, perm=[0, 3, 1, 2]) if tensorflow else source
    shares = graph.node("Identity", source)
    if quantised:
        steps = graph.constant(1 / 255), graph.constant(0, numpy.uint8)
        shares = graph.node("DequantizeLinear", graph.node("QuantizeLinear", shares, *steps), *steps)
    colours = graph.colours(shares)
    boxes = box_table() / SIDE if tensorflow else box_table()
    parts = [graph.constant(boxes[None]), graph.mixed(colours, mixture(classes)), *extra_rows(graph, colours, task)]
    table = graph.node("Concat", *parts, axis=1, **({"out": output} if kind == FLOAT else {}))
    if kind == HALF:
        graph.node("Cast", table, to=HALF, out=output)
    rows = 4 + classes + {"detect": 0, "obb": 1, "segment": 32, "pose": 51}[task]
    side = ("height", "width") if open_sizes else (SIDE, SIDE)
    results = [value(output, kind, batch, rows, "anchors" if open_sizes else len(cells()))]
    if task == "segment":
        prototypes(graph, shares)
        results.append(value("output1", FLOAT, batch, 32, *(("h", "w") if open_sizes else (SIDE // 4, SIDE // 4))))
    props = ultralytics(task, names_of(classes), **({"kpt_shape": "[17, 3]"} if task == "pose" else {})) if metadata is True else metadata
    shape = (*side, 3) if tensorflow else (3, *side)
    data = graph.model([value("images", kind, batch, *shape)], results, props, opset)

    def answer(picture, _):
        found = colours_of((picture * 255).round() / 255 if quantised else picture)
        parts = [box_table(), mixture(classes) @ found, *extra_rows_of(found, task)]
        return {"output": numpy.concatenate(parts), "prototypes": prototypes_of(picture) if task == "segment" else None}

    labels = names_of(classes) if metadata else []
    return Tiny(name, data, "yolov8", task, answer, labels, classes, {"deviation": [255, 255, 255]} | written_by(tensorflow))


def yolov5(name, classes, task="detect", metadata=True, heads=False, tensorflow=False):
    graph = Graph()
    colours = graph.colours(graph.node("Transpose", "images", perm=[0, 3, 1, 2]) if tensorflow else "images")
    three = graph.node("Concat", colours, colours, colours, axis=2)
    scores = graph.mixed(three, mixture(classes))
    objectness = graph.node("ReduceMax", three, axes=[1], keepdims=1)
    boxes = numpy.concatenate([box_table((1.9, 2.3)), box_table((2.8, 1.2)), box_table((1.1, 3.2))], axis=1)
    parts = [graph.constant(boxes[None] / (SIDE if tensorflow else 1)), objectness, scores]
    if task == "segment":
        parts.append(graph.constant(numpy.tile(mask_weights()[0], (1, 3))[None]))
    graph.node("Transpose", graph.node("Concat", *parts, axis=1), perm=[0, 2, 1], out="output0")
    width = 5 + classes + (32 if task == "segment" else 0)
    results = [value("output0", FLOAT, 1, 3 * len(cells()), width)]
    if task == "segment":
        prototypes(graph, "images")
        results.append(value("output1", FLOAT, 1, 32, SIDE // 4, SIDE // 4))
    if heads:  # as older exports have them beside the table
        for stride in STRIDES:
            shape = graph.constant([1, 3, SIDE // stride, SIDE // stride, width], numpy.int64)
            graph.node("Expand", graph.constant(numpy.zeros((1, 1, 1, 1, 1))), shape, out=f"raw{stride}")
            results.append(value(f"raw{stride}", FLOAT, 1, 3, SIDE // stride, SIDE // stride, width))
    props = {"stride": "32", "names": str(dict(enumerate(names_of(classes))))} if metadata else None

    def answer(picture, _):
        found = numpy.tile(colours_of(picture), (1, 3))
        parts = [boxes, found.max(axis=0, keepdims=True), mixture(classes) @ found]
        if task == "segment":
            parts.append(numpy.tile(mask_weights()[0], (1, 3)))
        return {"output": numpy.concatenate(parts).T, "prototypes": prototypes_of(picture) if task == "segment" else None}

    labels = names_of(classes) if metadata else []
    taken = value("images", FLOAT, 1, SIDE, SIDE, 3) if tensorflow else image()
    return Tiny(name, graph.model([taken], results, props), "yolov5", task, answer, labels, classes, {"nms_iou": .45} | written_by(tensorflow))


def yolox(name, classes, width=SIDE):
    graph, count = Graph(), len(cells(width, height=SIDE))
    shares = graph.shares("images", 0, 1)
    colours = graph.colours(shares)
    boxes = numpy.tile([[.4], [.6], [.65], [.85]], (1, count))
    parts = [graph.constant(boxes[None]), graph.node("ReduceMax", colours, axes=[1], keepdims=1), graph.mixed(colours, mixture(classes))]
    graph.node("Transpose", graph.node("Concat", *parts, axis=1), perm=[0, 2, 1], out="output")

    def answer(picture, _):
        found = colours_of(picture[::-1])
        return {"output": numpy.concatenate([boxes, found.max(axis=0, keepdims=True), mixture(classes) @ found]).T}

    data = graph.model([image(width=width)], [value("output", FLOAT, 1, count, 5 + classes)])
    return Tiny(name, data, "yolox", "detect", answer, [], classes, {"colour": "bgr", "deviation": [1, 1, 1]}, "letterbox_top_left", (width, SIDE))


def open_table(name, family, classes):
    """Every size of the file is open, and nothing is said: only a run tells which table it is. Each cell finds the same box."""
    side, copies, box = 640, 3 if family == "yolov5" else 1, numpy.array([[300], [310], [200], [150]], numpy.float32)
    graph = Graph()
    columns = graph.node("Concat", *[graph.colours("images")] * copies, axis=2)
    best = graph.node("ReduceMax", columns, axes=[1], keepdims=1)
    boxes = graph.node("Add", graph.node("Mul", best, graph.constant(0)), graph.constant(box[None]))
    scores = graph.mixed(columns, mixture(classes))
    if family == "yolov8":
        graph.node("Concat", boxes, scores, axis=1, out="output0")
    else:
        graph.node("Transpose", graph.node("Concat", boxes, best, scores, axis=1), perm=[0, 2, 1], out="output0")

    def answer(picture, _):
        found = numpy.tile(colours_of(picture), (1, copies))
        boxes, scores = numpy.tile(box, (1, found.shape[1])), mixture(classes) @ found
        return {"output": numpy.concatenate([boxes, scores] if family == "yolov8" else [boxes, found.max(axis=0, keepdims=True), scores])}

    shape = ("batch", 4 + classes, "anchors") if family == "yolov8" else ("batch", "anchors", 5 + classes)
    data = graph.model([image(batch="batch", width="width", height="height")], [value("output0", FLOAT, *shape)])
    twin = answer if family == "yolov8" else lambda picture, photo: {"output": answer(picture, photo)["output"].T}
    return Tiny(name, data, family, "detect", twin, [], classes, {"deviation": [255, 255, 255]}, size=(side, side))


def answers(graph, colours, classes, boxes, extra=()):
    """[1,300,6+extra]: a row for each of the first cells, then rows of zeros."""
    scores = graph.mixed(colours, mixture(classes))
    score = graph.node("ReduceMax", scores, axes=[1], keepdims=1)
    index = graph.node("Cast", graph.node("ArgMax", scores, axis=1, keepdims=1), to=FLOAT)
    rows = graph.node("Transpose", graph.node("Concat", graph.constant(boxes[None]), score, index, *extra, axis=1), perm=[0, 2, 1])
    missing = QUERIES - boxes.shape[1]
    return graph.node("Pad", rows, graph.constant([0, 0, 0, 0, missing, 0], numpy.int64), out="output0")


def corner_table():
    x, y, width, height = box_table((.9, 1.4))
    return numpy.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2])


def end2end(name, classes, task="detect", metadata=None):
    graph = Graph()
    colours = graph.colours("images")
    boxes = box_table((.9, 1.4)) if task == "obb" else corner_table()
    answers(graph, colours, classes, boxes, extra_rows(graph, colours, task))
    results = [value("output0", FLOAT, 1, QUERIES, 6 + {"detect": 0, "obb": 1, "segment": 32, "pose": 51}[task])]
    if task == "segment":
        prototypes(graph, "images")
        results.append(value("output1", FLOAT, 1, 32, SIDE // 4, SIDE // 4))

    def answer(picture, _):
        found = colours_of(picture)
        scores = mixture(classes) @ found
        parts = [boxes, scores.max(axis=0, keepdims=True), scores.argmax(axis=0)[None], *extra_rows_of(found, task)]
        return {"output": numpy.concatenate(parts).T, "prototypes": prototypes_of(picture) if task == "segment" else None}

    return Tiny(name, graph.model([image()], results, metadata), "yolo_end2end", task, answer, names_of(classes) if metadata else [], classes)


def rtdetr_ultralytics(name, classes, metadata=None):
    graph = Graph()
    colours = graph.colours("images")
    boxes = box_table((.9, 1.4)) / SIDE
    rows = graph.node("Transpose", graph.node("Concat", graph.constant(boxes[None]), graph.mixed(colours, mixture(classes)), axis=1), perm=[0, 2, 1])
    graph.node("Pad", rows, graph.constant([0, 0, 0, 0, QUERIES - boxes.shape[1], 0], numpy.int64), out="output0")

    def answer(picture, _):
        return {"output": numpy.concatenate([boxes, mixture(classes) @ colours_of(picture)]).T}

    data = graph.model([image()], [value("output0", FLOAT, 1, QUERIES, 4 + classes)], metadata)
    return Tiny(name, data, "rtdetr_ultralytics", "detect", answer, names_of(classes) if metadata else [], classes, fit="stretch")


def rtdetr(name, classes, names=("labels", "boxes", "scores"), batch="N"):
    graph = Graph()
    colours = graph.colours("images")
    scores = graph.mixed(colours, mixture(classes))
    graph.node("ArgMax", scores, axis=1, keepdims=0, out=names[0])
    graph.node("ReduceMax", scores, axes=[1], keepdims=0, out=names[2])
    size = graph.node("Cast", "orig_target_sizes", to=FLOAT)
    shares = (corner_table() / SIDE).clip(0, 1)
    sizes = graph.node("Unsqueeze", graph.node("Concat", size, size, axis=1), graph.constant([1], numpy.int64))
    graph.node("Mul", graph.constant(shares.T[None]), sizes, out=names[1])

    def answer(picture, photo):
        scores = mixture(classes) @ colours_of(picture)
        return {"labels": scores.argmax(axis=0), "scores": scores.max(axis=0), "boxes": shares.T * numpy.array([*photo, *photo])}

    count = len(cells())
    results = [value(names[0], LONG, batch, count), value(names[1], FLOAT, batch, count, 4), value(names[2], FLOAT, batch, count)]
    data = graph.model([image(batch=batch), value("orig_target_sizes", LONG, batch, 2)], results)
    return Tiny(name, data, "rtdetr", "detect", answer, [], classes, {"interpolation": "bilinear_antialias"}, "stretch")


def ssd(name, classes, side=300, raw=False):
    """Takes photos of any size and resizes them to `side` inside. `raw`: with the eight outputs and the names of TensorFlow 2, else those of TensorFlow 1."""
    graph, source, end = Graph(), *(("input_tensor", "") if raw else ("image_tensor", ":0"))
    planes = graph.node("Transpose", graph.node("Cast", source, to=FLOAT), perm=[0, 3, 1, 2])
    inside = graph.node("Resize", planes, "", "", graph.constant([1, 3, side, side], numpy.int64), mode="linear", coordinate_transformation_mode="half_pixel")
    colours = graph.colours(graph.node("Div", inside, graph.constant(255)), (100,))
    scores = graph.mixed(colours, mixture(classes))
    graph.node("ReduceMax", scores, axes=[1], keepdims=0, out=f"detection_scores{end}")
    index = graph.node("Cast", graph.node("ArgMax", scores, axis=1, keepdims=0), to=FLOAT)
    graph.node("Add", index, graph.constant(1), out=f"detection_classes{end}")
    at = cells(side, (100,)) / side
    boxes = numpy.stack([at[:, 1] - .1, at[:, 0] - .15, at[:, 1] + .1, at[:, 0] + .15], axis=1)
    graph.node("Identity", graph.constant(boxes[None]), out=f"detection_boxes{end}")
    graph.node("Identity", graph.constant([len(boxes) - 1]), out=f"num_detections{end}")

    def answer(picture, _):
        inside = reference.resize(picture.transpose(1, 2, 0), side, side).transpose(2, 0, 1)
        scores = mixture(classes) @ colours_of(inside, (100,))
        return {"boxes": boxes, "scores": scores.max(axis=0), "labels": scores.argmax(axis=0) + 1, "count": len(boxes) - 1}

    results = [value(f"detection_boxes{end}", FLOAT, 1, len(boxes), 4), value(f"detection_classes{end}", FLOAT, 1, len(boxes)),
               value(f"detection_scores{end}", FLOAT, 1, len(boxes)), value(f"num_detections{end}", FLOAT, 1)]
    if raw:
        more = {"detection_anchor_indices": (1, len(boxes)), "detection_multiclass_scores": (1, len(boxes), classes + 1),
                "raw_detection_boxes": (1, 1917, 4), "raw_detection_scores": (1, 1917, classes + 1)}
        for output, shape in more.items():
            graph.node("Identity", graph.constant(numpy.zeros(shape)), out=output)
            results.append(value(output, FLOAT, *shape))
    data = graph.model([value(source, BYTE, 1, "h", "w", 3)], results)
    recipe = {"layout": "nhwc", "interpolation": "bilinear_antialias"}
    return Tiny(name, data, "ssd", "detect", answer, [], classes, recipe, "own_aspect", (1024, 1024), bytes_in=True)


def ultraface(name, names=("scores", "boxes"), width=128, height=96):
    at = numpy.array([((column + .5) * stride, (row + .5) * stride, stride * (1.5 + copy)) for stride, copies in ((8, 3), (16, 2), (32, 2), (64, 3))
                      for row in range(-(-height // stride)) for column in range(-(-width // stride)) for copy in range(copies)], numpy.float32)
    weights = numpy.random.default_rng(3).dirichlet([.3, .3, .3], len(at)).astype(numpy.float32)
    size = numpy.array([width, height])
    boxes = numpy.concatenate([(at[:, :2] - at[:, 2:] / 2) / size, (at[:, :2] + at[:, 2:] / 2) / size], axis=1)
    graph = Graph()
    shares = graph.shares("input", 127, 128)
    whole = graph.node("Reshape", graph.node("GlobalAveragePool", shares), graph.constant([1, 3, 1], numpy.int64))
    face = graph.node("Clip", graph.mixed(whole, weights * 1.7), graph.constant(0), graph.constant(1))
    graph.node("Concat", graph.node("Sub", graph.constant(1), face), face, axis=2, out=names[0])
    graph.node("Identity", graph.constant(boxes[None]), out=names[1])

    def answer(picture, _):
        face = (weights * 1.7 @ picture.mean(axis=(1, 2))).clip(0, 1)
        return {"scores": numpy.stack([1 - face, face], axis=1), "boxes": boxes}

    data = graph.model([value("input", FLOAT, 1, 3, height, width)], [value(names[0], FLOAT, 1, len(at), 2), value(names[1], FLOAT, 1, len(at), 4)])
    recipe = {"confidence_threshold": .7, "nms_iou": .3, "mean": [127, 127, 127], "deviation": [128, 128, 128]}
    return Tiny(name, data, "ultraface", "detect", answer, ["face"], 1, recipe, "stretch", (width, height))


def vector_weights(count, gain):
    return (numpy.random.default_rng(count).normal(0, gain, (count, 49 * 3))).astype(numpy.float32)


def classifier(name, classes, metadata=None, softmax=False, family="classifier", output="output", open_sizes=False, nhwc=False, batch="batch_size", channels=3, kind=FLOAT,
               source="input"):
    """Looks at 7 x 7 cells of a picture of 224 x 224. An open size is measured, as global pooling would."""
    side, stride = 224, 32
    of_ultralytics, told = metadata is not None and "author" in metadata, metadata is not None and "mean" in metadata
    mean, deviation = (0, 255) if of_ultralytics else (127.5, 51) if told else (CLIP_MEAN, CLIP_DEVIATION) if family == "clip" else (IMAGENET_MEAN, IMAGENET_DEVIATION)
    graph = Graph()
    picture = graph.node("Transpose", source, perm=[0, 3, 1, 2]) if nhwc else source
    picture = graph.node("Cast", picture, to=FLOAT) if kind == HALF else picture
    colours = graph.colours(graph.shares(picture, mean, deviation), (stride,))
    flat = graph.node("Reshape", colours, graph.constant([1, -1], numpy.int64))
    weights = vector_weights(classes, .4)
    last = graph.node("MatMul", flat, graph.constant(weights.T))
    last = graph.node("Softmax", last, axis=1) if softmax else last
    graph.node("Cast", last, to=kind, out=output)

    def answer(picture, _):
        return {"output": weights @ colours_of(picture, (stride,)).reshape(-1)}

    sides = ("h", "w") if open_sizes else (side, side)
    shape = (batch, *sides, 3) if nhwc else (batch, channels, *sides)
    data = graph.model([value(source, kind, *shape)], [value(output, kind, batch, classes)], metadata)
    labels = names_of(classes) if of_ultralytics else []
    recipe = {"crop_share": 1 if of_ultralytics or family == "clip" else .875, "interpolation": "bicubic" if family == "clip" else "bilinear_antialias"}
    if told:
        recipe = {"crop_share": .9, "interpolation": "bicubic", "mean": [127.5] * 3, "deviation": [51] * 3}
    if family == "classifier":
        recipe["activation"] = "none" if softmax else "softmax"
    return Tiny(name, data, family, "embed" if family == "clip" else "classify", answer, labels, classes, recipe, "centre_crop", (side, side),
                extra={"mean": mean, "deviation": deviation})


def small_classifier(name, end=None):
    """Numbers that lie in 0..1 for most photos, of two classes: logits, or what the operator `end` makes of them."""
    side, weights, offsets = 224, numpy.array([[.3, -.3], [.1, 0], [0, .2]], numpy.float32), numpy.array([.5, .4], numpy.float32)
    graph = Graph()
    whole = graph.node("Reshape", graph.node("GlobalAveragePool", "input"), graph.constant([1, 3], numpy.int64))
    logits = graph.node("Add", graph.node("MatMul", whole, graph.constant(weights)), graph.constant(offsets))
    graph.node("Reshape", graph.node(end, logits) if end else logits, graph.constant([1, 2], numpy.int64), out="output")

    def answer(picture, _):
        values = ((picture * 255).mean(axis=(1, 2)) - IMAGENET_MEAN) / IMAGENET_DEVIATION @ weights + offsets
        return {"output": 1 / (1 + numpy.exp(-values)) if end == "Sigmoid" else values}

    data = graph.model([value("input", FLOAT, "N", 3, side, side)], [value("output", FLOAT, "N", 2)])
    recipe = {"crop_share": .875, "interpolation": "bilinear_antialias", "activation": "none" if end else "softmax"}
    return Tiny(name, data, "classifier", "classify", answer, [], 2, recipe, "centre_crop", (side, side),
                extra={"mean": IMAGENET_MEAN, "deviation": IMAGENET_DEVIATION, "scores": end is not None})


def maps(name, family, channels, side=SIDE, count=1, numbers=False, lowered=0, recipe=None):
    """Maps at a quarter of the input's size (semantic), or at all of it (u2net); `lowered`, so that scores become logits."""
    graph = Graph()
    stride = 1 if family == "u2net" else 4
    shares = graph.shares("input", IMAGENET_MEAN, IMAGENET_DEVIATION)
    small = graph.node("AveragePool", shares, kernel_shape=[stride, stride], strides=[stride, stride])
    weights = mixture(channels)
    outputs = [f"d{number}" for number in range(count)]
    for number, output in enumerate(outputs):
        mixed = graph.node("Conv", small, graph.constant(weights.reshape(channels, 3, 1, 1) * (1 + number)))
        if not numbers:
            graph.node("Sub", mixed, graph.constant(lowered), out=output)
    if numbers:
        graph.node("ArgMax", mixed, axis=1, keepdims=0, out=outputs[0])

    def answer(picture, _):
        part = side // stride
        return {"output": (weights @ pooled(picture, stride)).reshape(channels, part, part) - lowered}

    part = side // stride
    results = [value(output, LONG, 1, part, part) if numbers else value(output, FLOAT, 1, channels, part, part) for output in outputs]
    data = graph.model([value("input", FLOAT, 1, 3, side, side)], results)
    return Tiny(name, data, family, "mask" if family == "u2net" else "semantic", answer, [], channels, recipe or {}, "stretch", (side, side))


def e2e_metadata(task, names, **more):
    return ultralytics(task, names, description="Ultralytics YOLO26n model", end2end="True", **more)


def make_models():
    return [
        yolox("yolox", 3), yolox("yolox_one_class", 1), yolox("yolox_many", 80), yolox("yolox_wide", 2, width=160),
        yolov8("yolov8", 3), yolov8("yolov8_many", 80), yolov8("yolov8_one_class", 1), yolov8("yolov8_two_classes", 2),
        yolov8("yolov8_bare", 3, metadata=None, output="renamed"), yolov8("yolov8_one_class_bare", 1, metadata=None),
        yolov8("yolov8_opset_11", 3, opset=11), yolov8("yolov8_opset_21", 3, opset=21), yolov8("yolov8_half_bare", 3, kind=HALF, metadata=None),
        yolov8("yolov8_open", 3, batch="batch", open_sizes=True), yolov8("yolov8_half", 3, kind=HALF), yolov8("yolov8_int8", 3, quantised=True),
        yolov8("yolo26_anchors", 3, metadata=ultralytics("detect", COLOURS, description="Ultralytics YOLO26n model", end2end="False")),
        yolov8("yolov8_segment", 3, "segment"), yolov8("yolov8_pose", 1, "pose"), yolov8("yolov8_obb", 3, "obb"),
        yolov8("yolov8_segment_bare", 2, "segment", metadata=None), yolov8("yolov8_pose_bare", 1, "pose", metadata=None),
        yolov8("yolov8_obb_bare", 3, "obb", metadata=None), yolov8("yolov8_obb_one_class", 1, "obb"), yolov8("yolov8_segment_one_class_bare", 1, "segment", metadata=None),
        yolov8("yolov8_tensorflow", 3, metadata=None, tensorflow=True), yolov5("yolov5_tensorflow", 2, metadata=False, tensorflow=True),
        yolov5("yolov5", 3), yolov5("yolov5_bare", 2, metadata=False), yolov5("yolov5_one_class_bare", 1, metadata=False), yolov5("yolov5_with_heads", 80, heads=True),
        yolov5("yolov5_segment", 3, "segment"),
        open_table("yolov8_open_bare", "yolov8", 3), open_table("yolov5_open_bare", "yolov5", 2),
        end2end("yolo26", 3, metadata=e2e_metadata("detect", COLOURS)), end2end("yolov10_bare", 3), end2end("yolov10_one_class_bare", 1),
        end2end("yolov10", 80, metadata=ultralytics("detect", names_of(80), description="Ultralytics YOLOv10n model", args="{'nms': False}")),
        end2end("yolov8_nms", 2, metadata=ultralytics("detect", names_of(2), args="{'batch': 1, 'nms': True, 'opset': None}")),
        end2end("yolov8_segment_nms", 2, "segment", ultralytics("segment", names_of(2), args="{'nms': True}")),
        end2end("yolo26_segment", 3, "segment", e2e_metadata("segment", COLOURS)), end2end("yolo26_obb", 3, "obb", e2e_metadata("obb", COLOURS)),
        end2end("yolo26_pose", 1, "pose", e2e_metadata("pose", names_of(1), kpt_shape="[17, 3]")),
        rtdetr("rtdetr", 3), rtdetr("dfine_renamed", 80, ("a", "b", "c"), 1),
        rtdetr_ultralytics("rtdetr_ultralytics", 3, ultralytics("detect", COLOURS, description="Ultralytics rtdetr-l model trained on tiny.yaml")),
        rtdetr_ultralytics("rtdetr_two_classes_bare", 2), rtdetr_ultralytics("rtdetr_one_class_bare", 1),
        ssd("ssd", 3), ssd("ssd_tensorflow2", 3, raw=True), ultraface("ultraface"), ultraface("ultraface_renamed", ("one", "other")),
        classifier("classifier", 10), classifier("classifier_softmax", 1000, softmax=True), classifier("classifier_open", 4, open_sizes=True),
        classifier("classifier_all_open", 3, open_sizes=True, channels="channels"), classifier("classifier_half", 10, kind=HALF),
        classifier("classifier_ultralytics_two", 2, ultralytics("classify", names_of(2), imgsz="[224, 224]"), softmax=True),
        classifier("classifier_ultralytics", 3, ultralytics("classify", COLOURS, imgsz="[224, 224]"), softmax=True),
        classifier("classifier_told", 10, {"mean": "(0.5, 0.5, 0.5)", "std": "[0.2, 0.2, 0.2]", "crop_pct": "0.9", "interpolation": "bicubic", "input_size": "(3, 224, 224)"}),
        small_classifier("classifier_small_logits"),
        classifier("clip", 512, family="clip", output="image_embeds"),
        maps("u2net", "u2net", 1, 64, 7), maps("semantic", "semantic", 5), maps("semantic_numbers", "semantic", 5, numbers=True),
        maps("semantic_one_score", "semantic", 1, recipe={"activation": "none", "confidence_threshold": .5}),
        maps("semantic_one_logit", "semantic", 1, lowered=.4, recipe={"activation": "sigmoid", "confidence_threshold": .5}),
    ]


def write_models(folder):
    for tiny in make_models():
        (folder / f"family_{tiny.name}.onnx").write_bytes(tiny.data)
