"""Numbers of rows as other systems see them: stable, reversible with our key alone, telling nothing of how many."""

from __future__ import annotations

import base64
import hashlib
import hmac

_HALF = 0xFFFFFFFF
_ROUNDS = 6
_LENGTH = 13  # base32 letters of 8 bytes


def hide(key: bytes, number: int) -> str:
    """A number as 13 letters and digits: a Feistel permutation of all 64-bit numbers, keyed."""
    left, right = number >> 32 & _HALF, number & _HALF
    for turn in range(_ROUNDS):
        left, right = right, left ^ _mix(key, turn, right)
    return base64.b32encode((left << 32 | right).to_bytes(8, "big")).decode().rstrip("=").lower()


def reveal(key: bytes, hidden: str) -> int | None:
    """The number again; none for what was never hidden so."""
    if len(hidden) != _LENGTH or not hidden.isascii():
        return None
    try:
        whole = int.from_bytes(base64.b32decode(hidden.upper() + "==="), "big")
    except ValueError:
        return None
    left, right = whole >> 32, whole & _HALF
    for turn in reversed(range(_ROUNDS)):
        left, right = right ^ _mix(key, turn, left), left
    number = left << 32 | right
    return number if number < 2**63 and hide(key, number) == hidden else None  # the last letter has spare bits


def _mix(key: bytes, turn: int, half: int) -> int:
    digest = hmac.new(key, b"open311 request %d %d" % (turn, half), hashlib.sha256).digest()
    return int.from_bytes(digest[:4], "big")
