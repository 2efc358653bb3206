"""A linear support vector machine, one against the rest for all classes at once, in NumPy.

Dual coordinate descent for the squared hinge loss (Hsieh et al., "A Dual Coordinate Descent Method for Large-scale
Linear SVM", 2008). A row is visited once an epoch and its duals of all classes are moved together: the rows are sparse
and the classes few, so a step is a small dense product.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix


def fit(rows: csr_matrix, classes: np.ndarray, count: int, cost: float, epochs: int) -> np.ndarray:
    """Weights (features + 1 × `count`): the last line is the bias. `classes` holds a number below `count` a row."""
    weights = np.zeros((rows.shape[1] + 1, count), dtype=np.float32)
    duals = np.zeros((rows.shape[0], count), dtype=np.float32)
    give = np.float32(0.5 / cost)  # what the squared hinge adds to the diagonal
    bounds = [(_columns(rows, index), _values(rows, index)) for index in range(rows.shape[0])]
    order = np.random.default_rng(0)
    for _ in range(epochs):
        for index in order.permutation(rows.shape[0]):
            columns, values = bounds[index]
            _step(weights, duals[index], columns, values, int(classes[index]), give)
    return weights


def _columns(rows: csr_matrix, index: int) -> np.ndarray:
    return np.append(rows.indices[rows.indptr[index] : rows.indptr[index + 1]], rows.shape[1])


def _values(rows: csr_matrix, index: int) -> np.ndarray:
    return np.append(rows.data[rows.indptr[index] : rows.indptr[index + 1]], 1.0).astype(np.float32)


def _step(
    weights: np.ndarray, duals: np.ndarray, columns: np.ndarray, values: np.ndarray, own: int, give: np.float32
) -> None:
    """Move one row's duals to where its own part of the objective is least, and the weights with them."""
    signed = -(values @ weights[columns])
    signed[own] = -signed[own]
    gradient = signed - 1.0 + give * duals
    moved = np.maximum(duals - gradient / (values @ values + give), 0.0)
    change = moved - duals
    touched = np.flatnonzero(change)
    duals[touched] = moved[touched]
    push = -change[touched]
    push[touched == own] *= -1.0
    weights[np.ix_(columns, touched)] += np.outer(values, push)
