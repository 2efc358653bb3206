"""Render pages: Jinja with escaping always on, and the headers that every page carries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.templating import Jinja2Templates

HERE = Path(__file__).parent
_TEMPLATES = Jinja2Templates(HERE / "templates")
SECURITY = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def page(request: Request, name: str, **context: Any) -> Response:
    """A page from `templates/`."""
    return _TEMPLATES.TemplateResponse(request, name, context, headers=SECURITY)
