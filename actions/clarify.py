"""Ask back when the question could be one of a few."""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages import Choice, Reply
from bot.outcomes import Outcome
from bot.payloads import payload
from bot.turn import Result, Turn


def offer(turn: Turn, topics: Sequence[str]) -> Result:
    """Two or three topics to choose from, and a way out."""
    entries = [entry for entry in map(turn.knowledge.get, topics) if entry]
    choices = [Choice(label=entry.label, payload=payload("hoi", entry.id, turn.aspect)) for entry in entries]
    reply = Reply(
        text="Máy chưa chắc bà con hỏi việc nào. Có phải một trong những việc này không ạ?",
        choices=(*choices, Choice(label="Không phải, xem danh mục", payload=payload("menu"))),
    )
    return Result((reply,), turn.talk, Outcome.CLARIFIED)
