"""Read the training and evaluation sentences (Rasa's YAML) without Rasa, and check what Rasa does not.

A block is an intent, metadata (`aspect`, in evaluation also `noise`) and one sentence a line.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Iterator, List, Sequence, Set

import yaml

from nlu.normalise import fold

ASPECTS = frozenset("overview documents steps fee time where who online result legal trouble".split())
DIALOGUE = frozenset(
    """chao-hoi cam-on tam-biet menu huy dong-y tu-choi gap-can-bo thong-tin-don-vi gui-phan-anh tra-cuu-phan-anh
    nghi-lua-dao ngoai-pham-vi hoi-tiep""".split()
)
FEWEST_FOR_TOPIC = 8
FEWEST_FOR_DIALOGUE = 25
_TRAINED_FROM = (
    "normalise",
    "segment",
    "features",
    "copies",
    "svm",
    "calibration",
    "training",
    "classifier",
    "components",
)


@dataclass(frozen=True)
class Sentence:
    """A labelled sentence; `noise` is empty in training data."""

    text: str
    topic: str
    aspect: str
    noise: str = ""


def read_sentences(folder: Path) -> List[Sentence]:
    """All sentences of a folder of Rasa files; ValueError names file and block of what cannot be read."""
    return [sentence for file in sorted(folder.glob("*.yml")) for sentence in _sentences(file)]


def _sentences(file: Path) -> Iterator[Sentence]:
    content = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    blocks = content.get("nlu") if isinstance(content, dict) else None
    if not isinstance(blocks, list):
        raise ValueError(f"{file.name}: has no list nlu")
    for number, block in enumerate(blocks, 1):
        try:
            topic, metadata, lines = block["intent"], block["metadata"], block["examples"].splitlines()
            aspect = metadata["aspect"]
        except (KeyError, TypeError) as error:
            raise ValueError(f"{file.name}: block {number} has no {error}") from error
        except AttributeError as error:
            raise ValueError(f"{file.name}: block {number}: examples is not text") from error
        for line in lines:
            yield Sentence(line[2:].strip(), topic, aspect, metadata.get("noise", ""))


def problems(sentences: Sequence[Sentence], topics: Set[str]) -> Iterator[str]:
    """What is wrong with training sentences, given the ids of the knowledge: one line each."""
    counts = Counter(sentence.topic for sentence in sentences)
    for topic in sorted(topics | DIALOGUE | counts.keys()):
        fewest = FEWEST_FOR_DIALOGUE if topic in DIALOGUE else FEWEST_FOR_TOPIC
        if topic not in topics | DIALOGUE:
            yield f"{topic}: no entry of the knowledge and no dialogue intent has this id"
        elif counts[topic] < fewest:
            yield f"{topic}: {counts[topic]} sentences, at least {fewest} are needed"
    seen: Dict[str, Sentence] = {}
    for sentence in sentences:
        if sentence.aspect not in ASPECTS:
            yield f"{sentence.topic}: unknown aspect {sentence.aspect!r}"
        other = seen.setdefault(same_sentence(sentence.text), sentence)
        if other is not sentence:
            yield f"{sentence.topic}: {sentence.text!r} is also in {other.topic}"


def same_sentence(text: str) -> str:
    """Equal for sentences that differ only in case, punctuation or diacritics."""
    return fold(re.sub(r"\W+", " ", text.lower())).strip()


def fingerprint(root: Path) -> str:
    """A hash of everything a model is trained from: configuration, sentences and the library's code."""
    library = [root / "nlu" / f"{name}.py" for name in _TRAINED_FROM]
    sources = [root / "config.yml", *sorted((root / "data" / "intents").glob("*.yml")), *library]
    digest = hashlib.sha256()
    for source in [*sources, root / "nlu" / "abbreviations.txt"]:
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.hexdigest()


def write_origin(archive: Path, root: Path) -> None:
    """Note beside the archive what it was trained from, so that a test can tell when it no longer fits."""
    origin = {"trained_from": fingerprint(root), "archive": hashlib.sha256(archive.read_bytes()).hexdigest()}
    archive.with_name("motcua.json").write_text(json.dumps(origin, indent=2) + "\n", encoding="utf-8")
