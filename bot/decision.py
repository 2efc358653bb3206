"""From a parse to what should happen: answer, ask back, talk, or say "I don't know".

A guess is not an answer. A sure topic is answered; a sure family is answered with its main entry, siblings offered;
between the thresholds the person chooses; below, or out of scope, the bot says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.knowledge import Entry, Knowledge
from nlu.labels import FOLLOW_UP, OUT_OF_SCOPE
from nlu.parse import Guess, Parse

# The thresholds were chosen on the evaluation set: see docs/understanding.md.
SURE = 0.75
FLOOR = 0.10
DIALOGUE_SURE = 0.45
SOUNDS_LIKE_FOLLOW_UP = 0.05
CONTEXT = 30.0
_MOST_CHOICES = 3
_MOST_ANSWERS = 2
_MOST_PARTS = 3
_PART_SURE = 0.6  # a second part is told only if it is asked for sure


@dataclass(frozen=True)
class Decision:
    """`kind` says which fields matter: an `intent`, or `topics` (those to answer, or those to choose from).

    `aspects` are set when a message asks several things: for each topic to answer, the parts that it wants.
    """

    kind: Literal["answer", "clarify", "intent", "unanswerable", "out_of_scope"]
    topics: tuple[str, ...] = ()
    intent: str = ""
    aspects: tuple[tuple[str, ...], ...] = ()


def decide(parse: Parse, knowledge: Knowledge, topic_in_hand: str | None) -> Decision:
    """What to do about a free text, given the topic that the conversation is about."""
    best = parse.topic
    in_hand = knowledge.get(topic_in_hand or "")
    if in_hand and (sibling := _meant_sibling(parse, knowledge, in_hand)):
        return Decision("answer", (sibling,))
    if best.id == FOLLOW_UP and best.confidence >= DIALOGUE_SURE:
        return Decision("answer", (in_hand.id,)) if in_hand else _ask_back(parse, knowledge)
    if best.id == OUT_OF_SCOPE and best.confidence >= DIALOGUE_SURE:
        return Decision("out_of_scope")
    entry = knowledge.get(best.id)
    if entry is None:
        sure = best.confidence >= DIALOGUE_SURE
        return Decision("intent", intent=best.id) if sure else _ask_back(parse, knowledge)
    if best.confidence >= SURE or _family_confidence(parse, knowledge, entry) >= SURE:
        return Decision("answer", (entry.id if best.confidence >= SURE else entry.family,))
    return _ask_back(parse, knowledge)


def decide_with_parts(whole: Decision, parse: Parse, parts: Sequence[Parse], knowledge: Knowledge) -> Decision:
    """The same, for a message that asks several things: `parts` are its questions, each parsed by itself.

    Two questions about different things are both answered, if the whole message hints at both; two parts of one thing
    are both told. A question that is clear by itself is offered first when the whole is not.
    """
    named = [_answered(part, knowledge) for part in parts]
    hinted = [topic for topic in named if topic and any(guess.id == topic for guess in parse.ranking)]
    topics = tuple({knowledge.family_of(topic): topic for topic in reversed(hinted)}.values())[::-1][:_MOST_ANSWERS]
    if len(topics) > 1:
        return Decision("answer", topics, aspects=_aspects_by_topic(topics, named, parts, knowledge))
    if whole.kind == "answer":
        aspects = tuple(dict.fromkeys(part.aspect.id for part in parts if part.aspect.confidence >= _PART_SURE))
        return replace(whole, aspects=(aspects[:_MOST_PARTS],) if len(aspects) > 1 else ())
    if whole.kind in ("clarify", "unanswerable") and any(named):
        first = [topic for topic in named if topic]
        return Decision("clarify", tuple(dict.fromkeys([*first, *whole.topics]))[:_MOST_CHOICES])
    return whole


def _aspects_by_topic(
    topics: tuple[str, ...], named: Sequence[str | None], parts: Sequence[Parse], knowledge: Knowledge
) -> tuple[tuple[str, ...], ...]:
    """Which parts are asked of each topic: a question that names none goes with the one before it."""
    families = [knowledge.family_of(topic) for topic in topics]
    wanted: list[list[str]] = [[] for _ in topics]
    current = 0
    for topic, part in zip(named, parts, strict=True):
        family = knowledge.family_of(topic) if topic else ""
        current = families.index(family) if family in families else current
        if part.aspect.confidence >= _PART_SURE and part.aspect.id not in wanted[current]:
            wanted[current].append(part.aspect.id)
    return tuple(tuple(aspects[:_MOST_PARTS]) for aspects in wanted)


def _answered(part: Parse, knowledge: Knowledge) -> str | None:
    decision = decide(part, knowledge, None)
    return decision.topics[0] if decision.kind == "answer" else None


def _meant_sibling(parse: Parse, knowledge: Knowledge, in_hand: Entry) -> str | None:
    """ "Con tôi trễ hạn thì sao", after a question about birth registration, is about the late kind of it.

    Only for what sounds like a follow-up; then a sibling of the topic in hand counts `CONTEXT` times its confidence.
    """
    confidence = {guess.id: guess.confidence for guess in parse.ranking}
    if confidence.get(FOLLOW_UP, 0.0) < SOUNDS_LIKE_FOLLOW_UP:
        return None
    entries = [entry for entry in (knowledge.get(guess.id) for guess in parse.ranking) if entry]
    siblings = [entry for entry in entries if entry.family == in_hand.family and entry.id != in_hand.id]
    others = [confidence[entry.id] for entry in entries if entry.family != in_hand.family]
    if siblings and CONTEXT * confidence[siblings[0].id] >= max([FLOOR, *others]):
        return siblings[0].id
    return None


def _ask_back(parse: Parse, knowledge: Knowledge) -> Decision:
    likely = [guess for guess in parse.ranking if knowledge.get(guess.id)]
    if parse.topic.id == OUT_OF_SCOPE:
        return Decision("out_of_scope")
    if likely and likely[0].confidence >= FLOOR:
        return Decision("clarify", tuple(guess.id for guess in likely[:_MOST_CHOICES]))
    return Decision("unanswerable")


def _family_confidence(parse: Parse, knowledge: Knowledge, entry: Entry) -> float:
    def same_family(guess: Guess) -> bool:
        other = knowledge.get(guess.id)
        return other is not None and other.family == entry.family

    return sum(guess.confidence for guess in parse.ranking if same_family(guess))
