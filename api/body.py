"""Read a request's body, but not an endless one."""

from __future__ import annotations

from fastapi import Request

from bot.channels.channel import Refused

LARGEST = 256 * 1024  # bytes; a platform's largest event is a few kilobytes


async def read_body(request: Request, most: int = LARGEST) -> bytes:
    """The raw bytes; `Refused` (413) as soon as they are too many."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise Refused(413, f"the body is larger than {most} bytes")
    return bytes(body)
