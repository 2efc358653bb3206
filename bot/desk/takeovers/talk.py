"""One talk as an officer sees it: what was said, what was asked of the bot before, what has not arrived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.people.officers import names_of
from bot.desk.reports import Unknown, report_of
from bot.desk.tables import Attachment, Takeover, TakeoverLine
from bot.desk.takeovers import phase
from bot.desk.takeovers.phase import ELSEWHERE, Phase
from bot.desk.takeovers.talks import Line, line_of
from bot.outcomes import Outcome
from bot.tables import ChannelAccount, Conversation, InboxEvent, OutboxMessage, Question

_MOST_LINES = 300
_MOST_ASKED = 3


@dataclass(frozen=True)
class Asked:
    """Something asked of the bot: the topic that it answered with, if it did."""

    at: float
    words: str
    answered_with: str


@dataclass(frozen=True)
class OnTheWay:
    """What was said to the person and has not arrived: on its way, until they write again, or never."""

    waiting: int = 0
    held: int = 0
    undeliverable: int = 0


@dataclass(frozen=True)
class Talk:
    """One conversation. `holder` is who is in it: 0 nobody, -1 somebody in the platform's own tool."""

    conversation_id: int
    channel: str
    phase: Phase
    holder: int
    officer: str
    elsewhere: bool
    since: float | None
    lines: tuple[Line, ...]
    asked: tuple[Asked, ...]
    on_the_way: OnTheWay

    @property
    def newest(self) -> int:
        """The last line's id."""
        return self.lines[-1].id if self.lines else 0


async def talk_of(session: AsyncSession, office_id: int, conversation_id: int, now: float) -> Talk:
    """One conversation of an office; `Unknown` for any other."""
    await phase.conversation_of(session, office_id, conversation_id)
    row, stands = await phase.standing(session, conversation_id, now)
    names = await names_of(session, office_id)
    channel = await session.scalar(
        select(ChannelAccount.channel)
        .join(Conversation, Conversation.account_id == ChannelAccount.id)
        .where(Conversation.id == conversation_id)
    )
    begun = select(func.max(Takeover.started_at)).filter_by(conversation_id=conversation_id, office_id=office_id)
    return Talk(
        conversation_id,
        channel or "",
        stands,
        phase.holder(row, stands),
        names.get(row.officer_id or 0, "") if row else "",
        row is not None and row.officer_id is None and row.why == ELSEWHERE,
        row.started_at if row else None,
        await _lines(session, office_id, conversation_id, names),
        await _asked(session, office_id, conversation_id),
        await _on_the_way(session, conversation_id, await session.scalar(begun)),
    )


async def photo_of(session: AsyncSession, office_id: int, conversation_id: int, attachment_id: int) -> str:
    """The kept file of a photo that was sent to an officer; `Unknown` for any other, a draft's included."""
    await phase.conversation_of(session, office_id, conversation_id)
    file = await session.scalar(
        select(Attachment.file)
        .join(Takeover, Takeover.conversation_id == Attachment.conversation_id)
        .join(TakeoverLine, (TakeoverLine.takeover_id == Takeover.id) & (TakeoverLine.at == Attachment.created_at))
        .where(Attachment.id == attachment_id, Attachment.conversation_id == conversation_id)
        .where(Takeover.office_id == office_id)
        .limit(1)
    )
    if file is None:
        raise Unknown(str(attachment_id))
    return file


async def conversation_behind(session: AsyncSession, office_id: int, code: str) -> int | None:
    """The conversation that sent a report of the office; none when it came from elsewhere."""
    return (await report_of(session, office_id, code)).conversation_id


async def _lines(
    session: AsyncSession, office_id: int, conversation_id: int, names: Mapping[int, str]
) -> tuple[Line, ...]:
    rows = await session.scalars(
        select(TakeoverLine)
        .join(Takeover, Takeover.id == TakeoverLine.takeover_id)
        .where(Takeover.conversation_id == conversation_id, Takeover.office_id == office_id)
        .order_by(TakeoverLine.id.desc())
        .limit(_MOST_LINES)
    )
    photos = await _photos(session, conversation_id)
    return tuple(reversed([line_of(row, names, photos.get(row.at, ())) for row in rows]))


async def _photos(session: AsyncSession, conversation_id: int) -> Mapping[float, tuple[int, ...]]:
    """Photos by the moment of the line that they came with; a job deletes them after a week."""
    wanted = select(Attachment.created_at, Attachment.id).filter_by(conversation_id=conversation_id)
    by_moment: dict[float, tuple[int, ...]] = {}
    for at, photo in await session.execute(wanted.order_by(Attachment.id)):
        by_moment[at] = (*by_moment.get(at, ()), photo)
    return by_moment


async def _asked(session: AsyncSession, office_id: int, conversation_id: int) -> tuple[Asked, ...]:
    """What was asked of the bot last, for the officer to know what it is about."""
    rows = await session.scalars(
        select(Question)
        .join(InboxEvent, InboxEvent.id == Question.event_id)
        .where(InboxEvent.conversation_id == conversation_id, Question.office_id == office_id)
        .where(Question.outcome != Outcome.HANDED_OVER)
        .order_by(Question.id.desc())
        .limit(_MOST_ASKED)
    )
    return tuple(reversed([Asked(row.asked_at, row.text, row.answered_with or "") for row in rows]))


async def _on_the_way(session: AsyncSession, conversation_id: int, since: float | None) -> OnTheWay:
    """Officers' words answer no event; what the bot answers is not counted."""
    if since is None:
        return OnTheWay()
    counted = await session.execute(
        select(OutboxMessage.state, func.count())
        .where(OutboxMessage.conversation_id == conversation_id, OutboxMessage.event_id.is_(None))
        .where(OutboxMessage.state != "sent", OutboxMessage.created_at >= since)
        .group_by(OutboxMessage.state)
    )
    states = dict(counted.all())
    return OnTheWay(states.get("waiting", 0), states.get("held", 0), states.get("undeliverable", 0))
