"""Training copies of a sentence as people would also type it: the same words with the diacritics left off."""

from __future__ import annotations

from typing import List, Sequence, Tuple

from nlu.normalise import fold, normalise


def with_copies(sentences: Sequence[str]) -> Tuple[List[str], List[int]]:
    """The sentences and their copies, and for each the index of the sentence that it comes from."""
    texts: List[str] = []
    origins: List[int] = []
    for index, sentence in enumerate(sentences):
        written = normalise(sentence)
        for text in dict.fromkeys((written, fold(written))):
            texts.append(text)
            origins.append(index)
    return texts, origins
