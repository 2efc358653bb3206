"""What has not arrived: news for citizens, what officers' groups were to hear, reports on their way to other bodies.

Of messages those of the last month, unless something newer got there: whoever hears from us again can ask.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.desk.codes import find_code
from bot.desk.tables import Delivery, OfficerGroup, Report
from bot.tables import ChannelAccount, Conversation, OutboxMessage, stopped

_MOST = 200
_LATELY = 30 * 24 * 3600.0  # seconds


@dataclass(frozen=True)
class Unheard:
    """A message that its person has not got. `held`: it goes by itself when the person writes again."""

    code: str  # of the report that it speaks of; empty when it speaks of none
    channel: str
    held: bool
    since: float
    why: str


@dataclass(frozen=True)
class OnItsWay:
    """A report that another body has not got yet; it is tried again by itself."""

    code: str
    way: str
    recipient: str
    attempts: int
    next_try_at: float
    since: float
    why: str


@dataclass(frozen=True)
class DeafGroup:
    """An officers' group, or a topic of one, that hears nothing any more: since when, how much, and why."""

    chat: str
    topic: str
    messages: int
    since: float
    why: str


async def unheard(session: AsyncSession, office_id: int, now: float) -> list[Unheard]:
    """The newest news for an office's citizens that is stopped."""
    groups = select(OfficerGroup.address).where(OfficerGroup.account_id == Conversation.account_id)
    rows = await session.execute(
        select(OutboxMessage, ChannelAccount.channel)
        .join(Conversation, Conversation.id == OutboxMessage.conversation_id)
        .join(ChannelAccount, ChannelAccount.id == Conversation.account_id)
        .where(ChannelAccount.office_id == office_id, stopped(OutboxMessage.state))
        .where(Conversation.address.not_in(groups), _is_news(), *_of_use(now))
        .order_by((OutboxMessage.id + 0).desc())  # the sum keeps SQLite from walking all messages in this order
        .limit(_MOST)
    )
    return [Unheard(_code(row), channel, row.state == "held", row.created_at, row.error[:160]) for row, channel in rows]


async def codes_unheard(session: AsyncSession, conversations: Collection[int], now: float) -> frozenset[str]:
    """Of these conversations: the reports whose news has not arrived."""
    if not conversations:
        return frozenset()
    news = select(OutboxMessage).where(OutboxMessage.conversation_id.in_(conversations), stopped(OutboxMessage.state))
    rows = await session.scalars(news.where(_is_news(), *_of_use(now)))
    return frozenset(_code(row) for row in rows) - {""}


async def deaf_groups(session: AsyncSession, office_id: int, now: float) -> list[DeafGroup]:
    """An office's groups that do not get what is sent to them."""
    here = (OfficerGroup.account_id == Conversation.account_id) & (OfficerGroup.address == Conversation.address)
    rows = await session.execute(
        select(OfficerGroup.address, OutboxMessage)
        .join(Conversation, Conversation.id == OutboxMessage.conversation_id)
        .join(OfficerGroup, here)
        .join(ChannelAccount, ChannelAccount.id == Conversation.account_id)
        .where(OfficerGroup.office_id == office_id, ChannelAccount.office_id == office_id)
        .where(stopped(OutboxMessage.state), *_of_use(now))
        .order_by((OutboxMessage.id + 0).desc())  # as above
        .limit(_MOST)
    )
    lost: dict[str, list[OutboxMessage]] = {}
    for address, message in rows:
        lost.setdefault(address, []).append(message)
    return [_deaf(address, messages) for address, messages in lost.items()]


async def on_their_way(session: AsyncSession, office_id: int) -> list[OnItsWay]:
    """An office's reports that wait for another body after a try that failed."""
    rows = await session.execute(
        select(Delivery, Report.code)
        .join(Report, Report.id == Delivery.report_id)
        .where(Report.office_id == office_id, Delivery.state == "waiting", Delivery.error != "")
        .order_by(Delivery.id.desc())
        .limit(_MOST)
    )
    return [
        OnItsWay(code, row.way, row.recipient, row.attempts, row.next_try_at, row.created_at, row.error[:160])
        for row, code in rows
    ]


def _is_news() -> ColumnElement[bool]:
    """Answers to questions are not: who has none asks again."""
    lasting: ColumnElement[bool] = OutboxMessage.reply["lasting"].as_boolean()
    return lasting


def _of_use(now: float) -> tuple[ColumnElement[bool], ...]:
    newer = aliased(OutboxMessage)
    arrived_since = exists().where(
        newer.conversation_id == OutboxMessage.conversation_id,
        newer.id > OutboxMessage.id,
        newer.created_at > OutboxMessage.created_at,  # not only another part of the same news
        newer.state == "sent",
    )
    return OutboxMessage.created_at > now - _LATELY, ~arrived_since


def _deaf(address: str, newest_first: Sequence[OutboxMessage]) -> DeafGroup:
    chat, _, topic = address.partition("/")
    last, first = newest_first[0], newest_first[-1]
    return DeafGroup(chat, topic, len(newest_first), first.created_at, last.error[:160])


def _code(message: OutboxMessage) -> str:
    return find_code(str(message.reply.get("heading", ""))) or ""
