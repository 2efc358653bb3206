"""The hamlets that places in free text lie in, for counting by place: "ngõ 5, thôn Đông" lies in "Thôn Đông"."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from bot.desk.cases.folding import plain

_KINDS = "tổ dân phố|khu phố|thôn|ấp|xóm|bản|buôn|làng|khóm|phum|sóc|tổ|khu|đội"
_NAMED = re.compile(rf"\b(?i:({_KINDS}))\s+(?:(?i:số)\s+)?(\w+(?:\s+\w+){{0,3}})")


def hamlets(places: Sequence[str]) -> list[str]:
    """For each place the name of its hamlet, spelt one way; empty when it names none.

    Where a name ends is only sure when it is written with capitals or is a number. Such names are then looked for in
    the other places too, without capitals and diacritics.
    """
    named = [_named(place) for place in places]
    spellings = Counter(filter(None, named))
    usual: dict[str, str] = {}
    for name, _ in spellings.most_common():
        usual.setdefault(_key(name), name)
    known = _any_of(usual)
    return [
        usual[_key(name)] if name else _found(place, known, usual) for place, name in zip(places, named, strict=True)
    ]


def _named(place: str) -> str:
    found = _NAMED.search(unicodedata.normalize("NFC", place))
    if found is None:
        return ""
    name: list[str] = []
    for word in found.group(2).split():
        if not (word[0].isupper() or word[0].isdecimal()):
            break
        name.append(word)
    return f"{found.group(1).capitalize()} {' '.join(name)}" if name else ""


def _found(place: str, known: re.Pattern[str] | None, usual: dict[str, str]) -> str:
    found = known.search(_key(place)) if known else None
    return usual[found.group()] if found else ""


def _any_of(usual: dict[str, str]) -> re.Pattern[str] | None:
    longest_first = sorted(usual, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b") if usual else None


def _key(text: str) -> str:
    """What the spellings of one name have in common."""
    return " ".join(re.sub(r"\bso (?=\d)", "", plain(text)).split())
