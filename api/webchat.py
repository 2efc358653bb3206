"""The web chat: the page, its posts, and its stream of replies."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import ValidationError

from api.body import read_body
from api.conversation import accepted, address_of, opened, photo_address, refusal, web
from api.pages import page
from bot import outbox
from bot.accounts import Account
from bot.channels.channel import Refused
from bot.channels.web.channel import Post
from bot.dialogue import NOTICE
from bot.payloads import payload
from bot.service import Service

router = APIRouter()
EXAMPLES = (
    "Làm khai sinh cho con cần giấy tờ gì?",
    "Quên mật khẩu VNeID thì làm sao?",
    "Đăng ký tạm trú ở đâu?",
    "Nộp tiền qua mạng thế nào?",
)
_HEARTBEAT = 15.0  # seconds; keeps proxies from closing a quiet stream


@router.get("/")
async def chat(request: Request) -> Response:
    """The page."""
    service: Service = request.app.state.service
    topics = [
        {"label": topics.title, "payload": payload("linh-vuc", topics.field)} for topics in service.knowledge.fields
    ]
    links = {f"{account.channel.name}_url": account.channel.link for account in service.accounts.values()}
    office = web(service)[0].office.name
    return page(request, "chat.html", office=office, notice=NOTICE, topics=topics, examples=EXAMPLES, **links)


@router.post("/chat/messages")
async def post_message(request: Request) -> Response:
    """Take a message of the page. 202: stored; the reply comes over the stream."""
    service: Service = request.app.state.service
    account, channel = web(service)
    try:
        post = Post.model_validate_json(await read_body(request))
    except Refused:
        return refusal(413, "Tin nhắn dài quá, bà con viết ngắn lại giúp máy ạ.")
    except ValidationError:
        return refusal(422, "Máy không đọc được tin này (dài quá 2.000 chữ hoặc bị hỏng). Bà con viết lại ạ.")
    if not (post.text.strip() or post.payload or post.place):
        return refusal(422, "Tin nhắn đang trống, bà con gõ câu hỏi rồi hãy gửi ạ.")
    address = opened(request, service, post.fresh)
    await service.take(account, channel.event(address, post))
    return accepted(request, service, address)


@router.get("/chat/events")
async def events(request: Request, after: Annotated[int, Query(ge=0, lt=2**63)] = 0) -> Response:
    """Server-sent events: the replies of this browser's conversation with an id above `after`."""
    service: Service = request.app.state.service
    address = address_of(request, service)
    if address is None:
        return Response(status_code=204)
    last = request.headers.get("last-event-id", "")
    first = max(after, int(last)) if last.isdecimal() and len(last) < 19 else after
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_stream(service, address, first), media_type="text/event-stream", headers=headers)


async def _stream(service: Service, address: str, after: int) -> AsyncIterator[str]:
    account, channel = web(service)
    bell = channel.bell(address)
    yield "retry: 2000\n\n"
    while True:
        rung = bell.listen()  # before looking: a ring meanwhile must not be missed
        replies = await _replies(service, account, address, after)
        for reply in replies:
            after = reply["id"]
            yield f"id: {after}\nevent: reply\ndata: {json.dumps(reply, ensure_ascii=False)}\n\n"
        if not replies:
            await bell.wait(rung, _HEARTBEAT)
            yield ": \n\n"


async def _replies(service: Service, account: Account, address: str, after: int) -> list[dict[str, Any]]:
    async with service.store.read() as session:
        rows = await outbox.shown_after(session, account.id, address, after)
    shape: dict[str, Any] = {"heading": "", "text": "", "source": None, "footnote": "", "choices": []}
    return [
        {
            **shape,
            **{part: row.reply[part] for part in shape if part in row.reply},
            "photos": [photo_address(service, address, file) for file in row.reply.get("photos", ())],
            "id": row.id,
            "replaces": int(row.edits) if row.edits else None,
        }
        for row in rows
    ]
