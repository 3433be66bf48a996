#!/usr/bin/python3
"""Writes tiny ONNX files and photos for the tests into the folder named on the command line.

Each model has the signature of a family with an output that is known in advance, or is wrong in one way.
"""
import math
import pathlib
import struct
import sys
import zlib

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE = 64
CLASSES = 3
GRIDS = [(SIDE // stride) for stride in (8, 16, 32)]
ROWS = sum(cells * cells for cells in GRIDS)
IMAGES = helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, SIDE, SIDE])


def row_of(level, column, row):
    return sum(cells * cells for cells in GRIDS[:level]) + row * GRIDS[level] + column


def known_output():
    output = numpy.zeros((1, ROWS, 5 + CLASSES), numpy.float32)
    # stride 8, cell (2,3): centre 20,28, size 16 x 24; class 1 at 0.9 * 0.8
    output[0, row_of(0, 2, 3)] = [0.5, 0.5, math.log(2), math.log(3), 0.9, 0.1, 0.8, 0.2]
    # the same object seen from a neighbour, weaker: has to be suppressed
    output[0, row_of(0, 3, 3)] = [-0.5, 0.5, math.log(2), math.log(3), 0.8, 0.1, 0.7, 0.2]
    # the same place, another class, weaker (0.9 * 0.5): goes, since one thing is of one class
    output[0, row_of(0, 2, 2)] = [0.5, 1.5, math.log(2), math.log(3), 0.9, 0.5, 0.1, 0.1]
    # stride 32, cell (0,1): centre 16,48, size 32 x 32; class 2 at 0.6 * 0.7
    output[0, row_of(2, 0, 1)] = [0.5, 0.5, 0, 0, 0.6, 0.1, 0.2, 0.7]
    # below the threshold
    output[0, row_of(1, 0, 0)] = [0.5, 0.5, 0, 0, 0.4, 0.7, 0.1, 0.1]
    return output


def constant_graph(output, inputs=(IMAGES,), shape=None):
    """Adds 0 * mean(images) to the constant, so that the runtime cannot leave the picture out."""
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
        helper.make_node("Reshape", ["nothing", "unit"], ["nothing_3d"]),
        helper.make_node("Add", ["known", "nothing_3d"], ["output"]),
    ]
    initializers = [
        numpy_helper.from_array(output, "known"),
        numpy_helper.from_array(numpy.zeros(1, numpy.float32), "zero"),
        numpy_helper.from_array(numpy.ones(3, numpy.int64), "unit"),
    ]
    result = helper.make_tensor_value_info("output", TensorProto.FLOAT, shape or list(output.shape))
    return helper.make_graph(nodes, "constant", list(inputs), [result], initializers)


def on_the_photo(graph, then, otherwise, out):
    """`then` for the photo of one colour that the tests send, `otherwise` for every other picture, such as that of a probe run."""
    constant = {"first": [0], "second": [1], "third": [2], "fourth": [3], "one": [1], "difference": [128]}
    for name, numbers in constant.items():
        kind = numpy.float32 if name in ("one", "difference") else numpy.int64
        graph.initializer.append(numpy_helper.from_array(numpy.array(numbers, kind), f"on_{name}"))
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["on_channels"], axes=[2, 3], keepdims=0),
        helper.make_node("Slice", ["on_channels", "on_first", "on_second", "on_second"], ["on_blue"]),
        helper.make_node("Slice", ["on_channels", "on_third", "on_fourth", "on_second"], ["on_red"]),
        helper.make_node("Sub", ["on_blue", "on_red"], ["on_apart"]),
        helper.make_node("Sub", ["on_apart", "on_difference"], ["on_off"]),
        helper.make_node("Abs", ["on_off"], ["on_distance"]),
        helper.make_node("Less", ["on_distance", "on_one"], ["on_same"]),
        helper.make_node("Reshape", ["on_same", "on_second"], ["on_photo"]),
        helper.make_node("Where", ["on_photo", then, otherwise], [out]),
    ]
    for place, node in enumerate(nodes):
        graph.node.insert(place, node)


def bad_on_the_photo(output):
    """The known output, save for the photo that the tests send."""
    graph = constant_graph(known_output())
    graph.initializer.append(numpy_helper.from_array(output, "bad"))
    graph.node[3].input[0] = "chosen"
    on_the_photo(graph, "bad", "known", "chosen")
    return graph


