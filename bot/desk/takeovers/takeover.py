"""A person takes over a talk: the bot is silent in it until it is handed back, or both sides were silent for 12 hours.

A question left outside opening hours waits here as well; the bot goes on answering until an officer steps in.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import outbox
from bot.desk.groups import group
from bot.desk.tables import Attachment, Officer, Takeover, TakeoverLine
from bot.desk.takeovers import takeover_words
from bot.desk.takeovers.phase import (
    ASKED,
    CLICKED,
    ELSEWHERE,
    LEFT,
    QUIET,
    Phase,
    conversation_of,
    holder,
    standing,
    unanswered,
)
from bot.masking import mask
from bot.tables import Conversation


class Occupied(Exception):
    """Somebody else is in this talk; the words (Vietnamese) say who, and are meant to be shown."""


async def ask(
    session: AsyncSession, office_id: int, conversation_id: int, words: str, now: float, *, silent: bool
) -> None:
    """The citizen wants a person; `words` (masked) are the question, if told. `silent` stops the bot until then."""
    row, stands = await _locked(session, office_id, conversation_id, now)
    if row is None or stands is Phase.OVER:
        row = await _begin(session, office_id, conversation_id, None, LEFT, now)
        await group.tell(session, office_id, takeover_words.to_officers(waits=silent), now)
    if silent and not stands.silent:
        row.officer_id, row.why = None, ASKED
    if words:
        _keep(session, row, "citizen", None, words, now)
    row.quiet_since = now


async def step_in(
    session: AsyncSession, office_id: int, conversation_id: int, officer_id: int, instead_of: int, now: float
) -> None:
    """An officer takes over; from another one only if they saw that one there (`instead_of`, 0 for nobody)."""
    await conversation_of(session, office_id, conversation_id)
    row, stands = await _locked(session, office_id, conversation_id, now)
    there = holder(row, stands)
    if there not in (officer_id, instead_of):
        raise Occupied(await _who(session, row))
    if there == officer_id:
        return
    await _enter(session, row, office_id, conversation_id, officer_id, now)
    if not stands.silent:
        outbox.enqueue(session, conversation_id, None, [takeover_words.officer_is_here()], None, now)


async def say(
    session: AsyncSession, office_id: int, conversation_id: int, officer_id: int, words: str, seen: int, now: float
) -> None:
    """An officer's words to the citizen. Where nobody is, the officer steps in by it.

    `seen` is the last line that the officer saw: the same words sent twice from one page are said once.
    """
    await conversation_of(session, office_id, conversation_id)
    row, stands = await _locked(session, office_id, conversation_id, now)
    if holder(row, stands) not in (officer_id, 0):
        raise Occupied(await _who(session, row))
    kept = mask(words)
    if row is not None and await _said_already(session, row.id, officer_id, kept, seen):
        return
    first = stands is not Phase.IN or row is None or not await _officer_spoke(session, row.id, officer_id)
    row = await _enter(session, row, office_id, conversation_id, officer_id, now)
    reply = takeover_words.from_officer(words, first=first, silenced=not stands.silent)
    outbox.enqueue(session, conversation_id, None, [reply], None, now)
    _keep(session, row, "officer", officer_id, kept, now)


async def elsewhere(session: AsyncSession, office_id: int, conversation_id: int, words: str, now: float) -> None:
    """An officer wrote to the citizen in the platform's own tool."""
    row, stands = await _locked(session, office_id, conversation_id, now)
    if row is None or stands is Phase.OVER:
        row = await _begin(session, office_id, conversation_id, None, ELSEWHERE, now)
    elif stands is not Phase.IN:
        row.officer_id, row.why = None, ELSEWHERE
    if not stands.silent:
        outbox.enqueue(session, conversation_id, None, [takeover_words.officer_is_here()], None, now)
    _keep(session, row, "officer", None, mask(words), now)


async def hear(session: AsyncSession, row: Takeover, words: str, photos: Sequence[tuple[str, int]], now: float) -> None:
    """Keep the citizen's words (masked) for the officer. Photos (file, size) belong to the line of the same moment."""
    _keep(session, row, "citizen", None, words, now)
    session.add_all(
        Attachment(conversation_id=row.conversation_id, file=file, size=size, created_at=now) for file, size in photos
    )


async def hand_back(session: AsyncSession, office_id: int, conversation_id: int, officer_id: int, now: float) -> bool:
    """The officer is done; the bot says so if it was silent. False when it was over already."""
    await conversation_of(session, office_id, conversation_id)
    row, stands = await _locked(session, office_id, conversation_id, now)
    if holder(row, stands) not in (officer_id, 0, -1):
        raise Occupied(await _who(session, row))
    if row is None or stands is Phase.OVER:
        return False
    row.ended_at = now
    if stands.silent:
        outbox.enqueue(session, conversation_id, None, [takeover_words.bot_is_back()], None, now)
    return True


async def leave(session: AsyncSession, row: Takeover, now: float) -> None:
    """The bot speaks again, by the citizen's wish or after a long silence; what nobody answered waits on."""
    if await unanswered(session, row.id):
        row.officer_id, row.why = None, LEFT
    else:
        row.ended_at = min(now, row.quiet_since + QUIET)


async def _locked(
    session: AsyncSession, office_id: int, conversation_id: int, now: float
) -> tuple[Takeover | None, Phase]:
    """The same as `standing`, while nobody else can change it; what is over, or another office's from before, ends."""
    await session.execute(select(Conversation.id).filter_by(id=conversation_id).with_for_update())
    row, stands = await standing(session, conversation_id, now)
    if row is not None and (stands is Phase.OVER or row.office_id != office_id):
        row.ended_at = min(now, row.quiet_since + QUIET)
        return None, Phase.OVER
    return row, stands


async def _begin(
    session: AsyncSession, office_id: int, conversation_id: int, officer_id: int | None, why: str, now: float
) -> Takeover:
    row = Takeover(
        conversation_id=conversation_id,
        office_id=office_id,
        officer_id=officer_id,
        why=why,
        started_at=now,
        quiet_since=now,
    )
    session.add(row)
    await session.flush()
    return row


async def _enter(
    session: AsyncSession, row: Takeover | None, office_id: int, conversation_id: int, officer_id: int, now: float
) -> Takeover:
    if row is None:
        return await _begin(session, office_id, conversation_id, officer_id, CLICKED, now)
    row.officer_id, row.quiet_since = officer_id, now
    return row


def _keep(session: AsyncSession, row: Takeover, actor: str, officer_id: int | None, words: str, now: float) -> None:
    session.add(TakeoverLine(takeover_id=row.id, at=now, actor=actor, officer_id=officer_id, words=words))
    row.quiet_since = now


async def _who(session: AsyncSession, row: Takeover | None) -> str:
    name = await session.scalar(select(Officer.name).filter_by(id=row.officer_id)) if row and row.officer_id else None
    return takeover_words.occupied(name or "")


async def _officer_spoke(session: AsyncSession, takeover_id: int, officer_id: int) -> bool:
    said = exists().where(TakeoverLine.takeover_id == takeover_id, TakeoverLine.officer_id == officer_id)
    return bool(await session.scalar(select(said)))


async def _said_already(session: AsyncSession, takeover_id: int, officer_id: int, words: str, seen: int) -> bool:
    same = select(TakeoverLine.id).filter_by(takeover_id=takeover_id, officer_id=officer_id, words=words)
    return await session.scalar(same.where(TakeoverLine.id > seen).limit(1)) is not None
