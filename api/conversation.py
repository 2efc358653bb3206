"""Whose conversation a browser of the web chat is in: told by a signed cookie, and by nothing else."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import JSONResponse

from bot.accounts import DEFAULT, Account, find
from bot.channels.web.channel import Web
from bot.service import Service

COOKIE = "motcua_chat"
_MONTH = 30 * 24 * 3600


def web(service: Service) -> tuple[Account, Web]:
    """The web chat's account and channel."""
    account = find(service.accounts, Web.name, DEFAULT)
    if account is None or not isinstance(account.channel, Web):
        raise LookupError("the web chat is always open")
    return account, account.channel


def address_of(request: Request, service: Service) -> str | None:
    """The conversation that this browser's cookie names, if the cookie is ours."""
    address, _, mac = request.cookies.get(COOKIE, "").partition(".")
    return address if address and same(mac, _signed(service, "web chat ", address)) else None


def opened(request: Request, service: Service, fresh: bool) -> str:
    """The conversation to take a post in: the browser's, or a new one."""
    known = None if fresh else address_of(request, service)
    return known or secrets.token_urlsafe(18)


def accepted(request: Request, service: Service, address: str, **more: str) -> JSONResponse:
    """202 for a post that is stored; it tells the browser its conversation, unless the browser knows."""
    answer = JSONResponse({"accepted": True, **more}, 202)
    if address != address_of(request, service):
        secure = service.settings.public_url.startswith("https")
        cookie = f"{address}.{_signed(service, 'web chat ', address)}"
        answer.set_cookie(COOKIE, cookie, max_age=_MONTH, httponly=True, samesite="lax", secure=secure)
    return answer


def photo_address(service: Service, address: str, file: str) -> str:
    """Where the page of a conversation, and no other, sees a photo."""
    return f"/chat/photos/{file}?key={photo_key(service, address, file)}"


def photo_key(service: Service, address: str, file: str) -> str:
    """What lets one conversation see one photo."""
    return _signed(service, "web chat photo ", f"{address} {file}")


def same(given: str, expected: str) -> bool:
    """Whether two signatures are the same; how long it takes tells nothing."""
    return hmac.compare_digest(given.encode(errors="replace"), expected.encode())


def refusal(status: int, words: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """An error whose words the page shows."""
    return JSONResponse({"error": words}, status, headers)


def _signed(service: Service, purpose: str, text: str) -> str:
    return hmac.new(service.settings.key, f"{purpose}{text}".encode(errors="replace"), hashlib.sha256).hexdigest()
