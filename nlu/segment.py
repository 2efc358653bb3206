"""Cut a normalised message into Vietnamese words with underthesea ("khai sinh" is one word)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Callable, List, Sequence, Tuple

from nlu.normalise import fold, has_diacritics, normalise

_LOADING = Lock()  # a second thread must not see underthesea half loaded


@dataclass(frozen=True)
class Reading:
    """A message as the classifiers see it: words with their diacritics, syllables without."""

    words: Tuple[str, ...]
    syllables: Tuple[str, ...]

    @classmethod
    def of_words(cls, words: Sequence[str]) -> Reading:
        """The reading of an already segmented message."""
        return cls(tuple(words), tuple(fold(" ".join(words)).split()))


def read(text: str) -> Reading:
    """Normalise and segment a message."""
    return Reading.of_words(segment(normalise(text)))


def segment(normalised: str) -> List[str]:
    """The words of a normalised text; without diacritics its syllables, since the segmenter then glues wrong words."""
    if not has_diacritics(normalised):
        return normalised.split()
    return [word.lower() for word in _segmenter()(normalised)]


def _segmenter() -> Callable[[str], List[str]]:
    with _LOADING:
        return _load()


@lru_cache(maxsize=1)
def _load() -> Callable[[str], List[str]]:
    handlers = list(logging.root.handlers)
    from underthesea import word_tokenize  # noqa: PLC0415 (a second of loading that tests of the rest need not pay)

    logging.root.handlers = handlers  # importing underthesea adds a handler to the root logger
    word_tokenize("khởi động")  # it loads its model at the first call, and not safely for two threads
    return word_tokenize  # type: ignore[no-any-return]
