"""Replies on their way: sent in order per conversation, kept until sent, marked when they cannot be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.messages import Reply
from bot.tables import Conversation, OutboxMessage, stopped, waits

LEASE = 120.0  # seconds a sender has for one message
PATIENCE = (2.0, 5.0, 15.0, 60.0, 300.0, 900.0, 1800.0)  # seconds before each new try, the last one repeated
GIVE_UP_AFTER = 24 * 3600.0  # seconds; an older answer would only confuse


@dataclass(frozen=True)
class Outgoing:
    """A message that this sender alone may send until its lease ends."""

    id: int
    conversation_id: int
    account_id: int
    address: str
    reply: Reply
    edits: str | None
    attempts: int
    created_at: float
    claimed_at: float


@dataclass(frozen=True)
class Echo:
    """What a platform says was delivered to a chat."""

    account_id: int
    address: str
    text: str
    platform_id: str | None


def enqueue(
    session: AsyncSession,
    conversation_id: int,
    event_id: int | None,
    replies: Sequence[Reply],
    edits: str | None,
    now: float,
) -> list[OutboxMessage]:
    """Store replies, in order; the rows. Only a first reply that asks for it replaces the message pressed."""
    rows = [
        OutboxMessage(
            conversation_id=conversation_id,
            event_id=event_id,
            reply=part.model_dump(mode="json", exclude_defaults=True),
            edits=edits if place == 0 and part.in_place else None,
            state="waiting",
            next_try_at=now,
            created_at=now,
        )
        for place, reply in enumerate(replies)
        for part in _messages(reply)
    ]
    session.add_all(rows)
    return rows


def _messages(reply: Reply) -> Iterator[Reply]:
    """The text, then each photo by itself: what has arrived is not sent again because the next one fails."""
    if reply.text or not reply.photos:
        yield reply.model_copy(update={"photos": ()})
    for photo in reply.photos:
        yield Reply(text="", photos=(photo,), lasting=reply.lasting)


async def claim_message(session: AsyncSession, sender: str, accounts: Sequence[int], now: float) -> Outgoing | None:
    """Take the oldest due message of one of the accounts; never past an earlier one of its conversation.

    Unless that one has waited for more than a day: lasting news is tried on, but holds up nothing any more.
    """
    earlier = aliased(OutboxMessage)
    waits_before = exists().where(
        earlier.conversation_id == OutboxMessage.conversation_id,
        waits(earlier.state),
        earlier.id < OutboxMessage.id,
        earlier.created_at > now - GIVE_UP_AFTER,
    )
    due = (
        select(OutboxMessage, Conversation)
        .join(Conversation, Conversation.id == OutboxMessage.conversation_id)
        .where(waits(OutboxMessage.state), OutboxMessage.next_try_at <= now, Conversation.sent_until < now)
        # The sum keeps SQLite from walking all conversations of the account rather than the messages that wait.
        .where((Conversation.account_id + 0).in_(accounts), ~waits_before)
        .order_by(OutboxMessage.id)
        .limit(1)
        .with_for_update(of=[OutboxMessage, Conversation], skip_locked=True)
    )
    row = (await session.execute(due)).first()
    if row is None:
        return None
    message, conversation = row
    conversation.sender, conversation.sent_until = sender, now + LEASE
    return Outgoing(
        message.id,
        conversation.id,
        conversation.account_id,
        conversation.address,
        Reply.model_validate(message.reply),
        message.edits,
        message.attempts,
        message.created_at,
        now,
    )


async def mark_sent(session: AsyncSession, message: Outgoing, platform_id: str, now: float, pause: float) -> None:
    """It arrived. The conversation rests for `pause` seconds before its next message."""
    values = {"state": "sent", "sent_at": now, "platform_id": platform_id, "error": ""}
    await session.execute(update(OutboxMessage).where(OutboxMessage.id == message.id).values(values))
    await _rest(session, message, now + pause)


async def hold(session: AsyncSession, message: Outgoing, why: str, now: float) -> None:
    """The platform takes it only after the person has written again; see `release_held`.

    Somebody who wrote while it was on its way has done so already: it is tried again at once.
    """
    conversation = select(Conversation.heard_at).where(Conversation.id == message.conversation_id)
    heard_at = await session.scalar(conversation.with_for_update())  # nobody may write between this and the holding
    if heard_at is not None and heard_at >= message.claimed_at:
        await put_off(session, message, why, now, PATIENCE[0])
        return
    values = {"state": "held", "error": why, "attempts": message.attempts + 1}
    await session.execute(update(OutboxMessage).where(OutboxMessage.id == message.id).values(values))
    await _rest(session, message, 0.0)


async def release_held(session: AsyncSession, conversation_id: int, now: float) -> None:
    """The person has written: what was held can go, first of all."""
    held = update(OutboxMessage).where(OutboxMessage.conversation_id == conversation_id, _is_held())
    await session.execute(held.values(state="waiting", next_try_at=now, created_at=now))


def _is_held() -> ColumnElement[bool]:
    return and_(OutboxMessage.state == "held", stopped(OutboxMessage.state))


@dataclass(frozen=True)
class Held:
    """Messages that wait for their person to write again: how many, and since when."""

    messages: int
    since: float


async def held_for(session: AsyncSession, conversation_ids: Sequence[int]) -> Mapping[int, Held]:
    """What is held, by conversation; nothing for one that holds nothing."""
    query = (
        select(OutboxMessage.conversation_id, func.count(), func.min(OutboxMessage.created_at))
        .where(OutboxMessage.conversation_id.in_(conversation_ids), _is_held())
        .group_by(OutboxMessage.conversation_id)
    )
    return {conversation: Held(count, since) for conversation, count, since in await session.execute(query)}


async def mark_undeliverable(session: AsyncSession, message: Outgoing, why: str) -> None:
    """It will never arrive; kept for the operator to see."""
    values = {"state": "undeliverable", "error": why, "attempts": message.attempts + 1}
    await session.execute(update(OutboxMessage).where(OutboxMessage.id == message.id).values(values))
    await _rest(session, message, 0.0)


async def put_off(session: AsyncSession, message: Outgoing, why: str, now: float, seconds: float | None) -> None:
    """Try it again later; an old one is given up, unless it is lasting."""
    if now - message.created_at > GIVE_UP_AFTER and not message.reply.lasting:
        await mark_undeliverable(session, message, f"given up: {why}")
        return
    wait = seconds if seconds is not None else PATIENCE[min(message.attempts, len(PATIENCE) - 1)]
    values = {"attempts": message.attempts + 1, "next_try_at": now + wait, "error": why}
    still_waiting = update(OutboxMessage).where(OutboxMessage.id == message.id, OutboxMessage.state == "waiting")
    await session.execute(still_waiting.values(values))  # not when the platform reported it as delivered meanwhile
    await _rest(session, message, 0.0)


async def confirm(session: AsyncSession, echo: Echo, written: Callable[[Reply], str], now: float) -> None:
    """The platform reports a message of ours as delivered.

    It may do so before the sender has its answer, or after the sender gave up waiting for one: either way the message
    that reads like it has arrived. Unless it is the echo of one already known as sent: then nothing is to be learnt.
    """
    of_the_chat = (
        select(OutboxMessage)
        .join(Conversation, Conversation.id == OutboxMessage.conversation_id)
        .where(Conversation.account_id == echo.account_id, Conversation.address == echo.address)
    )
    if await session.scalar(of_the_chat.where(OutboxMessage.platform_id == echo.platform_id).limit(1)):
        return
    waiting = of_the_chat.where(waits(OutboxMessage.state)).order_by(OutboxMessage.id)
    for message in await session.scalars(waiting):
        if written(Reply.model_validate(message.reply)).split() == echo.text.split():
            message.state, message.sent_at, message.platform_id = "sent", now, echo.platform_id
            return


async def shown_after(
    session: AsyncSession, account_id: int, address: str, after: int, most: int = 50
) -> Sequence[OutboxMessage]:
    """Replies of a chat with an id above `after`, for a channel whose page fetches them.

    Not only what is marked as sent: the page is told of a reply before that is written down.
    """
    wanted = (
        select(OutboxMessage)
        .join(Conversation, Conversation.id == OutboxMessage.conversation_id)
        .where(Conversation.account_id == account_id, Conversation.address == address)
        .where(OutboxMessage.state != "undeliverable", OutboxMessage.id > after)
        .order_by(OutboxMessage.id)
        .limit(most)
    )
    return (await session.scalars(wanted)).all()


async def _rest(session: AsyncSession, message: Outgoing, until: float) -> None:
    row = update(Conversation).where(Conversation.id == message.conversation_id)
    await session.execute(row.values(sender=None, sent_until=until))
