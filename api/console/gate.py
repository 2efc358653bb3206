"""The gate of the console: who is signed in, what they may do, and the headers that every answer carries."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from api.console.page import sorry
from api.pages import SECURITY
from bot.channels.channel import Refused
from bot.desk.people.counter import Counter, counter_of
from bot.desk.people.sessions import Signed, signed_in
from bot.desk.reports import Unknown
from bot.service import Service

COOKIE = "motcua_canbo"
HOME = "/can-bo"
LOGIN = f"{HOME}/vao"
MINE = f"{HOME}/toi"
_BY_ITSELF = ("/danh-sach", "/loi-nhan")  # asked for by the page, not by a person: must not keep a session alive


class SignedOut(Exception):
    """Nobody is signed in."""


class MustChange(Exception):
    """Somebody else made up this officer's password: it must be changed before anything else."""


class Forbidden(Exception):
    """The officer's role does not allow it, or a form was not sent from one of our pages; the words are shown."""


class ConsoleRoute(APIRoute):
    """A route of the console: whatever is refused becomes a page, and nothing is kept by browsers or proxies."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler with the gate around it."""
        handler = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            response = await _answered(handler, request)
            response.headers["Cache-Control"] = "no-store"
            for name, value in SECURITY.items():
                response.headers[name] = value
            return response

        return guarded


async def _answered(handler: Callable[[Request], Coroutine[Any, Any, Response]], request: Request) -> Response:
    try:
        return await handler(request)
    except SignedOut:
        return RedirectResponse(_login_for(request), 303)
    except MustChange:
        return RedirectResponse(MINE, 303)
    except Forbidden as refused:
        return sorry(request, 403, str(refused))
    except (Unknown, RequestValidationError):
        return sorry(request, 404, "Không tìm thấy nội dung này ở đơn vị của anh/chị.")
    except Refused as refused:
        return sorry(request, refused.status, "Nội dung gửi lên lớn quá. Chọn ít ảnh hơn hoặc ảnh nhỏ hơn giúp.")


def service_of(request: Request) -> Service:
    """The running bot."""
    service: Service = request.app.state.service
    return service


async def anyhow(request: Request) -> Signed:
    """Who is signed in, even with a password that must be changed."""
    service = service_of(request)
    token = request.cookies.get(COOKIE, "")
    at_work = not request.url.path.endswith(_BY_ITSELF)
    signed = await signed_in(service.store, token, service.clock(), at_work=at_work) if token else None
    if signed is None:
        raise SignedOut
    async with service.store.read() as session:
        request.state.counter = await counter_of(session, service.settings.data, signed.office_id)
    request.state.signed = signed
    return signed


async def officer(signed: Annotated[Signed, Depends(anyhow)]) -> Signed:
    """Who is signed in."""
    if signed.must_change:
        raise MustChange
    return signed


async def leader(signed: Annotated[Signed, Depends(officer)]) -> Signed:
    """Who is signed in, and leads."""
    if not signed.role.leads:
        raise Forbidden("Phần này dành cho lãnh đạo và quản trị của đơn vị.")
    return signed


async def administrator(signed: Annotated[Signed, Depends(officer)]) -> Signed:
    """Who is signed in, and administers."""
    if not signed.role.administers:
        raise Forbidden("Phần này dành cho quản trị của đơn vị.")
    return signed


async def counter(request: Request, _signed: Annotated[Signed, Depends(anyhow)]) -> Counter:
    """The office of who is signed in."""
    found: Counter = request.state.counter
    return found


Anyhow = Annotated[Signed, Depends(anyhow)]
Officer = Annotated[Signed, Depends(officer)]
Leader = Annotated[Signed, Depends(leader)]
Administrator = Annotated[Signed, Depends(administrator)]
AtCounter = Annotated[Counter, Depends(counter)]
Code = Annotated[str, Path(pattern=r"^[0-9A-Z-]{11}$")]
RowNumber = Annotated[int, Path(ge=1, lt=2**53)]


def _login_for(request: Request) -> str:
    """The login page, which leads back to where somebody wanted to go."""
    wanted = request.url.path
    return f"{LOGIN}?{urlencode({'toi': wanted})}" if request.method == "GET" and wanted != HOME else LOGIN
