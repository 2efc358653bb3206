"""Someone suspects a scam: the warning first, at once."""

from __future__ import annotations

from actions.answer import show
from bot.turn import Action, Result, Turn

_ENTRY = "vneid-canh-bao-lua-dao"


def warn(turn: Turn) -> Result | None:
    """What scams look like and what to do now."""
    return show(turn, _ENTRY)


action = Action(intents={"nghi-lua-dao": warn})
