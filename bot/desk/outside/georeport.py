"""Reports as GeoReport v2 shows and takes them.

Anybody sees that there is a report, of what kind, and how it stands. The words, the place and the officers' answers are
seen only by the system that sent the report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.categories import Category
from bot.desk.codes import new_code
from bot.desk.life import INTERNAL, OPEN, State
from bot.desk.outside import opaque
from bot.desk.outside.peer_moves import notes_of
from bot.desk.outside.peers import Peer
from bot.desk.reports import Desk, NewReport, open_report
from bot.desk.tables import Report, ReportEvent
from bot.masking import mask

SOURCE = "open311"
MOST = 1000  # requests in an answer, by the standard


@dataclass(frozen=True)
class NewRequest:
    """What another system sends, checked by its form. Who the person is, is not among it: nobody here needs that."""

    service_code: str
    description: str = ""
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None
    media_url: str = ""


@dataclass(frozen=True)
class Query:
    """Which requests are wanted: those of `ids`, or else those that fit the rest. Times in seconds, status in words."""

    start: float
    end: float
    ids: tuple[str, ...] | None = None
    services: tuple[str, ...] = ()
    statuses: frozenset[str] = frozenset({"open", "closed"})


@dataclass(frozen=True)
class Details:
    """What only the sender sees."""

    notes: str
    description: str
    address: str
    latitude: float | None
    longitude: float | None
    media_url: str


@dataclass(frozen=True)
class ServiceRequest:
    """A report as it is shown. Times in seconds."""

    id: str
    closed: bool
    service_code: str
    service_name: str
    agency: str
    notice: str
    requested_at: float
    updated_at: float
    expected_at: float
    details: Details | None


def notice_of(category: Category) -> str:
    """What a sender can expect."""
    return f"Đơn vị tiếp nhận và trả lời trong {category.answer_days} ngày làm việc."


async def take(session: AsyncSession, desk: Desk, peer: Peer, new: NewRequest, key: bytes, now: float) -> str:
    """Open a report that another system sends; what it is to be called there."""
    contact = {"system": peer.name, **({"media_url": new.media_url} if new.media_url else {})}
    opening = NewReport(
        code=new_code(),
        category=new.service_code,
        words=mask(new.description) or f"(Phản ánh từ {peer.name}, không kèm mô tả.)",
        source=SOURCE,
        place=mask(new.address),
        latitude=new.latitude,
        longitude=new.longitude,
        contact=contact,
    )
    done = await open_report(session, desk, opening, now)
    return opaque.hide(key, done.report.id)


async def find(
    session: AsyncSession, desk: Desk, query: Query, peer: Peer | None, key: bytes
) -> tuple[ServiceRequest, ...]:
    """The office's reports that fit, the newest first."""
    wanted = select(Report).where(Report.office_id == desk.office_id).order_by(Report.id.desc()).limit(MOST)
    if query.ids is not None:
        wanted = wanted.where(Report.id.in_([row for row in (opaque.reveal(key, one) for one in query.ids) if row]))
    else:
        wanted = wanted.where(Report.opened_at >= query.start, Report.opened_at <= query.end)
        if query.services:
            wanted = wanted.where(Report.category.in_(query.services))
        if query.statuses == {"open"}:
            wanted = wanted.where(Report.state.in_(OPEN))
        elif query.statuses == {"closed"}:
            wanted = wanted.where(Report.state.not_in(OPEN))
    rows = (await session.scalars(wanted)).all()
    notes = await _notes(session, [row.id for row in rows if _is_of(row, peer)])
    return tuple(_shown(desk, row, opaque.hide(key, row.id), peer, notes) for row in rows)


def _is_of(report: Report, peer: Peer | None) -> bool:
    contact = report.contact or {}
    return (
        peer is not None
        and report.source == SOURCE
        and (report.office_id, contact.get("system")) == (peer.office_id, peer.name)
    )


def _shown(desk: Desk, row: Report, name: str, peer: Peer | None, notes: Mapping[int, str]) -> ServiceRequest:
    category = desk.categories.get(row.category)
    closed = State(row.state) not in OPEN
    details = None
    if _is_of(row, peer):
        media = str((row.contact or {}).get("media_url", ""))
        details = Details(notes.get(row.id, ""), row.words, row.place, row.latitude, row.longitude, media)
    return ServiceRequest(
        id=name,
        closed=closed,
        service_code=row.category,
        service_name=desk.categories.name(row.category),
        agency=row.responsible or (category.body if category else ""),
        notice=notice_of(category) if category else "",
        requested_at=row.opened_at,
        updated_at=(row.ended_at or row.changed_at) if closed else row.changed_at,
        expected_at=row.answer_by,
        details=details,
    )


async def _notes(session: AsyncSession, reports: Sequence[int]) -> dict[int, str]:
    """What the office said last of each report, as another system can read it."""
    last = (
        select(func.max(ReportEvent.id))
        .where(ReportEvent.report_id.in_(reports), ReportEvent.actor != "citizen", ReportEvent.move.not_in(INTERNAL))
        .group_by(ReportEvent.report_id)
    )
    rows = await session.scalars(select(ReportEvent).where(ReportEvent.id.in_(last)))
    return {row.report_id: notes_of(State(row.to_state), row.words) for row in rows}
