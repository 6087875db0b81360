"""A network of any depth on column vectors: x₊ = σ(Wx + b), layer after layer.

`worked_example` holds the numbers of a small network with two layers and one sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from derivlib.calculus.activations import SIGMOID, Activation
from derivlib.calculus.arrays import Array, conform
from derivlib.errors import ShapeError


class Layer(NamedTuple):
    """One layer x₊ = σ(Wx + b): its weights, its bias, and what acts entry by entry."""

    W: ArrayLike  # (m, n)
    b: ArrayLike  # (m, 1)
    sigma: Activation = SIGMOID


class LayerForward(NamedTuple):
    """Everything one layer went through: z = Wx + b, x₊ = σ(z)."""

    W: Array  # (m, n)
    b: Array  # (m, 1)
    sigma: Activation
    x: Array  # (n, N)
    z: Array  # (m, N)
    x_plus: Array  # (m, N)


class LayerGradients(NamedTuple):
    """Gradients of a scalar loss by everything in one layer."""

    z: Array  # (m, N)
    W: Array  # (m, n)
    b: Array  # (m, 1)
    x: Array  # (n, N)


# --8<-- [start:forward]
def forward(x: ArrayLike, layers: Sequence[Layer]) -> tuple[LayerForward, ...]:
    """The network, from its input to the output of its last layer.

        x₊ = σ(Wx + b), and x₊ is the x of the next layer.

    Args:
        x: (n, N), float64 or complex128: N samples, one in each column; mostly N = 1.
        layers: at least one; the W of each has as many columns as the layer before has rows.
    Returns:
        One LayerForward for each layer; the output is `result[-1].x_plus`.
    Raises:
        ShapeError: the shapes do not conform, or there is no layer.
    """
    if not layers:
        raise ShapeError("a network needs at least one layer")
    steps = []
    for number, (W, b, sigma) in enumerate(layers, start=1):
        x, W, b = conform("x: (n, N), W: (m, n), b: (m, 1)", x, W, b, where=f"layer {number}")
        # --8<-- [start:forward-steps]
        z = W @ x + b
        x_plus = sigma.value(z)
        # --8<-- [end:forward-steps]
        steps.append(LayerForward(W, b, sigma, x, z, x_plus))
        x = x_plus
    return tuple(steps)
    # --8<-- [end:forward]


# --8<-- [start:backward]
def backward(steps: Sequence[LayerForward], G: ArrayLike) -> tuple[LayerGradients, ...]:
    """The upstream gradient G = ∂ℓ/∂x₊ of the last layer, taken back through all of them.

        dℓ = G : σ′(z) ⊙ (dW x + W dx + db), so with D = G ⊙ σ′(z) the gradients are
        Dxᵀ by W, D by b (summed over samples) and WᵀD by x, which is the G of the layer before.

    Args:
        steps: what `forward` returned.
        G: (m, N), the shape of the output; float64 or complex128.
    Returns:
        One LayerGradients for each layer, first layer first.
    Raises:
        ShapeError: G has not the shape of the output.
    """
    _, G = conform("x_plus: (m, N), G: (m, N)", steps[-1].x_plus, G)
    gradients = []
    for step in reversed(steps):
        W, sigma, x, z = step.W, step.sigma, step.x, step.z
        # --8<-- [start:backward-steps]
        G_z: Array = G * sigma.prime(z)
        G_W = G_z @ x.T
        G_b = G_z.sum(axis=1, keepdims=True)
        G_x = W.T @ G_z
        # --8<-- [end:backward-steps]
        gradients.append(LayerGradients(G_z, G_W, G_b, G_x))
        G = G_x
    return tuple(reversed(gradients))
    # --8<-- [end:backward]


def descend(
    layers: Sequence[Layer], gradients: Sequence[LayerGradients], eta: float
) -> tuple[Layer, ...]:
    """The layers after one step of gradient descent.

        W ← W − η ∂ℓ/∂W, b ← b − η ∂ℓ/∂b.

    Args:
        layers: as given to `forward`.
        gradients: as `backward` returned them, one for each layer.
        eta: the learning rate η.
    Returns:
        New layers; the old ones are left as they were.
    """
    return tuple(
        Layer(np.asarray(W) - eta * G.W, np.asarray(b) - eta * G.b, sigma)
        for (W, b, sigma), G in zip(layers, gradients, strict=True)
    )


@dataclass(frozen=True)
class Example:
    """A network with two sigmoid layers, no bias, one sample, and half the squared error."""

    x: Array  # (2, 1)
    W_1: Array  # (2, 2)
    W_2: Array  # (1, 2)
    y: Array  # (1, 1)
    eta: float

    @property
    def layers(self) -> tuple[Layer, Layer]:
        """The two layers, with biases of zero."""
        return Layer(self.W_1, np.zeros((2, 1))), Layer(self.W_2, np.zeros((1, 1)))


# --8<-- [start:worked_example]
def worked_example() -> Example:
    """The worked numbers: x = (0.3, 0.9), two weight matrices, the target 1, the rate 1.

        C = ½ (ŷ − y):(ŷ − y), ŷ = σ(W₂ σ(W₁ x)).

    Returns:
        Example: x (2, 1), W_1 (2, 2), W_2 (1, 2), y (1, 1), eta, and the two layers.
    """
    return Example(
        x=np.array([[0.3], [0.9]]),
        W_1=np.array([[0.1, 0.8], [0.4, 0.6]]),
        W_2=np.array([[0.3, 0.9]]),
        y=np.array([[1.0]]),
        eta=1.0,
    )
    # --8<-- [end:worked_example]
