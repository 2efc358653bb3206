"""Photos on Telegram: which one of a message, its bytes, and sending one."""

from __future__ import annotations

import asyncio

from telegram import Bot, Message
from telegram.error import BadRequest, TelegramError

from bot.channels.channel import NotFetched

_SECONDS = 20.0  # for one photo; a worker's lease is longer


def photos_of(message: Message) -> tuple[str, ...]:
    """The photo in its largest size, or a picture sent as a file. An album comes as several messages."""
    if message.photo:
        return (max(message.photo, key=lambda size: size.width * size.height).file_id,)
    if message.document and (message.document.mime_type or "").startswith("image/"):
        return (message.document.file_id,)
    return ()


async def sent_photo(bot: Bot, address: str, picture: bytes) -> str:
    """Send a photo to a chat, or to a topic of one ("chat/topic"); the message's id."""
    chat, _, topic = address.partition("/")
    message = await bot.send_photo(int(chat), picture, message_thread_id=int(topic) if topic else None)
    return str(message.message_id)


async def fetched(bot: Bot, photo: str) -> bytes:
    """The bytes of a photo. Telegram hands out files of up to 20 MB."""
    try:
        async with asyncio.timeout(_SECONDS):
            file = await bot.get_file(photo)
            return bytes(await file.download_as_bytearray())
    except BadRequest as error:  # too big, or no longer there
        raise NotFetched(type(error).__name__, lasting=True) from error
    except (TelegramError, TimeoutError) as error:
        raise NotFetched(type(error).__name__) from error
