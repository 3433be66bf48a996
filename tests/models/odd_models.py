"""ONNX files that must be refused, each with the words that its owner needs, and with what a sidecar can do about it."""
import dataclasses

import numpy
import onnx
from family_models import COLOURS, FLOAT, LONG, SIDE, Graph, cells, classifier, image, maps, small_classifier, ultralytics, value, yolov8
from onnx import helper


@dataclasses.dataclass
class Odd:
    name: str
    data: bytes
    words: list
    candidates: list = dataclasses.field(default_factory=list)
    sidecar: str = None
    labels: str = None
    cure: tuple = None  # a sidecar, and the family and task that it leads to


def constant(outputs, inputs=None, metadata=None, opset=13):
    """A model that gives these arrays, whatever it sees."""
    graph = Graph()
    nothing = graph.node("Mul", graph.node("ReduceMean", (inputs or [image()])[0].name, axes=[1, 2, 3], keepdims=0), graph.constant(0))
    results = []
    for name, array in outputs.items():
        array = numpy.asarray(array, numpy.float32)
        shaped = graph.node("Reshape", nothing, graph.constant([1] * array.ndim, numpy.int64))
        graph.node("Add", graph.constant(array), shaped, out=name)
        results.append(value(name, FLOAT, *array.shape))
    return graph.model(inputs or [image()], results, metadata, opset)


def changed(data, change):
    model = onnx.load_from_string(data)
    change(model)
    return model.SerializeToString()


def zeros(*shape):
    return numpy.zeros(shape, numpy.float32)


def decoded_yolox():
    at = cells()
    table = numpy.concatenate([at[:, :2], at[:, 2:] * 2, at[:, 2:] * 2, numpy.full((len(at), 4), .1)], axis=1)
    return constant({"output": table[None]})


def shares(*shape):
    """Numbers in 0..1 without any order."""
    return numpy.random.default_rng(7).uniform(.05, .95, shape)


def corner_shares(rows, classes=2):
    """Boxes as corners in 0..1, a score, a class: nobody's layout."""
    table = shares(1, rows, 6)
    table[..., 2:4] = table[..., :2] + .04
    table[..., 5] = numpy.arange(rows) % classes
    return table


def letters():
    """Of 40 places in a line of text, how likely each of 97 letters is."""
    table = shares(1, 40, 97)
    return table / table.sum(axis=2, keepdims=True)


def in_pixels(columns):
    """A row for each cell: centre and size in pixels, then numbers that scores might be. YOLOv6 has 1 as the first of them."""
    at = cells()
    table = numpy.concatenate([at[:, :2], at[:, 2:] * 2, at[:, 2:] * 2, shares(len(at), columns)], axis=1)
    return table[None]


def in_three_anchors(columns):
    return numpy.repeat(in_pixels(columns - 4), 3, axis=1)


def yolov6():
    table = in_pixels(4)
    table[..., 4] = 1
    return constant({"outputs": table})


def not_a_number():
    table = zeros(1, 7, len(cells()))
    table[0, 5, 7] = numpy.nan
    return constant({"output0": table}, metadata=ultralytics("detect", COLOURS))


def yolov7_end2end():
    """A row for each find, of which there are as many as there are pixels of a certain brightness: their count is open."""
    graph = Graph()
    places = graph.node("NonZero", image().name)
    rows = graph.node("Transpose", places, perm=[1, 0])
    wide = graph.node("Cast", graph.node("Concat", rows, graph.node("Slice", rows, graph.constant([0], numpy.int64), graph.constant([3], numpy.int64),
                                                                      graph.constant([1], numpy.int64)), axis=1), to=FLOAT)
    graph.node("Identity", wide, out="output")
    return graph.model([image()], [value("output", FLOAT, "finds", 7)])


def one_find(graph):
    """The place of a pixel, as a row of four whole numbers, of which there might be more: their count is open."""
    rows = graph.node("Transpose", graph.node("NonZero", image().name), perm=[1, 0])
    return graph.node("Slice", rows, graph.constant([0], numpy.int64), graph.constant([1], numpy.int64), graph.constant([0], numpy.int64))


