"""A day, a week (Monday to Sunday) or any run of days, in Viet Nam's time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.desk.calendar import ZONE

LONGEST = 366  # days
WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_DAY = timedelta(days=1)
_EARLIEST, _LATEST = date(2020, 1, 1), date(2200, 1, 1)  # what lies outside was mistyped


@dataclass(frozen=True)
class Period:
    """From one day to another, both included."""

    first: date
    last: date

    @classmethod
    def day(cls, day: date) -> Period:
        """One day."""
        return cls(day, day)

    @classmethod
    def week(cls, day: date) -> Period:
        """The week that a day lies in."""
        monday = day - timedelta(days=day.weekday())
        return cls(monday, monday + 6 * _DAY)

    @classmethod
    def of(cls, given: Mapping[str, str], today: date) -> Period:
        """From an address: `ngay`; `tuan` (a day of it, or 2026-W47); `tu` and `den`; else this week."""
        if day := _date(given.get("ngay", "")):
            return cls.day(day)
        if day := _date(given.get("tuan", "")):
            return cls.week(day)
        first, last = _date(given.get("tu", "")), _date(given.get("den", ""))
        if first and last and first <= last:
            return cls(first, min(last, first + (LONGEST - 1) * _DAY))
        return cls.week(today)

    def as_query(self) -> dict[str, str]:
        """The same as an address says it."""
        if self.first == self.last:
            return {"ngay": self.first.isoformat()}
        if self == Period.week(self.first):
            return {"tuan": self.first.isoformat()}
        return {"tu": self.first.isoformat(), "den": self.last.isoformat()}

    @property
    def start(self) -> float:
        """Its first moment, in seconds."""
        return _midnight(self.first)

    @property
    def end(self) -> float:
        """The first moment behind it."""
        return _midnight(self.last + _DAY)

    @property
    def before(self) -> Period:
        """As many days, right before it."""
        days = self.last - self.first + _DAY
        return Period(self.first - days, self.last - days)

    @property
    def after(self) -> Period:
        """As many days, right behind it."""
        days = self.last - self.first + _DAY
        return Period(self.first + days, self.last + days)

    @property
    def name(self) -> str:
        """Such as "Tuần từ 16/11/2026 đến 22/11/2026"."""
        if self.first == self.last:
            return f"Ngày {self.first:%d/%m/%Y} ({WEEKDAYS[self.first.weekday()]})"
        kind = "Tuần từ" if self == Period.week(self.first) else "Từ"
        return f"{kind} {self.first:%d/%m/%Y} đến {self.last:%d/%m/%Y}"


def _midnight(day: date) -> float:
    return datetime.combine(day, time(), ZONE).timestamp()


def _date(written: str) -> date | None:
    if not re.fullmatch(r"[0-9]{4}-([0-9]{2}-[0-9]{2}|W[0-9]{2})", written):
        return None
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if _EARLIEST <= day < _LATEST else None
