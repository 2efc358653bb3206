"""How well the trained model understands, measured on sentences that it was not trained on.

The words of the report are for a commune that wants to know how far to trust it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from bot.decision import SURE, Decision, decide, decide_with_parts
from bot.knowledge import Knowledge
from bot.questions import questions_in
from bot.sentences import Sentence
from nlu.labels import OUT_OF_SCOPE
from nlu.parse import Parse

_REPORT = "gui-phan-anh"


@dataclass(frozen=True)
class Judged:
    """An evaluation sentence with what the bot made of it."""

    sentence: Sentence
    parse: Parse
    decision: Decision
    knowledge: Knowledge

    @property
    def first(self) -> bool:
        """The right topic came first."""
        return self.parse.topic.id == self.sentence.topic

    @property
    def family(self) -> bool:
        """The right topic or one of its family came first."""
        wanted, found = self.knowledge.get(self.sentence.topic), self.knowledge.get(self.parse.topic.id)
        return self.first or (wanted is not None and found is not None and wanted.family == found.family)

    @property
    def answered(self) -> bool:
        """A procedure was answered, not asked back."""
        return self.decision.kind == "answer"

    @property
    def offered(self) -> bool:
        """The right topic was answered, is one press away, or is among the choices."""
        if self.sentence.topic in self.decision.topics:
            return True
        return self.answered and self.family

    @property
    def aspect(self) -> bool:
        """The part of the answer that is asked first."""
        return self.parse.aspect.id == self.sentence.aspect

    @property
    def aspect_asked(self) -> bool:
        """A part of the answer that is asked."""
        return self.parse.aspect.id in (self.sentence.aspect, *self.sentence.also)

    @property
    def long(self) -> str:
        """How long it is, in words."""
        words = len(self.sentence.text.split())
        return "up to 11 words" if words < 12 else "12 to 29 words" if words < 30 else "30 words and more"


def judge(sentences: Sequence[Sentence], parse: Callable[[str], Parse], knowledge: Knowledge) -> list[Judged]:
    """Hold the decisions against the labels. No conversation: nothing is in hand."""
    return [_judged(sentence, parse, knowledge) for sentence in sentences]


def _judged(sentence: Sentence, parse: Callable[[str], Parse], knowledge: Knowledge) -> Judged:
    whole = parse(sentence.text)
    decision = decide(whole, knowledge, None)
    questions = questions_in(sentence.text)
    if len(questions) > 1:
        decision = decide_with_parts(decision, whole, [parse(question) for question in questions], knowledge)
    return Judged(sentence, whole, decision, knowledge)


def report(judged: Sequence[Judged], trained_on: int, rasa_f1: float | None, today: date) -> Iterator[str]:
    """The page, line by line (Markdown)."""
    asked = [one for one in judged if one.knowledge.get(one.sentence.topic)]
    outside = [one for one in judged if one.sentence.topic == OUT_OF_SCOPE]
    reports = [one for one in judged if one.sentence.topic == _REPORT]
    wrong = [one for one in asked if one.answered and not one.offered]
    straight = sum(one.answered for one in asked)
    yield "# How well the bot understands"
    yield ""
    yield f"Of 100 questions about procedures, the right topic comes first for {_hundred(asked, 'first')}; "
    yield f"for {_hundred(asked, 'offered')} the right one is answered or one press away; "
    yield f"{_share(len(wrong), len(asked))} get a wrong answer that sounds sure."
    yield "The rest are asked to choose or to say it anew."
    yield ""
    yield f"Measured on {today:%Y-%m-%d} with {len(judged)} sentences, written apart from the {trained_on} training"
    yield "sentences and without looking at them. They are made up, not real letters: expect less in life."
    yield ""
    yield "| figure | value | sentences |"
    yield "|---|---|---|"
    yield _row("right topic first", asked, "first")
    yield _row("right topic or one of its family first", asked, "family")
    yield _row("right topic answered, one press away, or among the choices", asked, "offered")
    yield f"| confidently wrong (at confidence {SURE:.2f}) | {_share(len(wrong), len(asked))} % | {len(asked)} |"
    yield f"| answered without asking back | {_share(straight, len(asked))} % | {len(asked)} |"
    yield _row("right part of the answer (aspect), the one asked first", asked, "aspect")
    yield _row("a part that is asked, where a second reader heard several", asked, "aspect_asked")
    yield _row("reports of local problems recognised", reports, "first")
    accepted = sum(one.answered for one in outside)
    yield f"| out of scope, yet answered as a procedure | {_share(accepted, len(outside))} % | {len(outside)} |"
    yield f"| macro F1 over all topics | {100 * macro_f1(judged):.1f} | {len(judged)} |"
    if rasa_f1 is not None:
        yield f"| macro F1 as `rasa test nlu` counts it | {100 * rasa_f1:.1f} | {len(judged)} |"
    yield ""
    yield from _table("how it is written", asked, lambda one: one.sentence.noise)
    yield ""
    yield from _table("how long it is", asked, lambda one: one.long)
    yield ""
    yield from _table("field", asked, _field)
    yield ""
    yield from _reliability(asked)
    yield ""
    yield from _confusions(asked)


def macro_f1(judged: Sequence[Judged]) -> float:
    """The mean of the topics' F1, each topic counting the same."""
    right: Counter[str] = Counter(one.sentence.topic for one in judged if one.first)
    wanted = Counter(one.sentence.topic for one in judged)
    found = Counter(one.parse.topic.id for one in judged)
    scores = [2 * right[topic] / (wanted[topic] + found[topic]) for topic in wanted]
    return sum(scores) / len(scores)


def _field(one: Judged) -> str:
    topics = one.knowledge.field_of(one.sentence.topic)
    return topics.field if topics else ""


def _table(name: str, asked: Sequence[Judged], group_of: Callable[[Judged], str]) -> Iterator[str]:
    yield f"| {name} | right first | answered or offered | sentences |"
    yield "|---|---|---|---|"
    for group in sorted(set(map(group_of, asked))):
        some = [one for one in asked if group_of(one) == group]
        yield f"| {group} | {_hundred(some, 'first')} % | {_hundred(some, 'offered')} % | {len(some)} |"


def _reliability(asked: Sequence[Judged]) -> Iterator[str]:
    """Whether a confidence means what it says."""
    yield "| confidence of the first topic | mean | right | sentences |"
    yield "|---|---|---|---|"
    for low, high in pairwise((0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.97, 1.0001)):
        some = [one for one in asked if low <= one.parse.topic.confidence < high]
        mean = sum(one.parse.topic.confidence for one in some) / max(1, len(some))
        yield f"| {low:.2f} – {min(high, 1):.2f} | {100 * mean:.0f} % | {_hundred(some, 'first')} % | {len(some)} |"


def _confusions(asked: Sequence[Judged]) -> Iterator[str]:
    pairs = Counter((one.sentence.topic, one.parse.topic.id) for one in asked if not one.family)
    yield "| asked | taken for | times |"
    yield "|---|---|---|"
    for (wanted, found), times in pairs.most_common(10):
        yield f"| {wanted} | {found} | {times} |"


def _row(name: str, some: Sequence[Judged], what: str) -> str:
    return f"| {name} | {_hundred(some, what)} % | {len(some)} |"


def _hundred(some: Sequence[Judged], what: str) -> str:
    return _share(sum(getattr(one, what) for one in some), len(some))


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "–"
