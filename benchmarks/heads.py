"""Compare ways to train the topic head: `python -m benchmarks.heads [repeats]`. Takes about a minute a line and repeat.

Macro-F1 in repeated threefold cross-validation over the training sentences (a sentence and its copies stay together),
and the share of evaluation questions about procedures whose topic comes first.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace

import numpy as np
from underthesea_core import TextClassifier

from bot.knowledge import load_knowledge
from bot.sentences import Sentence, read_knowledge, read_sentences
from bot.settings import ROOT
from nlu import svm
from nlu.features import BLOCKS, Vectoriser
from nlu.normalise import fold, normalise
from nlu.segment import Reading, read
from nlu.training import Recipe
from nlu.training import _matrix as matrix  # stack rows exactly as training does

FOLDS = 3


@dataclass(frozen=True)
class Variant:
    """A recipe, the copies of each sentence that are trained on too, with or without the knowledge's own words."""

    name: str
    recipe: Recipe
    copies: tuple[str, ...] = ("unaccented",)
    knowledge: bool = True
    rust: bool = False  # underthesea's own TF-IDF and linear SVM instead of ours


IN_USE = Recipe()
VARIANTS = (
    Variant("in use", IN_USE),
    Variant("without the knowledge's words", IN_USE, knowledge=False),
    Variant("without unaccented copies", IN_USE, copies=()),
    Variant("half-unaccented copies too", IN_USE, copies=("unaccented", "half")),
    Variant("copies with a slip too", IN_USE, copies=("unaccented", "slip")),
    Variant("without segmented words", replace(IN_USE, words=0.0)),
    Variant("without syllables", replace(IN_USE, syllables=0.0)),
    Variant("without letters", replace(IN_USE, letters=0.0)),
    Variant("cost 0.1", replace(IN_USE, cost=0.1)),
    Variant("cost 1.0", replace(IN_USE, cost=1.0)),
    Variant("underthesea_core.TextClassifier", IN_USE, rust=True),
)


def half_unaccented(text: str, chance: random.Random) -> str:
    """As somebody types who leaves off every second diacritic."""
    return " ".join(fold(word) if chance.random() < 0.5 else word for word in text.split())


def with_slip(text: str, chance: random.Random) -> str:
    """With one letter left out or changed places with its neighbour."""
    if len(text) < 4:
        return text
    place = chance.randrange(1, len(text) - 2)
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    return swapped if chance.random() < 0.5 else text[:place] + text[place + 1 :]


COPIES: dict[str, Callable[[str, random.Random], str]] = {
    "unaccented": lambda text, _chance: fold(text),
    "half": half_unaccented,
    "slip": with_slip,
}


@dataclass(frozen=True)
class Rows:
    """Readings with the number of their topic and of the sentence that they come from."""

    readings: list[Reading]
    topics: np.ndarray
    origins: np.ndarray

    @classmethod
    def of(cls, sentences: list[Sentence], number: dict[str, int], copies: tuple[str, ...]) -> Rows:
        """Read sentences, each also in copies of the kinds asked for."""
        chance = random.Random(0)  # noqa: S311 (copies, not secrets)
        written, origins = [], []
        for origin, sentence in enumerate(sentences):
            text = normalise(sentence.text)
            for copy in dict.fromkeys((text, *(COPIES[kind](text, chance) for kind in copies))):
                written.append(copy)
                origins.append(origin)
        topics = np.array([number[sentences[origin].topic] for origin in origins])
        return cls([read(text) for text in written], topics, np.array(origins))

    def only(self, mask: np.ndarray) -> Rows:
        """Some of the rows."""
        kept = np.flatnonzero(mask)
        return Rows([self.readings[index] for index in kept], self.topics[kept], self.origins[kept])


def guesses(seen: Rows, unseen: list[Reading], classes: int, variant: Variant) -> np.ndarray:
    """The first topic of each unseen reading."""
    if variant.rust:
        return _rust_guesses(seen, unseen)
    recipe = variant.recipe
    options = asdict(recipe)
    weights = {block: options[block] for block in BLOCKS}
    vectoriser = Vectoriser.fit(seen.readings, weights, {block: options[f"{block}_at_least"] for block in BLOCKS})
    learnt = svm.fit(matrix(vectoriser, seen.readings), seen.topics, classes, recipe.cost, recipe.epochs)
    return np.asarray(matrix(vectoriser, unseen) @ learnt[:-1] + learnt[-1]).argmax(axis=1)


def _rust_guesses(seen: Rows, unseen: list[Reading]) -> np.ndarray:
    classifier = TextClassifier(max_features=200_000, ngram_range=(1, 3))
    classifier.fit([" ".join(reading.words) for reading in seen.readings], [str(topic) for topic in seen.topics])
    return np.array([int(topic) for topic in classifier.predict_batch([" ".join(one.words) for one in unseen])])


def macro_f1(wanted: np.ndarray, found: np.ndarray) -> float:
    """The mean of the topics' F1."""
    topics = np.unique(wanted)
    right = [np.sum((wanted == topic) & (found == topic)) for topic in topics]
    size = [np.sum(wanted == topic) + np.sum(found == topic) for topic in topics]
    return float(np.mean(2 * np.array(right) / np.array(size)))


def cross_validated(rows: Rows, extra: Rows, classes: int, variant: Variant, repeats: int) -> Iterator[float]:
    """Macro-F1 of each fold; `extra` is always trained on."""
    for repeat in range(repeats):
        fold_of = np.random.default_rng(repeat).integers(0, FOLDS, rows.origins.max() + 1)[rows.origins]
        for part in range(FOLDS):
            seen, unseen = rows.only(fold_of != part), rows.only(fold_of == part)
            both = Rows(seen.readings + extra.readings, np.append(seen.topics, extra.topics), seen.origins)
            yield macro_f1(unseen.topics, guesses(both, unseen.readings, classes, variant))


def main() -> None:
    """Print the table."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    sentences = read_sentences(ROOT / "data" / "intents")
    number = {topic: place for place, topic in enumerate(sorted({sentence.topic for sentence in sentences}))}
    known = {entry.id for entry in load_knowledge(ROOT / "data" / "knowledge")}
    asked = [one for one in read_sentences(ROOT / "tests" / "evaluation") if one.topic in known]
    wanted = np.array([number[one.topic] for one in asked])
    readings = [read(one.text) for one in asked]
    print(f"| {'training':31} | macro-F1, cross-validated | evaluation, first | seconds |\n|---|---|---|---|")
    for variant in VARIANTS:
        rows = Rows.of(sentences, number, variant.copies)
        words = read_knowledge(ROOT / "data" / "knowledge") if variant.knowledge else []
        extra = Rows.of(words, number, variant.copies) if words else rows.only(np.zeros(len(rows.topics), dtype=bool))
        scores = list(cross_validated(rows, extra, len(number), variant, repeats))
        start = time.perf_counter()
        whole = Rows(rows.readings + extra.readings, np.append(rows.topics, extra.topics), rows.origins)
        first = float(np.mean(guesses(whole, readings, len(number), variant) == wanted))
        figures = f"{100 * np.mean(scores):.1f} ± {100 * np.std(scores):.1f}"
        print(
            f"| {variant.name:31} | {figures} | {100 * first:.1f} % | {time.perf_counter() - start:.0f} |", flush=True
        )


if __name__ == "__main__":
    main()
