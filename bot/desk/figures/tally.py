"""Figures of an office's reports: how many came, were done, closed, are open and late, and how long people waited."""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.calendar import ZONE
from bot.desk.figures.period import Period
from bot.desk.life import ACKNOWLEDGING, CLOSED, INTERNAL, OPEN, Move, State
from bot.desk.reports import Desk
from bot.desk.tables import Report, ReportEvent

_SEEN_TO = and_(ReportEvent.actor != "citizen", ReportEvent.move.in_(sorted(ACKNOWLEDGING)))
_ANSWERED = and_(ReportEvent.actor != "citizen", ReportEvent.move.not_in(sorted(INTERNAL)), ReportEvent.words != "")


@dataclass(frozen=True)
class _Fact:
    """What of a report the figures depend on."""

    id: int
    code: str
    category: str
    place: str
    owner_id: int | None
    opened_at: float
    acknowledge_by: float
    answer_by: float
    acknowledged_at: float | None
    ended_at: float | None
    reopened: int


_FACTS = tuple(getattr(Report, one.name) for one in fields(_Fact))


@dataclass(frozen=True)
class Standing:
    """A report that is open at some moment, with the deadlines that hold then."""

    id: int
    code: str
    category: str
    place: str
    owner_id: int | None
    acknowledge_by: float
    answer_by: float
    acknowledged: bool

    def overdue(self, moment: float) -> bool:
        """Whether nobody acknowledged it in time, or it should have been ended (as the list of reports says it)."""
        return self.answer_by < moment or (not self.acknowledged and self.acknowledge_by < moment)


@dataclass(frozen=True)
class Moved:
    """The reports of a period, by what happened to them: id → category and place."""

    new: Mapping[int, tuple[str, str]]
    done: Mapping[int, tuple[str, str]]
    closed: Mapping[int, tuple[str, str]]
    reopened: int


@dataclass(frozen=True)
class Wait:
    """How long people waited, nights and holidays included, in seconds; and how many deadlines were kept.

    `counted` is how many have what was waited for; `late` includes those that still wait behind their deadline,
    `pending` wait before it.
    """

    counted: int
    median: float | None
    p90: float | None
    in_time: int
    late: int
    pending: int

    @property
    def share(self) -> float | None:
        """Which part of those whose time is over was in time."""
        return self.in_time / (self.in_time + self.late) if self.in_time + self.late else None


async def standing_at(session: AsyncSession, desk: Desk, moment: float) -> list[Standing]:
    """What was open at a moment, the longest overdue first."""
    lasted = (Report.ended_at.is_(None)) | (Report.ended_at >= moment)
    wanted = select(*_FACTS).where(Report.office_id == desk.office_id, Report.opened_at < moment, lasted)
    facts = [_Fact(*row) for row in await session.execute(wanted)]
    histories = await _histories(session, [one.id for one in facts if one.reopened], moment)
    found = [_standing(desk, one, histories.get(one.id, ()), moment) for one in facts]
    return sorted(filter(None, found), key=lambda one: (one.answer_by, one.id))


async def moved_in(session: AsyncSession, office_id: int, period: Period) -> Moved:
    """What happened in a period. A report that was done, reopened and done again is one that was done."""
    came = select(Report.id, Report.category, Report.place).where(
        Report.office_id == office_id, Report.opened_at >= period.start, Report.opened_at < period.end
    )
    new = {row.id: (row.category, row.place) for row in await session.execute(came)}
    events = await session.execute(
        select(Report.id, Report.category, Report.place, ReportEvent.move, ReportEvent.to_state)
        .join(ReportEvent, ReportEvent.report_id == Report.id)
        .where(Report.office_id == office_id, Report.opened_at < period.end, Report.changed_at >= period.start)
        .where(ReportEvent.at >= period.start, ReportEvent.at < period.end)
        .where(ReportEvent.from_state != ReportEvent.to_state)
    )
    done: dict[int, tuple[str, str]] = {}
    closed: dict[int, tuple[str, str]] = {}
    reopened = 0
    for row in events:
        if row.to_state == State.DONE:
            done[row.id] = (row.category, row.place)
        elif row.to_state in CLOSED:
            closed[row.id] = (row.category, row.place)
        reopened += row.move == Move.REOPEN
    return Moved(new, done, closed, reopened)


async def stars_in(session: AsyncSession, office_id: int, period: Period) -> Counter[int]:
    """How often each number of stars was given; of a report's ratings the last one counts."""
    rows = await session.execute(
        select(Report.id, ReportEvent.detail)
        .join(ReportEvent, ReportEvent.report_id == Report.id)
        .where(Report.office_id == office_id, Report.changed_at >= period.start)
        .where(ReportEvent.at >= period.start, ReportEvent.at < period.end, ReportEvent.move == Move.RATE)
        .order_by(ReportEvent.id)
    )
    return Counter({report: int(detail["stars"]) for report, detail in rows}.values())


