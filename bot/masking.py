"""Cover numbers that point to a person before anything is stored or logged."""

from __future__ import annotations

from nlu.entities import find_entities

_COVERED = {"phone": "[số điện thoại]", "id_number": "[số giấy tờ]"}


def mask(text: str) -> str:
    """The text with phone and identity numbers replaced by what they are."""
    for entity in reversed(find_entities(text)):
        if entity.type in _COVERED:
            text = text[: entity.start] + _COVERED[entity.type] + text[entity.end :]
    return text
