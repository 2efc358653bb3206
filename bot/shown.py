"""What stands on a person's screen: the menu from which a bare number picks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.outcomes import Outcome
from bot.tables import Conversation, InboxEvent, OutboxMessage

_MOST = 50  # messages looked at
_AT_ONCE = 2.0  # seconds; who answers a message may do so before its sender has written down that it was sent


@dataclass(frozen=True)
class _Message:
    """A message that has arrived. `answers` is the event that it answers; none for news and for an apology."""

    answers: int | None
    choices: tuple[str, ...]


async def choices_shown(session: AsyncSession, conversation_id: int, when: float) -> tuple[str, ...]:
    """The payloads of the newest menu that had arrived when somebody wrote.

    An answer without a menu closes all menus before it; news without one (an officer's words, a photo) closes none.
    """
    answer: int | None = None
    for message in await _arrived(session, conversation_id, when):
        if answer is not None and message.answers != answer:
            return ()
        if message.choices:
            return message.choices
        answer = message.answers
    return ()


async def _arrived(session: AsyncSession, conversation_id: int, when: float) -> list[_Message]:
    """The newest first, by the time of sending: what was held arrives after what was said later.

    What was held is released, and made anew, by the contact itself: it comes too late for whoever wrote.
    """
    wanted = (
        select(OutboxMessage, Conversation.sender, InboxEvent.outcome)
        .join(Conversation, Conversation.id == OutboxMessage.conversation_id)
        .outerjoin(InboxEvent, InboxEvent.id == OutboxMessage.event_id)
        .where(OutboxMessage.conversation_id == conversation_id, OutboxMessage.created_at < when)
        .where(OutboxMessage.state.in_(("sent", "waiting")))
        .order_by(OutboxMessage.id.desc())
        .limit(_MOST)
    )
    rows = (await session.execute(wanted)).all()
    being_sent = _being_sent((row, sender) for row, sender, _ in rows)
    arrived = [
        (row, outcome)
        for row, _, outcome in rows
        if row.id == being_sent or (row.sent_at is not None and row.sent_at < when + _AT_ONCE)
    ]
    arrived.sort(key=lambda found: (found[0].sent_at or when, found[0].id), reverse=True)
    return [
        _Message(None if outcome == Outcome.ERROR else row.event_id, _payloads(row.reply)) for row, outcome in arrived
    ]


def _being_sent(rows: Iterable[tuple[OutboxMessage, str | None]]) -> int | None:
    """The message that a sender has in hand: it may have arrived already."""
    fresh = [row.id for row, sender in rows if sender is not None and row.state == "waiting" and row.attempts == 0]
    return min(fresh, default=None)


def _payloads(reply: dict[str, Any]) -> tuple[str, ...]:
    return tuple(choice["payload"] for choice in reply.get("choices") or ())