def save(folder, name, graph, opsets=(("", 13),)):
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid(*opset) for opset in opsets])
    model.ir_version = 7
    (folder / name).write_bytes(model.SerializeToString())


def looping_graph():
    """A loop of 2^40 rounds over the picture's mean: it ends only when it is told to."""
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go_on"], ["still"]),
            helper.make_node("Add", ["before", "before"], ["doubled"]),
            helper.make_node("Clip", ["doubled"], ["after"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("round", TensorProto.INT64, []),
            helper.make_tensor_value_info("go_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("before", TensorProto.FLOAT, [1]),
        ],
        [
            helper.make_tensor_value_info("still", TensorProto.BOOL, []),
            helper.make_tensor_value_info("after", TensorProto.FLOAT, [1]),
        ],
    )
    graph = constant_graph(known_output())
    graph.node[0].output[0] = "first_mean"
    graph.node.insert(1, helper.make_node("Loop", ["rounds", "yes", "first_mean"], ["mean"], body=body))
    graph.initializer.append(numpy_helper.from_array(numpy.array(2**40, numpy.int64), "rounds"))
    graph.initializer.append(numpy_helper.from_array(numpy.array(True), "yes"))
    return graph


def hungry_graph():
    """Blows the picture's mean up to 16 GB on every run."""
    graph = constant_graph(known_output())
    graph.node[0].output[0] = "first_mean"
    graph.node.insert(1, helper.make_node("Expand", ["first_mean", "huge"], ["expanded"]))
    graph.node.insert(2, helper.make_node("ReduceMax", ["expanded"], ["mean"], keepdims=1))
    graph.initializer.append(numpy_helper.from_array(numpy.array([1 << 32], numpy.int64), "huge"))
    return graph


def external_graph(folder):
    graph = constant_graph(known_output())
    outside = graph.initializer[0]
    outside.ClearField("raw_data")
    outside.data_location = TensorProto.EXTERNAL
    for key, value in (("location", "../../../../../../etc/passwd"), ("offset", "0"), ("length", str(ROWS * (5 + CLASSES) * 4))):
        entry = outside.external_data.add()
        entry.key, entry.value = key, value
    return graph


def write_models(folder):
    save(folder, "known.onnx", constant_graph(known_output()))
    nan = known_output()
    nan[0, 5, 0] = math.nan
    save(folder, "nan.onnx", bad_on_the_photo(nan))
    save(folder, "always_nan.onnx", constant_graph(nan))
    logits = known_output()
    logits[0, row_of(0, 2, 3), 4] = 8.0
    save(folder, "logits.onnx", bad_on_the_photo(logits))
    save(folder, "looping.onnx", looping_graph())
    save(folder, "hungry.onnx", hungry_graph())
    open_batch = helper.make_tensor_value_info("images", TensorProto.FLOAT, ["batch", 3, SIDE, SIDE])
    save(folder, "dynamic.onnx", constant_graph(known_output(), [open_batch], ["batch", ROWS, 5 + CLASSES]))
    save(folder, "ambiguous.onnx", constant_graph(numpy.zeros((1, 300, 6), numpy.float32)))
    all_open = helper.make_tensor_value_info("images", TensorProto.FLOAT, ["n", 3, "h", "w"])
    save(folder, "open_everywhere.onnx", constant_graph(known_output(), [all_open], ["n", "rows", 5 + CLASSES]))
    unknown = constant_graph(known_output())
    unknown.node[1].op_type = "NoSuchOperator"
    save(folder, "unknown_operator.onnx", unknown)
    save(folder, "external.onnx", external_graph(folder))
    (folder / "garbage.onnx").write_bytes(b"this is no model\n" * 100)
    whole = (folder / "known.onnx").read_bytes()
    (folder / "cut.onnx").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.onnx").write_bytes(b"")


def write_photo(path, width, height):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress((b"\0" + b"\x40\x80\xc0" * width) * height)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    import family_models
    import hostile_models

    target = pathlib.Path(sys.argv[1])
    write_models(target)
    hostile_models.write_models(target)
    family_models.write_models(target)
    write_photo(target / "128x128.png", 128, 128)
    write_photo(target / "200x100.png", 200, 100)
