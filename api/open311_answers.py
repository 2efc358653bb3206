"""Answers in the two forms of GeoReport v2. XML is JSON with names: `<services><service>…` for a list of objects."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree

from fastapi import Response

from bot.desk.outside.georeport import ServiceRequest

Value = str | int | float | bool | None | Mapping[str, "Value"] | Sequence["Value"]
_ITEMS = {
    "services": "service",
    "service_requests": "request",
    "attributes": "attribute",
    "endpoints": "endpoint",
    "formats": "format",
    "errors": "error",
}
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Wrong(Exception):
    """The request cannot be answered; the words are meant to be shown."""

    def __init__(self, status: int, words: str, *more: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = (words, *more)


def answer(form: str, root: str, value: Value, status: int = 200) -> Response:
    """A value in the form that the address asks for."""
    if form == "json":
        text = json.dumps(value, ensure_ascii=False)
        return Response(text.encode("utf-8", "replace"), status, media_type="application/json; charset=utf-8")
    tree = ElementTree.Element(root)
    _fill(tree, value)
    body = ElementTree.tostring(tree, encoding="utf-8", xml_declaration=True)
    return Response(body, status, media_type="text/xml; charset=utf-8")


def errors(form: str, wrong: Wrong) -> Response:
    """The standard's list of errors."""
    return answer(form, "errors", [{"code": wrong.status, "description": one} for one in wrong.words], wrong.status)


def shown(request: ServiceRequest) -> dict[str, Value]:
    """A request with the standard's fields; those that are not for the caller are empty."""
    more = request.details
    return {
        "service_request_id": request.id,
        "status": "closed" if request.closed else "open",
        "status_notes": (more.notes or None) if more else None,
        "service_name": request.service_name,
        "service_code": request.service_code,
        "description": more.description if more else None,
        "agency_responsible": request.agency or None,
        "service_notice": request.notice or None,
        "requested_datetime": w3(request.requested_at),
        "updated_datetime": w3(request.updated_at),
        "expected_datetime": w3(request.expected_at),
        "address": (more.address or None) if more else None,
        "address_id": None,
        "zipcode": None,
        "lat": more.latitude if more else None,
        "long": more.longitude if more else None,
        "media_url": (more.media_url or None) if more else None,
    }


def w3(moment: float) -> str:
    """A moment as the standard writes it."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _fill(tree: ElementTree.Element, value: Value) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _fill(ElementTree.SubElement(tree, name), inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            _fill(ElementTree.SubElement(tree, _ITEMS[tree.tag]), inner)
    elif isinstance(value, bool):
        tree.text = "true" if value else "false"
    elif value is not None:
        tree.text = _NOT_XML.sub(" ", str(value))
