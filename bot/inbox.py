"""Events as they arrived: stored once, worked on in order per conversation, by one worker at a time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CursorResult, exists, null, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot import outbox
from bot.channels.channel import Envelope, Event
from bot.tables import ChannelAccount, Conversation, InboxEvent, waits

LEASE = 60.0  # seconds a worker has for one turn before another may take it over
PATIENCE = (2.0, 10.0, 60.0, 300.0)  # seconds before each new try of a turn that failed


@dataclass(frozen=True)
class Claimed:
    """An event that this worker alone may work on until its lease ends."""

    event_id: int
    conversation_id: int
    account_id: int
    office_id: int
    body: Event
    attempts: int  # this one included
    talk: dict[str, Any]
    received_at: float


async def store_event(session: AsyncSession, account_id: int, envelope: Envelope, body: Event, now: float) -> bool:
    """Keep an event; false when it was delivered before."""
    conversation_id = None
    if envelope.address is not None:
        conversation_id = await conversation(session, account_id, envelope.address, now)
    work = envelope.message is not None
    if work and conversation_id is not None:
        heard = update(Conversation).where(Conversation.id == conversation_id)
        await session.execute(heard.values(heard_at=now))
        await outbox.release_held(session, conversation_id, now)
    row = {
        "account_id": account_id,
        "conversation_id": conversation_id,
        "event_key": envelope.key,
        "body": body if work else null(),  # None would be stored as JSON's null
        "state": "waiting" if work else "ignored",
        "attempts": 0,
        "error": "",
        "next_try_at": now,
        "received_at": now,
    }
    return await _insert_unless_there(session, InboxEvent, row, ["account_id", "event_key"])


async def conversation(session: AsyncSession, account_id: int, address: str, now: float) -> int:
    """The row of a chat; entered on first sight."""
    wanted = select(Conversation.id).filter_by(account_id=account_id, address=address)
    known = await session.scalar(wanted)
    if known is None:
        row = {
            "account_id": account_id,
            "address": address,
            "talk": {},
            "created_at": now,
            "worked_until": 0.0,
            "sent_until": 0.0,
        }
        await _insert_unless_there(session, Conversation, row, ["account_id", "address"])
        known = (await session.scalars(wanted)).one()
    return known


async def _insert_unless_there(session: AsyncSession, table: Any, row: dict[str, Any], key: list[str]) -> bool:
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    result = await session.execute(insert(table).values(row).on_conflict_do_nothing(index_elements=key))
    assert isinstance(result, CursorResult)  # noqa: S101 (for the type checker)
    return result.rowcount == 1


async def claim_event(session: AsyncSession, worker: str, accounts: Collection[int], now: float) -> Claimed | None:
    """Take the oldest due event of the accounts whose conversation nobody works on; never past an earlier one.

    The attempt is counted here, before it is made: an event that kills the process must not do so for ever.
    """
    earlier = aliased(InboxEvent)
    waits_before = exists().where(
        earlier.conversation_id == InboxEvent.conversation_id,
        waits(earlier.state),
        earlier.id < InboxEvent.id,
    )
    due = (
        select(InboxEvent, Conversation, ChannelAccount.office_id)
        .join(Conversation, Conversation.id == InboxEvent.conversation_id)
        .join(ChannelAccount, ChannelAccount.id == InboxEvent.account_id)
        .where(waits(InboxEvent.state), InboxEvent.next_try_at <= now, Conversation.worked_until < now)
        # The sum keeps SQLite from walking all events of the account rather than those that wait.
        .where((InboxEvent.account_id + 0).in_(accounts), ~waits_before)
        .order_by(InboxEvent.id)
        .limit(1)
        .with_for_update(of=[InboxEvent, Conversation], skip_locked=True)
    )
    row = (await session.execute(due)).first()
    if row is None:
        return None
    event, conversation, office_id = row
    conversation.worker, conversation.worked_until = worker, now + LEASE
    event.attempts += 1
    return Claimed(
        event.id,
        conversation.id,
        event.account_id,
        office_id,
        event.body or {},
        event.attempts,
        dict(conversation.talk),
        event.received_at,
    )


async def release(session: AsyncSession, claimed: Claimed, worker: str, talk: dict[str, Any] | None) -> bool:
    """Give the conversation back, with what it remembers now; false when the lease was lost meanwhile."""
    values: dict[str, Any] = {"worker": None, "worked_until": 0.0}
    if talk is not None:
        values["talk"] = talk
    ours = update(Conversation).where(Conversation.id == claimed.conversation_id, Conversation.worker == worker)
    result = await session.execute(ours.values(values))
    assert isinstance(result, CursorResult)  # noqa: S101 (for the type checker)
    return result.rowcount == 1


async def end_leases(session: AsyncSession) -> None:
    """Take back what a process that died was at; only for a start with no other process around."""
    held = update(Conversation).where(or_(Conversation.worker.is_not(None), Conversation.sender.is_not(None)))
    await session.execute(held.values(worker=None, worked_until=0.0, sender=None, sent_until=0.0))


async def finish(session: AsyncSession, claimed: Claimed, outcome: str, now: float, error: str = "") -> None:
    """Mark the event as handled and drop its body: what must be kept of it is kept elsewhere, masked."""
    state = "failed" if error else "done"
    values = {"state": state, "outcome": outcome, "done_at": now, "error": error, "body": null()}
    await session.execute(update(InboxEvent).where(InboxEvent.id == claimed.event_id).values(values))


async def put_off(session: AsyncSession, claimed: Claimed, now: float, error: str) -> None:
    """Try the event again after a while."""
    wait = PATIENCE[min(claimed.attempts, len(PATIENCE)) - 1]
    values = {"next_try_at": now + wait, "error": error}
    await session.execute(update(InboxEvent).where(InboxEvent.id == claimed.event_id).values(values))
