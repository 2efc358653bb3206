"""What an action wants done at the desk, as plain data. The worker carries it out in the turn's own transaction."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import reports
from bot.desk.life import Doing
from bot.desk.reports import Desk, NewReport
from bot.desk.tables import Attachment
from bot.desk.takeovers import takeover


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
    """What they were for was dropped: these photos are nobody's any more, and a job deletes the files."""

    files: tuple[str, ...]


@dataclass(frozen=True)
class Follow:
    """Hear of a report of the same office that somebody else sent."""

    code: str


@dataclass(frozen=True)
class Make:
    """A citizen's move on a report that they sent."""

    code: str
    doing: Doing


@dataclass(frozen=True)
class AskOfficer:
    """Ask for an officer in this conversation, or tell one more; `silent` stops the bot until they are done."""

    words: str
    silent: bool


Deed = Send | KeepPhoto | DropPhotos | Follow | Make | AskOfficer


async def carry_out(session: AsyncSession, desk: Desk, conversation_id: int, deed: Deed, now: float) -> None:
    """Do one deed; what is impossible by now raises, and the turn is worked anew on what is there then."""
    match deed:
        case Send(new):
            await reports.open_report(session, desk, new, now)
        case KeepPhoto(file, size):
            session.add(Attachment(conversation_id=conversation_id, file=file, size=size, created_at=now))
            await session.flush()
        case DropPhotos(files):
            await _drop(session, conversation_id, files)
        case Follow(code):
            await reports.join(session, desk.office_id, code, conversation_id, now)
        case Make(code, doing):
            report = await reports.report_for(session, conversation_id, code)
            if report.conversation_id != conversation_id:  # whoever only follows it may look, not move
                raise reports.Unknown(code)
            await reports.act(session, desk, report, doing, now)
        case AskOfficer(words, silent):
            await takeover.ask(session, desk.office_id, conversation_id, words, now, silent=silent)


async def _drop(session: AsyncSession, conversation_id: int, files: tuple[str, ...]) -> None:
    """Once each: the same picture may be in something else that the person is writing."""
    for file in files:
        mine = select(Attachment.id).filter_by(conversation_id=conversation_id, report_id=None, file=file).limit(1)
        if (found := await session.scalar(mine)) is not None:
            await session.execute(delete(Attachment).where(Attachment.id == found))
