"""A local problem (a lamp, rubbish, a rude official): tell where it can be reported so that it reaches someone."""

from __future__ import annotations

from dataclasses import replace

from actions.answer import show
from bot.outcomes import Outcome
from bot.turn import Action, Result, Turn

_ENTRY = "phan-anh-kien-nghi"


def point_to_desk(turn: Turn) -> Result | None:
    """Where a problem is reported, and where its state is asked."""
    answered = show(turn, _ENTRY)
    if answered is None:
        return None
    opening = (
        "Máy chưa nhận phản ánh thay cán bộ được. Bà con gửi theo cách dưới đây, hoặc báo ngay cho "
        f"{turn.office.center} ({turn.office.address})."
    )
    reply = answered.replies[0]
    told = reply.model_copy(update={"text": f"{opening}\n\n{reply.text}"})
    return replace(answered, replies=(told,), outcome=Outcome.REPORT)


action = Action(intents={"gui-phan-anh": point_to_desk, "tra-cuu-phan-anh": point_to_desk})
