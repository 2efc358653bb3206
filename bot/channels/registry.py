"""Open every channel that is configured: each folder here with an `open_channel`. A new channel is a new folder."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import bot.channels
from bot.channels.channel import Channel
from bot.settings import Settings
from bot.store import Store


@asynccontextmanager
async def open_channels(settings: Settings, store: Store) -> AsyncIterator[list[Channel]]:
    """The channels in use, open until the block ends."""
    async with AsyncExitStack() as stack:
        channels = []
        for folder in pkgutil.iter_modules(bot.channels.__path__):
            if folder.ispkg:
                module = importlib.import_module(f"bot.channels.{folder.name}")
                channel = await stack.enter_async_context(module.open_channel(settings, store))
                if channel is not None:
                    channels.append(channel)
        yield channels
