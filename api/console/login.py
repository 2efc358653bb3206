"""Signing in and out of the console."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
import time

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.console.forms import posted, read_form
from api.console.gate import COOKIE, HOME, LOGIN, Anyhow, ConsoleRoute, service_of
from api.console.page import show
from bot.desk.people.sessions import ABSOLUTE, sign_in, sign_out

router = APIRouter(route_class=ConsoleRoute)
_BEFORE = "motcua_canbo_vao"  # there is no session yet: the form proves itself with a cookie of its own
_AT_LEAST = 0.4  # seconds that an answer takes, so that its time tells nothing about what exists
_OURS = re.compile(r"/can-bo(/[a-z0-9-]+(/[A-Z0-9-]+)?)?")
_WRONG = (
    "Tên đăng nhập hoặc mật khẩu không đúng. Sai 5 lần liền thì tên đăng nhập bị khóa 15 phút; "
    "quên mật khẩu thì nhờ người quản trị của đơn vị cấp lại."
)


@router.get(LOGIN)
async def login_page(request: Request, toi: str = "") -> Response:
    """The form."""
    return _page(request, 200, "", toi, "")


@router.post(LOGIN)
async def login(request: Request) -> Response:
    """Sign in; a wrong password, a locked login and an unknown one get the same answer after the same time."""
    started = time.monotonic()
    service = service_of(request)
    form = await read_form(request)
    name, after = form.text("ten", 64), form.text("toi")
    nonce = request.cookies.get(_BEFORE, "")
    if not nonce or not hmac.compare_digest(
        _proof(nonce, service.settings.key), form.text("csrf").encode(errors="replace")
    ):
        return _page(request, 403, "Trang này mở đã lâu nên chưa vào được. Đăng nhập lại giúp.", after, name)
    old = request.cookies.get(COOKIE)
    token = await sign_in(service.store, name, form.texts.get("mat-khau", ""), service.clock())
    await asyncio.sleep(max(0.0, started + _AT_LEAST - time.monotonic()))
    if token is None:
        return _page(request, 401, _WRONG, after, name)
    if old:
        await sign_out(service.store, old, service.clock())
    response = RedirectResponse(after if _OURS.fullmatch(after) else HOME, 303)
    secure = service.settings.public_url.startswith("https")
    response.set_cookie(COOKIE, token, max_age=int(ABSOLUTE), path=HOME, httponly=True, samesite="lax", secure=secure)
    response.delete_cookie(_BEFORE, path=LOGIN)
    return response


@router.post(f"{HOME}/ra")
async def logout(request: Request, signed: Anyhow) -> Response:
    """Sign out."""
    service = service_of(request)
    await posted(request, signed)
    await sign_out(service.store, request.cookies.get(COOKIE, ""), service.clock())
    response = RedirectResponse(LOGIN, 303)
    response.delete_cookie(COOKIE, path=HOME)
    return response


def _page(request: Request, status: int, wrong: str, after: str, name: str) -> Response:
    settings = service_of(request).settings
    nonce = secrets.token_urlsafe(24)
    proof = _proof(nonce, settings.key).decode()
    response = show(request, "login.html", status, wrong=wrong, csrf=proof, after=after[:200], login=name)
    secure = settings.public_url.startswith("https")
    response.set_cookie(_BEFORE, nonce, max_age=3600, path=LOGIN, httponly=True, samesite="lax", secure=secure)
    return response


def _proof(nonce: str, key: bytes) -> bytes:
    told = b"console login " + nonce.encode(errors="replace")
    return hmac.new(key, told, hashlib.sha256).hexdigest().encode()
