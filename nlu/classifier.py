"""One head of the understanding: a label and a calibrated confidence for a reading.

The topic head and the aspect head are two of these over the same features. Stored as JSON and plain arrays, no pickles.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import List, Sequence, Tuple

import numpy as np
from scipy.sparse import csr_matrix

from nlu import linear
from nlu.copies import with_copies
from nlu.features import BLOCKS, Vectoriser
from nlu.segment import Reading, read


class ModelDamaged(Exception):
    """The model cannot be read."""


@dataclass(frozen=True)
class Recipe:
    """How a head is trained; the defaults are the measured winners of docs/understanding.md.

    Block weights are relative; `*_at_least` is the smallest number of training readings a gram must occur in; `ridge`
    and `balance` are those of `linear.fit`; `keep` is the share of weights stored.
    """

    words: float = 0.7
    syllables: float = 1.0
    letters: float = 1.0
    words_at_least: int = 2
    syllables_at_least: int = 2
    letters_at_least: int = 3
    ridge: float = 0.5
    balance: float = 0.3
    keep: float = 0.2


class Classifier:
    """Labels, features and weights that belong together."""

    def __init__(
        self,
        labels: Sequence[str],
        vectoriser: Vectoriser,
        weights: csr_matrix,
        scale: np.ndarray,
        bias: np.ndarray,
        sharpness: float,
    ) -> None:
        self.labels = tuple(labels)
        self.vectoriser = vectoriser
        self.sharpness = sharpness
        self._small = weights
        self._weights = csr_matrix(weights, dtype=np.float64)
        self._scale = scale
        self._bias = bias

    @classmethod
    def train(cls, sentences: Sequence[str], labels: Sequence[str], recipe: Recipe) -> Classifier:
        """Learn from labelled sentences and their copies."""
        names = sorted(set(labels))
        number = {name: index for index, name in enumerate(names)}
        texts, origins = with_copies(sentences)
        readings = [read(text) for text in texts]
        classes = np.array([number[labels[origin]] for origin in origins])
        options = asdict(recipe)
        vectoriser = Vectoriser.fit(
            readings,
            {block: options[block] for block in BLOCKS},
            {block: options[f"{block}_at_least"] for block in BLOCKS},
        )
        fitted = linear.fit(vectoriser.matrix(readings), classes, np.array(origins), recipe.ridge, recipe.balance)
        sharpness = linear.calibrate(fitted.left_out, classes)
        small, scale = linear.shrink(fitted.weights, recipe.keep)
        return cls(names, vectoriser, small, scale, fitted.bias, sharpness)

    def ranking(self, reading: Reading, longest: int) -> List[Tuple[str, float]]:
        """The likeliest labels with their confidences, best first."""
        confidences = self.confidences(reading)
        best = np.argsort(-confidences, kind="stable")[:longest]
        return [(self.labels[index], float(confidences[index])) for index in best]

    def confidences(self, reading: Reading) -> np.ndarray:
        """One confidence a label, in the order of `labels`."""
        columns, values = self.vectoriser.row(reading)
        row = csr_matrix((values, columns, [0, len(columns)]), shape=(1, self._weights.shape[0]))
        scores = (row @ self._weights).toarray()[0] * self._scale + self._bias
        return linear.softmax(scores, self.sharpness)

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
            data=self._small.data,
            indices=self._small.indices.astype(np.uint16),
            starts=self._small.indptr.astype(np.int32),
            idf=self.vectoriser.idf.astype(np.float32),
            scale=self._scale,
            bias=self._bias,
        )

    @classmethod
    def load(cls, folder: Path) -> Classifier:
        """Read a head back; `ModelDamaged` says what is wrong with the folder."""
        try:
            described = json.loads((folder / "head.json").read_text(encoding="utf-8"))
            with np.load(folder / "head.npz", allow_pickle=False) as arrays:
                idf = arrays["idf"].astype(np.float64)
                shape = (len(idf), len(described["labels"]))
                parts = (arrays["data"], arrays["indices"].astype(np.int32), arrays["starts"])
                weights = csr_matrix(parts, shape=shape)
                scale, bias = arrays["scale"], arrays["bias"]
            vocabulary, first = {}, 0
            for block in BLOCKS:
                grams = described["grams"][block]
                vocabulary[block] = {gram: first + place for place, gram in enumerate(grams)}
                first += len(grams)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelDamaged(f"the head in {folder.name} cannot be read: {error}") from error
        vectoriser = Vectoriser(vocabulary, idf, described["blocks"])
        return cls(described["labels"], vectoriser, weights, scale, bias, described["sharpness"])
