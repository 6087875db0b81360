"""Names that everybody knows and nothing here computes, and what to write instead."""

from __future__ import annotations

REFUSED: dict[str, str] = {
    "E": "write the average over a sample as a sum, or mark the formula skip with a reason",
    "Var": "write the variance as a sum of squares over a sample",
    "Cov": "write the covariance as a sum over a sample",
    "var": "write the variance as a sum of squares over a sample",
    "cov": "write the covariance as a sum over a sample",
    "Corr": "write it by sums over a sample",
    "std": "write the deviation as a root of a sum of squares",
    "P": "mark the formula skip with a reason",
    "Pr": "mark the formula skip with a reason",
    "div": "write the divergence as a trace of the Jacobian",
    "curl": "mark the formula skip with a reason",
    "rot": "mark the formula skip with a reason",
    "grad": r"write \nabla_x",
    "Hess": r"write \nabla_x^2",
    "eig": r"write \lambda_i(A)",
    "span": "mark the formula skip with a reason",
    "ker": "mark the formula skip with a reason",
    "cond": r"write \kappa(A)",
    "prox": "mark the formula skip with a reason",
    "spec": "mark the formula skip with a reason",
    "dist": "write the distance as a norm",
    "proj": "write the projection as a matrix",
}
