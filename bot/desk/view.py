"""What an action can ask the desk, on behalf of one conversation and nobody else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from sqlalchemy import select

from bot.channels.channel import NotFetched
from bot.desk.deeds import KeepPhoto
from bot.desk.images.photos import Declined, Photos
from bot.desk.life import INTERNAL, OPEN, Doing, Impossible, Move, State, after, possible
from bot.desk.reports import Desk, Unknown, followed, report_for, report_of, standing_of
from bot.desk.tables import Attachment, Follower, Report, ReportEvent
from bot.desk.takeovers import phase
from bot.desk.taking.duplicates import Alike, Told, find_alike
from bot.desk.taking.place import Renamed, renamed
from bot.store import Store

_MOST = 10
PHOTOS_WITHIN = 40.0  # seconds for all photos of a message; a worker's lease is longer
_TOO_SLOW = "Mạng đang chậm nên máy chưa lấy được ảnh vừa rồi. Bà con gửi lại từng ảnh một giúp ạ."
_NOT_FETCHED = (
    "Máy không lấy được ảnh vừa rồi: ảnh nặng quá hoặc không còn nữa. Bà con gửi lại ảnh, hoặc chụp ảnh nhỏ hơn giúp ạ."
)


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
    answer: str = ""  # what the office said last
    shared: bool = False  # others count on it too: its sender can leave it, but not end it


@dataclass(frozen=True)
class View:
    """The desk as one conversation sees it. `fetch` gets the bytes of a photo that a message names."""

    store: Store
    desk: Desk
    conversation_id: int
    channel: str
    now: float
    fetch: Callable[[str], Awaitable[bytes]]
    photos: Photos
    photos_until: float = field(default_factory=lambda: time.monotonic() + PHOTOS_WITHIN)

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
                row = await report_for(session, self.conversation_id, code)
            except Unknown:
                return None
            said = select(ReportEvent.words).where(ReportEvent.report_id == row.id, ReportEvent.words != "")
            said = said.where(ReportEvent.actor != "citizen", ReportEvent.move.not_in(INTERNAL))
            last = await session.scalar(said.order_by(ReportEvent.id.desc()).limit(1))
            return replace(self._ticket(row), answer=last or "", shared=await followed(session, row))

    async def hindrance(self, code: str, doing: Doing) -> str | None:
        """Why a move on one's own report cannot be made now (Vietnamese); none when it can, or there is no such."""
        async with self.store.read() as session:
            mine = select(Report).filter_by(code=code, conversation_id=self.conversation_id)
            row = await session.scalar(mine)
            if row is None:
                return None
            try:
                after(standing_of(row), doing, self.now)
            except Impossible as impossible:
                return str(impossible)
            return None

    async def alike(self, told: Told) -> Alike | None:
        """A report of the office that may be the same as what is being written."""
        async with self.store.read() as session:
            return await find_alike(session, self.desk.office_id, self.conversation_id, told, self.now)

    async def still_open(self, code: str) -> bool:
        """Whether a report of the office can still be followed."""
        async with self.store.read() as session:
            try:
                return State((await report_of(session, self.desk.office_id, code)).state) in OPEN
            except Unknown:
                return False

    async def renamed(self, text: str, home: str) -> Renamed | None:
        """What an old ward in a text is called now; beside the loop, since the table takes a while to load."""
        return await asyncio.to_thread(renamed, text, home)

    async def missing(self, files: tuple[str, ...]) -> tuple[str, ...]:
        """Those photos that are no longer kept for this conversation."""
        mine = select(Attachment.file).filter_by(conversation_id=self.conversation_id, report_id=None)
        async with self.store.read() as session:
            kept = set(await session.scalars(mine.where(Attachment.file.in_(files))))
        return tuple(file for file in files if file not in kept)

    async def staffed(self) -> bool:
        """Whether the office has anybody who could come into the conversation."""
        async with self.store.read() as session:
            return await phase.staffed(session, self.desk.office_id)

    async def keep(self, photo: str) -> KeepPhoto | str:
        """Keep a photo of an incoming message as the draft's: the deed, or words (Vietnamese) why it is not taken.

        When the platform only fails for now this raises, and the turn is worked again.
        """
        try:
            async with asyncio.timeout(self.photos_until - time.monotonic()):
                kept = await self.photos.keep(await self.fetch(photo))
        except TimeoutError:
            return _TOO_SLOW
        except Declined as declined:
            return declined.words
        except NotFetched as error:
            if not error.lasting:
                raise
            return _NOT_FETCHED
        return KeepPhoto(kept.file, kept.size)

    def _ticket(self, row: Report) -> Ticket:
        mine = row.conversation_id == self.conversation_id
        standing = standing_of(row)
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