def torchvision():
    graph = Graph()
    find = one_find(graph)
    graph.node("Cast", find, to=FLOAT, out="boxes")
    first = graph.node("Slice", find, graph.constant([0], numpy.int64), graph.constant([1], numpy.int64), graph.constant([1], numpy.int64))
    graph.node("Reshape", first, graph.constant([-1], numpy.int64), out="labels")
    graph.node("Cast", graph.node("Reshape", first, graph.constant([-1], numpy.int64)), to=FLOAT, out="scores")
    return graph.model([image()], [value("boxes", FLOAT, "finds", 4), value("labels", LONG, "finds"), value("scores", FLOAT, "finds")])


def rows_of_finds():
    """Corners, score, class."""
    graph = Graph()
    find = one_find(graph)
    two = graph.node("Slice", find, graph.constant([0], numpy.int64), graph.constant([2], numpy.int64), graph.constant([1], numpy.int64))
    graph.node("Cast", graph.node("Concat", find, two, axis=1), to=FLOAT, out="output")
    return graph.model([image()], [value("output", FLOAT, "finds", 6)])


def custom_operator(model):
    node = model.graph.node[-1]
    node.op_type, node.domain = "MagicAdd", "com.example"
    model.opset_import.append(helper.make_opsetid("com.example", 1))


def external_weights(model):
    tensor = model.graph.initializer[0]
    tensor.data_location = onnx.TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "weights.bin"


def set_ir(model):
    model.ir_version = 99


def set_opset(model):
    model.opset_import[0].version = 99


