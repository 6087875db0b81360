"""What a page shows of a model, the `-steps` sections, runs by itself on named arrays."""

import importlib
import re
import textwrap
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from derivlib.calculus import softmax

SHAPES = {
    "sigmoid_layer": {"X": (5, 3), "W": (3, 4), "b": (1, 4), "G": (5, 4)},
    "rnn": {
        "X": (4, 2, 5),
        "Y": (4, 2, 6),
        "H_0": (2, 3),
        "U": (5, 3),
        "W": (3, 3),
        "b": (1, 3),
        "V": (3, 6),
        "c": (1, 6),
    },
    "linear_layer": {"X": (5, 3), "W": (3, 4), "b": (1, 4), "G": (5, 4)},
    "logistic_regression": {"X": (6, 3), "y": (6, 1), "w": (3, 1)},
    "least_squares": {"X": (6, 3), "W": (3, 4), "Y": (6, 4)},
    "softmax_regression": {"X": (5, 3), "Y": (5, 4), "W": (3, 4), "b": (1, 4)},
    "lstm": {
        "X": (4, 2, 5),
        "H_0": (2, 3),
        "C_0": (2, 3),
        "U": (5, 12),
        "W": (3, 12),
        "b": (1, 12),
        "E": (4, 2, 3),
    },
    "gru": {
        "X": (4, 2, 5),
        "H_0": (2, 3),
        "U": (5, 9),
        "W": (3, 9),
        "b": (1, 9),
        "E": (4, 2, 3),
    },
    "multi_head": {
        "X": (4, 5),
        "A": (3, 5, 2),
        "B": (3, 5, 2),
        "C": (3, 5, 6),
        "W": (3, 6, 7),
        "G": (4, 7),
    },
    "infonce": {"Q": (5, 3), "K": (5, 3), "tau": ()},
    "attention": {"Q": (4, 3), "K": (5, 3), "V": (5, 6), "G": (4, 6)},
    "batch_norm": {"X": (5, 3), "gamma": (1, 3), "beta": (1, 3), "G": (5, 3)},
    "convolution": {"X": (5, 4), "K": (3, 2), "G": (3, 3)},
    "autoencoder": {"X": (5, 3), "W": (3, 2), "b": (1, 2), "c": (1, 3)},
    "layer_norm": {"X": (3, 5), "gamma": (1, 5), "beta": (1, 5), "G": (3, 5)},
}


def section(module, name):
    text = Path(module.__file__).read_text(encoding="utf-8")
    body = re.search(rf"\[start:{name}\]\n(.*?)\n *# --8<-- \[end:{name}\]", text, re.DOTALL)
    return textwrap.dedent(body[1])


@pytest.mark.parametrize("name", SHAPES)
def test_the_steps_that_are_shown_are_the_steps_that_are_tested(name, draw):
    model = importlib.import_module(f"derivlib.calculus.{name}")
    data = {key: draw(*shape) for key, shape in SHAPES[name].items()}
    if name in ("rnn", "softmax_regression"):
        data["Y"] = softmax(data["Y"])
    names = {**vars(model), **data, "epsilon": 1e-5}
    exec(section(model, "forward-steps"), names)
    exec(section(model, "backward-steps"), names)

    upstream = [data.pop(key) for key in ("E", "G") if key in data]
    state = model.forward(**data)
    for key, value in state._asdict().items():
        assert_allclose(names[key], value)
    for key, value in model.backward(state, *upstream)._asdict().items():
        assert_allclose(names[f"G_{key}"], value)
        assert not np.allclose(names[f"G_{key}"], -value)


def test_the_steps_of_the_two_layers_run_one_after_the_other(draw):
    from derivlib.calculus import two_layer as model

    x, U, V, y = draw(1, 5), draw(3, 5), draw(4, 3), draw(1, 4)
    names = {**vars(model), "x": x, "U": U, "V": V, "y": y, "L": model.half_square}
    exec(section(model, "forward-steps"), names)
    net = names["net"] = model.forward(x, U, V, y)
    assert_allclose(names["loss"], net.loss)
    for route in model.ROUTES:
        exec(section(model, f"{route.gradients.__name__}-steps"), names)
        assert_allclose(names["G_U"], model.backward(net).U)
        assert_allclose(names["G_V"], model.backward(net).V)
        del names["G_U"], names["G_V"]


def test_the_steps_of_one_layer_of_the_mlp_run(draw):
    from derivlib.calculus import SIGMOID, mlp

    W, b, x, G = draw(3, 4), draw(3, 1), draw(4, 1), draw(3, 1)
    names = {**vars(mlp), "W": W, "b": b, "x": x, "G": G, "sigma": SIGMOID}
    exec(section(mlp, "forward-steps"), names)
    exec(section(mlp, "backward-steps"), names)
    steps = mlp.forward(x, [mlp.Layer(W, b)])
    assert_allclose(names["x_plus"], steps[0].x_plus)
    for key, value in mlp.backward(steps, G)[0]._asdict().items():
        assert_allclose(names[f"G_{key}"], value)


def test_the_steps_of_the_linear_layer_in_columns_run(draw):
    from derivlib.calculus import linear_layer as model

    X, W, b, G = draw(3, 5), draw(4, 3), draw(4, 1), draw(4, 5)
    names = {**vars(model), "X": X, "W": W, "b": b, "G": G}
    exec(section(model, "forward_columns-steps"), names)
    exec(section(model, "backward_columns-steps"), names)
    layer = model.forward_columns(X, W, b)
    assert_allclose(names["Z"], layer.Z)
    for key, value in model.backward_columns(layer, G)._asdict().items():
        assert_allclose(names[f"G_{key}"], value)
        assert not np.allclose(names[f"G_{key}"], -value)
