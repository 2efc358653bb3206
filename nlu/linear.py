"""A linear classifier learnt in closed form, with honest out-of-sample scores from the same solution.

One ridge regression per class on 0/1 targets, all classes in one factorisation of the kernel matrix. The inverse also
gives what the model would have said of every sentence had that sentence (and its copies) been left out, so that
confidence is calibrated on answers the model could not have memorised.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Tuple

import numpy as np
from scipy.linalg import lapack
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix


@dataclass(frozen=True)
class Fit:
    """What training gives: `weights` (features × classes), `bias` (classes), `left_out` (rows × classes)."""

    weights: np.ndarray
    bias: np.ndarray
    left_out: np.ndarray


def fit(rows: csr_matrix, classes: np.ndarray, groups: np.ndarray, ridge: float, balance: float) -> Fit:
    """Learn one score per class.

    `classes` and `groups` hold an integer a row; rows of one group are left out together. `balance` from 0 (every row
    counts the same) to 1 (every class counts the same).
    """
    share = np.bincount(classes)[classes].astype(np.float64)
    importance = np.sqrt((share.mean() / share) ** balance)
    targets = np.zeros((len(classes), int(classes.max()) + 1))
    targets[np.arange(len(classes)), classes] = 1.0
    middle = targets.mean(axis=0)
    scaled = csr_matrix(rows.multiply(importance[:, None]))
    wanted = (targets - middle) * importance[:, None]

    kernel = (scaled @ scaled.T).toarray()
    kernel[np.diag_indices_from(kernel)] += ridge
    inverse = _inverse(kernel)
    duals = inverse @ wanted
    left_out = (wanted - _left_out_errors(inverse, duals, groups)) / importance[:, None] + middle
    return Fit(np.asarray(scaled.T @ duals), middle, left_out)


def _inverse(matrix: np.ndarray) -> np.ndarray:
    """The inverse of a symmetric positive definite matrix, by Cholesky, in place."""
    factor, failed = lapack.dpotrf(matrix, lower=1, overwrite_a=1)
    if failed:
        raise ValueError("the kernel matrix is not positive definite: the ridge must be above zero")
    inverse, _ = lapack.dpotri(factor, lower=1, overwrite_c=1)
    lower = np.tril_indices_from(inverse, -1)
    inverse.T[lower] = inverse[lower]
    return np.asarray(inverse)


def _left_out_errors(inverse: np.ndarray, duals: np.ndarray, groups: np.ndarray) -> np.ndarray:
    errors = np.empty_like(duals)
    order = np.argsort(groups, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(groups[order])) + 1):
        errors[members] = np.linalg.solve(inverse[np.ix_(members, members)], duals[members])
    return errors


def softmax(scores: np.ndarray, sharpness: float) -> np.ndarray:
    """Confidences of each row's classes: they add up to one."""
    powers = sharpness * (scores - scores.max(axis=-1, keepdims=True))
    odds = np.exp(powers)
    return np.asarray(odds / odds.sum(axis=-1, keepdims=True))


def calibrate(left_out: np.ndarray, classes: np.ndarray) -> float:
    """The softmax sharpness under which the left-out confidences are likeliest."""
    rows = np.arange(len(classes))

    def surprise(log_sharpness: float) -> float:
        confidence = softmax(left_out, float(np.exp(log_sharpness)))[rows, classes]
        return -float(np.log(np.maximum(confidence, 1e-12)).mean())

    return float(np.exp(minimize_scalar(surprise, bounds=(0.0, 5.0), method="bounded").x))


def shrink(weights: np.ndarray, keep: float) -> Tuple[csr_matrix, np.ndarray]:
    """Keep the largest share `keep` of the weights, as signed bytes with one scale a class."""
    threshold = np.quantile(np.abs(weights[weights != 0]), 1.0 - keep) if keep < 1 else 0.0
    scale = np.abs(weights).max(axis=0) / 127.0
    scale[scale == 0] = 1.0
    small = np.rint(weights / scale).astype(np.int8)
    small[np.abs(weights) < threshold] = 0
    return csr_matrix(small), scale