def make_models():
    good = yolov8("good", 3).data
    anchors = len(cells())
    heads = {f"head{stride}": zeros(1, 3, SIDE // stride, SIDE // stride, 85) for stride in (8, 16, 32)}
    flat_heads = {f"head{stride}": zeros(1, 255, SIDE // stride, SIDE // stride) for stride in (8, 16, 32)}
    two = value("depth", FLOAT, 1, 1, SIDE, SIDE)
    return [
        Odd("silent_rows", constant({"output0": zeros(1, 300, 6)}), ["could be read as", 'family = "', "model.toml"],
            ["yolo_end2end", "rtdetr_ultralytics"], cure=('family = "rtdetr_ultralytics"\n', "rtdetr_ultralytics", "detect")),
        Odd("matte", constant({"alpha": shares(1, SIDE, SIDE)}), ["has 300 rows", "alpha float32"], ["rtdetr_ultralytics"]),
        Odd("matte_of_300", constant({"alpha": shares(1, 300, 300)}, [image(width=300, height=300)]), ["pixels on a side"], ["rtdetr_ultralytics"]),
        Odd("letters", constant({"softmax": letters()}, [image(width=320, height=48)]), ["has 300 rows"], ["rtdetr_ultralytics"]),
        Odd("corner_shares", constant({"rows": corner_shares(100)}), ["has 300 rows"], ["rtdetr_ultralytics"]),
        Odd("corner_shares_of_300", constant({"rows": corner_shares(300)}), ["whole numbers only"], ["rtdetr_ultralytics"]),
        Odd("corner_shares_of_one_class", constant({"rows": corner_shares(300, 1)}), ["whole numbers only"], ["rtdetr_ultralytics"]),
        Odd("landmarks", constant({"output": shares(1, 136)}, [image(width=112, height=112)]), ["coordinates", 'family = "classifier"'], ["classifier"],
            cure=('family = "classifier"\n', "classifier", "classify")),
        Odd("landmarks_in_pixels", constant({"output": shares(1, 136) * 112}, [image(width=112, height=112)]), ["coordinates in pixels", 'family = "classifier"'],
            ["classifier"], cure=('family = "classifier"\n', "classifier", "classify")),
        Odd("several_labels", small_classifier("x", "Sigmoid").data, ["coordinates"], ["classifier"], cure=('family = "classifier"\n', "classifier", "classify")),
        Odd("unit_length", constant({"output": zeros(1, 100) + .1}, [image(width=112, height=112)]), ["had length 1"], ["classifier"],
            cure=('family = "classifier"\n', "classifier", "classify")),
        Odd("square_table", constant({"output0": zeros(1, 84, 84)}, [image(width=64, height=64)]), ["could be read as"], ["yolov8", "yolox"],
            cure=('family = "yolov8"\n', "yolov8", "detect")),
        Odd("plain_512", classifier("x", 512).data, ["could be read as"], ["classifier", "clip"], cure=('family = "clip"\n', "clip", "embed")),
        Odd("one_map", maps("x", "u2net", 1, 64, 1).data, ["could be read as"], ["u2net", "semantic"], cure=('family = "u2net"\n', "u2net", "mask")),
        Odd("keras", classifier("x", 10, nhwc=True).data, ["NHWC", "mean and deviation"], ["classifier"],
            cure=('family = "classifier"\nmean = [127.5, 127.5, 127.5]\ndeviation = [127.5, 127.5, 127.5]\n', "classifier", "classify")),
        Odd("hugging_face_classifier", classifier("x", 10, open_sizes=True, channels="num_channels", source="pixel_values", output="logits").data,
            ["pixel_values", "write mean, deviation and fit", "preprocessor_config.json"], ["classifier"],
            cure=('mean = [127.5, 127.5, 127.5]\ndeviation = [127.5, 127.5, 127.5]\nfit = "stretch"\n', "classifier", "classify")),
        Odd("decoded_yolox", decoded_yolox(), ["in pixels already"], ["yolox"],
            cure=('family = "yolov5"\ncolour = "bgr"\nfit = "letterbox_top_left"\ndeviation = [1, 1, 1]\n', "yolov5", "detect")),
        Odd("raw_heads", constant(heads), ["anchors are not in the file"]),
        Odd("raw_heads_flat", constant(flat_heads), ["anchors are not in the file"]),
        Odd("logits", constant({"output0": zeros(1, 7, anchors) + 7}, metadata=ultralytics("detect", COLOURS)), ["last activation"]),
        Odd("rf_detr", constant({"dets": zeros(1, 300, 4), "labels": zeros(1, 300, 4)}), ["RF-DETR"]),
        Odd("hugging_face", constant({"logits": zeros(1, 300, 80), "pred_boxes": zeros(1, 300, 4)}), ["Hugging Face", "not read yet"]),
        Odd("mmdetection", constant({"dets": zeros(1, 100, 5), "labels": zeros(1, 100)}), ["mmdetection", "not read yet"]),
        Odd("yolov6", yolov6(), ["in pixels already", 'family = "yolov5" if it is a YOLOv6'], ["yolox"], cure=('family = "yolov5"\n', "yolov5", "detect")),
        Odd("yolov8_turned", constant({"output0": in_pixels(3)}), ["in pixels already"], ["yolox"]),
        Odd("yolov8_turned_shares", constant({"output0": in_pixels(3) / ([SIDE] * 4 + [1] * 3)}), ["YOLOX does not write", "[1,4+classes,n]"], ["yolox"]),
        Odd("yolov9_with_training_branch", constant({f"output{i}": zeros(1, 7, anchors) for i in (0, 1)}), ["may each be its table"], ["yolov8"]),
        Odd("road", constant({"det_out": in_three_anchors(6), "lane_line_seg": zeros(1, 2, SIDE, SIDE)}), ["outputs of another kind"], ["yolov5"],
            cure=('family = "yolov5"\n', "yolov5", "detect")),
        Odd("grid", constant({"grid": zeros(1, 125, 2, 2)}, [image(width=64, height=64)]), ["features or heatmaps"], ["semantic"]),
        Odd("hugging_face_places", constant({"logits": zeros(1, 21, 4, 4)}, [value("pixel_values", FLOAT, 1, 3, 64, 64)]), ["pixel_values", "preprocessor_config.json"],
            ["semantic"], cure=('mean = [0, 0, 0]\ndeviation = [255, 255, 255]\ncolour = "bgr"\n', "semantic", "semantic")),
        Odd("pose_maps", constant({"output": zeros(1, 17, SIDE // 4, SIDE // 4)}), ["heatmaps"], ["semantic"]),
        Odd("two_tables", constant({"boxes": zeros(1, anchors, 4), "scores": zeros(1, anchors, 80)}), ["no family that is known"]),
        Odd("yunet", constant({f"{part}_{stride}": zeros(1, (SIDE // stride)**2, width) for part, width in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10))
                               for stride in (8, 16, 32)}), ["YuNet", "not read yet"]),
        Odd("scrfd", constant({f"{part}{stride}": zeros(2 * (SIDE // stride)**2, width) for part, width in ((4, 1), (5, 4), (6, 10)) for stride in (8, 16, 32)}),
            ["SCRFD", "not read yet"]),
        Odd("scrfd_boxes", constant({f"{part}{stride}": zeros(1, 2 * (SIDE // stride)**2, width) for part, width in ((4, 1), (5, 4)) for stride in (8, 16, 32)}),
            ["SCRFD", "not read yet"]),
        Odd("centerface", constant({name: zeros(1, channels, SIDE // 4, SIDE // 4) for name, channels in (("537", 1), ("538", 2), ("539", 2), ("540", 10))}),
            ["CenterFace", "not read yet"]),
        Odd("yolov7_end2end", yolov7_end2end(), ["--end2end", "--grid alone"]),
        Odd("torchvision", torchvision(), ["boxes, labels and scores apart", 'engine = "http"']),
        Odd("rows_of_finds", rows_of_finds(), ["they may be finds"], ["classifier"], cure=('family = "classifier"\n', "classifier", "classify")),
        Odd("clip_nhwc", constant({"image_embeds": zeros(1, 512) + 1}, [value("images", FLOAT, 1, 224, 224, 3)]), ["mean and deviation"], sidecar='family = "clip"\n',
            cure=('family = "clip"\nmean = [127.5, 127.5, 127.5]\ndeviation = [127.5, 127.5, 127.5]\n', "clip", "embed")),
        Odd("yolox_rows", constant({"output": zeros(1, 100, 8)}), [f"YOLOX would have {anchors} rows"], sidecar='family = "yolox"\n'),
        Odd("yolox_of_ultralytics", constant({"output0": zeros(1, anchors, 8)}, metadata=ultralytics("detect", COLOURS)), ["model.toml"],
            cure=('family = "yolox"\n', "yolox", "detect")),
        Odd("stranger", constant({"y": zeros(1, 2, 3, 5, 7)}), ["no family that is known", "y float32[1,2,3,5,7]"]),
        Odd("not_a_number", not_a_number(), ["NaN"]),
        Odd("other_count", constant({"output0": zeros(1, 9, anchors)}, metadata=ultralytics("detect", COLOURS)), ["metadata names 3 classes"]),
        Odd("batch_of_four", constant({"output0": zeros(4, 7, anchors)}, [image(batch=4)]), ["batch of 1"]),
        Odd("grey", constant({"y": zeros(1, 10)}, [value("images", FLOAT, 1, 1, SIDE, SIDE)]), ["three channels"]),
        Odd("second_input", constant({"output0": zeros(1, 7, anchors)}, [image(), two]), ["could be given to its input depth"]),
        Odd("newer_format", changed(good, set_ir), ["IR version 99"]),
        Odd("newer_operators", changed(good, set_opset), ["opset 99"]),
        Odd("custom_operator", changed(good, custom_operator), ["MagicAdd", "com.example", "custom operators"]),
        Odd("external_weights", changed(good, external_weights), ["external data", "save it as one file"]),
        Odd("wrong_family", good, ["yolox", "cannot be"], sidecar='family = "yolox"\n'),
        Odd("unknown_family", good, ["yolov99", "Known are"], sidecar='family = "yolov99"\n'),
        Odd("wrong_size", good, ["input_width = 320", f"[1,3,{SIDE},{SIDE}]"], sidecar="input_width = 320\n"),
        Odd("wrong_layout", good, ['layout = "nhwc"'], sidecar='layout = "nhwc"\n'),
        Odd("wrong_output", good, ["boxes", "nowhere"], sidecar='outputs = { boxes = "nowhere" }\n'),
        Odd("too_many_labels", good, ["4 labels", "3 classes"], labels="a\nb\nc\nd\n"),
    ]
