"""Activations, their derivatives, and cross-entropy: stable and analytic.

All of them take float64 or complex128 and give the same dtype back, and all are safe
inside a complex step: where a formula needs a branch or a largest entry to stay stable,
it looks at the real part alone, and the value is the same analytic function on both sides.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from derivlib.calculus.arrays import Array, as_array, same_shape


# --8<-- [start:sigmoid]
def sigmoid(z: ArrayLike) -> Array:
    """The logistic sigmoid, entry by entry.

        σ(z) = 1/(1 + e^(−z)), and σ(−z) = 1 − σ(z).

    Args:
        z: any shape, float64 or complex128.
    Returns:
        The shape and dtype of z. No overflow at any z.
    """
    z = as_array("z", z)
    e = np.exp(_minus_absolute(z))  # never larger than 1
    result: Array = np.where(z.real >= 0, 1, e) / (1 + e)
    return result


def sigmoid_prime(z: ArrayLike) -> Array:
    """The derivative of the logistic sigmoid, entry by entry.

        σ′(z) = σ(z) (1 − σ(z)) = σ(z) σ(−z).

    Args:
        z: any shape, float64 or complex128.
    Returns:
        The shape and dtype of z; accurate in the tails too.
    """
    z = as_array("z", z)
    return sigmoid(z) * sigmoid(-z)
    # --8<-- [end:sigmoid]


def tanh(z: ArrayLike) -> Array:
    """The hyperbolic tangent, entry by entry.

        tanh z = 2σ(2z) − 1.

    Args:
        z: any shape, float64 or complex128.
    Returns:
        The shape and dtype of z.
    """
    result: Array = np.tanh(as_array("z", z))
    return result


def tanh_prime(z: ArrayLike) -> Array:
    """The derivative of the hyperbolic tangent, entry by entry.

        tanh′(z) = 1 − tanh²(z) = 4σ′(2z).

    Args:
        z: any shape, float64 or complex128.
    Returns:
        The shape and dtype of z; accurate in the tails too.
    """
    return 4 * sigmoid_prime(2 * as_array("z", z))


def relu(z: ArrayLike) -> Array:
    """The positive part, entry by entry.

        relu(z) = z where z > 0, and 0 elsewhere.

    Args:
        z: any shape, float64 or complex128 (then the real part decides).
    Returns:
        The shape and dtype of z.
    """
    z = as_array("z", z)
    return np.where(z.real > 0, z, 0)


def relu_prime(z: ArrayLike) -> Array:
    """The derivative of the positive part, entry by entry.

        relu′(z) = 1 where z > 0, and 0 elsewhere; at the corner 0 it is taken to be 0.

    Args:
        z: any shape, float64 or complex128.
    Returns:
        The shape and dtype of z.
    """
    z = as_array("z", z)
    return np.where(z.real > 0, np.ones_like(z), 0)


def softplus(z: ArrayLike) -> Array:
    """The smooth positive part, entry by entry.

        softplus(z) = log(1 + e^z), and its derivative is σ(z).

    Args:
        z: any shape, float64 or complex128.
    Returns:
        The shape and dtype of z. No overflow at any z.
    """
    z = as_array("z", z)
    e = np.exp(_minus_absolute(z))
    log_of_1_plus_e: Array = 2 * np.arctanh(e / (2 + e))  # exact for tiny complex e too
    return relu(z) + log_of_1_plus_e


def softplus_prime(z: ArrayLike) -> Array:
    """The derivative of softplus, entry by entry.

        softplus′(z) = σ(z).

    Args:
        z: any shape, float64 or complex128.
    Returns:
        The shape and dtype of z.
    """
    return sigmoid(z)


def identity(z: ArrayLike) -> Array:
    """Nothing done: the activation of a linear layer.

    Args:
        z: any shape, float64 or complex128.
    Returns:
        z itself.
    """
    return as_array("z", z)


def identity_prime(z: ArrayLike) -> Array:
    """The derivative of the identity, entry by entry: all ones.

    Args:
        z: any shape, float64 or complex128.
    Returns:
        The shape and dtype of z.
    """
    return np.ones_like(as_array("z", z))


class Activation(NamedTuple):
    """A function that acts entry by entry, and its derivative."""

    name: str
    value: Callable[[ArrayLike], Array]
    prime: Callable[[ArrayLike], Array]


SIGMOID = Activation("sigmoid", sigmoid, sigmoid_prime)
TANH = Activation("tanh", tanh, tanh_prime)
RELU = Activation("relu", relu, relu_prime)
SOFTPLUS = Activation("softplus", softplus, softplus_prime)
IDENTITY = Activation("identity", identity, identity_prime)
ACTIVATIONS = (SIGMOID, TANH, RELU, SOFTPLUS, IDENTITY)


def logsumexp(Z: ArrayLike, axis: int = -1) -> Array:
    """The smooth maximum of each row.

        logsumexp(z) = log Σ_j e^(z_j) = c + log Σ_j e^(z_j − c) for every number c,
        and its gradient is softmax(z).

    Args:
        Z: at least one-dimensional, mostly (n, v); float64 or complex128.
        axis: what is summed over; the last (each row) unless told otherwise.
    Returns:
        The shape of Z with 1 at `axis`, such as (n, 1); dtype of Z. No overflow.
    """
    Z = as_array("Z", Z)
    c = Z.real.max(axis=axis, keepdims=True)  # the value is the same for every c
    result: Array = c + np.log(np.exp(Z - c).sum(axis=axis, keepdims=True))
    return result


def log_softmax(Z: ArrayLike, axis: int = -1) -> Array:
    """The logarithm of softmax, with no logarithm of a vanishing number.

        log softmax(z) = z − logsumexp(z).

    Args:
        Z: at least one-dimensional, mostly (n, v); float64 or complex128.
        axis: along which softmax sums to one; the last (each row) unless told otherwise.
    Returns:
        The shape and dtype of Z.
    """
    Z = as_array("Z", Z)
    return Z - logsumexp(Z, axis)


# --8<-- [start:softmax]
def softmax(Z: ArrayLike, axis: int = -1) -> Array:
    """Softmax of each row: positive numbers that sum to one.

        softmax(z)_j = e^(z_j) / Σ_k e^(z_k) = e^(z_j − c) / Σ_k e^(z_k − c) for every c.

    Args:
        Z: at least one-dimensional, mostly (n, v); float64 or complex128.
        axis: along which it sums to one; the last (each row) unless told otherwise.
    Returns:
        The shape and dtype of Z. No overflow at any Z.
    """
    Z = as_array("Z", Z)
    c = Z.real.max(axis=axis, keepdims=True)  # the value is the same for every c
    E = np.exp(Z - c)
    S: Array = E / E.sum(axis=axis, keepdims=True)
    return S
    # --8<-- [end:softmax]


def softmax_differential(Z: ArrayLike, dZ: ArrayLike, axis: int = -1) -> Array:
    """The differential of softmax at Z in the direction dZ.

        ds = s ⊙ (dz − sᵀdz) for each row. The Jacobian Diag(s) − ssᵀ is symmetric,
        so the same map takes an upstream gradient G back to the gradient by Z.

    Args:
        Z: at least one-dimensional, mostly (n, v); float64 or complex128.
        dZ: the shape of Z: a tangent, or an upstream gradient.
        axis: along which softmax sums to one; the last (each row) unless told otherwise.
    Returns:
        The shape of Z, float64 or complex128.
    Raises:
        ShapeError: Z and dZ differ in shape.
    """
    Z, dZ = same_shape("the differential of softmax", Z=Z, dZ=dZ)
    S = softmax(Z, axis)
    dS: Array = S * (dZ - (S * dZ).sum(axis=axis, keepdims=True))
    return dS


def cross_entropy(Y: ArrayLike, Y_hat: ArrayLike) -> Array:
    """The cross-entropy of the prediction Y_hat, given the truth Y; summed over all entries.

        −Σ y log ŷ, where 0 log 0 is 0. The truth comes first: exchanged, it is another function.

    Args:
        Y: any shape, mostly (n, v): one-hot rows or probabilities; float64 or complex128.
        Y_hat: the same shape, positive where Y is not 0; float64 or complex128.
    Returns:
        A number, float64 or complex128.
    Raises:
        ShapeError: Y and Y_hat differ in shape.
    """
    Y, Y_hat = same_shape("cross-entropy", Y=Y, Y_hat=Y_hat)
    counted = Y != 0
    total: Array = -np.sum(Y[counted] * np.log(Y_hat[counted]))
    return total


def cross_entropy_prime(Y: ArrayLike, Y_hat: ArrayLike) -> Array:
    """The gradient of the cross-entropy by the prediction.

        ∂/∂ŷ (−Σ y log ŷ) = −y/ŷ, entry by entry; 0 where y is 0.

    Args:
        Y: any shape, mostly (n, v); float64 or complex128.
        Y_hat: the same shape, positive where Y is not 0.
    Returns:
        The same shape, float64 or complex128.
    Raises:
        ShapeError: Y and Y_hat differ in shape.
    """
    Y, Y_hat = same_shape("cross-entropy", Y=Y, Y_hat=Y_hat)
    return np.where(Y != 0, -Y / np.where(Y != 0, Y_hat, 1), 0)


def _minus_absolute(z: Array) -> Array:
    """−|z|, read off the real part, so that it stays analytic on either side of 0."""
    return np.where(z.real >= 0, -z, z)
