"""`POST /webhooks/<channel>[/<account>]`: check, store, acknowledge. Nothing slow happens here."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.body import read_body
from bot import metrics
from bot.accounts import DEFAULT, find
from bot.channels.channel import Refused
from bot.service import Service

router = APIRouter()


@router.get("/webhooks/{_channel}")
async def probe(_channel: str) -> Response:
    """Some consoles look at the address before they save it."""
    return Response("ok", media_type="text/plain")


@router.post("/webhooks/{channel}")
async def receive_default(channel: str, request: Request) -> Response:
    """An event for the channel's default account."""
    return await receive(channel, DEFAULT, request)


@router.post("/webhooks/{channel}/{account}")
async def receive(channel: str, account: str, request: Request) -> Response:
    """An event for a named account. 200 means: stored durably, or not worth keeping."""
    service: Service = request.app.state.service
    found = find(service.accounts, channel, account)
    if found is None:
        return Response("no such account", 404, media_type="text/plain")
    try:
        event = found.channel.admit(request.headers, await read_body(request))
    except Refused as refused:
        metrics.EVENTS.labels(found.channel.name, "refused").inc()
        return Response(refused.why, refused.status, media_type="text/plain")
    if event is None:
        metrics.EVENTS.labels(found.channel.name, "dropped").inc()
    else:
        await service.take(found, event)
    return Response(status_code=200)
