"""The audit log, for leaders and administrators."""

from __future__ import annotations

import re

from fastapi import APIRouter, Request, Response

from api.console.gate import HOME, ConsoleRoute, Leader, service_of
from api.console.labels import WHAT_NAMES
from api.console.page import show
from bot.desk.people import audit

router = APIRouter(route_class=ConsoleRoute)


@router.get(f"{HOME}/nhat-ky")
async def page(request: Request, signed: Leader, truoc: str = "", viec: str = "") -> Response:
    """A page of the log, the newest first."""
    before = int(truoc) if re.fullmatch("[0-9]{1,18}", truoc) else None
    what = viec if viec in WHAT_NAMES else ""
    async with service_of(request).store.read() as session:
        entries = await audit.entries(session, signed.office_id, before, what)
    more = entries[-1].id if len(entries) == audit.PAGE else None
    return show(request, "audit.html", entries=entries, what=what, more=more)
