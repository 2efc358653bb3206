"""One head of the understanding: a label and a calibrated confidence for a reading.

The topic head and the aspect head are two of these over the same features. Stored as JSON and plain arrays, no pickles.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import List, Sequence, Tuple
from zipfile import BadZipFile

import numpy as np

from nlu.features import BLOCKS, Vectoriser
from nlu.segment import Reading


class ModelDamaged(Exception):
    """The model cannot be read."""


class Classifier:
    """Labels, features and weights that belong together.

    `weights` are signed bytes, features × labels; a label's score is its weighted sum times its `scale` plus its
    `bias`.
    """

    def __init__(
        self,
        labels: Sequence[str],
        vectoriser: Vectoriser,
        weights: np.ndarray,
        scale: np.ndarray,
        bias: np.ndarray,
        sharpness: float,
    ) -> None:
        self.labels = tuple(labels)
        self.vectoriser = vectoriser
        self.sharpness = sharpness
        self._weights = weights
        self._scale = scale
        self._bias = bias

    def ranking(self, reading: Reading, longest: int) -> List[Tuple[str, float]]:
        """The likeliest labels with their confidences, best first."""
        confidences = self.confidences(reading)
        best = np.argsort(-confidences, kind="stable")[:longest]
        return [(self.labels[index], float(confidences[index])) for index in best]

    def confidences(self, reading: Reading) -> np.ndarray:
        """One confidence a label, in the order of `labels`."""
        columns, values = self.vectoriser.row(reading)
        scores = (values @ self._weights[columns].astype(np.float64)) * self._scale + self._bias
        return softmax(scores, self.sharpness)

    def save(self, folder: Path) -> None:
        """Write the head into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        described = {
            "labels": self.labels,
            "sharpness": self.sharpness,
            "blocks": self.vectoriser.weights,
            "grams": {block: list(known) for block, known in self.vectoriser.vocabulary.items()},
        }
        (folder / "head.json").write_text(json.dumps(described, ensure_ascii=False), encoding="utf-8")
        np.savez_compressed(
            folder / "head.npz",
            weights=self._weights,
            idf=self.vectoriser.idf.astype(np.float32),
            scale=self._scale,
            bias=self._bias,
        )

    @classmethod
    def load(cls, folder: Path) -> Classifier:
        """Read a head back; `ModelDamaged` says what is wrong with the folder."""
        try:
            described = json.loads((folder / "head.json").read_text(encoding="utf-8"))
            with (folder / "head.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                idf = arrays["idf"].astype(np.float64)
                weights, scale, bias = arrays["weights"], arrays["scale"], arrays["bias"]
            if weights.shape != (len(idf), len(described["labels"])):
                raise ValueError(f"weights of shape {weights.shape} do not fit the labels and features")
            vocabulary, first = {}, 0
            for block in BLOCKS:
                grams = described["grams"][block]
                vocabulary[block] = {gram: first + place for place, gram in enumerate(grams)}
                first += len(grams)
            vectoriser = Vectoriser(vocabulary, idf, described["blocks"])
            return cls(described["labels"], vectoriser, weights, scale, bias, described["sharpness"])
        except (BadZipFile, zlib.error, EOFError, OSError, ValueError, KeyError, TypeError) as error:
            raise ModelDamaged(f"the head in {folder.name} cannot be read: {error}") from error


def softmax(scores: np.ndarray, sharpness: float) -> np.ndarray:
    """Confidences of each row's classes: they add up to one."""
    powers = sharpness * (scores - scores.max(axis=-1, keepdims=True))
    odds = np.exp(powers)
    return np.asarray(odds / odds.sum(axis=-1, keepdims=True))
