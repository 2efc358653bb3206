"""Zalo Official Account, over its OpenAPI."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from bot.channels.zalo.channel import Zalo
from bot.channels.zalo.settings import ZaloSettings
from bot.channels.zalo.tokens import Tokens
from bot.desk.images.photos import Photos
from bot.settings import Settings, SettingsError, read_settings
from bot.store import Store


@asynccontextmanager
async def open_channel(settings: Settings, store: Store) -> AsyncIterator[Zalo | None]:
    """The OA of MOTCUA_ZALO_APP_ID; none without one."""
    own = read_settings(ZaloSettings)
    if not own.app_id:
        yield None
        return
    for name in ("app_secret", "oa_secret"):
        if not getattr(own, name).get_secret_value():  # an empty key is one that anybody can sign with
            raise SettingsError(f"setting MOTCUA_ZALO_{name.upper()}: needed as MOTCUA_ZALO_APP_ID is set")
    async with httpx.AsyncClient(timeout=httpx.Timeout(20.0, connect=5.0)) as client:
        yield Zalo(own, client, Tokens(own, client, store), Photos(settings.photos))
