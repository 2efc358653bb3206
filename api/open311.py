"""Open311, GeoReport v2: other systems send reports here and ask how they stand. Each key opens one office only."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response

from api.body import read_body
from api.open311_answers import Value, Wrong, answer, errors, shown, w3
from api.open311_asked import Fields, first, new_request, read_form, read_query
from api.pace import Pace
from bot.accounts import Account
from bot.channels.channel import Refused
from bot.desk.outside import georeport, peers
from bot.desk.outside.georeport import Query
from bot.desk.outside.peers import Peer
from bot.service import Service

router = APIRouter(prefix="/open311")
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
PER_MINUTE = 60  # reports that one system may send
_LARGEST = 64 * 1024  # bytes of a form


@dataclass(frozen=True)
class Asked:
    """A request: its fields, the office that it is about, and the system that asks, if it showed a key."""

    service: Service
    request: Request
    fields: Fields
    account: Account
    peer: Peer | None


Named = tuple[str, Value]  # the root's name in XML, and the value


@router.get("/discovery.{form}")
async def discovery(form: str, request: Request) -> Response:
    """Where the interface is and what it speaks."""
    return await _answered(form, request, _discovery)


@router.get("/v2/services.{form}")
async def services(form: str, request: Request) -> Response:
    """What can be reported."""
    return await _answered(form, request, _services)


@router.get("/v2/services/{code}.{form}")
async def service_definition(code: str, form: str, request: Request) -> Response:
    """What else must be told of a kind of problem: nothing."""

    async def defined(asked: Asked) -> Named:
        if asked.account.desk.categories.get(code) is None:
            raise Wrong(404, "Không có service_code này.")
        return "service_definition", {"service_code": code, "attributes": []}

    return await _answered(form, request, defined)


@router.get("/v2/requests.{form}")
async def requests(form: str, request: Request) -> Response:
    """The office's reports of a time, as far as the caller may see them."""

    async def found(asked: Asked) -> Named:
        return "service_requests", await _find(asked, read_query(asked.fields, time.time()))

    return await _answered(form, request, found)


@router.post("/v2/requests.{form}")
async def post_request(form: str, request: Request) -> Response:
    """Take a report from a system that has a key."""
    return await _answered(form, request, _take)


@router.get("/v2/requests/{request_id}.{form}")
async def service_request(request_id: str, form: str, request: Request) -> Response:
    """One report."""

    async def found(asked: Asked) -> Named:
        rows = await _find(asked, Query(0.0, 0.0, ids=(request_id,)))
        if not rows:
            raise Wrong(404, "Không có service_request_id này.")
        return "service_requests", rows

    return await _answered(form, request, found)


@router.get("/v2/tokens/{token}.{form}")
async def request_of_token(token: str, form: str, request: Request) -> Response:  # noqa: ARG001 (part of the address)
    """Every report has its id at once, so no token was ever given."""

    async def none(_: Asked) -> Named:
        raise Wrong(404, "Không có token này: mỗi phản ánh có service_request_id ngay khi gửi.")

    return await _answered(form, request, none)


async def _answered(form: str, request: Request, work: Callable[[Asked], Awaitable[Named]]) -> Response:
    if form not in ("json", "xml"):
        return errors("xml", Wrong(400, "Địa chỉ phải kết thúc bằng .json hoặc .xml."))
    try:
        root, value = await work(await _asked(request))
    except Wrong as wrong:
        return errors(form, wrong)
    return answer(form, root, value)


async def _asked(request: Request) -> Asked:
    service: Service = request.app.state.service
    fields = await _fields(request)
    key = first(fields, "api_key")
    async with service.store.read() as session:
        offices = await peers.served(session, service.accounts)
        peer = await peers.holder(session, key) if key else None
    account = _office(offices, first(fields, "jurisdiction_id"))
    if key and (peer is None or peer.office_id != account.desk.office_id):
        raise Wrong(403, "api_key không đúng cho đơn vị này.")
    return Asked(service, request, fields, account, peer)


async def _fields(request: Request) -> Fields:
    if request.method != "POST":
        return parse_qs(request.url.query)
    try:
        body = await read_body(request, _LARGEST)
    except Refused as refused:
        raise Wrong(refused.status, "Nội dung gửi lên lớn quá 64 KB.") from refused
    return read_form(body, request.headers.get("content-type", ""))


def _office(offices: dict[str, Account], slug: str) -> Account:
    if slug:
        if slug not in offices:
            raise Wrong(404, "Không có jurisdiction_id này.")
        return offices[slug]
    if len(offices) != 1:
        raise Wrong(400, "Thiếu jurisdiction_id.")
    return next(iter(offices.values()))


async def _discovery(asked: Asked) -> Named:
    settings, office = asked.service.settings, asked.account.office
    base = settings.public_url.rstrip("/") or str(asked.request.base_url).rstrip("/")
    listed = settings.data / "reports" / "categories.yml"
    changed = w3(listed.stat().st_mtime if listed.exists() else 0.0)
    endpoint = {
        "specification": SPECIFICATION,
        "url": f"{base}/open311/v2",
        "changeset": changed,
        "type": "production",
        "formats": ["text/xml", "application/json"],
    }
    contact = ", ".join(filter(None, (office.center, office.address, office.phone)))
    return "discovery", {
        "changeset": changed,
        "contact": contact,
        "key_service": f"Liên hệ {contact} để được cấp api_key.",
        "endpoints": [endpoint],
    }


async def _services(asked: Asked) -> Named:
    categories = asked.account.desk.categories
    return "services", [
        {
            "service_code": one.id,
            "service_name": one.name,
            "description": f"{one.name}. Cơ quan chịu trách nhiệm: {one.body}. {georeport.notice_of(one)}",
            "metadata": False,
            "type": "realtime",
            "keywords": ", ".join(one.words) or None,
            "group": group.name,
        }
        for group in categories.groups
        for one in group.categories
    ]


async def _find(asked: Asked, query: Query) -> list[Value]:
    async with asked.service.store.read() as session:
        rows = await georeport.find(session, asked.account.desk, query, asked.peer, asked.service.settings.key)
    return [shown(row) for row in rows]


async def _take(asked: Asked) -> Named:
    desk, peer = asked.account.desk, asked.peer
    if peer is None:
        raise Wrong(403, "Thiếu api_key.")
    new = new_request(asked.fields, desk.categories)
    pace: Pace = asked.request.app.state.open311_pace
    if not pace.keeps((peer.office_id, peer.name)):
        raise Wrong(429, f"Mỗi phút nhận nhiều nhất {PER_MINUTE} phản ánh từ một hệ thống; gửi lại sau một phút.")
    async with asked.service.store.write() as session:
        name = await georeport.take(session, desk, peer, new, asked.service.settings.key, time.time())
    category = desk.categories.get(new.service_code)
    notice = georeport.notice_of(category) if category else None
    return "service_requests", [{"service_request_id": name, "service_notice": notice, "account_id": None}]
