"""What has not arrived: messages to citizens and to officers' groups, reports on their way to other bodies."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.console.gate import HOME, ConsoleRoute, Officer, service_of
from api.console.page import show
from bot.desk.cases import stuck

router = APIRouter(route_class=ConsoleRoute)


@router.get(f"{HOME}/chua-den")
async def page(request: Request, signed: Officer) -> Response:
    """The lists of each."""
    service = service_of(request)
    now = service.clock()
    async with service.store.read() as session:
        unheard = await stuck.unheard(session, signed.office_id, now)
        on_their_way = await stuck.on_their_way(session, signed.office_id)
        groups = await stuck.deaf_groups(session, signed.office_id, now)
    return show(request, "stuck.html", unheard=unheard, on_their_way=on_their_way, groups=groups)
