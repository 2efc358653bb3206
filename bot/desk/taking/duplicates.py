"""Has somebody reported this already? Open reports of the same kind and office, near by or in like words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.life import OPEN
from bot.desk.tables import Report
from bot.desk.taking.guess import OTHER
from bot.messages import Place
from nlu.normalise import fold, normalise

NEAR = 300.0  # metres
_LATELY = 30 * 24 * 3600.0  # seconds
_MOST = 200  # newest reports looked at
_EARTH = 6_371_000.0  # metres
_LIKE = 0.6  # of the shorter text's words
_EMPTY = frozenset(
    """ai anh ba bac ban bao bi biet ca cai can cap chau chi cho chua co con cua cung da dang day de den di duoc em gi
    gia giup hay hoai hon hong hu hom khong la lai lam lau luc mai may mot moi nay nen ngay nha nhieu nho nhung no o
    qua rat roi sao sua ta tai that thay thi the toi tuan tui va van vi voi vua xa xin ra bua thang nguoi truoc sau gan
    ngoai trong tren duoi canh doi dien dau cuoi sat""".split()
)


@dataclass(frozen=True)
class Told:
    """What a report says, as far as it matters here."""

    category: str
    words: str
    place: str = ""
    point: Place | None = None


@dataclass(frozen=True)
class Alike:
    """A report that may be the same; nothing of it but what it is about and where. `mine`: of the same person."""

    code: str
    category: str
    place: str
    opened_at: float
    mine: bool


async def find_alike(
    session: AsyncSession, office_id: int, conversation_id: int, told: Told, now: float
) -> Alike | None:
    """The newest open report of the office that says the same."""
    lately = (
        select(Report)
        .where(Report.office_id == office_id, Report.category == told.category, Report.state.in_(sorted(OPEN)))
        .where(Report.opened_at > now - _LATELY)
        .order_by(Report.opened_at.desc())
        .limit(_MOST)
    )
    for row in await session.scalars(lately):
        if alike(told, _told(row)):
            mine = row.conversation_id == conversation_id
            return Alike(row.code, row.category, row.place, row.opened_at, mine)
    return None


def alike(one: Told, other: Told) -> bool:
    """Whether two reports are likely of the same thing."""
    if one.category != other.category:
        return False
    if one.point and other.point:
        return metres(one.point, other.point) <= NEAR and (one.category != OTHER or _share(one.words, other.words, 3))
    if _numbers(one.place) and _numbers(other.place) and not _numbers(one.place) & _numbers(other.place):
        return False  # lane 5 is not lane 7
    if one.category != OTHER and _share(one.place, other.place, 2):
        return True
    return _share(f"{one.words} {one.place}", f"{other.words} {other.place}", 4)


def metres(one: Place, other: Place) -> float:
    """The distance of two points (haversine)."""
    north, south = radians(one.latitude), radians(other.latitude)
    half_up, half_across = (north - south) / 2, radians(one.longitude - other.longitude) / 2
    square = sin(half_up) ** 2 + cos(north) * cos(south) * sin(half_across) ** 2
    return 2 * _EARTH * asin(min(1.0, sqrt(square)))


def _told(row: Report) -> Told:
    on_map = row.latitude is not None and row.longitude is not None
    point = Place(latitude=row.latitude or 0.0, longitude=row.longitude or 0.0) if on_map else None
    return Told(row.category, row.words, row.place, point)


def _share(one: str, other: str, least: int) -> bool:
    ours, theirs = _telling(one), _telling(other)
    shared = len(ours & theirs)
    return shared >= least and shared >= _LIKE * min(len(ours), len(theirs))


def _telling(text: str) -> frozenset[str]:
    return frozenset(_bare(text)) - _EMPTY


def _numbers(text: str) -> frozenset[str]:
    return frozenset(word for word in _bare(text) if word[:1].isdigit())


def _bare(text: str) -> Iterable[str]:
    return fold(normalise(text)).split()
