"""What a button carries, one grammar for all channels: `#verb argument argument`.

On Telegram it is the callback data (at most 64 bytes), a Zalo tap sends it as the person's text, the web page posts it.
Anyone may type one by hand, so a payload never carries more power than the words it stands for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FORM = re.compile(r"#([a-z-]{2,12})((?: [a-z0-9-]{1,44}){0,3})")
LONGEST = 64


@dataclass(frozen=True)
class Payload:
    """A parsed payload."""

    verb: str
    arguments: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join((f"#{self.verb}", *self.arguments))


def payload(verb: str, *arguments: object) -> str:
    """Write a payload."""
    return str(Payload(verb, tuple(map(str, arguments))))


def parse_payload(text: str) -> Payload | None:
    """Read a payload; anything else is none."""
    match = _FORM.fullmatch(text.strip())
    return Payload(match[1], tuple(match[2].split())) if match and len(text.strip()) <= LONGEST else None
