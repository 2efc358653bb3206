"""Reports on their way to other bodies: queued with the move that forwards them, sent until they have arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.categories import Categories

if TYPE_CHECKING:
    from bot.desk.reports import Done


async def queue(session: AsyncSession, categories: Categories, done: Done, now: float) -> None:
    """Queue a report for the body that a FORWARD or REFUSE names, if it can be reached."""
