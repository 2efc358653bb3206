"""The summary of an office's day, week or any period, for its officers and those above them. Figures only, no words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.figures.asked import Asked, asked_in
from bot.desk.figures.hamlets import hamlets
from bot.desk.figures.period import Period
from bot.desk.figures.tally import Moved, Standing, Wait, moved_in, standing_at, stars_in, waits_in
from bot.desk.reports import Desk


@dataclass(frozen=True)
class Flow:
    """Reports of one kind, one place, or all: what came and went in the period, what was open and late at its end."""

    name: str
    new: int
    done: int
    closed: int
    open: int
    overdue: int


@dataclass(frozen=True)
class Summary:
    """All figures. What is said of the period's end holds for `until`: that end, or now while the period lasts."""

    period: Period
    until: float
    total: Flow
    categories: tuple[Flow, ...]  # named by their ids
    places: tuple[Flow, ...]  # hamlets; the last one, without a name, is what names none
    acknowledged: Wait
    answered: Wait
    reopened: int
    stars: Mapping[int, int]
    asked: Asked

    @property
    def rated(self) -> int:
        """How many gave stars."""
        return sum(self.stars.values())

    @property
    def mean_stars(self) -> float | None:
        """How many stars on average."""
        return sum(stars * times for stars, times in self.stars.items()) / self.rated if self.rated else None


async def summary(session: AsyncSession, desk: Desk, period: Period, now: float) -> Summary:
    """The figures of one office; of a period that has not begun all are zero."""
    until = min(period.end, max(now, period.start))
    moved = await moved_in(session, desk.office_id, period)
    standing = await standing_at(session, desk, until) if now >= period.start else []
    acknowledged, answered = await waits_in(session, desk, period, now)
    everything = _flows(moved, standing, until, lambda _report, _fact: "")
    by_category = _flows(moved, standing, until, lambda _report, fact: fact[0])
    return Summary(
        period,
        until,
        everything[0] if everything else Flow("", 0, 0, 0, 0, 0),
        tuple(by_category),
        tuple(_by_place(moved, standing, until)),
        acknowledged,
        answered,
        moved.reopened,
        await stars_in(session, desk.office_id, period),
        await asked_in(session, desk.office_id, period),
    )


def _by_place(moved: Moved, standing: list[Standing], until: float) -> list[Flow]:
    """By hamlet; nothing when no report names one, since a table of unknown places tells nobody anything."""
    facts = {one.id: one.place for one in standing}
    for reports in (moved.new, moved.done, moved.closed):
        facts |= {report: place for report, (_, place) in reports.items()}
    names = dict(zip(facts, hamlets(list(facts.values())), strict=True))
    if not any(names.values()):
        return []
    flows = _flows(moved, standing, until, lambda report, _fact: names[report])
    return sorted(flows, key=lambda flow: not flow.name)


def _flows(
    moved: Moved, standing: list[Standing], until: float, name: Callable[[int, tuple[str, str]], str]
) -> list[Flow]:
    """Counts under the name that each report gets, the busiest first."""
    counts: dict[str, list[int]] = {}

    def count(column: int, report: int, fact: tuple[str, str]) -> None:
        counts.setdefault(name(report, fact), [0] * 5)[column] += 1

    for column, reports in enumerate((moved.new, moved.done, moved.closed)):
        for report, fact in reports.items():
            count(column, report, fact)
    for one in standing:
        count(3, one.id, (one.category, one.place))
        if one.overdue(until):
            count(4, one.id, (one.category, one.place))
    flows = [Flow(key, *numbers) for key, numbers in counts.items()]
    return sorted(flows, key=lambda flow: (-flow.new, -flow.open, flow.name))
