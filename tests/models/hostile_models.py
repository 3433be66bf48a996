"""ONNX files that want to hurt whoever loads them, and a second version of the known model; written by make_models.py beside its own."""
import numpy
from make_models import CLASSES, constant_graph, known_output, looping_graph, row_of, save
from onnx import TensorProto, helper, numpy_helper


def absurd_graph():
    """Says that it wants pictures of 2^20 x 2^20 pixels, with the output that belongs to them; the file itself is tiny."""
    side = 1 << 20
    rows = sum((side // stride) ** 2 for stride in (8, 16, 32))
    images = helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, side, side])
    return constant_graph(known_output(), [images], [1, rows, 5 + CLASSES])


def swollen_graph():
    """Constants that a loader unfolds to 64 GB before the first run."""
    graph = constant_graph(known_output())
    graph.node[0].output[0] = "first_mean"
    graph.node.insert(0, helper.make_node("ConstantOfShape", ["huge"], ["bomb"]))
    graph.node.insert(1, helper.make_node("ReduceMax", ["bomb"], ["burst"], keepdims=0))
    graph.node.insert(3, helper.make_node("Add", ["first_mean", "burst"], ["mean"]))
    graph.initializer.append(numpy_helper.from_array(numpy.array([1 << 34], numpy.int64), "huge"))
    return graph


def lying_graph():
    """An initialiser of 2^40 numbers of which four bytes are there."""
    graph = constant_graph(known_output())
    graph.initializer[0].dims[:] = [1 << 20, 1 << 20]
    graph.initializer[0].raw_data = b"\0\0\0\0"
    return graph


def nested_graph(depth=300):
    """Branches within branches, deeper than a parser's stack should go."""
    result = helper.make_tensor_value_info("mean", TensorProto.FLOAT, [1])
    branch = helper.make_graph([helper.make_node("Identity", ["first_mean"], ["mean"])], "leaf", [], [result])
    for _ in range(depth):
        branch = helper.make_graph([one_branch(branch)], "branch", [], [result])
    graph = constant_graph(known_output())
    graph.node[0].output[0] = "first_mean"
    graph.node.insert(1, one_branch(branch))
    graph.initializer.append(numpy_helper.from_array(numpy.array(True), "yes"))
    return graph


def patient_graph():
    """Loops for ever over a bright picture (mean above 170 of 255), and not at all over others: it loads, and hangs on some photos."""
    graph = looping_graph()
    squeeze = helper.make_node("Squeeze", ["first_mean", "first_axis"], ["brightness"])
    graph.node.insert(1, squeeze)
    graph.node.insert(2, helper.make_node("Greater", ["brightness", "bright"], ["is_bright"]))
    graph.node.insert(3, helper.make_node("Where", ["is_bright", "rounds", "no_rounds"], ["these_rounds"]))
    graph.node[4].input[0] = "these_rounds"
    graph.initializer.append(numpy_helper.from_array(numpy.array([0], numpy.int64), "first_axis"))
    graph.initializer.append(numpy_helper.from_array(numpy.array(170, numpy.float32), "bright"))
    graph.initializer.append(numpy_helper.from_array(numpy.array(0, numpy.int64), "no_rounds"))
    return graph


def one_branch(branch):
    return helper.make_node("If", ["yes"], ["mean"], then_branch=branch)


def second_version():
    """The known model after retraining: the same places, other classes."""
    output = known_output()
    output[0, row_of(0, 2, 3), 5:] = [0.8, 0.1, 0.2]
    output[0, row_of(0, 3, 3), 5:] = [0.7, 0.1, 0.2]
    return output


def write_models(folder):
    save(folder, "second.onnx", constant_graph(second_version()))
    save(folder, "patient.onnx", patient_graph())
    save(folder, "absurd.onnx", absurd_graph())
    save(folder, "swollen.onnx", swollen_graph())
    save(folder, "lying.onnx", lying_graph())
    save(folder, "nested.onnx", nested_graph())
