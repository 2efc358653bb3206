"""Zalo Official Account, over its OpenAPI."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from bot.channels.zalo.channel import Zalo
from bot.channels.zalo.settings import ZaloSettings
from bot.channels.zalo.tokens import Tokens
from bot.settings import Settings
from bot.store import Store


@asynccontextmanager
async def open_channel(_settings: Settings, store: Store) -> AsyncIterator[Zalo | None]:
    """The OA of MOTCUA_ZALO_APP_ID; none without one."""
    own = ZaloSettings()
    if not own.app_id:
        yield None
        return
    async with httpx.AsyncClient(timeout=httpx.Timeout(20.0, connect=5.0)) as client:
        yield Zalo(own, client, Tokens(own, client, store))
