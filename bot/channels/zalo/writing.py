"""From a reply to Zalo's text: always a numbered menu, and up to five buttons where the OA's package takes them."""

from __future__ import annotations

import unicodedata
from typing import Any

from bot.messages import Reply

_MOST_BUTTONS = 5
_LONGEST_TITLE = 100


def plain(reply: Reply) -> str:
    """The whole reply as text; a bare number picks from the menu at its end."""
    return unicodedata.normalize("NFC", "\n\n".join([*reply.lines(), *_menu(reply)]))


def _menu(reply: Reply) -> list[str]:
    if not reply.choices:
        return []
    lines = [f"{number}. {choice.label}" for number, choice in enumerate(reply.choices, 1)]
    return ["\n".join(["Bà con nhắn số để chọn:", *lines])]


def message(reply: Reply, with_buttons: bool) -> dict[str, Any]:
    """The `message` of a consultation request."""
    content: dict[str, Any] = {"text": plain(reply)}
    if with_buttons and reply.choices:
        buttons = [
            {"title": choice.label[:_LONGEST_TITLE], "type": "oa.query.show", "payload": choice.payload}
            for choice in reply.choices[:_MOST_BUTTONS]
        ]
        content["attachment"] = {"type": "template", "payload": {"buttons": buttons}}
    return content


def picture(asset: str) -> dict[str, Any]:
    """The `message` of a consultation request that shows an uploaded photo."""
    elements = [{"media_type": "image", "attachment_id": asset}]
    return {"attachment": {"type": "template", "payload": {"template_type": "media", "elements": elements}}}
