"""Open a report, and make the moves of its life. Whatever changes a report goes through here, in one transaction.

Each move is an event; each event that concerns the citizen becomes a message to the reporter and the followers.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import CursorResult, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import news
from bot.desk.calendar import ZONE, WorkingTime
from bot.desk.categories import Categories
from bot.desk.life import ACKNOWLEDGING, FIXED, INTERNAL, OPEN, Doing, Impossible, Move, Standing, State, after
from bot.desk.tables import Attachment, Follower, Officer, Report, ReportEvent
from bot.desk.taking.emergency import Emergencies

SENT = "gui"  # the event that a report begins with


class Unknown(Exception):
    """There is no such report for whoever asks."""


class Overtaken(Exception):
    """Somebody else changed the report meanwhile; the words (Vietnamese) say who, and are meant to be shown."""


@dataclass(frozen=True)
class NewReport:
    """What a report consists of when it is sent. `words`, `place` are masked; `photos` are names of kept files."""

    code: str
    category: str
    words: str
    source: str
    place: str = ""
    latitude: float | None = None
    longitude: float | None = None
    reporter: str = ""
    contact: dict[str, Any] | None = None
    photos: tuple[str, ...] = ()
    conversation_id: int | None = None


@dataclass(frozen=True)
class Desk:
    """An office as the desk sees it: its row, its working time, what can be reported to it, what cannot wait for it."""

    office_id: int
    hours: WorkingTime
    categories: Categories
    emergencies: Emergencies | None = None


@dataclass(frozen=True)
class Done:
    """A move that was made: the report as it stands now, and the event."""

    report: Report
    event: ReportEvent
    photos: tuple[str, ...] = field(default=())


async def open_report(session: AsyncSession, desk: Desk, new: NewReport, now: float) -> Done:
    """Take a report in. Its photos, kept before as a draft's, become the report's."""
    then = datetime.fromtimestamp(now, ZONE)
    category = desk.categories.get(new.category)
    days = category.answer_days if category else 5
    report = Report(
        office_id=desk.office_id,
        code=new.code,
        conversation_id=new.conversation_id,
        source=new.source,
        category=new.category,
        words=new.words,
        place=new.place,
        latitude=new.latitude,
        longitude=new.longitude,
        reporter=new.reporter,
        contact=new.contact,
        state=State.NEW,
        opened_at=now,
        changed_at=now,
        acknowledge_by=desk.hours.acknowledge_by(then).timestamp(),
        answer_by=desk.hours.answer_by(then, days).timestamp(),
    )
    session.add(report)
    await session.flush()
    event = await _note(session, report, Doing(Move.ADD, "citizen", words=new.words), "", now)
    event.move = SENT
    await _attach(session, report, event, new.photos)
    done = Done(report, event, new.photos)
    await news.spread(session, desk.categories, done, now)
    return done


async def act(
    session: AsyncSession, desk: Desk, report: Report, doing: Doing, now: float, seen: int | None = None
) -> Done:
    """Make a move. `seen` is the version that the actor looked at.

    Raises `Impossible` when the state or what came with it does not allow the move, `Overtaken` when somebody else
    was faster. Nothing is changed then.
    """
    if doing.move in (Move.WITHDRAW, Move.MERGE):
        await _lock(session, report, doing.original)
    if seen is not None and seen != report.version:
        raise Overtaken(await _who_was_faster(session, report))
    standing = standing_of(report)
    if doing.move is Move.WITHDRAW:
        standing = replace(standing, followed=await followed(session, report))
    then = after(standing, doing, now)
    values = await _values(session, desk, report, doing, then, now)
    same = update(Report).where(Report.id == report.id, Report.version == report.version)
    result = await session.execute(same.values(values).execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)  # noqa: S101 (for the type checker)
    if result.rowcount != 1:
        raise Overtaken(await _who_was_faster(session, report))
    await session.refresh(report)
    event = await _note(session, report, doing, standing.state, now)
    await _attach(session, report, event, doing.photos)
    done = Done(report, event, doing.photos)
    await news.spread(session, desk.categories, done, now)
    return done


def standing_of(report: Report) -> Standing:
    """What its life depends on, as far as its own row tells."""
    return Standing(State(report.state), report.owner_id, report.done_at, report.reopened)


async def followed(session: AsyncSession, report: Report) -> bool:
    """Whether anybody but its sender counts on it: follows it, or sent one that was merged into it."""
    others = or_(Report.conversation_id.is_(None), Report.conversation_id != report.conversation_id)
    follows = exists().where(Follower.report_id == report.id)
    merged = exists().where(Report.original_id == report.id, others)
    return bool(await session.scalar(select(or_(follows, merged))))


async def report_of(session: AsyncSession, office_id: int, code: str) -> Report:
    """A report of an office by its code; `Unknown` for another office's."""
    report = await session.scalar(select(Report).filter_by(office_id=office_id, code=code))
    if report is None:
        raise Unknown(code)
    return report


