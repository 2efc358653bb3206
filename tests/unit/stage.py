"""A desk for figures: two offices in a database of their own, and lives that the desk itself writes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from bot.desk.calendar import ZONE, WorkingTime, load_holidays
from bot.desk.categories import Categories, load_categories
from bot.desk.codes import new_code
from bot.desk.figures.period import Period
from bot.desk.figures.summary import Summary, summary
from bot.desk.life import Doing, Move
from bot.desk.reports import Desk, NewReport, act, open_report, report_of
from bot.desk.tables import Officer
from bot.offices import load_offices
from bot.settings import ROOT
from bot.store import Store, migrate
from bot.tables import Office

WEEK = Period(date(2026, 11, 16), date(2026, 11, 22))
LATER = "2026-12-20T12:00"
Story = Callable[["Stage"], Awaitable[None]]


def at(written: str) -> float:
    return datetime.fromisoformat(written).replace(tzinfo=ZONE).timestamp()


@cache
def categories() -> Categories:
    return load_categories(ROOT / "data" / "reports" / "categories.yml")


@cache
def hours() -> WorkingTime:
    facts = load_offices(ROOT / "data" / "offices")["xa-vi-du"]
    return WorkingTime.of(facts, load_holidays(ROOT / "data" / "reports" / "holidays.yml"))


@dataclass
class Stage:
    """A database with two offices, one officer each."""

    store: Store
    desks: list[Desk] = field(default_factory=list)
    officers: list[int] = field(default_factory=list)

    async def begin(self) -> None:
        async with self.store.write() as session:
            for slug in ("xa-a", "xa-b"):
                office = Office(slug=slug)
                session.add(office)
                await session.flush()
                officer = Officer(
                    office_id=office.id, login=slug, name=slug, role="can-bo", password="-", created_at=0.0
                )
                session.add(officer)
                await session.flush()
                self.desks.append(Desk(office.id, hours(), categories()))
                self.officers.append(officer.id)

    async def came(self, when: str, category: str = "den-duong", place: str = "", office: int = 0) -> str:
        code = new_code()
        async with self.store.write() as session:
            new = NewReport(code, category, "Hỏng rồi", "web", place)
            await open_report(session, self.desks[office], new, at(when))
        return code

    async def moved(self, code: str, when: str, move: Move, office: int = 0, **more: Any) -> None:
        citizens = {Move.REOPEN, Move.RATE, Move.WITHDRAW, Move.CONFIRM}
        actor = "citizen" if move in citizens else "officer"
        officer = self.officers[office] if actor == "officer" else None
        async with self.store.write() as session:
            report = await report_of(session, self.desks[office].office_id, code)
            doing = Doing(move, actor, officer, **more)
            await act(session, self.desks[office], report, doing, at(when))

    async def finished(self, code: str, when: str) -> None:
        await self.moved(code, when, Move.FINISH, words="Đã thay bóng.")

    async def figures(self, period: Period = WEEK, now: str = LATER, office: int = 0) -> Summary:
        async with self.store.read() as session:
            return await summary(session, self.desks[office], period, at(now))


def play(folder: Path, story: Story) -> None:
    """Run a story on a fresh stage."""
    url = f"sqlite+aiosqlite:///{folder}/desk.db"
    migrate(url)

    async def whole() -> None:
        stage = Stage(Store(url))
        try:
            await stage.begin()
            await story(stage)
        finally:
            await stage.store.close()

    asyncio.run(whole())
