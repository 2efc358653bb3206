"""Telegram, through python-telegram-bot's `Bot` and types."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.settings import TelegramSettings
from bot.settings import Settings
from bot.store import Store


@asynccontextmanager
async def open_channel(settings: Settings, _store: Store) -> AsyncIterator[Telegram | None]:
    """The bot of MOTCUA_TELEGRAM_TOKEN; none without one."""
    own = TelegramSettings()
    if not own.token.get_secret_value():
        yield None
        return
    channel = Telegram(own, settings.public_url, settings.key)
    try:
        yield channel
    finally:
        await channel.close()
