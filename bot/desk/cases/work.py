"""An officer's move, from the console or from the group: photos, move and audit line in one transaction."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.images import evidence
from bot.desk.images.evidence import Piece
from bot.desk.life import STATE_NAMES, Doing, Impossible, Move, State
from bot.desk.people import audit
from bot.desk.people.officers import NotAllowed
from bot.desk.people.sessions import Signed
from bot.desk.reports import Desk, act, report_of
from bot.desk.tables import Report
from bot.store import Store

MOST_WORDS = 1500  # what fits into one message of every channel, with what stands around it
_LONGEST_BODY = 200
_BLANK = re.compile(r"\[[^\[\]]*…[^\[\]]*\]")  # "[ngày …]" of a ready text


@dataclass(frozen=True)
class Task:
    """What an officer wants done to a report, as they saw it: at which version (none: whichever), with which photos."""

    code: str
    doing: Doing
    seen: int | None
    pieces: tuple[Piece, ...] = ()


async def make(store: Store, desk: Desk, by: Signed, task: Task, now: float) -> None:
    """A move at the console. Raises `Impossible`, `Overtaken`, `NotAllowed` or `Unknown`, and changes nothing then."""
    if task.doing.move is Move.ASSIGN and not by.role.leads:
        raise NotAllowed("Chỉ lãnh đạo đơn vị mới giao việc cho người khác.")
    async with store.write() as session:
        report = await report_of(session, desk.office_id, task.code)
        await carry_out(session, desk, report, task, "", now)


async def carry_out(session: AsyncSession, desk: Desk, report: Report, task: Task, where: str, now: float) -> None:
    """A move on a report of the office, within a transaction that ends with it. `where` goes into the audit log."""
    doing, before = task.doing, State(report.state)
    _check(doing)
    await evidence.bring(session, task.pieces, now)
    await act(session, desk, report, doing, now, task.seen)
    then = State(report.state)
    changed = f"{STATE_NAMES[before]} → {STATE_NAMES[then]}" if then is not before else ""
    detail = ", ".join(filter(None, (changed, where)))
    await audit.note(session, desk.office_id, doing.officer, doing.move, report.code, detail, now)


def _check(doing: Doing) -> None:
    if len(doing.words) > MOST_WORDS:
        raise Impossible(f"Lời nhắn dài quá {MOST_WORDS} chữ; viết ngắn lại giúp.")
    if len(doing.responsible) > _LONGEST_BODY:
        raise Impossible(f"Tên cơ quan dài quá {_LONGEST_BODY} chữ; viết ngắn lại giúp.")
    if blank := _BLANK.search(doing.words):
        raise Impossible(f"Lời nhắn còn chỗ chưa điền: {blank.group()}")
