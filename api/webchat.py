"""The web chat: the page, its posts, and its stream of replies."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import ValidationError

from api.body import read_body
from api.pages import page
from bot import outbox
from bot.accounts import DEFAULT, Account, find
from bot.channels.channel import Refused
from bot.channels.web.channel import Post, Web
from bot.dialogue import NOTICE
from bot.payloads import payload
from bot.service import Service

router = APIRouter()
COOKIE = "motcua_chat"
EXAMPLES = (
    "Làm khai sinh cho con cần giấy tờ gì?",
    "Quên mật khẩu VNeID thì làm sao?",
    "Đăng ký tạm trú ở đâu?",
    "Nộp tiền qua mạng thế nào?",
)
_HEARTBEAT = 15.0  # seconds; keeps proxies from closing a quiet stream
_MONTH = 30 * 24 * 3600


@router.get("/")
async def chat(request: Request) -> Response:
    """The page."""
    service: Service = request.app.state.service
    topics = [
        {"label": topics.title, "payload": payload("linh-vuc", topics.field)} for topics in service.knowledge.fields
    ]
    links = {f"{account.channel.name}_url": account.channel.link for account in service.accounts.values()}
    office = _web(service)[0].office.name
    return page(request, "chat.html", office=office, notice=NOTICE, topics=topics, examples=EXAMPLES, **links)


@router.post("/chat/messages")
async def post_message(request: Request) -> Response:
    """Take a message of the page. 202: stored; the reply comes over the stream."""
    service: Service = request.app.state.service
    account, channel = _web(service)
    try:
        post = Post.model_validate_json(await read_body(request))
    except Refused:
        return _error(413, "Tin nhắn dài quá, bà con viết ngắn lại giúp máy ạ.")
    except ValidationError:
        return _error(422, "Máy không đọc được tin này (dài quá 2.000 chữ hoặc bị hỏng). Bà con viết lại ạ.")
    if not (post.text.strip() or post.payload):
        return _error(422, "Tin nhắn đang trống, bà con gõ câu hỏi rồi hãy gửi ạ.")
    address = None if post.fresh else _address(request, service.settings.key)
    answer = JSONResponse({"accepted": True}, 202)
    if address is None:
        address = secrets.token_urlsafe(18)
        secure = service.settings.public_url.startswith("https")
        cookie = f"{address}.{_mac(address, service.settings.key)}"
        answer.set_cookie(COOKIE, cookie, max_age=_MONTH, httponly=True, samesite="lax", secure=secure)
    await service.take(account, channel.event(address, post))
    return answer


@router.get("/chat/events")
async def events(request: Request, after: Annotated[int, Query(ge=0, lt=2**63)] = 0) -> Response:
    """Server-sent events: the replies of this browser's conversation with an id above `after`."""
    service: Service = request.app.state.service
    address = _address(request, service.settings.key)
    if address is None:
        return Response(status_code=204)
    last = request.headers.get("last-event-id", "")
    first = max(after, int(last)) if last.isdecimal() and len(last) < 19 else after
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_stream(service, address, first), media_type="text/event-stream", headers=headers)


async def _stream(service: Service, address: str, after: int) -> AsyncIterator[str]:
    account, channel = _web(service)
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
    return [{**shape, **row.reply, "id": row.id, "replaces": int(row.edits) if row.edits else None} for row in rows]


def _web(service: Service) -> tuple[Account, Web]:
    account = find(service.accounts, Web.name, DEFAULT)
    if account is None or not isinstance(account.channel, Web):
        raise LookupError("the web chat is always open")
    return account, account.channel


def _address(request: Request, key: bytes) -> str | None:
    """The conversation that this browser's cookie names, if the cookie is ours."""
    address, _, mac = request.cookies.get(COOKIE, "").partition(".")
    return address if address and hmac.compare_digest(mac.encode(), _mac(address, key).encode()) else None


def _mac(address: str, key: bytes) -> str:
    return hmac.new(key, b"web chat " + address.encode(), hashlib.sha256).hexdigest()


def _error(status: int, words: str) -> JSONResponse:
    return JSONResponse({"error": words}, status)
