"""Train a head: sentences, their copies, features, weights and calibration, in that order."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from typing import Sequence, Tuple

import numpy as np
from scipy.sparse import csr_matrix

from nlu import svm
from nlu.calibration import sharpness
from nlu.classifier import Classifier
from nlu.copies import with_copies
from nlu.features import BLOCKS, Vectoriser
from nlu.segment import Reading, read


@dataclass(frozen=True)
class Recipe:
    """How a head is trained; the defaults are the measured winners of docs/understanding.md.

    Block weights are relative; `*_at_least` is the smallest number of training readings a gram must occur in; `cost`
    and `epochs` are the support vector machine's; `folds` is how often it is trained anew for calibration; `keep` is
    the share of weights stored.
    """

    words: float = 0.7
    syllables: float = 1.0
    letters: float = 1.0
    end: float = 0.0
    words_at_least: int = 1
    syllables_at_least: int = 1
    letters_at_least: int = 2
    end_at_least: int = 2
    cost: float = 0.3
    epochs: int = 10
    folds: int = 3
    keep: float = 0.25


def train(sentences: Sequence[str], labels: Sequence[str], recipe: Recipe) -> Classifier:
    """Learn a head from labelled sentences."""
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
    rows = _matrix(vectoriser, readings)
    weights, scores = _learnt(rows, classes, np.array(origins), recipe)
    small, scale = _shrunk(weights[:-1], recipe.keep)
    return Classifier(names, vectoriser, small, scale, weights[-1].astype(np.float64), sharpness(scores, classes))


def _matrix(vectoriser: Vectoriser, readings: Sequence[Reading]) -> csr_matrix:
    rows = [vectoriser.row(reading) for reading in readings]
    starts = np.cumsum([0, *(len(columns) for columns, _ in rows)])
    columns = np.concatenate([columns for columns, _ in rows])
    values = np.concatenate([values for _, values in rows])
    return csr_matrix((values, columns, starts), shape=(len(rows), len(vectoriser.idf)))


def _learnt(
    rows: csr_matrix, classes: np.ndarray, origins: np.ndarray, recipe: Recipe
) -> Tuple[np.ndarray, np.ndarray]:
    """The weights, and scores of each row by a machine trained without its sentence (and that sentence's copies).

    The machines are trained side by side, a process each: training is most of the time that a model takes.
    """
    fold_of = np.random.default_rng(0).integers(0, recipe.folds, origins.max() + 1)[origins]
    everything = np.arange(len(classes))
    splits = [(everything, everything[:0])]
    splits += [(np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)) for fold in range(recipe.folds)]
    work = [(rows, classes, seen, unseen, recipe) for seen, unseen in splits]
    with get_context("fork").Pool(min(len(work), os.cpu_count() or 1)) as processes:
        results = processes.starmap(_machine, work, chunksize=1)
    scores = np.zeros((len(classes), int(classes.max()) + 1))
    for (_, unseen), (_, of_unseen) in zip(splits[1:], results[1:], strict=True):
        scores[unseen] = of_unseen
    return results[0][0], scores


def _machine(
    rows: csr_matrix, classes: np.ndarray, seen: np.ndarray, unseen: np.ndarray, recipe: Recipe
) -> Tuple[np.ndarray, np.ndarray]:
    """Weights learnt from the rows `seen` (sent back only when there is nothing else to send), scores of `unseen`."""
    weights = svm.fit(rows[seen], classes[seen], int(classes.max()) + 1, recipe.cost, recipe.epochs)
    if not len(unseen):
        return weights, np.zeros(0)
    return np.zeros(0), rows[unseen] @ weights[:-1] + weights[-1]


def _shrunk(weights: np.ndarray, keep: float) -> Tuple[np.ndarray, np.ndarray]:
    """The largest share `keep` of the weights, as signed bytes with one scale a class."""
    sizes = np.abs(weights)
    threshold = np.quantile(sizes[sizes > 0], 1.0 - keep) if keep < 1 else 0.0
    scale = sizes.max(axis=0) / 127.0
    scale[scale == 0] = 1.0
    small = np.rint(weights / scale).astype(np.int8)
    small[sizes < threshold] = 0
    return small, scale.astype(np.float64)
