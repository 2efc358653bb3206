"""Render the console's pages; what they say of times and deadlines is in `times`, of moves in `moves`."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response
from fastapi.templating import Jinja2Templates

from api.console import times
from api.console.labels import MOVE_NAMES, SOURCES, WHAT_NAMES
from api.pages import HERE
from bot.desk.life import STATE_NAMES
from bot.desk.people.officers import ROLE_NAMES

_TEMPLATES = Jinja2Templates(HERE / "templates")
_TEMPLATES.env.filters |= {"when": times.when, "day": times.day, "iso": times.iso, "ago": times.ago}
_TEMPLATES.env.globals |= {
    "STATES": STATE_NAMES,
    "MOVES": MOVE_NAMES,
    "SOURCES": SOURCES,
    "WHAT": WHAT_NAMES,
    "ROLES": ROLE_NAMES,
    "deadline": times.deadline,
}


def show(request: Request, name: str, status: int = 200, **context: Any) -> Response:
    """A page of `templates/console/`; who is signed in and their office are known to each."""
    known = {
        "signed": getattr(request.state, "signed", None),
        "counter": getattr(request.state, "counter", None),
        "now": request.app.state.service.clock(),
    }
    return _TEMPLATES.TemplateResponse(request, f"console/{name}", known | context, status)


def sorry(request: Request, status: int, words: str) -> Response:
    """A page that says why not."""
    return show(request, "sorry.html", status, words=words)
