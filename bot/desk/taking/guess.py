"""Guess from people's words what kind of problem it is: each kind lists what people call it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.desk.categories import Categories
from bot.desk.taking.hearing import Heard, Phrase

OTHER = "viec-khac"  # the kind for what fits no other; an officer files it
_ENOUGH = 3.0  # of evidence; one telling word, or two common ones
_AHEAD = 1.25  # times the next kind's, to be sure
_FLOOR = 1.2
_LAST = 0.4
_MOST = 3


@dataclass(frozen=True)
class Guess:
    """The kind if it is clear (it is still shown before anything is sent), and the likeliest, best first."""

    sure: str | None
    likely: tuple[str, ...]


def guess(categories: Categories, text: str) -> Guess:
    """What kind of problem the text is about."""
    phrases, weights = _listed(categories)
    heard = Heard.of(text)
    there = set(heard.bare)
    scores = {name: _score(heard, there, of_kind, weights) for name, of_kind in phrases.items()}
    scores[OTHER] = scores.get(OTHER, 0.0) * _LAST  # people ask and suggest, whatever it is about
    ranking = sorted((name for name in scores if scores[name] >= _FLOOR), key=lambda name: -scores[name])
    if not ranking:
        return Guess(None, ())
    best = scores[ranking[0]]
    clear = best >= _ENOUGH and (len(ranking) == 1 or best >= _AHEAD * scores[ranking[1]])
    return Guess(ranking[0] if clear else None, tuple(ranking[:_MOST]))


def named(categories: Categories, text: str) -> str | None:
    """The kind that somebody calls by its name."""
    bare = Heard.of(text).bare
    return next((one.id for one in categories if Phrase.of(one.name).bare == bare), None)


@lru_cache(maxsize=8)
def _listed(categories: Categories) -> tuple[Mapping[str, tuple[Phrase, ...]], Mapping[str, float]]:
    """Each kind's phrases, and what a word tells: less, the more kinds have it."""
    phrases = {
        one.id: tuple({Phrase.of(words) for words in (one.name.replace(",", " "), *one.words)}) for one in categories
    }
    kinds = Counter(word for listed in phrases.values() for word in {word for one in listed for word in one.bare})
    return phrases, {word: math.log(1.0 + len(phrases) / number) for word, number in kinds.items()}


def _score(heard: Heard, there: set[str], phrases: tuple[Phrase, ...], weights: Mapping[str, float]) -> float:
    scores = sorted((_evidence(heard, phrase, weights) for phrase in phrases if there & set(phrase.bare)), reverse=True)
    return scores[0] + 0.2 * sum(scores[1:4]) if scores else 0.0


def _evidence(heard: Heard, phrase: Phrase, weights: Mapping[str, float]) -> float:
    """What a phrase tells: little when a word is missing, nothing without the word that tells most."""
    found = heard.closeness(phrase)
    missing = [word for sure, word in zip(found, phrase.bare, strict=False) if not sure]
    if not found or len(missing) > (len(found) > 2):
        return 0.0
    if missing and weights[missing[0]] >= max(weights[word] for word in phrase.bare):
        return 0.0
    told = sum(sure * weights[word] for sure, word in zip(found, phrase.bare, strict=True))
    return told * (0.5 if missing else 0.9 if len(found) == 1 else 1.0)
