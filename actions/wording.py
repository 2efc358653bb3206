"""How lists and dates are written for people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date


def bullets(items: Sequence[str]) -> str:
    """One item a line."""
    return "\n".join(f"• {item}" for item in items)


def numbered(items: Sequence[str]) -> str:
    """One item a line, counted from 1."""
    return "\n".join(f"{place}. {item}" for place, item in enumerate(items, 1))


def day(value: date | None) -> str:
    """A date as it is said: 22/11/2026."""
    return f"{value:%d/%m/%Y}" if value else ""
