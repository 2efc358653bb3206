"""Reports on their way to other bodies: queued with the move that forwards them, sent until they have arrived.

A body that cannot be reached is tried again after 5 minutes, then every 30, for as long as it takes; what waits for
it waits together, and nobody else waits with it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError
from sqlalchemy import ColumnElement, CursorResult, and_, false, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.categories import Categories
from bot.desk.life import INTERNAL, Move
from bot.desk.outside.bodies import Body
from bot.desk.tables import Attachment, Delivery, Report, ReportEvent

if TYPE_CHECKING:
    from bot.desk.reports import Done

LEASE = 120.0  # seconds that a courier has for one letter
FIRST_WAIT = 300.0  # seconds after the first try that failed
WAIT = 1800.0  # seconds after each later one
_FRESH = 600.0  # seconds; what is younger and was not refused yet is not stuck, only new
_LONGEST_ERROR = 300
_SENT_AS = "sent_as"  # in an event's detail

Recipient = tuple[str, str]  # way, body


@dataclass(frozen=True)
class Letter:
    """A report as it is sent to a body. `said` are the officer's words, `attempt` counts this one.

    `named`: the person told the office their name. They agreed to no more, so the name itself goes nowhere.
    """

    id: int
    office_id: int
    way: str
    recipient: str
    attempt: int
    created_at: float
    code: str
    category: str
    words: str
    place: str
    latitude: float | None
    longitude: float | None
    named: bool
    opened_at: float
    said: str
    photos: tuple[str, ...]


@dataclass(frozen=True)
class StuckDelivery:
    """A report that has not arrived where it was sent to, as the console and the daily list show it."""

    id: int
    code: str
    category: str
    way: str
    recipient: str
    created_at: float
    attempts: int
    next_try_at: float
    error: str


def reach(categories: Categories, name: str) -> Body | None:
    """How a body can be reached: by the list of bodies, or by the address that a category gives for it."""
    known = categories.bodies.get(name)
    if known:
        return known
    wanted = " ".join(name.casefold().split())
    for category in categories:
        if category.email and " ".join(category.body.casefold().split()) == wanted:
            try:
                return Body(name=category.body, email=category.email)
            except ValidationError:
                return None
    return None


async def queue(session: AsyncSession, categories: Categories, done: Done, now: float) -> None:
    """Queue a report for the body that a FORWARD or REFUSE names, if it can be reached.

    Only an officer forwards: two bodies that each call the other responsible must not pass a report to and fro.
    """
    if done.event.actor != "officer" or done.event.move not in (Move.FORWARD, Move.REFUSE):
        return
    done.event.detail = {**done.event.detail, _SENT_AS: done.report.category}  # it may be filed anew while this waits
    for way, body in ways(categories, done.report.responsible, done.report.category):
        session.add(
            Delivery(
                report_id=done.report.id,
                report_event_id=done.event.id,
                way=way,
                recipient=body,
                state="waiting",
                next_try_at=now,
                created_at=now,
            )
        )


def ways(categories: Categories, name: str, category: str) -> list[Recipient]:
    """How a report of this kind goes to a body by itself; in no way when an officer must pass it on."""
    body = reach(categories, name)
    if body is None:
        return []
    by_email = [("email", body.name)] if body.email else []
    by_open311 = [("open311", body.name)] if body.open311 and body.open311.code_for(category) else []
    return by_email + by_open311


async def claim_letter(
    session: AsyncSession, offices: Collection[int], busy: Collection[Recipient], now: float
) -> Letter | None:
    """Take a due letter to somebody not `busy`. What was tried least goes first, so that none blocks the rest."""
    due = (
        select(Delivery, Report, ReportEvent)
        .join(Report, Report.id == Delivery.report_id)
        .join(ReportEvent, ReportEvent.id == Delivery.report_event_id)
        .where(Delivery.state == "waiting", Delivery.next_try_at <= now, Delivery.leased_until <= now)
        .where(Report.office_id.in_(offices), not_for(busy))
        .order_by(Delivery.attempts, Delivery.id)
        .limit(1)
        .with_for_update(of=[Delivery], skip_locked=True)
    )
    row = (await session.execute(due)).first()
    if row is None or not await lease(session, row[0], now):
        return None
    delivery, report, event = row
    return Letter(
        delivery.id,
        report.office_id,
        delivery.way,
        delivery.recipient,
        delivery.attempts + 1,
        delivery.created_at,
        report.code,
        str(event.detail.get(_SENT_AS, report.category)),
        report.words,
        report.place,
        report.latitude,
        report.longitude,
        bool(report.reporter),
        report.opened_at,
        event.words,
        await _photos(session, report.id),
    )


def not_for(busy: Collection[Recipient]) -> ColumnElement[bool]:
    """The condition that a delivery goes to none of those."""
    return ~or_(false(), *(and_(Delivery.way == way, Delivery.recipient == who) for way, who in busy))


async def lease(session: AsyncSession, delivery: Delivery, now: float) -> bool:
    """Make a delivery this courier's alone for a while; false when another one was faster. Counts the attempt."""
    mine = (
        update(Delivery)
        .where(Delivery.id == delivery.id, Delivery.state == delivery.state, Delivery.leased_until <= now)
        .values(leased_until=now + LEASE, attempts=Delivery.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    result = await session.execute(mine)
    return isinstance(result, CursorResult) and result.rowcount == 1


async def end_leases(session: AsyncSession) -> None:
    """After a crash, where no other process can be at work: what was leased is free at once."""
    await session.execute(update(Delivery).values(leased_until=0.0))


async def mark_delivered(session: AsyncSession, letter: Letter, remote_id: str, now: float) -> None:
    """It arrived. `remote_id` is what the other system calls it; `next_try_at` becomes when to ask how it stands."""
    values = {
        "state": "sent",
        "sent_at": now,
        "remote_id": remote_id,
        "error": "",
        "attempts": 0,  # from now on: times in a row that asking failed
        "leased_until": 0.0,
        "next_try_at": now + WAIT,
    }
    await session.execute(update(Delivery).where(Delivery.id == letter.id).values(values))


async def put_off(session: AsyncSession, letter: Letter, why: str, now: float, away: bool) -> None:
    """Try it again later. When the recipient is `away`, what else is due there is not tried in vain."""
    again = now + (FIRST_WAIT if letter.attempt <= 1 else WAIT)
    values = {"next_try_at": again, "error": why[:_LONGEST_ERROR]}
    waiting = update(Delivery).where(Delivery.state == "waiting")
    await session.execute(waiting.where(Delivery.id == letter.id).values(**values, leased_until=0.0))
    if away:
        there = waiting.where(Delivery.way == letter.way, Delivery.recipient == letter.recipient)
        await session.execute(there.where(Delivery.next_try_at <= now, Delivery.leased_until <= now).values(values))


async def stuck(session: AsyncSession, office_id: int, now: float) -> tuple[StuckDelivery, ...]:
    """What has not arrived although it was tried, or has waited for long; the oldest first."""
    wanted = (
        select(Delivery, Report)
        .join(Report, Report.id == Delivery.report_id)
        .where(Report.office_id == office_id, Delivery.state == "waiting")
        .where((Delivery.error != "") | (Delivery.created_at < now - _FRESH))
        .order_by(Delivery.id)
    )
    return tuple(
        StuckDelivery(
            row.id,
            report.code,
            report.category,
            row.way,
            row.recipient,
            row.created_at,
            row.attempts,
            row.next_try_at,
            row.error,
        )
        for row, report in await session.execute(wanted)
    )


async def _photos(session: AsyncSession, report_id: int) -> tuple[str, ...]:
    """The report's photos, without those that officers showed each other."""
    wanted = (
        select(Attachment.file)
        .outerjoin(ReportEvent, ReportEvent.id == Attachment.report_event_id)
        .where(Attachment.report_id == report_id)
        .where(ReportEvent.move.is_(None) | ReportEvent.move.not_in(INTERNAL))
        .order_by(Attachment.id)
    )
    return tuple(await session.scalars(wanted))
