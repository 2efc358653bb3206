"""What an action can ask the desk, on behalf of one conversation and nobody else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy import select

from bot.desk.life import Move, Standing, State, possible
from bot.desk.reports import Desk, Unknown, report_for
from bot.desk.tables import Follower, Report
from bot.store import Store

_MOST = 10


@dataclass(frozen=True)
class Ticket:
    """A report as its sender or follower may see it; `moves` are what they can do with it now."""

    code: str
    category: str
    words: str
    place: str
    state: State
    opened_at: float
    changed_at: float
    answer_by: float
    responsible: str
    day: str
    stars: int | None
    mine: bool
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True)
class View:
    """The desk as one conversation sees it. `fetch` gets the bytes of a photo that a message names."""

    store: Store
    desk: Desk
    conversation_id: int
    channel: str
    now: float
    fetch: Callable[[str], Awaitable[bytes]]

    async def tickets(self) -> tuple[Ticket, ...]:
        """The newest reports that the conversation sent or follows."""
        follows = select(Follower.report_id).where(Follower.conversation_id == self.conversation_id)
        mine = (Report.conversation_id == self.conversation_id) | Report.id.in_(follows)
        async with self.store.read() as session:
            rows = await session.scalars(select(Report).where(mine).order_by(Report.id.desc()).limit(_MOST))
            return tuple(self._ticket(row) for row in rows)

    async def ticket(self, code: str) -> Ticket | None:
        """One of them by its code; none for another's, whoever knows the code."""
        async with self.store.read() as session:
            try:
                return self._ticket(await report_for(session, self.conversation_id, code))
            except Unknown:
                return None

    def _ticket(self, row: Report) -> Ticket:
        mine = row.conversation_id == self.conversation_id
        standing = Standing(State(row.state), row.owner_id, row.done_at, row.reopened)
        return Ticket(
            row.code,
            row.category,
            row.words,
            row.place,
            standing.state,
            row.opened_at,
            row.changed_at,
            row.answer_by,
            row.responsible,
            row.day,
            row.stars,
            mine,
            possible(standing, "citizen", self.now) if mine else (),
        )
