"""The office's list of reports: filters, search, pages and counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.cases import stuck
from bot.desk.cases.folding import folded, plain
from bot.desk.categories import Categories
from bot.desk.codes import find_code
from bot.desk.life import ANY, CLOSED, FIXED, OPEN, State
from bot.desk.tables import Attachment, Officer, Report

PAGE = 25
_MOST_TERMS = 6
Family = Literal["dang-mo", "da-xong", "da-dong", "tat-ca"]
Owner = Literal["", "toi", "chua-ai"]
FAMILIES: Mapping[Family, frozenset[State]] = {"dang-mo": OPEN, "da-xong": FIXED, "da-dong": CLOSED, "tat-ca": ANY}


@dataclass(frozen=True)
class Filters:
    """Which reports are wanted; `before` is the id of the last one of the page before."""

    family: Family = "dang-mo"
    state: State | None = None
    category: str = ""
    owner: Owner = ""
    overdue: bool = False
    search: str = ""
    before: int | None = None

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Filters:
        """From an address; what cannot be understood is left out."""
        search = " ".join(given.get("tim", "").replace("\0", "").split())[:100]
        if find_code(search):  # whoever types a code wants that report, whatever its state
            return cls(family="tat-ca", search=search)
        before, owner, state = given.get("truoc", ""), given.get("ai", ""), given.get("tinh-trang", "")
        kind = given.get("loai", "")
        family: Family = next((one for one in FAMILIES if one == given.get("nhom")), "dang-mo")
        return cls(
            family=family,
            state=State(state) if state in {*State} else None,
            category=kind if re.fullmatch("[a-z0-9-]{1,40}", kind) else "",
            owner=next((one for one in _OWNERS if one == owner), ""),
            overdue=given.get("qua-han") == "1",
            search=search,
            before=int(before) if re.fullmatch("[0-9]{1,18}", before) else None,
        )

    def as_query(self, **changed: object) -> dict[str, str]:
        """The same as an address says it, with changes; a change of a filter leads to the first page."""
        given: dict[str, object] = {
            "nhom": self.family if self.family != "dang-mo" else "",
            "tinh-trang": self.state or "",
            "loai": self.category,
            "ai": self.owner,
            "qua-han": "1" if self.overdue else "",
            "tim": self.search,
        }
        given |= {name.replace("_", "-"): value for name, value in changed.items()}
        return {name: str(value) for name, value in given.items() if value}


_OWNERS: tuple[Owner, ...] = get_args(Owner)


@dataclass(frozen=True)
class Row:
    """One report in the list. `unheard`: news of it has not reached the citizen."""

    id: int
    code: str
    category: str
    words: str
    place: str
    state: State
    owner: str
    mine: bool
    opened_at: float
    acknowledge_by: float
    answer_by: float
    acknowledged: bool
    day: str
    reopened: int
    photos: int
    unheard: bool


@dataclass(frozen=True)
class Counts:
    """How many there are in the office: by state and kind of all, the rest of those that are open."""

    states: Mapping[State, int] = field(default_factory=dict)
    categories: Mapping[str, int] = field(default_factory=dict)
    mine: int = 0
    nobody: int = 0
    overdue: int = 0

    def family(self, family: Family) -> int:
        """How many are open, fixed, closed."""
        return sum(self.states.get(state, 0) for state in FAMILIES[family])


@dataclass(frozen=True)
class Listed:
    """A page of the list; `more` says that older ones follow, `newest` is the office's last id."""

    rows: tuple[Row, ...]
    more: bool
    newest: int


def is_overdue(now: float) -> ColumnElement[bool]:
    """An open report that nobody acknowledged, or that is not ended, by its deadline."""
    unacknowledged = and_(Report.acknowledged_at.is_(None), Report.acknowledge_by < now)
    return and_(Report.state.in_(OPEN), or_(unacknowledged, Report.answer_by < now))


