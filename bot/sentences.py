"""Read the training and evaluation sentences (Rasa's YAML) without Rasa, and check what Rasa does not.

A block is an intent, metadata (`aspect`; in evaluation `noise` and `also`) and one sentence a line.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import yaml

from nlu.labels import ASPECTS, DIALOGUE
from nlu.normalise import fold

FEWEST_FOR_TOPIC = 8
FEWEST_FOR_DIALOGUE = 25
# Two sentences of a topic that share this much of their syllables teach hardly more than one; short ones must be alike.
MOST_ALIKE = 0.85
_SHORT = 6
_TRAINED_FROM = (
    "normalise",
    "typing_slips",
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
    """A labelled sentence; `aspect` is empty where a text has none.

    Evaluation sentences also say how they are typed (`noise`), and which further parts of the answer they ask for
    (`also`), in the eyes of a second reader.
    """

    text: str
    topic: str
    aspect: str
    noise: str = ""
    also: tuple[str, ...] = ()


def read_sentences(folder: Path) -> list[Sentence]:
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
            yield Sentence(line[2:].strip(), topic, aspect, metadata.get("noise", ""), tuple(metadata.get("also", ())))


def read_knowledge(folder: Path) -> list[Sentence]:
    """What the knowledge itself says of each topic, as sentences to learn from: title, label and short answer."""
    entries = (
        entry
        for file in sorted(folder.glob("*.yml"))
        for entry in yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["entries"]
    )
    return [
        Sentence(" ".join(entry[field].split()), entry["id"], "")
        for entry in entries
        for field in ("title", "label", "short_answer")
    ]


def gather(data: Path, folder: Path) -> int:
    """Write everything to train on into a folder, for Rasa; the number of sentences that come from the knowledge."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(data / "intents", folder)
    sentences = read_knowledge(data / "knowledge")
    blocks = [
        {"intent": sentence.topic, "metadata": {"from": "knowledge"}, "examples": f"- {_plain(sentence.text)}\n"}
        for sentence in sentences
    ]
    content = yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True, sort_keys=False)
    (folder / "from-knowledge.yml").write_text(content, encoding="utf-8")
    return len(sentences)


def _plain(text: str) -> str:
    """Without what Rasa reads as a marked entity."""
    return re.sub(r"[\[\]{}()]", " ", text)


def problems(sentences: Sequence[Sentence], topics: set[str]) -> Iterator[str]:
    """What is wrong with training sentences, given the ids of the knowledge: one line each."""
    counts = Counter(sentence.topic for sentence in sentences)
    for topic in sorted(topics | DIALOGUE | counts.keys()):
        fewest = FEWEST_FOR_DIALOGUE if topic in DIALOGUE else FEWEST_FOR_TOPIC
        if topic not in topics | DIALOGUE:
            yield f"{topic}: no entry of the knowledge and no dialogue intent has this id"
        elif counts[topic] < fewest:
            yield f"{topic}: {counts[topic]} sentences, at least {fewest} are needed"
    seen: dict[str, Sentence] = {}
    for sentence in sentences:
        if sentence.aspect not in ASPECTS:
            yield f"{sentence.topic}: unknown aspect {sentence.aspect!r}"
        other = seen.setdefault(same_sentence(sentence.text), sentence)
        if other is not sentence:
            yield f"{sentence.topic}: {sentence.text!r} is also in {other.topic}"
    yield from _too_alike(sentences)


def _too_alike(sentences: Sequence[Sentence]) -> Iterator[str]:
    topics: dict[str, list[tuple[Sentence, set[str]]]] = {}
    for sentence in sentences:
        syllables = set(same_sentence(sentence.text).split())
        if len(syllables) >= _SHORT:
            topics.setdefault(sentence.topic, []).append((sentence, syllables))
    for topic, members in topics.items():
        for (one, mine), (other, theirs) in combinations(members, 2):
            if len(mine & theirs) >= MOST_ALIKE * len(mine | theirs):
                yield f"{topic}: {one.text!r} and {other.text!r} are nearly the same"


def same_sentence(text: str) -> str:
    """Equal for sentences that differ only in case, punctuation or diacritics."""
    return fold(re.sub(r"\W+", " ", text.lower())).strip()


def fingerprint(root: Path) -> str:
    """A hash of everything a model is trained from: configuration, sentences, the knowledge's own words and code."""
    library = [root / "nlu" / f"{name}.py" for name in _TRAINED_FROM]
    sources = [root / "config.yml", *sorted((root / "data" / "intents").glob("*.yml")), *library]
    digest = hashlib.sha256()
    for source in [*sources, root / "nlu" / "abbreviations.txt"]:
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    for sentence in read_knowledge(root / "data" / "knowledge"):
        digest.update(f"{sentence.topic}\0{sentence.text}\0".encode())
    return digest.hexdigest()


def write_origin(archive: Path, root: Path) -> None:
    """Note beside the archive what it was trained from, so that a test can tell when it no longer fits."""
    origin = {"trained_from": fingerprint(root), "archive": hashlib.sha256(archive.read_bytes()).hexdigest()}
    archive.with_name("motcua.json").write_text(json.dumps(origin, indent=2) + "\n", encoding="utf-8")
