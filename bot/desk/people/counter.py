"""The office that an officer works for: its name and its desk."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.calendar import Holidays, WorkingTime, load_holidays
from bot.desk.cases.readytexts import ReadyText, load_ready_texts
from bot.desk.categories import Categories, load_categories
from bot.desk.reports import Desk
from bot.offices import Office as OfficeFacts
from bot.offices import load_offices
from bot.tables import Office


@dataclass(frozen=True)
class Counter:
    """An office as its officers see it."""

    name: str
    slug: str
    desk: Desk
    ready_texts: tuple[ReadyText, ...]


async def counter_of(session: AsyncSession, data: Path, office_id: int) -> Counter:
    """The office of a row; one whose file is gone keeps working, with the usual hours."""
    slug = await session.scalar(select(Office.slug).filter_by(id=office_id)) or ""
    office = _offices(data).get(slug) or OfficeFacts(name=slug, center=slug, address="–", hours=["–"])
    categories, holidays, texts = _rules(data / "reports")
    return Counter(office.name, slug, Desk(office_id, WorkingTime.of(office, holidays), categories), texts)


@cache
def _offices(data: Path) -> dict[str, OfficeFacts]:
    return load_offices(data / "offices")


@cache
def _rules(folder: Path) -> tuple[Categories, Holidays, tuple[ReadyText, ...]]:
    return (
        load_categories(folder / "categories.yml"),
        load_holidays(folder / "holidays.yml"),
        load_ready_texts(folder / "templates.yml"),
    )
