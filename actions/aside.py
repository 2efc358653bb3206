"""What is said while an answer is waited for and is none: a question about a procedure, a wish for something else."""

from __future__ import annotations

from dataclasses import replace

from actions.answer import show
from bot.decision import DIALOGUE_SURE, SURE
from bot.messages import Reply
from bot.outcomes import Outcome
from bot.turn import Result, Turn
from nlu.normalise import fold, normalise

# Understood as one of these, a message is for neither a draft nor a report; these wait.
_ELSEWHERE = ("gap-can-bo", "thong-tin-don-vi", "menu", "tra-cuu-phan-anh", "nghi-lua-dao")

# Somebody's own words about a lamp are easily understood as a procedure; only what asks for something is one.
_ASKING = (
    "can gi, giay gi, giay to gi, nhung gi, la gi, o dau, nop dau, tai dau, bao nhieu, bao lau, may ngay, may gio, "
    "the nao, lam sao, ra sao, thu tuc, le phi, ho so, duoc khong, gap can bo, gap nguoi, menu, danh muc, "
    "den dau roi, toi dau roi, lua dao"
).split(", ")


def asks(turn: Turn) -> bool:
    """Whether a text reads as a question or a wish, whatever it was understood as."""
    said = f" {fold(normalise(turn.text))} "
    return "?" in turn.text or any(f" {phrase} " in said for phrase in _ASKING)


def answered(turn: Turn, reminder: Reply, awaiting: str) -> Result | None:
    """A question about a procedure: answered, and reminded of what goes on being waited for."""
    best = turn.parse.topic if turn.parse else None
    if best is None or best.confidence < SURE or turn.knowledge.get(best.id) is None:
        return None
    alone = turn.talk.model_copy(update={"draft": None, "awaiting": None})
    shown = show(replace(turn, talk=alone), best.id, turn.aspect)
    if shown is None:
        return None
    talk = shown.talk.model_copy(update={"draft": turn.talk.draft, "awaiting": awaiting})
    return replace(shown, replies=(*shown.replies, reminder), talk=talk, outcome=Outcome.ANSWERED)


def elsewhere(turn: Turn) -> bool:
    """Whether somebody or something else is wanted."""
    return any(understood(turn, intent) for intent in _ELSEWHERE)


def understood(turn: Turn, intent: str) -> bool:
    """Whether a message was understood as this."""
    best = turn.parse.topic if turn.parse else None
    return best is not None and best.id == intent and best.confidence >= DIALOGUE_SURE
