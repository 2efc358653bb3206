"""Telegram, through python-telegram-bot's `Bot` and types."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.channels.telegram.settings import TelegramSettings
from bot.desk.images.photos import Photos
from bot.settings import Settings, SettingsError, read_settings
from bot.store import Store

if TYPE_CHECKING:
    from bot.channels.telegram.channel import Telegram


@asynccontextmanager
async def open_channel(settings: Settings, _store: Store) -> AsyncIterator[Telegram | None]:
    """The bot of MOTCUA_TELEGRAM_TOKEN; none without one."""
    own = read_settings(TelegramSettings)
    if not own.token.get_secret_value():
        yield None
        return
    if own.mode == "webhook" and not settings.public_url:
        raise SettingsError("setting MOTCUA_TELEGRAM_MODE: webhook needs MOTCUA_PUBLIC_URL; without one use polling")
    from bot.channels.telegram.channel import Telegram  # noqa: PLC0415 (half a second of loading, only with a token)

    channel = Telegram(own, settings.public_url, settings.key, Photos(settings.photos))
    try:
        yield channel
    finally:
        await channel.close()
