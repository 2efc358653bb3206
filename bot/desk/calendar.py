"""Working time: an office's opening hours, Viet Nam's holidays, and deadlines counted in working days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from bot.knowledge import KnowledgeError
from bot.offices import Office

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
ACKNOWLEDGE_WITHIN = timedelta(minutes=5)  # Ho Chi Minh City's rule for its 1022 desk, in opening hours
_FAR = 400  # days; no office is closed for longer


@dataclass(frozen=True)
class Span:
    """From when to when an office is open on a weekday (0 is Monday)."""

    weekday: int
    start: time
    end: time


@dataclass(frozen=True)
class WorkingTime:
    """When somebody is there. `workdays` are Saturdays and Sundays that are worked instead of a bridge day."""

    spans: tuple[Span, ...]
    holidays: frozenset[date]
    workdays: frozenset[date] = frozenset()

    @classmethod
    def of(cls, office: Office, holidays: Holidays) -> WorkingTime:
        """The working time of an office."""
        spans = tuple(Span(day - 2, one.start, one.end) for one in office.opening for day in one.days)
        return cls(spans, holidays.off, holidays.worked)

    def working(self, day: date) -> bool:
        """Whether a day counts for deadlines."""
        return day in self.workdays or (
            day not in self.holidays and any(s.weekday == day.weekday() for s in self.spans)
        )

    def is_open(self, now: datetime) -> bool:
        """Whether somebody is there now (Viet Nam's time)."""
        return any(start <= now < end for start, end in self._open_on(now.date()))

    def next_opening(self, now: datetime) -> datetime:
        """When somebody is there again; `now` itself while open."""
        for day in (now.date() + timedelta(days=days) for days in range(_FAR)):
            for start, end in self._open_on(day):
                if now < end:
                    return max(now, start)
        return now

    def acknowledge_by(self, now: datetime) -> datetime:
        """When a report that comes in now must be acknowledged."""
        return self.next_opening(now) + ACKNOWLEDGE_WITHIN

    def answer_by(self, now: datetime, days: int) -> datetime:
        """The end of the working day `days` working days after the one on which it came in."""
        day = now.date()
        for _ in range(days):
            day = self._working_day_after(day)
        midnight = datetime.combine(day + timedelta(days=1), time(), ZONE)
        return max((end for _, end in self._open_on(day)), default=midnight)

    def _working_day_after(self, day: date) -> date:
        """The next one; the next day at all where nobody ever works."""
        later = (day + timedelta(days=after) for after in range(1, _FAR))
        return next((day for day in later if self.working(day)), day + timedelta(days=1))

    def _open_on(self, day: date) -> Sequence[tuple[datetime, datetime]]:
        if not self.working(day):
            return ()
        # A Saturday that is worked has the hours of the week's first open day.
        first = min((span.weekday for span in self.spans), default=0)
        weekday = first if day in self.workdays else day.weekday()
        return [
            (datetime.combine(day, span.start, ZONE), datetime.combine(day, span.end, ZONE))
            for span in sorted(self.spans, key=lambda span: span.start)
            if span.weekday == weekday
        ]


@dataclass(frozen=True)
class Holidays:
    """Days off by law or by the Prime Minister's decision, and days worked in exchange."""

    off: frozenset[date]
    worked: frozenset[date]

    def cover(self, year: int) -> bool:
        """Whether anything is known of a year."""
        return any(day.year == year for day in self.off)


def load_holidays(file: Path) -> Holidays:
    """Read `data/reports/holidays.yml`; a bad file is a `KnowledgeError`."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        return Holidays(frozenset(_days(content["off"])), frozenset(_days(content.get("worked") or [])))
    except (yaml.YAMLError, UnicodeDecodeError, OSError, KeyError, TypeError, AttributeError) as error:
        raise KnowledgeError(f"{file.name}: expected the lists off and worked of {{day, name}}: {error}") from error


def _days(entries: Sequence[dict[str, object]]) -> Sequence[date]:
    days = [entry["day"] for entry in entries]
    if wrong := [day for day in days if not isinstance(day, date)]:
        raise TypeError(f"{wrong[0]!r} is no date")
    return [day for day in days if isinstance(day, date)]
