"""One event of an officers' group, or of an officer's own chat with the bot: what was said, what is said back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import outbox
from bot.desk.groups import group
from bot.desk.life import Move
from bot.desk.reports import Desk
from bot.desk.tables import OfficerGroup, Report
from bot.messages import Choice, Incoming, Reply
from bot.tables import Conversation

_MOST_ASKED = 200
_MOST_TOLD = 500


class Asked(BaseModel):
    """What an answer to a message of ours is for, and which version of the report it was asked about."""

    model_config = ConfigDict(frozen=True)

    move: Move
    version: int


class Memory(BaseModel):
    """What a group's conversation remembers: our questions by the outbox row, and to whom the rules were told."""

    asked: dict[int, Asked] = {}
    told: tuple[str, ...] = ()
    introduced: bool = False


@dataclass(frozen=True)
class Heard:
    """A message with where it was said."""

    account_id: int
    conversation_id: int
    address: str
    message: Incoming
    talk: dict[str, Any]


@dataclass
class Meeting:
    """The event being worked on, inside its one transaction. `photos` were kept before it began."""

    session: AsyncSession
    desk: Desk
    heard: Heard
    now: float
    photos: tuple[tuple[str, int], ...] = ()
    memory: Memory = field(init=False)

    def __post_init__(self) -> None:
        self.memory = Memory.model_validate(self.heard.talk) if self.heard.message.group else Memory()

    @property
    def under(self) -> str | None:
        """The message that was answered, or whose button was pressed."""
        return self.heard.message.replied_to or self.heard.message.tapped

    def say(self, text: str) -> None:
        """Say something that is about no report."""
        reply = Reply(text=text, answers=self.under if self.heard.message.group else None)
        outbox.enqueue(self.session, self.heard.conversation_id, None, [reply], None, self.now)

    async def say_of(
        self, bound: OfficerGroup, report: Report, text: str, choices: tuple[Choice, ...] = (), asks: Move | None = None
    ) -> None:
        """Say something about a report; with `asks`, an answer to it is what that move needs."""
        version = report.version
        reply = Reply(heading=report.code, text=text, choices=choices, answers=self.under)
        row = await group.put_up(self.session, bound.id, self.heard.conversation_id, report.id, reply, self.now)
        if asks is not None:
            asked = {**self.memory.asked, row: Asked(move=asks, version=version)}
            self.memory.asked = dict(list(asked.items())[-_MOST_ASKED:])

    def tell_once(self, sender: str, text: str) -> None:
        """Tell somebody something that they need to hear only once."""
        if sender not in self.memory.told:
            self.memory.told = (*self.memory.told, sender)[-_MOST_TOLD:]
            self.say(text)

    async def remember(self) -> None:
        """Keep what the group's conversation remembers."""
        row = update(Conversation).where(Conversation.id == self.heard.conversation_id)
        await self.session.execute(row.values(talk=self.memory.model_dump(mode="json")))
