"""The web chat: replies wait in the outbox until the open page fetches them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.channels.web.channel import Web
from bot.desk.images.photos import Photos
from bot.settings import Settings
from bot.store import Store


@asynccontextmanager
async def open_channel(settings: Settings, _store: Store) -> AsyncIterator[Web]:
    """Always there."""
    yield Web(Photos(settings.photos))
