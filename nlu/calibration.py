"""Turn scores into confidences that mean what they say."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar

from nlu.classifier import softmax


def sharpness(scores: np.ndarray, classes: np.ndarray) -> float:
    """The softmax sharpness under which scores of sentences that were not trained on are likeliest."""
    rows = np.arange(len(classes))

    def surprise(log_sharpness: float) -> float:
        confidence = softmax(scores, float(np.exp(log_sharpness)))[rows, classes]
        return -float(np.log(np.maximum(confidence, 1e-12)).mean())

    return float(np.exp(minimize_scalar(surprise, bounds=(-1.0, 5.0), method="bounded").x))