async def waits_in(session: AsyncSession, desk: Desk, period: Period, now: float) -> tuple[Wait, Wait]:
    """Until the first acknowledgement and until the first words, of the reports that came in a period."""
    rows = await session.execute(
        select(
            *_FACTS,
            func.min(case((_SEEN_TO, ReportEvent.at))),
            func.min(case((_ANSWERED, ReportEvent.at))),
        )
        .outerjoin(ReportEvent, ReportEvent.report_id == Report.id)
        .where(Report.office_id == desk.office_id)
        .where(Report.opened_at >= period.start, Report.opened_at < period.end)
        .group_by(Report.id)
    )
    seen: list[_Waited] = []
    words: list[_Waited] = []
    for *columns, first_seen, first_words in rows:
        fact = _Fact(*columns)
        acknowledge_by, answer_by = _deadlines(desk, fact, fact.opened_at) if fact.reopened else _as_noted(fact)
        seen.append(_Waited(fact.opened_at, first_seen, acknowledge_by, fact.ended_at))
        words.append(_Waited(fact.opened_at, first_words, answer_by, fact.ended_at))
    return _wait(seen, now), _wait(words, now)


@dataclass(frozen=True)
class _Waited:
    since: float
    until: float | None
    by: float
    ended_at: float | None


def _wait(all_waited: Sequence[_Waited], now: float) -> Wait:
    spans = sorted(one.until - one.since for one in all_waited if one.until is not None)
    in_time = late = pending = 0
    for one in all_waited:
        if one.until is not None:
            in_time += one.until <= one.by
            late += one.until > one.by
        elif one.ended_at is None or one.ended_at > one.by:  # else it was withdrawn or merged in time
            late += one.by < now
            pending += one.by >= now
    median = statistics.median(spans) if spans else None
    return Wait(len(spans), median, spans[math.ceil(0.9 * len(spans)) - 1] if spans else None, in_time, late, pending)


@dataclass(frozen=True)
class _Past:
    at: float
    move: str
    actor: str
    to_state: str


async def _histories(session: AsyncSession, reports: Sequence[int], moment: float) -> Mapping[int, list[_Past]]:
    """What happened before a moment to reports that were reopened."""
    found: dict[int, list[_Past]] = defaultdict(list)
    for some in (reports[start : start + 500] for start in range(0, len(reports), 500)):
        rows = await session.execute(
            select(ReportEvent.report_id, ReportEvent.at, ReportEvent.move, ReportEvent.actor, ReportEvent.to_state)
            .where(ReportEvent.report_id.in_(some), ReportEvent.at < moment)
            .order_by(ReportEvent.id)
        )
        for row in rows:
            found[row.report_id].append(_Past(row.at, row.move, row.actor, row.to_state))
    return found


def _standing(desk: Desk, fact: _Fact, history: Iterable[_Past], moment: float) -> Standing | None:
    """A report at a moment; none when it was not open then. What was never reopened needs no history."""
    if not fact.reopened:
        acknowledged = fact.acknowledged_at is not None and fact.acknowledged_at < moment
        return _open(fact, _as_noted(fact), acknowledged)
    begun, times, acknowledged, state = fact.opened_at, 0, False, str(State.NEW)
    for event in history:
        if event.move == Move.REOPEN:
            begun, times, acknowledged = event.at, times + 1, False
        elif event.actor != "citizen" and event.move in ACKNOWLEDGING:
            acknowledged = True
        state = event.to_state
    if state not in OPEN:
        return None
    return _open(fact, _as_noted(fact) if times == fact.reopened else _deadlines(desk, fact, begun), acknowledged)


def _open(fact: _Fact, deadlines: tuple[float, float], acknowledged: bool) -> Standing:
    return Standing(fact.id, fact.code, fact.category, fact.place, fact.owner_id, *deadlines, acknowledged)


def _as_noted(fact: _Fact) -> tuple[float, float]:
    return fact.acknowledge_by, fact.answer_by


def _deadlines(desk: Desk, fact: _Fact, begun: float) -> tuple[float, float]:
    """Reopening gave it other deadlines: those it had before follow from when it came, by today's rules."""
    then = datetime.fromtimestamp(begun, ZONE)
    category = desk.categories.get(fact.category)
    days = category.answer_days if category else 5
    return desk.hours.acknowledge_by(then).timestamp(), desk.hours.answer_by(then, days).timestamp()
