"""A ticket's code: told over the phone without doubt, and not to be guessed."""

from __future__ import annotations

import re
import secrets

# No 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V, and no letters whose Vietnamese names sound alike (D/Đ, M/N, P/B, X/S).
_ALPHABET = "34679ACEFGHKQRTY"
_LENGTH = 9  # 16⁹: about 7·10¹⁰ codes


def new_code() -> str:
    """A fresh code, such as "A3K-7TQ-9CE"."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return f"{letters[:3]}-{letters[3:6]}-{letters[6:]}"


def find_code(text: str) -> str | None:
    """The code in what somebody wrote, however it is spaced or cased; none when there is none."""
    gap = r"[\s.\-–]*"
    letter = f"[{_ALPHABET}]"
    found = re.search(rf"(?<![A-Z0-9]){gap.join([letter] * _LENGTH)}(?![A-Z0-9])", text.upper())
    if found is None:
        return None
    letters = re.sub(r"[\s.\-–]", "", found.group())
    return f"{letters[:3]}-{letters[3:6]}-{letters[6:]}"
