"""Where it is: the words for a place in what somebody wrote, and what an old ward is called since July 2025."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from nlu.entities import find_entities
from nlu.normalise import fold
from nlu.segment import segment

_MOST = 160  # characters
_GAP = 14  # characters between two parts of one place: "số 5 [bên hông] chợ"

_COUNTED = (  # a number before one of these is no house's: "3 ngày"
    "bữa|tuần|ngày|giờ|tháng|năm|người|lần|con|cái|bao|đêm|hôm|h|vụ|chiếc|đứa|bua|tuan|ngay|gio|thang|nam|nguoi|lan|cai|"
    "dem|hom|vu|chiec|dua"
)
_NUMBER = rf"(?:số\s+|so\s+)?[A-Za-z]{{0,2}}\d+[A-Za-z]?(?:/\d+[A-Za-z]?)*(?!\s*(?:{_COUNTED})\b)"
_CAPITAL = f"[A-Z{''.join(chr(code) for code in range(0xC0, 0x1EFA) if chr(code).isupper())}]"
_NAME = rf"{_CAPITAL}\w*(?:\s+(?:{_CAPITAL}\w*|\d+)){{0,4}}"
_UNIT = (
    "ngõ|ngách|hẻm|kiệt|kiệt số|ấp|thôn|xóm|đội|tổ|tổ dân phố|khu phố|khóm|khu|bản|buôn|làng|phum|sóc|đường|phố|lộ|"
    "quốc lộ|tỉnh lộ|ql|tl|đt|km|cây số|số nhà|nhà số|lô|block|chung cư|xã|phường|thị trấn|tuyến|cầu|chợ|kênh|rạch"
)
_SPOT = (
    "ngã ba|ngã tư|ngã năm|chợ|cổng chợ|cổng trường|trường|trường học|trường tiểu học|trường mầm non|trường cấp hai|"
    "trạm y tế|trạm xá|nhà văn hóa|hội trường|đình|chùa|miếu|nhà thờ|ủy ban|ubnd|trụ sở xã|bưu điện|công viên|sân bóng|"
    "sân vận động|nghĩa trang|nghĩa địa|bến xe|bến đò|bến phà|cây xăng|bệnh viện|trạm bơm|khúc cua|đầu cầu|chân cầu|"
    "bờ đê|bờ kênh|bờ sông|cống|cầu|đầu ngõ|đầu hẻm|đầu ấp|cuối ấp|đầu thôn|cuối thôn|đầu xóm|cuối xóm|đầu làng|"
    "khu công nghiệp"
)
_BESIDE = "trước|sau|gần|cạnh|kế|đối diện|đầu|cuối|sát|ngay|ở|tại|chỗ|bên hông|đoạn|dưới|trên|cách"


def _either(words: str) -> str:
    """Each word as it is and without diacritics, the longest first."""
    known = {form for word in words.split("|") for form in (word, fold(word))}
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in sorted(known, key=len, reverse=True))


_FORMS = (
    re.compile(rf"\b(?:{_either(_UNIT)})\.?\s*{_NUMBER}(?!\w)", re.IGNORECASE),
    re.compile(rf"\b(?:{_either('trước|gần|cạnh|đối diện|đoạn|từ|đến')})\s+(?:số|so)\s+{_NUMBER}", re.IGNORECASE),
    re.compile(rf"\b(?i:{_either(_UNIT)})\s+{_NAME}"),
    re.compile(rf"\b(?i:(?:(?:{_either(_BESIDE)})\s+)+(?:cái\s+|cai\s+)?(?:{_either(_SPOT)})\b)(?:\s+{_NAME})?"),
    re.compile(rf"\b(?i:{_either(_SPOT)})\s+(?:{_NAME}|(?i:{_either(_SPOT)})\b)"),
)
_DISTRICT = re.compile(rf"\b(?i:quận|huyện|thị\s+xã|q\.|h\.)\s*\w+(?:\s+{_CAPITAL}\w*){{0,3}}")


def find_place(text: str) -> str:
    """The words that say where, as they were written; none when there is no street, hamlet, number or landmark."""
    spans = sorted(match.span() for form in _FORMS for match in form.finditer(text))
    if not spans:
        return ""
    merged = [spans[0]]
    for start, end in spans[1:]:
        first, last = merged[-1]
        if start <= last + _GAP and not re.search(r"[.;!?\n]", text[last:start]):
            merged[-1] = (first, max(last, end))
        else:
            merged.append((start, end))
    return ", ".join(_trimmed(text[start:end]) for start, end in merged)[:_MOST].strip(" ,")


def _trimmed(words: str) -> str:
    """Without the preposition in front that says nothing: "ở ngã ba" is "ngã ba"."""
    return re.sub(r"^(?:(?:ở|tại|ngay|chỗ|o|tai|cho)\s+)+", "", " ".join(words.split()), flags=re.IGNORECASE)


@dataclass(frozen=True)
class Renamed:
    """An old ward in somebody's words, and the commune that it is now part of; `split` when of several."""

    old: str
    new: str
    split: bool = False


def renamed(text: str, home: str) -> Renamed | None:
    """The new commune of an old ward that a text names; none when it names none, or it cannot be told for sure.

    `home` says which province: a province in the text wins. Nothing leaves the process: the table of the merger comes
    with underthesea.
    """
    entities = find_entities(text)
    ward = next((entity.value for entity in entities if entity.type == "ward"), None)
    province = next((one.value for one in (*entities, *find_entities(home)) if one.type == "province"), None)
    if ward is None or province is None:
        return None
    after = text[text.find(ward) + len(ward) :]
    district = _DISTRICT.search(after)
    return _converted(ward, district.group() if district else "", province)


def _converted(ward: str, district: str, province: str) -> Renamed | None:
    segment("địa chỉ")  # it loads underthesea, one thread at a time
    from underthesea.address import ConversionStatus, MappingType, convert_address  # noqa: PLC0415 (two seconds, once)

    result = convert_address(", ".join(filter(None, (ward, district, province))))
    changed = result.status is ConversionStatus.SUCCESS and result.mapping_type is not MappingType.UNCHANGED
    if not changed or fold(result.new.ward).lower() == fold(ward).lower():
        return None
    if not district and _ambiguous(ward, province):
        return None
    return Renamed(ward, result.new.ward, result.mapping_type is MappingType.DIVIDED)


def _ambiguous(ward: str, province: str) -> bool:
    """Whether more than one district of the old province had a ward of this name: then any choice is a guess."""
    return len(_districts().get((_key(province), _key(ward)), ())) > 1


@lru_cache(maxsize=1)
def _districts() -> Mapping[tuple[str, str], frozenset[str]]:
    """Which districts had a ward of that name, by province (as it is called in full and in short) and ward."""
    content = files("underthesea").joinpath("address/data/mapping.json").read_text(encoding="utf-8")
    mapping = json.loads(content)
    short = {key: _key(names["short"]) for key, names in mapping["old_province_names"].items()}
    found: dict[tuple[str, str], set[str]] = {}
    for row in mapping["ward_mapping"]:
        province = row["old_province_key"]
        for name in (province, short.get(province, province)):
            found.setdefault((name, row["old_ward_key"]), set()).add(row["old_district_key"])
    return {key: frozenset(districts) for key, districts in found.items()}


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(name.lower()))
