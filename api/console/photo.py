"""A kept photo, for the pages of officers."""

from __future__ import annotations

import asyncio

from fastapi import Request, Response

from api.console.gate import service_of
from bot.desk.images.evidence import thumbnail
from bot.desk.reports import Unknown


async def shown(request: Request, file: str, *, small: bool = False) -> Response:
    """The photo, or a small one of it; `Unknown` when it is gone."""
    try:
        content = await asyncio.to_thread(service_of(request).photos.read, file)
    except (FileNotFoundError, ValueError) as gone:
        raise Unknown(file) from gone
    return Response(await asyncio.to_thread(thumbnail, content) if small else content, media_type="image/jpeg")
