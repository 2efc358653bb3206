"""How a takeover stands: whether it waits for an officer, who is in it, whether the bot is silent."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.reports import Unknown
from bot.desk.tables import Officer, OfficerGroup, Takeover, TakeoverLine
from bot.tables import ChannelAccount, Conversation

QUIET = 12 * 3600.0  # seconds without a word of either side
ASKED, LEFT, CLICKED, ELSEWHERE = "asked", "left", "clicked", "elsewhere"


class Phase(StrEnum):
    """How a takeover stands. In WAITING and IN the bot is silent."""

    WAITING = "cho"  # asked for, nobody there yet
    LEFT = "de-lai"  # waits for an officer, and the bot answers meanwhile
    IN = "dang-noi"
    OVER = "da-xong"

    @property
    def silent(self) -> bool:
        """Whether the bot is silent."""
        return self in (Phase.WAITING, Phase.IN)


def phase(row: Takeover | None, unanswered: bool, now: float) -> Phase:
    """How a takeover stands now. What nobody answered is never over by itself: only the bot speaks again."""
    if row is None or row.ended_at is not None:
        return Phase.OVER
    quiet = now - row.quiet_since >= QUIET
    if _somebody_in(row):
        return Phase.IN if not quiet else Phase.LEFT if unanswered else Phase.OVER
    return Phase.WAITING if row.why == ASKED and not quiet else Phase.LEFT


def going_on(now: float) -> ColumnElement[bool]:
    """The same as a condition: a takeover that is not over."""
    lines = select(TakeoverLine.actor).where(TakeoverLine.takeover_id == Takeover.id)
    last = lines.order_by(TakeoverLine.id.desc()).limit(1).scalar_subquery()
    nobody_in = and_(Takeover.officer_id.is_(None), Takeover.why != ELSEWHERE)
    waits = or_(nobody_in, Takeover.quiet_since > now - QUIET, func.coalesce(last, "") == "citizen")
    return and_(Takeover.ended_at.is_(None), waits)


async def standing(session: AsyncSession, conversation_id: int, now: float) -> tuple[Takeover | None, Phase]:
    """The open takeover of a conversation, and how it stands."""
    row = await session.scalar(
        select(Takeover).filter_by(conversation_id=conversation_id, ended_at=None).order_by(Takeover.id.desc()).limit(1)
    )
    return row, phase(row, row is not None and await unanswered(session, row.id), now)


def holder(row: Takeover | None, stands: Phase) -> int:
    """The officer who is in: 0 for nobody, -1 for one who writes elsewhere."""
    if row is None or stands is not Phase.IN:
        return 0
    return row.officer_id if row.officer_id is not None else -1


async def unanswered(session: AsyncSession, takeover_id: int) -> bool:
    """Whether the last word was the citizen's."""
    last = select(TakeoverLine.actor).filter_by(takeover_id=takeover_id).order_by(TakeoverLine.id.desc()).limit(1)
    return await session.scalar(last) == "citizen"


async def staffed(session: AsyncSession, office_id: int) -> bool:
    """Whether an office has anybody who could take over: an officer, or a group that hears of it."""
    officer = exists().where(Officer.office_id == office_id, Officer.active)
    bound = exists().where(OfficerGroup.office_id == office_id)
    return bool(await session.scalar(select(officer | bound)))


async def conversation_of(session: AsyncSession, office_id: int, conversation_id: int) -> None:
    """Make sure that a conversation is one of the office's with a citizen; `Unknown` otherwise."""
    group_here = exists().where(
        OfficerGroup.account_id == Conversation.account_id, OfficerGroup.address == Conversation.address
    )
    known = await session.scalar(
        select(Conversation.id)
        .join(ChannelAccount, ChannelAccount.id == Conversation.account_id)
        .where(Conversation.id == conversation_id, ChannelAccount.office_id == office_id, ~group_here)
    )
    if known is None:
        raise Unknown(str(conversation_id))


def _somebody_in(row: Takeover) -> bool:
    return row.officer_id is not None or row.why == ELSEWHERE
