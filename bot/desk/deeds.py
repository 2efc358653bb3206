"""What an action wants done at the desk, as plain data. The worker carries it out in the turn's own transaction."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import reports
from bot.desk.life import Doing
from bot.desk.reports import Desk, NewReport
from bot.desk.tables import Attachment


@dataclass(frozen=True)
class Send:
    """Send a report."""

    new: NewReport


@dataclass(frozen=True)
class KeepPhoto:
    """A photo that was kept as a file belongs to the conversation's draft."""

    file: str
    size: int


@dataclass(frozen=True)
class DropPhotos:
    """The draft was dropped: its photos are nobody's any more, and a job deletes the files."""


@dataclass(frozen=True)
class Follow:
    """Hear of a report of the same office that somebody else sent."""

    code: str


@dataclass(frozen=True)
class Make:
    """A citizen's move on a report that they sent."""

    code: str
    doing: Doing


Deed = Send | KeepPhoto | DropPhotos | Follow | Make


async def carry_out(session: AsyncSession, desk: Desk, conversation_id: int, deed: Deed, now: float) -> None:
    """Do one deed; what is impossible by now raises, and the turn is worked anew on what is there then."""
    match deed:
        case Send(new):
            await reports.open_report(session, desk, new, now)
        case KeepPhoto(file, size):
            session.add(Attachment(conversation_id=conversation_id, file=file, size=size, created_at=now))
            await session.flush()
        case DropPhotos():
            mine = (Attachment.conversation_id == conversation_id) & Attachment.report_id.is_(None)
            await session.execute(delete(Attachment).where(mine))
        case Follow(code):
            report = await reports.report_of(session, desk.office_id, code)
            await reports.follow(session, report, conversation_id, now)
        case Make(code, doing):
            report = await reports.report_for(session, conversation_id, code)
            await reports.act(session, desk, report, doing, now)