async def listed(
    session: AsyncSession, office_id: int, officer_id: int, filters: Filters, categories: Categories, now: float
) -> Listed:
    """A page of an office's reports, the newest first."""
    wanted = wanted_ids(office_id, officer_id, filters, categories, now)
    if filters.before is not None:
        wanted = wanted.where(Report.id < filters.before)
    # The ids first: the database sorts thousands of them faster than thousands of whole rows.
    ids = list(await session.scalars(wanted.limit(PAGE + 1)))
    page = select(Report, Officer.name).outerjoin(Officer, Officer.id == Report.owner_id)
    found = await session.execute(page.where(Report.id.in_(ids[:PAGE])).order_by(Report.id.desc()))
    shown = [(row, name or "") for row, name in found]
    photos = await _photos(session, [row.id for row, _ in shown])
    conversations = {row.conversation_id for row, _ in shown if row.conversation_id is not None}
    unheard = await stuck.codes_unheard(session, conversations, now)
    newest = await session.scalar(select(func.max(Report.id)).where(Report.office_id == office_id)) or 0
    listed = tuple(_row(row, name, officer_id, photos[row.id], row.code in unheard) for row, name in shown)
    return Listed(listed, len(ids) > PAGE, newest)


def wanted_ids(office_id: int, officer_id: int, filters: Filters, categories: Categories, now: float) -> Select[int]:
    """A query of the ids of an office's reports that the filters want, on whatever page, the newest first."""
    wanted = _filtered(select(Report.id).where(Report.office_id == office_id), filters, officer_id, now)
    wanted = wanted.where(_found(filters.search, categories)) if filters.search else wanted
    return wanted.order_by(Report.id.desc())


async def counts(session: AsyncSession, office_id: int, officer_id: int, now: float) -> Counts:
    """What the filters would show."""
    grouped = select(Report.category, Report.state, func.count()).where(Report.office_id == office_id)
    states: Counter[State] = Counter()
    categories: Counter[str] = Counter()
    for category, state, number in await session.execute(grouped.group_by(Report.category, Report.state)):
        states[State(state)] += number
        categories[category] += number
    of_open = select(
        func.sum(case((Report.owner_id == officer_id, 1), else_=0)),
        func.sum(case((Report.owner_id.is_(None), 1), else_=0)),
        func.sum(case((is_overdue(now), 1), else_=0)),
    ).where(Report.office_id == office_id, Report.state.in_(OPEN))
    mine, nobody, overdue = (await session.execute(of_open)).one()
    return Counts(states, categories, mine or 0, nobody or 0, overdue or 0)


def _filtered(query: Select[int], filters: Filters, officer_id: int, now: float) -> Select[int]:
    if filters.state is not None:
        query = query.where(Report.state == filters.state)
    elif filters.family != "tat-ca":
        query = query.where(Report.state.in_(FAMILIES[filters.family]))
    if filters.category:
        query = query.where(Report.category == filters.category)
    if filters.owner == "toi":
        query = query.where(Report.owner_id == officer_id)
    if filters.owner == "chua-ai":
        query = query.where(Report.owner_id.is_(None))
    return query.where(is_overdue(now)) if filters.overdue else query


def _found(search: str, categories: Categories) -> ColumnElement[bool]:
    """The code, whole or in part, however it is written; else all the words, in story, place or kind."""
    if code := find_code(search):
        return Report.code == code
    terms = plain(search).split()[:_MOST_TERMS]
    if not terms:
        return false()
    everywhere = and_(*(_says(term, categories) for term in terms))
    letters = re.sub(r"[\s.\-–]", "", search).upper()
    if re.fullmatch("[A-Z0-9]{3,8}", letters):
        return or_(everywhere, func.replace(Report.code, "-", "").contains(letters, autoescape=True))
    return everywhere


def _says(term: str, categories: Categories) -> ColumnElement[bool]:
    kinds = [one.id for one in categories if term in plain(one.name)]
    told = folded(Report.words + " " + Report.place).contains(term, autoescape=True)
    return or_(told, Report.category.in_(kinds)) if kinds else told


async def _photos(session: AsyncSession, reports: list[int]) -> Counter[int]:
    counted = select(Attachment.report_id, func.count()).where(Attachment.report_id.in_(reports))
    rows = await session.execute(counted.group_by(Attachment.report_id))
    return Counter({report: number for report, number in rows if report is not None})


def _row(row: Report, owner: str, officer_id: int, photos: int, unheard: bool) -> Row:
    return Row(
        row.id,
        row.code,
        row.category,
        row.words[:160],
        row.place[:100],
        State(row.state),
        owner,
        row.owner_id == officer_id,
        row.opened_at,
        row.acknowledge_by,
        row.answer_by,
        row.acknowledged_at is not None,
        row.day,
        row.reopened,
        photos,
        unheard,
    )
