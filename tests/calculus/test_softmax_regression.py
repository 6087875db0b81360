import numpy as np
import pytest
from numpy.testing import assert_allclose

from derivlib.calculus import cross_entropy, frobenius, log_softmax, softmax
from derivlib.calculus import softmax_regression as model
from derivlib.errors import ShapeError

n, p, q = 5, 3, 4


@pytest.fixture
def data(draw):
    return {"X": draw(n, p), "Y": softmax(draw(n, q)), "W": draw(p, q), "b": draw(1, q)}


def test_forward_hides_nothing(data):
    fit = model.forward(**data)
    assert_allclose(fit.O, data["X"] @ data["W"] + data["b"])
    assert_allclose(fit.loss, cross_entropy(data["Y"], softmax(fit.O)) / n)
    assert not np.isclose(fit.loss, cross_entropy(softmax(fit.O), data["Y"]) / n)


@pytest.mark.parametrize("name", ["X", "W", "b"])
def test_gradients(data, name, is_gradient):
    g = getattr(model.backward(model.forward(**data)), name)
    is_gradient(
        lambda P: model.forward(**{**data, name: P}).loss, data[name], g, wrong=[-g, g.T, n * g]
    )


def test_gradient_by_the_logits(data, is_gradient):
    fit = model.forward(**data)
    g = model.backward(fit).O
    wrong = [-g, n * g, fit.Y_hat / n, fit.Y_hat * g]
    is_gradient(lambda O: -frobenius(fit.Y, log_softmax(O)) / n, fit.O, g, wrong=wrong)


def test_wrong_data_is_said_in_words(data):
    with pytest.raises(ShapeError, match="b is 4×1; it should be 1×q"):
        model.forward(**{**data, "b": data["b"].T})
    with pytest.raises(ShapeError, match=r"each row of Y should sum to 1; Y\[0\] sums to 2"):
        model.forward(**{**data, "Y": 2 * data["Y"]})
