"""Hear a phrase in what somebody wrote: with diacritics, without, or half and half.

"Chó" (dog), "cho" (give) and "chờ" (wait) are one word without diacritics. So a word typed with diacritics must be the
very word; one typed without may be any, but then a single word says less than several in a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlu.normalise import fold, has_diacritics, normalise

_MOST_BETWEEN = 2  # words inside a phrase that are not of it: "đèn [ngoài] đường [bị] hỏng"
ANY = "*"  # in a phrase: up to three words


@dataclass(frozen=True)
class Phrase:
    """A phrase of our lists, cut into words."""

    words: tuple[str, ...]
    bare: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Phrase:
        """Cut a phrase."""
        words = tuple(word if word == ANY else normalise(word) for word in text.split())
        return cls(words, tuple(map(fold, words)))


@dataclass(frozen=True)
class Heard:
    """What somebody wrote, cut into words."""

    words: tuple[str, ...]
    bare: tuple[str, ...]
    accented: bool

    @classmethod
    def of(cls, text: str) -> Heard:
        """Cut a text."""
        written = normalise(text)
        words = tuple(written.split())
        return cls(words, tuple(map(fold, words)), has_diacritics(written))

    def same(self, place: int, phrase: Phrase, number: int) -> float:
        """How surely the word here is that of the phrase, 0 to 1."""
        if self.words[place] == phrase.words[number]:
            return 1.0
        if self.bare[place] != phrase.bare[number]:
            return 0.0
        if not self.accented:
            return 0.9
        typed_bare = self.words[place] == self.bare[place]
        return 0.6 if typed_bare and len(phrase.words) > 1 else 0.0

    def find(self, phrase: Phrase) -> tuple[int, int] | None:
        """Where the phrase stands, word by word; from and up to which word."""
        for start in range(len(self.words)):
            if (end := self._runs(start, phrase, 0)) is not None:
                return start, end
        return None

    def without(self, phrases: Sequence[Phrase]) -> Heard:
        """The text with these taken out; a word that is no word stays in their place."""
        heard = self
        for phrase in phrases:
            while (found := heard.find(phrase)) is not None:
                start, end = found
                heard = Heard(
                    (*heard.words[:start], "·", *heard.words[end:]),
                    (*heard.bare[:start], "·", *heard.bare[end:]),
                    heard.accented,
                )
        return heard

    def closeness(self, phrase: Phrase) -> tuple[float, ...]:
        """How surely each word of the phrase is there, in order and near each other; the best such place."""
        best: tuple[float, ...] = ()
        for start in range(len(self.words)):
            if self.same(start, phrase, 0):
                found = self._near(start, phrase)
                if sum(found) > sum(best):
                    best = found
        return best

    def _near(self, start: int, phrase: Phrase) -> tuple[float, ...]:
        found, place = [], start
        for number in range(len(phrase.words)):
            reach = range(place, min(place + 1 + (_MOST_BETWEEN if number else 0), len(self.words)))
            hit = next((here for here in reach if self.same(here, phrase, number)), None)
            if hit is None:
                found.append(0.0)
                continue
            found.append(self.same(hit, phrase, number) / (1.0 + 0.15 * (hit - place)))
            place = hit + 1
        return tuple(found)

    def _runs(self, start: int, phrase: Phrase, number: int) -> int | None:
        if number == len(phrase.words):
            return start
        if phrase.words[number] == ANY:
            reach = range(start, min(start + 4, len(self.words) + 1))
            ends = (self._runs(here, phrase, number + 1) for here in reach)
            return next((end for end in ends if end is not None), None)
        if start >= len(self.words) or not self.same(start, phrase, number):
            return None
        return self._runs(start + 1, phrase, number + 1)
