"""Times as officers read them: in Viet Nam's time, ages and deadlines in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.desk.calendar import ZONE
from bot.desk.life import OPEN, State


class _Dated(Protocol):
    @property
    def state(self) -> State: ...
    @property
    def acknowledged(self) -> bool: ...
    @property
    def acknowledge_by(self) -> float: ...
    @property
    def answer_by(self) -> float: ...


@dataclass(frozen=True)
class Deadline:
    """What is to be done by when, in words."""

    words: str
    late: bool


def when(moment: float) -> str:
    """Such as "13:45 ngày 22/11/2026"."""
    return f"{datetime.fromtimestamp(moment, ZONE):%H:%M ngày %d/%m/%Y}"


def day(written: str) -> str:
    """An ISO date as it is written here; whatever is none stays as it is."""
    try:
        return f"{date.fromisoformat(written):%d/%m/%Y}"
    except ValueError:
        return written


def iso(moment: float) -> str:
    """For machines."""
    return datetime.fromtimestamp(moment, ZONE).isoformat(timespec="seconds")


def ago(moment: float, now: float) -> str:
    """How long ago."""
    passed = now - moment
    return f"{span(passed)} trước" if passed >= 60 else "vừa xong"


def span(seconds: float) -> str:
    """A length of time in its largest unit."""
    if seconds < 3600:
        return f"{max(1, int(seconds // 60))} phút"
    if seconds < 24 * 3600:
        return f"{int(seconds // 3600)} giờ"
    return f"{int(seconds // (24 * 3600))} ngày"


def deadline(report: _Dated, now: float) -> Deadline | None:
    """The deadline that comes next, or that has passed; none for a report that has ended."""
    if report.state not in OPEN:
        return None
    if report.answer_by < now:
        return Deadline(f"Quá hạn xử lý {span(now - report.answer_by)}", True)
    if not report.acknowledged:
        again = "" if report.state is State.NEW else " lại"  # reopened: its officer is to look at it anew
        if report.acknowledge_by < now:
            return Deadline(f"Quá hạn nhận{again} việc {span(now - report.acknowledge_by)}", True)
        return Deadline(f"Cần nhận{again} trước {when(report.acknowledge_by)}", False)
    return Deadline(f"Còn {span(report.answer_by - now)}", False)
