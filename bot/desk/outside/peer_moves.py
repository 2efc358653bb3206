"""What another body's system says of a report that was forwarded to it, as a move in our report's life.

GeoReport knows open and closed, and notes in free text. Notes that begin with the name of one of our states, as those
of another Một Cửa do, are understood as that state; all others are passed on as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.life import STATE_NAMES, Doing, Move, State, possible
from bot.desk.outside.forwarding_open311 import Status
from bot.desk.reports import Desk, act, standing_of
from bot.desk.tables import Delivery, Report, ReportEvent
from bot.masking import mask

_STATES: Mapping[str, State] = {name.casefold(): state for state, name in STATE_NAMES.items()}


def notes_of(state: State, words: str) -> str:
    """The notes that tell another system of a state; `doing_of` reads them back."""
    return f"{STATE_NAMES[state]}: {words}" if words else STATE_NAMES[state]


def doing_of(status: Status, body: str, moves: Collection[Move]) -> Doing | None:
    """The move that a status asks for, out of those that are possible; none when it says nothing new to anybody."""
    state, words = _read(status.notes)
    told = f"{body} trả lời: {mask(words)}" if words else ""
    if Move.START in moves and state is State.IN_PROGRESS and not status.closed:
        return Doing(Move.START, "peer", words=told)
    if Move.FINISH in moves and status.closed and state in (None, State.DONE):
        return Doing(Move.FINISH, "peer", words=told or f"{body} báo đã xử lý xong.")
    if Move.REFUSE in moves and state is State.NOT_OURS and _names_another(status.agency, body):
        why = told or f"{body} trả lời: việc này không thuộc thẩm quyền của họ."
        return Doing(Move.REFUSE, "peer", words=why, responsible=status.agency)
    if status.closed and state is not None and not words:
        told = f"{body} trả lời: {STATE_NAMES[state].lower()}."
    return Doing(Move.ANSWER, "peer", words=told) if told and Move.ANSWER in moves else None


async def bring_back(
    session: AsyncSession, desk: Desk, delivery_id: int, status: Status, body: str, now: float
) -> None:
    """Make the move that a status asks for, unless it was made before.

    Whom a report is no longer with may still say something of it, but neither begins nor ends anything.
    """
    row = await session.get_one(Delivery, delivery_id)
    report = await session.get_one(Report, row.report_id)
    moves = possible(standing_of(report), "peer", now)
    if await _no_longer_theirs(session, row):
        moves = tuple(move for move in moves if move is Move.ANSWER)
    doing = doing_of(status, body, moves)
    if doing and not await _said_before(session, row, doing):
        await act(session, desk, report, doing, now)


def _read(notes: str) -> tuple[State | None, str]:
    """The state that notes begin with, if they do, and the words after it."""
    head, _, rest = notes.partition(":")
    state = _STATES.get(head.strip().casefold())
    return (state, rest.strip()) if state else (None, notes.strip())


def _names_another(agency: str, body: str) -> bool:
    return bool(agency) and agency.casefold() != body.casefold()


async def _no_longer_theirs(session: AsyncSession, delivery: Delivery) -> bool:
    """Whether the report was sent on, taken back or opened again after this delivery of it was forwarded."""
    taken = and_(ReportEvent.move == Move.START, ReportEvent.actor == "officer")
    since = select(ReportEvent.id).where(
        ReportEvent.report_id == delivery.report_id,
        ReportEvent.id > delivery.report_event_id,
        or_(ReportEvent.move.in_((Move.FORWARD, Move.REFUSE, Move.REOPEN)), taken),
    )
    return await session.scalar(since.limit(1)) is not None


async def _said_before(session: AsyncSession, delivery: Delivery, doing: Doing) -> bool:
    since = select(ReportEvent.id).where(
        ReportEvent.report_id == delivery.report_id,
        ReportEvent.id > delivery.report_event_id,
        ReportEvent.actor == "peer",
    )
    same = since.where(ReportEvent.words == doing.words) if doing.words else since
    if doing.move is not Move.ANSWER:  # what was only said before may be done now
        same = same.where(ReportEvent.move == doing.move)
    return await session.scalar(same.limit(1)) is not None
