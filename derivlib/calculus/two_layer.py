"""Two matrices and a row vector: f = (Uxᵀ)ᵀ, g = σ(f), h = (Vgᵀ)ᵀ, ℓ = L(h, y).

One forward pass, and four routes from it to ∂ℓ/∂U and ∂ℓ/∂V: element by element, flattened
with vec and ⊗, differentials, reverse mode. All four give the same numbers; `ROUTES` says
what each of them costs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from derivlib.calculus.activations import sigmoid
from derivlib.calculus.arrays import Array, conform
from derivlib.calculus.products import Diag, frobenius, kron, unvec

Loss: TypeAlias = Callable[[Array, Array], tuple[Any, Array]]


class Forward(NamedTuple):
    """Everything the forward pass went through, and the gradient of the loss by h."""

    x: Array  # (1, n)
    U: Array  # (m, n)
    V: Array  # (p, m)
    y: Array  # (1, p)
    f: Array  # (1, m)
    g: Array  # (1, m)
    h: Array  # (1, p)
    loss: Array  # a number
    G_h: Array  # (1, p), ∂ℓ/∂h


class Weights(NamedTuple):
    """Gradients of the loss by the two matrices."""

    U: Array  # (m, n)
    V: Array  # (p, m)


class Gradients(NamedTuple):
    """Gradients of the loss by everything on the way."""

    h: Array  # (1, p)
    g: Array  # (1, m)
    f: Array  # (1, m)
    x: Array  # (1, n)
    U: Array  # (m, n)
    V: Array  # (p, m)


def half_square(h: Array, y: Array) -> tuple[Array, Array]:
    """Half the squared distance, and its gradient by h.

        L = ½ (h − y):(h − y), dL = (h − y) : dh.

    Args:
        h: (1, p), float64 or complex128.
        y: (1, p), same dtype.
    Returns:
        L, a number, and h − y, (1, p).
    Raises:
        ShapeError: h and y differ in shape.
    """
    return frobenius(h - y, h - y) / 2, h - y


# --8<-- [start:forward]
def forward(
    x: ArrayLike, U: ArrayLike, V: ArrayLike, y: ArrayLike, L: Loss = half_square
) -> Forward:
    """The network, from the input row x to the loss.

        f = (Uxᵀ)ᵀ, g = σ(f), h = (Vgᵀ)ᵀ, ℓ = L(h, y).

    Args:
        x: (1, n), float64 or complex128.
        U: (m, n), same dtype.
        V: (p, m), same dtype.
        y: (1, p), same dtype.
        L: takes h and y, gives the loss and its gradient by h, (1, p).
    Returns:
        Forward: x, U, V, y, f (1, m), g (1, m), h (1, p), loss, G_h (1, p).
    Raises:
        ShapeError: the shapes do not conform, or the gradient of L has not the shape of h.
    """
    x, U, V, y = conform("x: (1, n), U: (m, n), V: (p, m), y: (1, p)", x, U, V, y)
    # --8<-- [start:forward-steps]
    f = (U @ x.T).T
    g = sigmoid(f)
    h = (V @ g.T).T
    loss, G_h = L(h, y)
    # --8<-- [end:forward-steps]
    _, G_h = conform("h: (1, p), G_h: (1, p)", h, G_h, where="the gradient of L")
    return Forward(x, U, V, y, f, g, h, loss, G_h)
    # --8<-- [end:forward]


# --8<-- [start:element_by_element]
def element_by_element(net: Forward) -> Weights:
    """The first route: one entry after the other.

        ∂ℓ/∂V_ij = ∂ℓ/∂h_i g_j and ∂ℓ/∂U_ij = Σ_k ∂ℓ/∂h_k V_ki σ′(f_i) x_j,
        with σ′(f_i) = g_i (1 − g_i).

    Args:
        net: what `forward` returned.
    Returns:
        Weights: U (m, n), V (p, m).
    """
    # --8<-- [start:element_by_element-steps]
    x, g, G_h, V = net.x[0], net.g[0], net.G_h[0], net.V
    m, n, p = len(g), len(x), len(G_h)

    def by_V(i: int, j: int) -> Any:
        return G_h[i] * g[j]

    def by_U(i: int, j: int) -> Any:
        return sum(G_h[k] * V[k, i] * (g[i] * (1 - g[i])) * x[j] for k in range(p))

    G_V = np.array([[by_V(i, j) for j in range(m)] for i in range(p)])
    G_U = np.array([[by_U(i, j) for j in range(n)] for i in range(m)])
    # --8<-- [end:element_by_element-steps]
    return Weights(U=G_U, V=G_V)
    # --8<-- [end:element_by_element]


# --8<-- [start:flattened]
def flattened(net: Forward) -> Weights:
    """The second route: U and V as tall vectors, and the chain rule of Jacobians.

        dhᵀ = (g ⊗ I_p) vec(dV) and dfᵀ = (x ⊗ I_m) vec(dU), hence
        ∂ℓ/∂vec(V)ᵀ = ∂ℓ/∂h (g ⊗ I_p) and ∂ℓ/∂vec(U)ᵀ = ∂ℓ/∂h V Diag(σ′(f)) (x ⊗ I_m).

    Args:
        net: what `forward` returned.
    Returns:
        Weights: U (m, n), V (p, m).
    """
    # --8<-- [start:flattened-steps]
    x, U, V, g, G_h = net.x, net.U, net.V, net.g, net.G_h
    p, m = V.shape
    J_V = kron(g, np.eye(p))  # h by V: p × pm
    J_f = kron(x, np.eye(m))  # f by U: m × mn
    J_h = V @ Diag(g * (1 - g))  # h by f: p × m
    J_U = J_h @ J_f  # h by U: p × mn
    G_V = unvec((G_h @ J_V).T, V.shape)
    G_U = unvec((G_h @ J_U).T, U.shape)
    # --8<-- [end:flattened-steps]
    return Weights(U=G_U, V=G_V)
    # --8<-- [end:flattened]


# --8<-- [start:differentials]
def differentials(net: Forward) -> Weights:
    """The third route: move everything across the Frobenius product, away from dU and dV.

        dℓ = ∂ℓ/∂h : g dVᵀ                    = (∂ℓ/∂h)ᵀ g : dV,
        dℓ = ∂ℓ/∂h : (σ′(f) ⊙ x dUᵀ) Vᵀ      = (∂ℓ/∂h V ⊙ σ′(f))ᵀ x : dU.

    Args:
        net: what `forward` returned.
    Returns:
        Weights: U (m, n), V (p, m).
    """
    # --8<-- [start:differentials-steps]
    x, V, g, G_h = net.x, net.V, net.g, net.G_h
    G_V = G_h.T @ g
    G_U = ((G_h @ V) * (g * (1 - g))).T @ x
    # --8<-- [end:differentials-steps]
    return Weights(U=G_U, V=G_V)
    # --8<-- [end:differentials]


# --8<-- [start:reverse_mode]
def product_back(G: Array, A: Array, B: Array) -> tuple[Array, Array]:
    """The upstream gradient G of AB, taken back to A and B.

        G : d(AB) = GBᵀ : dA + AᵀG : dB.

    Args:
        G: (m, q), float64 or complex128.
        A: (m, n), same dtype.
        B: (n, q), same dtype.
    Returns:
        The gradients by A, (m, n), and by B, (n, q).
    """
    return G @ B.T, A.T @ G


def transpose_back(G: Array) -> Array:
    """The upstream gradient G of Aᵀ, taken back to A.

        G : d(Aᵀ) = Gᵀ : dA.

    Args:
        G: (n, m), float64 or complex128.
    Returns:
        (m, n), dtype of G.
    """
    return G.T


def sigmoid_back(G: Array, g: Array) -> Array:
    """The upstream gradient G of g = σ(f), taken back to f.

        G : dσ(f) = G ⊙ g ⊙ (1 − g) : df.

    Args:
        G: (m, n), float64 or complex128.
        g: (m, n), same dtype.
    Returns:
        (m, n), same dtype.
    """
    G_f: Array = G * (g * (1 - g))
    return G_f


def reverse_mode(net: Forward) -> Gradients:
    """The fourth route: back along the arrows, each operation given what its consumer asks.

        Read from the bottom, the forward pass is: transpose, V times, transpose, sigmoid,
        transpose, U times, transpose. Each line below undoes one of them.

    Args:
        net: what `forward` returned.
    Returns:
        Gradients: h (1, p), g (1, m), f (1, m), x (1, n), U (m, n), V (p, m).
    """
    # --8<-- [start:reverse_mode-steps]
    x, U, V, g, G_h = net.x, net.U, net.V, net.g, net.G_h
    G_hT = transpose_back(G_h)
    G_V, G_gT = product_back(G_hT, V, g.T)
    G_g = transpose_back(G_gT)
    G_f = sigmoid_back(G_g, g)
    G_fT = transpose_back(G_f)
    G_U, G_xT = product_back(G_fT, U, x.T)
    G_x = transpose_back(G_xT)
    # --8<-- [end:reverse_mode-steps]
    return Gradients(h=G_h, g=G_g, f=G_f, x=G_x, U=G_U, V=G_V)
    # --8<-- [end:reverse_mode]


backward = reverse_mode


class Cost(NamedTuple):
    """What a route costs beyond the forward pass."""

    multiplications: int  # of two numbers, zeros and ones of I and Diag included
    memory: int  # numbers in the matrices it keeps to its end, results included; rows left out


class Route(NamedTuple):
    """A way from the forward pass to the gradients, and its cost as a function of m, n, p."""

    name: str
    gradients: Callable[[Forward], Weights | Gradients]
    cost: Callable[[int, int, int], Cost]


def _cost_of_flattened(m: int, n: int, p: int) -> Cost:
    products = (
        p * p * m,  # g ⊗ I_p
        n * m * m,  # x ⊗ I_m
        m + p * m * m,  # σ′, and V Diag(σ′)
        p * m * m * n,  # that times x ⊗ I_m
        p * p * m + p * m * n,  # the row ∂ℓ/∂h times both Jacobians
    )
    matrices = (
        p * p * m,
        m * m * n,
        p * m,
        p * m * n,
        p * m,
        m * n,
    )  # J_V, J_f, J_h, J_U, G_V, G_U
    return Cost(sum(products), sum(matrices))


# --8<-- [start:routes]
ROUTES = (
    Route(
        "element by element",
        element_by_element,
        lambda m, n, p: Cost(p * m + 4 * m * n * p, p * m + m * n),
    ),
    Route("flattened with vec and kron", flattened, _cost_of_flattened),
    Route(
        "differentials",
        differentials,
        lambda m, n, p: Cost(2 * p * m + 2 * m + m * n, p * m + m * n),
    ),
    Route(
        "reverse mode",
        reverse_mode,
        lambda m, n, p: Cost(2 * p * m + 2 * m + 2 * m * n, p * m + m * n),
    ),
)
# --8<-- [end:routes]
