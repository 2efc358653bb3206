"""The summary of a day, a week or any period, as a page and as Excel; and the list of reports as Excel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import IO
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse

from api.console.gate import HOME, AtCounter, ConsoleRoute, Officer, officer, service_of
from api.console.labels import SOURCES
from api.console.page import show
from bot.desk.calendar import ZONE
from bot.desk.cases.inbox import Filters
from bot.desk.cases.listing import reports_sheet
from bot.desk.figures import summary_words
from bot.desk.figures.period import Period
from bot.desk.figures.spreadsheet import MEDIA_TYPE, spreadsheet
from bot.desk.figures.summary import summary
from bot.desk.figures.summary_sheets import sheets
from bot.desk.people import audit
from bot.knowledge import Knowledge

router = APIRouter(route_class=ConsoleRoute)
_HERE = f"{HOME}/tong-hop"
_SHOWN = 15  # topics and difficulties on the page; the spreadsheet has all


@router.get(_HERE, dependencies=[Depends(officer)])
async def page(request: Request, counter: AtCounter) -> Response:
    """The figures."""
    service = service_of(request)
    now = service.clock()
    period = Period.of(request.query_params, _today(now))
    async with service.store.read() as session:
        figures = await summary(session, counter.desk, period, now)
    return show(
        request,
        "summary.html",
        figures=figures,
        today=_today(now),
        week=Period.week(_today(now)),
        most=_SHOWN,
        words=summary_words,
        category=counter.desk.categories.name,
        topic=_titles(service.knowledge),
        link=lambda wanted, kind="": f"{_HERE}{kind}?{urlencode(wanted.as_query())}",
    )


@router.get(f"{_HERE}.xlsx")
async def as_excel(request: Request, signed: Officer, counter: AtCounter) -> Response:
    """The same as a spreadsheet."""
    service = service_of(request)
    now = service.clock()
    period = Period.of(request.query_params, _today(now))
    async with service.store.read() as session:
        figures = await summary(session, counter.desk, period, now)
    name = f"tong-hop-{period.first}-{period.last}"
    file = await spreadsheet(
        sheets(figures, counter.name, counter.desk.categories.name, _titles(service.knowledge), SOURCES)
    )
    async with service.store.write() as session:
        await audit.note(session, signed.office_id, signed.officer_id, "xuat-tong-hop", name, "", now)
    return _sent(file, name)


@router.get(f"{HOME}/phan-anh.xlsx")
async def reports_as_excel(request: Request, signed: Officer, counter: AtCounter) -> Response:
    """The reports that the list shows with these filters, all pages of it."""
    service = service_of(request)
    now = service.clock()
    filters = Filters.of(request.query_params)
    file = await spreadsheet([reports_sheet(service.store, signed, filters, counter.desk.categories, SOURCES, now)])
    name = f"phan-anh-{datetime.fromtimestamp(now, ZONE):%Y-%m-%d}"
    async with service.store.write() as session:  # nobody gets the file without a line in the log
        told = _told(filters)
        await audit.note(session, signed.office_id, signed.officer_id, "xuat-phan-anh", name, told, now)
    return _sent(file, name)


def _sent(file: IO[bytes], name: str) -> Response:
    """The file, piece by piece; it is gone when it was sent or the browser went away."""
    size = file.seek(0, 2)
    file.seek(0)

    def pieces() -> Iterator[bytes]:
        with file:
            while piece := file.read(64 * 1024):
                yield piece

    headers = {"Content-Length": str(size), "Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return StreamingResponse(pieces(), media_type=MEDIA_TYPE, headers=headers)


def _told(filters: Filters) -> str:
    """Which filters were set, without the words that were searched for: they may be a citizen's."""
    query = filters.as_query()
    return " ".join(f"{name}={'…' if name == 'tim' else value}" for name, value in query.items())


def _titles(knowledge: Knowledge) -> Callable[[str], str]:
    """What a topic is called; its id when the knowledge has it no more."""

    def title(topic: str) -> str:
        entry = knowledge.get(topic)
        return entry.title if entry else topic

    return title


def _today(now: float) -> date:
    return datetime.fromtimestamp(now, ZONE).date()
