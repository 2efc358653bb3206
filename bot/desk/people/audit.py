"""The audit log: who did or looked at what, and when. Ids, codes and kinds only: never a citizen's words."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.tables import AuditEntry, Officer

PAGE = 100


@dataclass(frozen=True)
class Entry:
    """One line of the log; `officer` is a name, empty for what nobody signed in did."""

    id: int
    at: float
    officer: str
    what: str
    subject: str
    detail: str


async def note(
    session: AsyncSession, office_id: int, officer_id: int | None, what: str, subject: str, detail: str, now: float
) -> None:
    """Add a line, in the transaction of what it tells of."""
    session.add(
        AuditEntry(
            office_id=office_id, officer_id=officer_id, at=now, what=what, subject=subject[:120], detail=detail[:500]
        )
    )


async def entries(session: AsyncSession, office_id: int, before: int | None = None, what: str = "") -> list[Entry]:
    """An office's newest lines, a page of them; `before` is the last id of the page before."""
    wanted = (
        select(AuditEntry, Officer.name)
        .outerjoin(Officer, Officer.id == AuditEntry.officer_id)
        .where(AuditEntry.office_id == office_id)
        .order_by(AuditEntry.id.desc())
        .limit(PAGE)
    )
    if before is not None:
        wanted = wanted.where(AuditEntry.id < before)
    if what:
        wanted = wanted.where(AuditEntry.what == what)
    rows = await session.execute(wanted)
    return [Entry(row.id, row.at, name or "", row.what, row.subject, row.detail) for row, name in rows]
