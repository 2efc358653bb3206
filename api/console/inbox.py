"""The list of reports: the page, and the part of it that the page fetches anew by itself."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from api.console.gate import HOME, AtCounter, ConsoleRoute, Officer, service_of
from api.console.page import show
from bot.desk.cases import inbox
from bot.desk.cases.inbox import Filters

router = APIRouter(route_class=ConsoleRoute)


@router.get(HOME)
async def page(request: Request, signed: Officer, counter: AtCounter) -> Response:
    """The whole page."""
    return await _list(request, signed, counter, "inbox.html")


@router.get(f"{HOME}/danh-sach")
async def part(request: Request, signed: Officer, counter: AtCounter) -> Response:
    """The list alone, with the counts."""
    return await _list(request, signed, counter, "list.html")


async def _list(request: Request, signed: Officer, counter: AtCounter, template: str) -> Response:
    service = service_of(request)
    filters = Filters.of(request.query_params)
    now = service.clock()
    async with service.store.read() as session:
        found = await inbox.listed(session, signed.office_id, signed.officer_id, filters, counter.desk.categories, now)
        counts = await inbox.counts(session, signed.office_id, signed.officer_id, now)

    def link(**changed: object) -> str:
        query = urlencode(filters.as_query(**changed))
        return f"{HOME}?{query}" if query else HOME

    return show(
        request,
        template,
        found=found,
        counts=counts,
        filters=filters,
        families=inbox.FAMILIES,
        categories=counter.desk.categories,
        link=link,
        query=urlencode(filters.as_query(truoc=filters.before or "")),
    )
