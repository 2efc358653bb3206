"""Someone wants a person: say where, when and by which number one is reached."""

from __future__ import annotations

from actions.office import card
from bot.messages import Choice, Reply
from bot.outcomes import Outcome
from bot.payloads import payload
from bot.turn import Action, Result, Turn


def point_to_officer(turn: Turn) -> Result:
    """How to reach an officer of the commune, and the national help line."""
    reply = Reply(
        heading="Gặp cán bộ",
        text=(
            f"Bà con đến hoặc gọi {turn.office.center} trong giờ làm việc, cán bộ sẽ giúp trực tiếp.\n\n"
            f"{card(turn.office)}"
        ),
        choices=(
            Choice(label="Số tổng đài hỗ trợ", payload=payload("hoi", "tong-dai-ho-tro")),
            Choice(label="Danh mục", payload=payload("menu")),
        ),
    )
    return Result((reply,), turn.talk, Outcome.HANDED_OVER)


action = Action(verbs={"can-bo": point_to_officer}, intents={"gap-can-bo": point_to_officer})
