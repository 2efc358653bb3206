"""Turn a reading into a sparse TF-IDF row: segmented words, unaccented syllables and letters, the end once more."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Callable, Dict, Iterable, List, Sequence, Tuple

import numpy as np

from nlu.segment import Reading

_AGE = re.compile(r"(\d{1,3})(t|tuoi)?")
# Identity card at 6 and 14, majority at 18, elderly at 60, social pension at 75.
_BOUNDS = (0, 6, 14, 18, 60, 75)


def _runs(items: Sequence[str], longest: int, joint: str) -> Iterable[str]:
    for size in range(1, longest + 1):
        for start in range(len(items) - size + 1):
            yield joint.join(items[start : start + size])


def words(reading: Reading) -> Iterable[str]:
    """Segmented words with diacritics, runs of 1 and 2."""
    return _runs(reading.words, 2, "|")


def syllables(reading: Reading) -> Iterable[str]:
    """Syllables without diacritics, runs of 1 to 3; and ages by the bounds that the law draws."""
    yield from _runs(reading.syllables, 3, " ")
    yield from _ages(reading.syllables)


def _ages(said: Sequence[str]) -> Iterable[str]:
    """ "15 tuoi", "15t" → "age 14": the rules hang on the bound, and few of the numbers occur in training."""
    for place, syllable in enumerate(said):
        match = _AGE.fullmatch(syllable)
        if match and (match[2] or said[place + 1 : place + 2] == ("tuoi",)):
            yield f"age {max(bound for bound in _BOUNDS if bound <= int(match[1]))}"


def letters(reading: Reading) -> Iterable[str]:
    """Letters without diacritics, syllable by syllable with the spaces around it, runs of 2 to 5."""
    for syllable in reading.syllables:
        yield from letters_of(syllable)


def letters_of(syllable: str) -> Iterable[str]:
    """The runs of letters of one syllable."""
    padded = f" {syllable} "
    for size in range(2, 6):
        for start in range(max(1, len(padded) - size + 1)):
            yield padded[start : start + size]


def end(reading: Reading) -> Iterable[str]:
    """The last twelve syllables once more, runs of 1 to 3: in a long letter the question comes last."""
    return _runs(reading.syllables[-12:], 3, " ")


BLOCKS: Dict[str, Callable[[Reading], Iterable[str]]] = {
    "words": words,
    "syllables": syllables,
    "letters": letters,
    "end": end,
}


_MOST_SYLLABLES = 20_000  # remembered; wild input must not fill the memory


class Vectoriser:
    """TF-IDF blocks side by side, each of length one times its weight; a block of weight zero has no columns.

    `vocabulary[block]` maps a gram to its column; `idf` is one value a column.
    """

    def __init__(self, vocabulary: Dict[str, Dict[str, int]], idf: np.ndarray, weights: Dict[str, float]) -> None:
        self.vocabulary = vocabulary
        self.idf = idf
        self.weights = weights
        self._columns_of: Dict[str, Tuple[int, ...]] = {}

    @classmethod
    def fit(cls, readings: Sequence[Reading], weights: Dict[str, float], at_least: Dict[str, int]) -> Vectoriser:
        """Learn columns and idf; a gram in fewer than `at_least[block]` readings gets no column."""
        vocabulary: Dict[str, Dict[str, int]] = {}
        idf: List[float] = []
        for block, grams_of in BLOCKS.items():
            seen: Counter[str] = Counter()
            for reading in readings if weights[block] else ():
                seen.update(set(grams_of(reading)))
            kept = sorted(gram for gram, count in seen.items() if count >= at_least[block])
            vocabulary[block] = {gram: len(idf) + place for place, gram in enumerate(kept)}
            idf.extend(1.0 + math.log((1 + len(readings)) / (1 + seen[gram])) for gram in kept)
        return cls(vocabulary, np.array(idf), weights)

    def row(self, reading: Reading) -> Tuple[np.ndarray, np.ndarray]:
        """Columns and values of one reading."""
        columns: List[np.ndarray] = []
        values: List[np.ndarray] = []
        for block, weight in self.weights.items():
            counts = self._letter_counts(reading) if block == "letters" else self._counts(block, reading)
            if weight and counts:
                places = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
                times = np.fromiter(counts.values(), dtype=np.float64, count=len(counts))
                block_values = (1.0 + np.log(times)) * self.idf[places]
                columns.append(places)
                values.append(block_values * (weight / math.sqrt(float(block_values @ block_values))))
        if not columns:
            return np.array([], dtype=np.int64), np.array([])
        return np.concatenate(columns), np.concatenate(values)

    def _counts(self, block: str, reading: Reading) -> Dict[int, int]:
        known = self.vocabulary[block]
        return Counter(known[gram] for gram in BLOCKS[block](reading) if gram in known)

    def _letter_counts(self, reading: Reading) -> Dict[int, int]:
        """As `_counts`, but a syllable met before is not taken apart again: Vietnamese has only a few thousand."""
        counts: Counter[int] = Counter()
        for syllable in reading.syllables:
            columns = self._columns_of.get(syllable)
            if columns is None:
                known = self.vocabulary["letters"]
                columns = tuple(known[gram] for gram in letters_of(syllable) if gram in known)
                if len(self._columns_of) < _MOST_SYLLABLES:
                    self._columns_of[syllable] = columns
            counts.update(columns)
        return counts
