"""The bytes of a photo that a reply carries, for the channels that send it."""

from __future__ import annotations

import asyncio

from bot.channels.channel import Undeliverable
from bot.desk.images.photos import Photos


async def kept_bytes(photos: Photos, file: str) -> bytes:
    """The kept photo; a reply whose photo was deleted meanwhile can never be sent."""
    try:
        return await asyncio.to_thread(photos.read, file)
    except (FileNotFoundError, ValueError) as error:
        raise Undeliverable("the photo is no longer there") from error
