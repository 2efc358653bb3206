"""From a Zalo OA event to an envelope.

Delivery is at least once and in no order. A message is told by `msg_id`, another event by name, subject and timestamp.
Tapping a query button arrives as `user_send_text` whose text is the payload; there is no other sign of it.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Literal

from bot.channels.channel import Envelope, Event
from bot.messages import Incoming
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
_GREETED = {"follow", "user_click_chatnow"}


def read_event(event: Event) -> Envelope:
    """What an event is; unknown names and missing fields are kept as nothing to work on."""
    name = _text(event.get("event_name"))
    message = _part(event, "message")
    key = _key(event, name, message)
    if name.startswith("oa_send_"):
        user = _text(_part(event, "recipient").get("id"))
        by_officer = "admin_id" in _part(event, "sender")  # typed by a person in the OA's own chat tool
        echo = None if by_officer else _text(message.get("text"))
        return Envelope(key, user or None, echo=echo, platform_id=_text(message.get("msg_id")))
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
    kind = _KINDS.get(name)
    return Incoming(kind=kind, text=text) if kind else None


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
