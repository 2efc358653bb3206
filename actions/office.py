"""The commune's card: where, when, whom to call."""

from __future__ import annotations

from actions.wording import bullets
from bot.messages import Choice, Link, Reply
from bot.offices import Office
from bot.outcomes import Outcome
from bot.payloads import payload
from bot.turn import Action, Result, Turn


def show_card(turn: Turn) -> Result:
    """Address, hours and phone of the conversation's commune."""
    office = turn.office
    reply = Reply(
        heading=office.center,
        text=card(office),
        source=Link(label="Bản đồ", url=office.map_url) if office.map_url else None,
        footnote=office.note,
        choices=(
            Choice(label="Gặp cán bộ", payload=payload("can-bo")),
            Choice(label="Danh mục", payload=payload("menu")),
        ),
    )
    return Result((reply,), turn.talk, Outcome.ANSWERED)


def card(office: Office) -> str:
    """The card as paragraphs."""
    phone = f"Điện thoại: {office.phone}" if office.phone else ""
    hours = f"Giờ làm việc:\n{bullets(office.hours)}"
    return "\n\n".join(filter(None, (f"Địa chỉ: {office.address}", hours, phone, office.police)))


action = Action(verbs={"don-vi": show_card}, intents={"thong-tin-don-vi": show_card})
