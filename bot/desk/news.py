"""Who hears of a move: the reporter and the followers, the officers' groups, and other bodies. Each by its own queue,
written in the move's own transaction, so that nobody misses one and nobody hears of one that was not made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import outbox
from bot.desk import forwarding, group, words
from bot.desk.categories import Categories
from bot.desk.life import Move
from bot.desk.tables import Follower

if TYPE_CHECKING:
    from bot.desk.reports import Done

_SILENT = {Move.NOTE, Move.ASSIGN, Move.FILE}  # the office's own business


async def spread(session: AsyncSession, categories: Categories, done: Done, now: float) -> None:
    """Tell everybody whom a move concerns."""
    if done.event.actor != "citizen" and done.event.move not in _SILENT:
        await _tell_citizens(session, done, now)
    await group.post(session, categories, done, now)
    await forwarding.queue(session, categories, done, now)


async def _tell_citizens(session: AsyncSession, done: Done, now: float) -> None:
    report = done.report
    if report.conversation_id is not None:
        reply = words.to_reporter(done.report, done.event, done.photos)
        outbox.enqueue(session, report.conversation_id, None, [reply], None, now)
    for follower in await session.scalars(select(Follower.conversation_id).filter_by(report_id=report.id)):
        outbox.enqueue(session, follower, None, [words.to_follower(report, done.event, done.photos)], None, now)
