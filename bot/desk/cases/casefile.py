"""Everything that an office knows about one report, for the officer who looks at it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.cases import stuck
from bot.desk.life import Move, State, possible
from bot.desk.people.officers import names_of
from bot.desk.reports import report_of, standing_of
from bot.desk.tables import Attachment, Delivery, Follower, Report, ReportEvent

_PASSED_ON = (State.FORWARDED, State.NOT_OURS)


@dataclass(frozen=True)
class Moment:
    """One event of a report's life. `who` is an officer's name, empty for others; `given` whom it was assigned to."""

    at: float
    actor: str
    who: str
    move: str
    before: str
    after: str
    words: str
    given: str
    day: str
    responsible: str
    category: str
    original: str
    stars: int
    photos: tuple[int, ...]


@dataclass(frozen=True)
class Sent:
    """The report on its way to another body."""

    recipient: str
    way: str
    state: str
    attempts: int
    sent_at: float | None
    remote_id: str
    why: str


@dataclass(frozen=True)
class Case:
    """A report as its office sees it; `photos` are the citizen's, `moves` what an officer can do with it now."""

    code: str
    version: int
    category: str
    words: str
    place: str
    latitude: float | None
    longitude: float | None
    reporter: str
    contact: tuple[tuple[str, str], ...]
    source: str
    state: State
    owner_id: int | None
    owner: str
    opened_at: float
    acknowledge_by: float
    answer_by: float
    acknowledged: bool
    day: str
    responsible: str
    original: str
    duplicates: tuple[str, ...]
    followers: int
    reopened: int
    stars: int | None
    photos: tuple[int, ...]
    timeline: tuple[Moment, ...]
    deliveries: tuple[Sent, ...]
    by_hand: bool  # it was passed on, but nothing goes there by itself
    reachable: bool  # whoever sent it can be talked with
    unheard: bool
    moves: tuple[Move, ...]


async def case_of(session: AsyncSession, office_id: int, code: str, now: float) -> Case:
    """A report of an office by its code; `Unknown` for another office's."""
    row = await report_of(session, office_id, code)
    names = await names_of(session, office_id)
    timeline = await _timeline(session, row.id, names)
    original = await session.scalar(select(Report.code).where(Report.id == row.original_id)) if row.original_id else ""
    standing = standing_of(row)
    conversations = {row.conversation_id} if row.conversation_id is not None else set()
    return Case(
        code=row.code,
        version=row.version,
        category=row.category,
        words=row.words,
        place=row.place,
        latitude=row.latitude,
        longitude=row.longitude,
        reporter=row.reporter,
        contact=tuple((str(name), str(value)) for name, value in (row.contact or {}).items() if value),
        source=row.source,
        state=standing.state,
        owner_id=row.owner_id,
        owner=names.get(row.owner_id or 0, ""),
        opened_at=row.opened_at,
        acknowledge_by=row.acknowledge_by,
        answer_by=row.answer_by,
        acknowledged=row.acknowledged_at is not None,
        day=row.day,
        responsible=row.responsible,
        original=original or "",
        duplicates=tuple(
            await session.scalars(
                select(Report.code).where(Report.original_id == row.id, Report.office_id == office_id)
            )
        ),
        followers=await session.scalar(select(func.count()).select_from(Follower).filter_by(report_id=row.id)) or 0,
        reopened=row.reopened,
        stars=row.stars,
        photos=tuple(one for moment in timeline if moment.actor == "citizen" for one in moment.photos),
        timeline=timeline,
        deliveries=await _deliveries(session, row.id),
        by_hand=standing.state in _PASSED_ON and not await _goes_by_itself(session, row.id),
        reachable=row.conversation_id is not None,
        unheard=row.code in await stuck.codes_unheard(session, conversations, now),
        moves=possible(standing, "officer", now),
    )


async def _timeline(session: AsyncSession, report_id: int, names: dict[int, str]) -> tuple[Moment, ...]:
    photos = await _photos(session, report_id)
    events = await session.scalars(select(ReportEvent).filter_by(report_id=report_id).order_by(ReportEvent.id))
    return tuple(_moment(event, names, tuple(photos.get(event.id, ()))) for event in events)


def _moment(event: ReportEvent, names: dict[int, str], photos: tuple[int, ...]) -> Moment:
    detail: dict[str, Any] = event.detail
    return Moment(
        event.at,
        event.actor,
        names.get(event.officer_id or 0, ""),
        event.move,
        event.from_state,
        event.to_state,
        event.words,
        names.get(detail.get("owner", 0), ""),
        str(detail.get("day", "")),
        str(detail.get("responsible", "")),
        str(detail.get("category", "")),
        str(detail.get("original", "")),
        int(detail.get("stars", 0)),
        photos,
    )


async def _photos(session: AsyncSession, report_id: int) -> dict[int | None, list[int]]:
    by_event: dict[int | None, list[int]] = defaultdict(list)
    for one in await session.scalars(select(Attachment).filter_by(report_id=report_id).order_by(Attachment.id)):
        by_event[one.report_event_id].append(one.id)
    return by_event


async def _goes_by_itself(session: AsyncSession, report_id: int) -> bool:
    """Whether the last move that named another body queued something for it."""
    passed_on = select(func.max(ReportEvent.id)).where(
        ReportEvent.report_id == report_id, ReportEvent.move.in_((Move.FORWARD, Move.REFUSE))
    )
    queued = select(Delivery.id).where(Delivery.report_event_id == passed_on.scalar_subquery()).limit(1)
    return await session.scalar(queued) is not None


async def _deliveries(session: AsyncSession, report_id: int) -> tuple[Sent, ...]:
    rows = await session.scalars(select(Delivery).filter_by(report_id=report_id).order_by(Delivery.id))
    return tuple(
        Sent(row.recipient, row.way, row.state, row.attempts, row.sent_at, row.remote_id, row.error[:160])
        for row in rows
    )
