"""What officers see of the talks that a person has taken over, or is asked to. Always of one office."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.people.officers import names_of
from bot.desk.tables import Takeover, TakeoverLine
from bot.desk.takeovers import phase
from bot.desk.takeovers.phase import Phase
from bot.tables import ChannelAccount, Conversation

_SHOWN_FOR = 30 * 24 * 3600.0  # seconds that one that is over stays in the list
_MOST = 200


@dataclass(frozen=True)
class Line:
    """Something said, numbers of people covered. `who` is an officer's name, empty for one in the platform's tool."""

    id: int
    at: float
    actor: str
    who: str
    words: str
    photos: tuple[int, ...] = ()


@dataclass(frozen=True)
class Row:
    """One talk in the list. `since` is when it began, `quiet_since` when the last word was said."""

    conversation_id: int
    channel: str
    phase: Phase
    officer: str
    since: float
    quiet_since: float
    last: Line | None


@dataclass(frozen=True)
class Listed:
    """An office's talks: those that wait for somebody (the longest first), those going on, those that are over."""

    waiting: tuple[Row, ...]
    going_on: tuple[Row, ...]
    over: tuple[Row, ...]
    newest: int  # the last line's id, for a page that says when something came in


async def listed(session: AsyncSession, office_id: int, now: float) -> Listed:
    """The talks of an office, one row a conversation: all that are not over, and the newest of those that are."""
    talks = (
        select(Takeover, ChannelAccount.channel)
        .join(Conversation, Conversation.id == Takeover.conversation_id)
        .join(ChannelAccount, ChannelAccount.id == Conversation.account_id)
        .where(Takeover.office_id == office_id, ChannelAccount.office_id == office_id)
        .order_by(Takeover.id.desc())
    )
    going_on = phase.going_on(now)
    recent = talks.where(~going_on, Takeover.quiet_since > now - _SHOWN_FOR).limit(_MOST)
    found = [*await session.execute(talks.where(going_on)), *await session.execute(recent)]
    newest: dict[int, tuple[Takeover, str]] = {}
    for row, channel in found:
        newest.setdefault(row.conversation_id, (row, channel))
    names = await names_of(session, office_id)
    last = await _last_lines(session, [row.id for row, _ in newest.values()], names)
    rows = [_row(row, channel, last.get(row.id), names, now) for row, channel in newest.values()]
    waiting = [row for row in rows if row.phase in (Phase.WAITING, Phase.LEFT)]
    return Listed(
        tuple(sorted(waiting, key=lambda row: (row.phase is Phase.LEFT, row.since))),
        tuple(row for row in rows if row.phase is Phase.IN),
        tuple(row for row in rows if row.phase is Phase.OVER),
        max((line.id for line in last.values()), default=0),
    )


async def _last_lines(
    session: AsyncSession, takeovers: Collection[int], names: Mapping[int, str]
) -> Mapping[int, Line]:
    last = select(func.max(TakeoverLine.id)).where(TakeoverLine.takeover_id.in_(takeovers))
    wanted = select(TakeoverLine).where(TakeoverLine.id.in_(last.group_by(TakeoverLine.takeover_id)))
    return {row.takeover_id: line_of(row, names) for row in await session.scalars(wanted)}


def _row(row: Takeover, channel: str, last: Line | None, names: Mapping[int, str], now: float) -> Row:
    stands = phase.phase(row, last is not None and last.actor == "citizen", now)
    officer = names.get(row.officer_id or 0, "")
    return Row(row.conversation_id, channel, stands, officer, row.started_at, row.quiet_since, last)


def line_of(row: TakeoverLine, names: Mapping[int, str], photos: tuple[int, ...] = ()) -> Line:
    """A line with the name of the officer who said it."""
    return Line(row.id, row.at, row.actor, names.get(row.officer_id or 0, ""), row.words, photos)
