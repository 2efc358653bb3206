"""Letters that arrived at another system: asked how they stand every half hour, less often while nobody answers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.outside.forwarding import Recipient, lease, not_for
from bot.desk.tables import Delivery, Report

EVERY = 1800.0  # seconds
_MOST_DOUBLED = 4  # times: 8 hours at most between two questions
_GIVE_UP_AFTER = 90 * 24 * 3600.0  # seconds after it was sent


@dataclass(frozen=True)
class Followed:
    """A letter that arrived, and what the other system calls it. `failures` counts this question as one."""

    id: int
    office_id: int
    recipient: str
    remote_id: str
    failures: int


async def claim_followed(
    session: AsyncSession, offices: Collection[int], busy: Collection[Recipient], now: float
) -> Followed | None:
    """Take a letter whose news is due, of a recipient who is not `busy`."""
    due = (
        select(Delivery)
        .join(Report, Report.id == Delivery.report_id)
        .where(Delivery.state == "sent", Delivery.way == "open311", Delivery.remote_id != "")
        .where(Delivery.next_try_at <= now, Delivery.leased_until <= now, Delivery.sent_at > now - _GIVE_UP_AFTER)
        .where(Report.office_id.in_(offices), not_for(busy))
        .order_by(Delivery.next_try_at)
        .limit(1)
        .with_for_update(of=[Delivery], skip_locked=True)
    )
    row = await session.scalar(due)
    if row is None or not await lease(session, row, now):
        return None
    report = await session.get_one(Report, row.report_id)
    return Followed(row.id, report.office_id, row.recipient, row.remote_id, row.attempts + 1)


async def asked(session: AsyncSession, followed: Followed, remote_id: str, closed: bool, now: float) -> None:
    """It answered. When the other system has closed it, there is nothing more to ask."""
    values = {
        "state": "closed" if closed else "sent",
        "remote_id": remote_id,
        "attempts": 0,
        "next_try_at": now + EVERY,
        "leased_until": 0.0,
    }
    await session.execute(update(Delivery).where(Delivery.id == followed.id).values(values))


async def ask_later(session: AsyncSession, followed: Followed, now: float) -> None:
    """It did not answer: wait twice as long as the last time."""
    wait = EVERY * 2 ** min(followed.failures, _MOST_DOUBLED)
    row = update(Delivery).where(Delivery.id == followed.id)
    await session.execute(row.values(next_try_at=now + wait, leased_until=0.0))


async def give_up(session: AsyncSession, followed: Followed) -> None:
    """Its recipient is no longer listed: there is nobody to ask."""
    row = update(Delivery).where(Delivery.id == followed.id)
    await session.execute(row.values(state="closed", leased_until=0.0))
