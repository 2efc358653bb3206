"""From a Zalo OA event to an envelope.

Delivery is at least once and in no order. A message is told by `msg_id`, another event by name, subject and timestamp.
Tapping a query button arrives as `user_send_text` whose text is the payload; there is no other sign of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Literal

from bot.channels.channel import Envelope, Event
from bot.messages import Incoming, Place
from bot.payloads import payload

_KINDS: dict[str, Literal["photo", "voice", "location", "other"]] = {
    "user_send_image": "photo",
    "user_send_gif": "other",
    "user_send_file": "other",
    "user_send_audio": "voice",
    "user_send_video": "other",
    "user_send_sticker": "other",
    "user_send_link": "other",
    "user_send_location": "location",
    "user_send_business_card": "other",
}
_MOST_ATTACHMENTS = 10
_TO_OTHERS = ("oa_send_group_", "oa_send_anonymous_")
_WORDLESS = "(gửi ảnh hoặc tệp)"
_GREETED = {"follow", "user_click_chatnow"}


def read_event(event: Event) -> Envelope:
    """What an event is; unknown names and missing fields are kept as nothing to work on."""
    name = _text(event.get("event_name"))
    message = _part(event, "message")
    key = _key(event, name, message)
    if name.startswith("oa_send_"):
        user = _text(_part(event, "recipient").get("id"))
        msg_id, words = _text(message.get("msg_id")), _text(message.get("text"))
        if "admin_id" in _part(event, "sender"):  # typed by a person in the OA's own chat tool
            to_one_person = not name.startswith(_TO_OTHERS)
            return Envelope(key, user or None, by_officer=words or _WORDLESS if to_one_person else None)
        return Envelope(key, user or None, echo=words or None, platform_id=msg_id)  # a photo of ours has no words
    if name in _GREETED:
        user = _text(_part(event, "follower").get("id") or event.get("user_id"))
        greeting = Incoming(kind="payload", payload=payload("bat-dau"))
        return Envelope(key, user, greeting) if user else Envelope(key)
    user = _text(_part(event, "sender").get("id"))
    incoming = _incoming(name, message)
    return Envelope(key, user, incoming) if user and incoming else Envelope(key)


def _incoming(name: str, message: dict[str, Any]) -> Incoming | None:
    text = _text(message.get("text"))
    if name == "user_send_text":
        return Incoming(kind="text", text=text) if text else None
    match _KINDS.get(name):
        case "photo":
            return Incoming(kind="photo", text=text, photos=tuple(_addresses(message)))
        case "location":
            return Incoming(kind="location", text=text, place=_place(message))
        case None:
            return None
        case kind:
            return Incoming(kind=kind, text=text)


def _addresses(message: dict[str, Any]) -> Iterator[str]:
    """Where the photos of a message are, in the size in which they were sent."""
    for attachment in _attachments(message):
        if address := _text(_part(attachment, "payload").get("url")):
            yield address


def _place(message: dict[str, Any]) -> Place | None:
    """The point on the map; its numbers come as strings."""
    for attachment in _attachments(message):
        point = _part(_part(attachment, "payload"), "coordinates")
        try:
            return Place.model_validate({name: float(point[name]) for name in ("latitude", "longitude")})
        except (KeyError, TypeError, ValueError):
            continue
    return None


def _attachments(message: dict[str, Any]) -> list[dict[str, Any]]:
    attachments = message.get("attachments")
    several = attachments if isinstance(attachments, list) else []
    return [attachment for attachment in several if isinstance(attachment, dict)][:_MOST_ATTACHMENTS]


def _key(event: Event, name: str, message: dict[str, Any]) -> str:
    if msg_id := _text(message.get("msg_id")):
        return f"{name}:{msg_id}"[:200]
    subject = _part(event, "follower").get("id") or event.get("user_id") or _part(event, "sender").get("id")
    if name and subject and event.get("timestamp"):
        return f"{name}:{_text(subject)}:{_text(event['timestamp'])}"[:200]
    return hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest()


def _part(event: dict[str, Any], name: str) -> dict[str, Any]:
    part = event.get(name)
    return part if isinstance(part, dict) else {}


def _text(value: object) -> str:
    """Ids and timestamps are strings; numbers are seen too. Half a surrogate pair cannot be stored."""
    known = isinstance(value, str | int) and not isinstance(value, bool)
    return str(value).encode(errors="replace").decode() if known else ""
