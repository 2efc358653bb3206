"""Photos in the web chat: taken from the page, and shown to the conversation they belong to."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from api.body import read_body
from api.conversation import accepted, address_of, opened, photo_address, photo_key, refusal, same, web
from api.pace import Pace, caller_at
from bot.channels.channel import Refused
from bot.channels.web.channel import PhotoPost
from bot.desk.images.photos import LARGEST, Declined
from bot.desk.images.pictures import NO_PICTURE, TOO_HEAVY
from bot.service import Service

router = APIRouter()
PER_MINUTE = 20  # photos from one address
TOGETHER = 60  # from all: each takes up to a second to be looked at
_TOO_MANY = "Máy đang nhận nhiều ảnh quá. Bà con đợi một phút rồi gửi lại ảnh này giúp ạ."
_SHOWN = {
    "Cache-Control": "private, no-store",  # phones are shared
    "Content-Security-Policy": "default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@router.post("/chat/photos")
async def post_photo(request: Request, name: Annotated[str, Query(alias="id")] = "", fresh: bool = False) -> Response:
    """Take a photo, the raw body. 202: kept and stored; the reply comes over the stream.

    The type of the body is one that no other site's form can send.
    """
    service: Service = request.app.state.service
    account, channel = web(service)
    if not request.headers.get("content-type", "").startswith("image/"):
        return refusal(415, NO_PICTURE)
    pace: Pace = request.app.state.photo_pace
    try:
        post = PhotoPost(id=name, photo="")
        if not pace.keeps(caller_at(request.client.host if request.client else None)):
            return refusal(429, _TOO_MANY, {"Retry-After": "60"})
        kept = await service.photos.keep(await read_body(request, LARGEST))
    except ValidationError:
        return refusal(422, "Máy không đọc được tin này. Bà con gửi lại giúp ạ.")
    except Refused:
        return refusal(413, TOO_HEAVY)
    except Declined as declined:
        return refusal(422, declined.words)
    address = opened(request, service, fresh)
    await service.take(account, channel.event(address, post.model_copy(update={"photo": kept.file})))
    return accepted(request, service, address, photo=photo_address(service, address, kept.file))


@router.get("/chat/photos/{file}")
async def show_photo(request: Request, file: str, key: str = "") -> Response:
    """A photo that this browser's conversation was sent, or sent itself. 404 to anybody else."""
    service: Service = request.app.state.service
    address = address_of(request, service)
    if address is None or not same(key, photo_key(service, address, file)):
        return Response(status_code=404)
    try:
        content = await asyncio.to_thread(service.photos.read, file)
    except (FileNotFoundError, ValueError):
        return Response(status_code=404)
    return Response(content, media_type="image/jpeg", headers=_SHOWN)
