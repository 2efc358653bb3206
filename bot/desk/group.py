"""The officers' Telegram group: new reports arrive there, buttons and replies there move them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.categories import Categories

if TYPE_CHECKING:
    from bot.desk.reports import Done


async def post(session: AsyncSession, categories: Categories, done: Done, now: float) -> None:
    """Tell the office's groups of a new report, or of what became of one."""
