"""Who hears of a move: the reporter and the followers, the officers' groups, and other bodies. Each by its own queue,
written in the move's own transaction, so that nobody misses one and nobody hears of one that was not made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import outbox
from bot.desk import words
from bot.desk.categories import Categories
from bot.desk.groups import group
from bot.desk.life import INTERNAL
from bot.desk.outside import forwarding
from bot.desk.tables import Follower
from bot.messages import Reply
from bot.splitting import split

if TYPE_CHECKING:
    from bot.desk.reports import Done

_TAKEN_EVERYWHERE = 1900  # characters; Zalo's limit is the lowest
_FRAME = 300  # of them for heading and choices


async def spread(session: AsyncSession, categories: Categories, done: Done, now: float) -> None:
    """Tell everybody whom a move concerns."""
    event = done.event
    if event.actor != "citizen" and (event.move not in INTERNAL or event.from_state != event.to_state):
        await _tell_citizens(session, done, now)
    await group.post(session, categories, done, now)
    await forwarding.queue(session, categories, done, now)


async def _tell_citizens(session: AsyncSession, done: Done, now: float) -> None:
    report = done.report
    if report.conversation_id is not None:
        _enqueue(session, report.conversation_id, words.to_reporter(report, done.event, done.photos), now)
    for follower in await session.scalars(select(Follower.conversation_id).filter_by(report_id=report.id)):
        _enqueue(session, follower, words.to_follower(report, done.event, done.photos), now)


def _enqueue(session: AsyncSession, conversation_id: int, reply: Reply, now: float) -> None:
    """In parts that every channel takes: which one it will be is not known here."""
    outbox.enqueue(session, conversation_id, None, split(reply, _TAKEN_EVERYWHERE, _FRAME), None, now)
