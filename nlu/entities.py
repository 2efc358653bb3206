"""Find what can be picked out of a message by its form: codes, dates, numbers of people, names of places.

Offsets are those of the text as it was sent. Numbers of people are found so that they can be masked; they are not kept.
Form of a dossier code (H15.50.05.13-261008-0975): unit, day received as yymmdd, running number.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import FrozenSet, Iterable, Iterator, List

from nlu.normalise import fold, normalise

_PATTERNS = (
    ("application_code", re.compile(r"\b[A-Z]?\d{2,3}(?:\.\d{2,3}){1,4}(?:\.[A-Z]\d{2})?-\d{6}-\d{3,7}\b", re.I)),
    ("procedure_code", re.compile(r"\b\d\.\d{6}(?:\.\d{3}\.\d{2}\.\d{2}\.H\d{2})?\b")),
    ("date", re.compile(r"\b(?:0?[1-9]|[12]\d|3[01])[/.-](?:0?[1-9]|1[0-2])[/.-](?:19|20)?\d{2}\b")),
    ("phone", re.compile(r"(?<!\d)(?<!\d\.)(?:\+?84|0)[ .-]?(?:[235789]\d)(?:[ .-]?\d){7,8}(?![\d.]*\d)")),
    ("id_number", re.compile(r"(?<!\d)(?:\d{12}|\d{9}|0\d{2}(?:[ .-]\d{3}){3}|0\d{3}(?:[ .-]\d{4}){2})(?!\d)")),
    ("id_number", re.compile(r"(?<![\d.,-])(?:\d{3}(?: \d{3}){3}|\d{3}(?: \d{3}){2})(?![\d.,-]*\d)")),
)
_UNIT = r"(?P<unit>xã|phường|đặc khu|thị trấn|xa|phuong|dac khu|thi tran|tỉnh|tinh|thành phố|thanh pho|tp\.?)"
_PLACE = re.compile(rf"\b{_UNIT}\s+(?=(?P<name>\w+(?:[ -]\w+){{0,4}}))", re.I)
_PROVINCE_UNITS = {"tinh", "thanh pho", "tp", "tp."}


@dataclass(frozen=True)
class Entity:
    """A part of the message: `text[start:end]` is a `type` and means `value`."""

    type: str
    value: str
    start: int
    end: int


def find_entities(text: str) -> List[Entity]:
    """Entities in the order of the text, without overlaps; the more telling form wins."""
    found: List[Entity] = []
    taken = [False] * len(text)
    for entity in (*_by_form(text), *_places(text)):
        if not any(taken[entity.start : entity.end]):
            taken[entity.start : entity.end] = [True] * (entity.end - entity.start)
            found.append(entity)
    return sorted(found, key=lambda entity: entity.start)


def _by_form(text: str) -> Iterator[Entity]:
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            yield Entity(kind, match.group(), match.start(), match.end())


def _places(text: str) -> Iterator[Entity]:
    """A marker word followed by the longest name that the 2025 merger's list knows."""
    for match in _PLACE.finditer(text):
        kind = "province" if fold(match["unit"].lower()) in _PROVINCE_UNITS else "ward"
        known = _names(kind)
        words = list(re.finditer(r"\w+", match["name"]))
        for count in range(len(words), 0, -1):
            name = match["name"][: words[count - 1].end()]
            if {normalise(name), fold(normalise(name))} & known:
                end = match.start("name") + len(name)
                yield Entity(kind, text[match.start() : end], match.start(), end)
                break


@lru_cache(maxsize=2)
def _names(kind: str) -> FrozenSet[str]:
    """Names without the unit's word, from underthesea's list of the 2025 merger (63 → 34 provinces)."""
    data = files("underthesea").joinpath("address/data/mapping.json").read_text(encoding="utf-8")
    mapping = json.loads(data)
    if kind == "province":
        places = [*mapping["province_names"].values(), *mapping["old_province_names"].values()]
        return _as_written(place["short"] for place in places)
    units = re.compile(r"^(?:xã|phường|thị trấn|đặc khu)\s+", re.I)
    wards = {row[key] for row in mapping["ward_mapping"] for key in ("old_ward", "new_ward")}
    return _as_written(units.sub("", ward) for ward in wards if ward)


def _as_written(names: Iterable[str]) -> FrozenSet[str]:
    """With diacritics, and without if of several syllables: "xã làm" is no way to write the commune of Lâm."""
    written = {normalise(name) for name in names}
    return frozenset(written | {fold(name) for name in written if " " in name})
