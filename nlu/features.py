"""Turn a reading into a sparse TF-IDF row: segmented words, unaccented syllables, unaccented letters."""

from __future__ import annotations

import math
from collections import Counter
from typing import Callable, Dict, Iterable, List, Sequence, Tuple

import numpy as np

from nlu.segment import Reading


def _runs(items: Sequence[str], longest: int, joint: str) -> Iterable[str]:
    for size in range(1, longest + 1):
        for start in range(len(items) - size + 1):
            yield joint.join(items[start : start + size])


def words(reading: Reading) -> Iterable[str]:
    """Segmented words with diacritics, runs of 1 and 2."""
    return _runs(reading.words, 2, "|")


def syllables(reading: Reading) -> Iterable[str]:
    """Syllables without diacritics, runs of 1 to 3."""
    return _runs(reading.syllables, 3, " ")


def letters(reading: Reading) -> Iterable[str]:
    """Letters without diacritics inside a word and across its borders, runs of 2 to 5."""
    for start_word in reading.syllables:
        padded = f" {start_word} "
        for size in range(2, 6):
            for start in range(max(1, len(padded) - size + 1)):
                yield padded[start : start + size]


BLOCKS: Dict[str, Callable[[Reading], Iterable[str]]] = {"words": words, "syllables": syllables, "letters": letters}


class Vectoriser:
    """Three TF-IDF blocks side by side, each of length one times its weight.

    `vocabulary[block]` maps a gram to its column; `idf` is one value a column.
    """

    def __init__(self, vocabulary: Dict[str, Dict[str, int]], idf: np.ndarray, weights: Dict[str, float]) -> None:
        self.vocabulary = vocabulary
        self.idf = idf
        self.weights = weights

    @classmethod
    def fit(cls, readings: Sequence[Reading], weights: Dict[str, float], at_least: Dict[str, int]) -> Vectoriser:
        """Learn columns and idf; a gram in fewer than `at_least[block]` readings gets no column."""
        vocabulary: Dict[str, Dict[str, int]] = {}
        idf: List[float] = []
        for block, grams_of in BLOCKS.items():
            seen: Counter[str] = Counter()
            for reading in readings:
                seen.update(set(grams_of(reading)))
            kept = sorted(gram for gram, count in seen.items() if count >= at_least[block])
            vocabulary[block] = {gram: len(idf) + place for place, gram in enumerate(kept)}
            idf.extend(1.0 + math.log((1 + len(readings)) / (1 + seen[gram])) for gram in kept)
        return cls(vocabulary, np.array(idf), weights)

    def row(self, reading: Reading) -> Tuple[np.ndarray, np.ndarray]:
        """Columns and values of one reading."""
        columns: List[int] = []
        values: List[float] = []
        for block, grams_of in BLOCKS.items():
            known = self.vocabulary[block]
            counts = Counter(column for column in map(known.get, grams_of(reading)) if column is not None)
            if not counts:
                continue
            places = list(counts)
            block_values = [(1.0 + math.log(count)) * self.idf[place] for place, count in counts.items()]
            length = math.sqrt(sum(value * value for value in block_values))
            columns.extend(places)
            values.extend(self.weights[block] * value / length for value in block_values)
        return np.array(columns, dtype=np.int64), np.array(values)
