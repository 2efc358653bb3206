"""What a message means: topic, aspect and entities, as one plain value."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Dict, Tuple

from nlu.classifier import Classifier
from nlu.entities import Entity, find_entities
from nlu.segment import Reading, read

RANKING_LENGTH = 5


@dataclass(frozen=True)
class Guess:
    """An id (of a topic or an aspect) and how sure it is, from 0 to 1."""

    id: str
    confidence: float


@dataclass(frozen=True)
class Parse:
    """One message understood. `ranking` holds the five likeliest topics, `topic` first."""

    text: str
    topic: Guess
    ranking: Tuple[Guess, ...]
    aspect: Guess
    entities: Tuple[Entity, ...]

    def as_dict(self) -> Dict[str, Any]:
        """The JSON of `motcua parse`."""
        return asdict(self)


def parse(text: str, topics: Classifier, aspects: Classifier) -> Parse:
    """Understand a message with two trained heads."""
    reading = read(text)
    ranking = rank(topics, reading)
    return Parse(text, ranking[0], ranking, rank(aspects, reading)[0], tuple(find_entities(text)))


def rank(head: Classifier, reading: Reading) -> Tuple[Guess, ...]:
    """The head's likeliest labels."""
    return tuple(Guess(label, confidence) for label, confidence in head.ranking(reading, RANKING_LENGTH))