async def report_for(session: AsyncSession, conversation_id: int, code: str) -> Report:
    """A report by its code, for the conversation that sent or follows it; `Unknown` for anybody else."""
    follows = select(Follower.report_id).where(Follower.conversation_id == conversation_id)
    mine = (Report.conversation_id == conversation_id) | Report.id.in_(follows)
    report = await session.scalar(select(Report).where(Report.code == code, mine))
    if report is None:
        raise Unknown(code)
    return report


async def join(session: AsyncSession, office_id: int, code: str, conversation_id: int, now: float) -> None:
    """Follow a report instead of sending the same; `Impossible` when it is over by now."""
    report = await report_of(session, office_id, code)
    await _lock(session, report)
    if State(report.state) not in OPEN:
        raise Impossible("Phản ánh đó đã đóng rồi.")
    await follow(session, report, conversation_id, now)


async def follow(session: AsyncSession, report: Report, conversation_id: int, now: float) -> None:
    """Let a conversation hear of a report's changes."""
    if conversation_id != report.conversation_id and not await session.get(Follower, (report.id, conversation_id)):
        session.add(Follower(report_id=report.id, conversation_id=conversation_id, since=now))


async def _values(
    session: AsyncSession, desk: Desk, report: Report, doing: Doing, then: Standing, now: float
) -> dict[str, Any]:
    """The columns that a move changes."""
    ended = then.state not in OPEN
    values: dict[str, Any] = {
        "state": then.state,
        "owner_id": then.owner,
        "done_at": then.done_at,
        "reopened": then.reopened,
        "version": report.version + 1,
        "changed_at": now,
        "ended_at": (report.ended_at or now) if ended else None,
        **_firsts(report, doing, now),
    }
    match doing.move:
        case Move.ASSIGN:
            await _check_officer(session, report, doing.owner)
        case Move.SCHEDULE:
            values["day"] = _checked_day(doing.day, now)
        case Move.FORWARD | Move.REFUSE:
            values["responsible"] = doing.responsible
        case Move.FILE:
            values["category"] = _checked_category(desk, doing.category)
        case Move.MERGE:
            values["original_id"] = await _merged_into(session, report, doing.original, now)
        case Move.REOPEN:
            values |= _anew(desk, report, now)
        case Move.RATE:
            values["stars"] = doing.stars
        case Move.WITHDRAW if not ended:
            values |= {"conversation_id": None, "reporter": ""}  # it goes on for the others, and is nobody's
    return values


def _firsts(report: Report, doing: Doing, now: float) -> dict[str, float]:
    """When somebody first saw to it, and when the citizen first heard words."""
    if doing.actor == "citizen":
        return {}
    firsts = {}
    if report.acknowledged_at is None and doing.move in ACKNOWLEDGING:
        firsts["acknowledged_at"] = now
    if report.answered_at is None and doing.words and doing.move not in INTERNAL:
        firsts["answered_at"] = now
    return firsts


def _anew(desk: Desk, report: Report, now: float) -> dict[str, Any]:
    """A reopened report has its deadlines anew."""
    then = datetime.fromtimestamp(now, ZONE)
    category = desk.categories.get(report.category)
    return {
        "acknowledge_by": desk.hours.acknowledge_by(then).timestamp(),
        "answer_by": desk.hours.answer_by(then, category.answer_days if category else 5).timestamp(),
        "acknowledged_at": None,
        "stars": None,
        "responsible": "",
        "day": "",
    }


