"""Read what callers of the Open311 addresses ask for and send; `Wrong` says what cannot be read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from api.open311_answers import Wrong
from bot.desk.categories import Categories
from bot.desk.outside.georeport import MOST, NewRequest, Query
from bot.desk.outside.letters import clean, one_line
from bot.masking import mask

_SPAN = 90 * 24 * 3600.0  # seconds; the longest that may be asked for at once
_LONGEST = 4000  # characters of a description
Fields = Mapping[str, Sequence[str]]


def read_form(body: bytes, kind: str) -> Fields:
    """The fields of a form; empty ones are none, as the standard says."""
    if kind.partition(";")[0].strip().lower() not in ("application/x-www-form-urlencoded", ""):
        raise Wrong(400, "Nội dung phải ở dạng application/x-www-form-urlencoded.")
    try:
        return parse_qs(body.decode("utf-8"), errors="strict", max_num_fields=200)
    except (ValueError, UnicodeError) as error:
        raise Wrong(400, "Không đọc được nội dung gửi lên; nội dung phải là UTF-8.") from error


def first(fields: Fields, name: str) -> str:
    """A field's first value; empty when there is none."""
    return next((value.strip() for value in fields.get(name, ()) if value.strip()), "")


def new_request(fields: Fields, categories: Categories) -> NewRequest:
    """What is to be reported, with everything that is wrong with it at once."""
    problems = []
    code = first(fields, "service_code")
    if not code:
        problems.append("Thiếu service_code.")
    elif categories.get(code) is None:
        raise Wrong(404, "Không có service_code này.")
    description = clean(first(fields, "description"), _LONGEST + 1)
    if len(description) > _LONGEST:
        problems.append("description dài quá 4.000 chữ.")
    spot = _spot(fields, problems)
    address = one_line(first(fields, "address_string"), 500)
    if address_id := one_line(first(fields, "address_id"), 100):
        address = f"{address} (mã địa chỉ: {address_id})".strip()
    if not address and spot is None and not problems:
        problems.append("Thiếu nơi xảy ra: cần lat và long, hoặc address_string, hoặc address_id.")
    if problems:
        raise Wrong(400, *problems)
    latitude, longitude = spot or (None, None)
    return NewRequest(code, description, address, latitude, longitude, _link(first(fields, "media_url")))


def read_query(fields: Fields, now: float) -> Query:
    """Which requests are wanted; without dates those of the last 90 days."""
    start, end = _moment(fields, "start_date"), _moment(fields, "end_date")
    end = end if end is not None else (now if start is None else start + _SPAN)
    start = start if start is not None else end - _SPAN
    if not start <= end <= start + _SPAN:
        raise Wrong(400, "start_date phải trước end_date, và hai ngày không cách nhau quá 90 ngày.")
    statuses = _listed(fields, "status")
    if unknown := set(statuses) - {"open", "closed"}:
        raise Wrong(400, f"status chỉ có thể là open hoặc closed, không phải {one_line(min(unknown), 40)}.")
    ids = _listed(fields, "service_request_id")
    if len(ids) > MOST:
        raise Wrong(400, f"Mỗi lần hỏi nhiều nhất {MOST} service_request_id.")
    return Query(
        start=start,
        end=end,
        ids=ids or None,
        services=tuple(one_line(code, 40) for code in _listed(fields, "service_code")),
        statuses=frozenset(statuses) or frozenset({"open", "closed"}),
    )


def _listed(fields: Fields, name: str) -> tuple[str, ...]:
    """Values that are given several times, or once with commas."""
    return tuple(one.strip() for value in fields.get(name, ()) for one in value.split(",") if one.strip())


def _moment(fields: Fields, name: str) -> float | None:
    text = first(fields, name).replace(" ", "+")  # the plus of an offset that was not encoded
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if "T" not in text or moment.tzinfo is None:
            raise ValueError("a date without a time, or a time without an offset")
        return moment.timestamp()
    except (ValueError, OverflowError) as error:
        raise Wrong(400, f"{name} phải ghi như 2026-01-31T00:00:00Z.") from error


def _spot(fields: Fields, problems: list[str]) -> tuple[float, float] | None:
    lat, long = first(fields, "lat"), first(fields, "long")
    if not lat and not long:
        return None
    try:
        latitude, longitude = float(lat), float(long)
    except ValueError:
        latitude = longitude = math.nan
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        problems.append("lat và long phải là hai số, lat từ -90 đến 90, long từ -180 đến 180.")
        return None
    return latitude, longitude


def _link(text: str) -> str:
    """An address of a picture, to be looked at by people and never fetched; anything else is dropped."""
    link = one_line(text, 1001)
    try:
        good = urlsplit(link).scheme in ("http", "https") and len(link) <= 1000 and " " not in link
    except ValueError:
        return ""
    return mask(link) if good else ""