def _checked_day(day: str, now: float) -> str:
    try:
        wanted = date.fromisoformat(day)
    except ValueError as error:
        raise Impossible("Ngày hẹn không đọc được; ghi theo dạng ngày/tháng/năm.") from error
    if wanted < datetime.fromtimestamp(now, ZONE).date():
        raise Impossible("Ngày hẹn đã qua rồi.")
    return day


def _checked_category(desk: Desk, category: str) -> str:
    if desk.categories.get(category) is None:
        raise Impossible("Không có loại việc này.")
    return category


async def _check_officer(session: AsyncSession, report: Report, officer_id: int | None) -> None:
    officer = await session.get(Officer, officer_id) if officer_id else None
    if officer is None or officer.office_id != report.office_id or not officer.active:
        raise Impossible("Không có cán bộ này ở đơn vị.")


async def _merged_into(session: AsyncSession, report: Report, code: str, now: float) -> int:
    """The report that this one duplicates; whoever sent this one follows that one from now on."""
    original = await session.scalar(select(Report).filter_by(office_id=report.office_id, code=code))
    if original is None or original.id == report.id or State(original.state) not in OPEN | FIXED:
        raise Impossible("Không tìm thấy phản ánh gốc, hoặc nó đã đóng: trùng, rút lại hay không thuộc thẩm quyền.")
    listeners = list(await session.scalars(select(Follower.conversation_id).filter_by(report_id=report.id)))
    for conversation_id in (report.conversation_id, *listeners):
        if conversation_id is not None:
            await follow(session, original, conversation_id, now)
    return original.id


async def _lock(session: AsyncSession, report: Report, original: str = "") -> None:
    """Nobody else moves it, or the one it duplicates, before this transaction ends.

    Always in one order: two that are merged into each other must not wait for each other.
    """
    both = or_(Report.id == report.id, Report.code == original)
    rows = select(Report).where(Report.office_id == report.office_id, both).order_by(Report.id).with_for_update()
    await session.execute(rows.execution_options(populate_existing=True))


async def _note(session: AsyncSession, report: Report, doing: Doing, before: str, now: float) -> ReportEvent:
    detail = {
        name: value
        for name, value in (
            ("owner", doing.owner),
            ("day", doing.day),
            ("responsible", doing.responsible),
            ("category", doing.category),
            ("original", doing.original),
            ("stars", doing.stars),
        )
        if value
    }
    event = ReportEvent(
        report_id=report.id,
        at=now,
        actor=doing.actor,
        officer_id=doing.officer,
        move=doing.move,
        from_state=before,
        to_state=report.state,
        words=doing.words,
        detail=detail,
    )
    session.add(event)
    await session.flush()
    return event


async def _attach(session: AsyncSession, report: Report, event: ReportEvent, photos: tuple[str, ...]) -> None:
    """Tie kept photos to the event: a draft's of the same conversation, or ones that are nobody's yet."""
    for name in photos:
        kept = await session.scalar(
            select(Attachment)
            .where(Attachment.file == name, Attachment.report_id.is_(None))
            .where((Attachment.conversation_id == report.conversation_id) | Attachment.conversation_id.is_(None))
            .limit(1)
        )
        if kept is None:
            raise Impossible("Ảnh gửi kèm không còn nữa; gửi lại ảnh giúp máy.")
        kept.report_id, kept.report_event_id = report.id, event.id
    await session.flush()


async def _who_was_faster(session: AsyncSession, report: Report) -> str:
    last = await session.execute(
        select(ReportEvent, Officer.name)
        .outerjoin(Officer, Officer.id == ReportEvent.officer_id)
        .where(ReportEvent.report_id == report.id)
        .order_by(ReportEvent.id.desc())
        .limit(1)
    )
    row = last.first()
    who = (row[1] if row else None) or "Người dân"
    return f"{who} vừa cập nhật phản ánh này trước. Xem lại rồi làm tiếp; chưa có gì bị ghi đè."
