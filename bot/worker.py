"""Work the inbox: claim an event, let the dialogue handle it, store everything in one transaction."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot import inbox, metrics, outbox
from bot.accounts import Account
from bot.desk.deeds import carry_out
from bot.desk.groups import group_talk
from bot.desk.groups.meeting import Heard
from bot.desk.images.photos import Photos
from bot.desk.takeovers import silence
from bot.desk.view import View
from bot.dialogue import Handled, handle, number_in
from bot.inbox import Claimed
from bot.knowledge import Knowledge
from bot.masking import mask
from bot.messages import Incoming, Reply
from bot.outcomes import Outcome
from bot.registry import Actions
from bot.shown import choices_shown
from bot.splitting import split
from bot.store import Store
from bot.tables import Difficulty, Question
from bot.talk import Talk
from bot.turn import Turn
from bot.understanding import Understanding

_LOG = logging.getLogger(__name__)
_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_MOST_TRIES = 5
_APOLOGY = Reply(
    text="Xin lỗi bà con, máy gặp trục trặc nên chưa trả lời được câu vừa rồi. Bà con nhắn lại giúp máy ạ."
)


class TooManyTries(Exception):
    """The process died at this event each time."""


@dataclass(frozen=True)
class Room:
    """Everything a turn needs that is not of the turn."""

    store: Store
    knowledge: Knowledge
    actions: Actions
    understanding: Understanding
    accounts: Mapping[int, Account]
    photos: Photos
    clock: Callable[[], float] = time.time


async def work(room: Room, worker: str, wake: asyncio.Event, ring: Callable[[], None]) -> None:
    """Work until cancelled. `wake` says that events came in; `ring` tells the senders that replies did."""
    while True:
        wake.clear()
        try:
            while await work_once(room, worker):
                ring()
        except Exception:  # the database is away: nothing is lost, it is all still waiting there
            _LOG.exception("worker_failed")
            await asyncio.sleep(1.0)
        await _or_timeout(wake, 1.0)


async def work_once(room: Room, worker: str) -> bool:
    """Handle one event, if one is due."""
    async with room.store.write() as session:
        claimed = await inbox.claim_event(session, worker, room.accounts.keys(), room.clock())
    if claimed is None:
        return False
    started = time.perf_counter()
    try:
        if claimed.attempts > _MOST_TRIES:
            raise TooManyTries
        await _turn(room, worker, claimed)
    except Exception as error:
        _LOG.exception("turn_failed", extra={"inbox_event": claimed.event_id})
        await _failed(room, worker, claimed, f"{type(error).__name__}: {mask(str(error))[:200]}")
    metrics.TURN_SECONDS.observe(time.perf_counter() - started)
    return True


async def _turn(room: Room, worker: str, claimed: Claimed) -> None:
    account = room.accounts[claimed.account_id]
    envelope = account.channel.read(claimed.body)
    message = envelope.message
    if message is None:  # a newer version reads it as nothing to work on
        await _close(room, worker, claimed, account, None)
        return
    desk = View(
        room.store,
        account.desk,
        claimed.conversation_id,
        account.channel.name,
        room.clock(),
        account.channel.fetch,
        room.photos,
    )
    if group_talk.concerns(message):
        heard = Heard(account.id, claimed.conversation_id, envelope.address or "", message, claimed.talk)
        await _with_officers(room, worker, claimed, account, heard, desk)
        return
    turn = Turn(
        message=message,
        text=mask(message.text),
        talk=Talk.model_validate(claimed.talk),
        knowledge=room.knowledge,
        office=account.office,
        now=datetime.fromtimestamp(room.clock(), _ZONE),
        desk=desk,
        shown=await _shown(room, claimed, message),
    )
    while (given := await _for_the_bot(room, worker, claimed, account, turn, desk)) is not None:
        handled = await handle(given, room.actions, room.understanding)
        if await _close(room, worker, claimed, account, handled):
            return


async def _shown(room: Room, claimed: Claimed, message: Incoming) -> tuple[str, ...] | None:
    """The menu that a number picks from: the talk knows of the dialogue's own, but not of the news since."""
    if number_in(message.text) is None:
        return None
    async with room.store.read() as session:
        return await choices_shown(session, claimed.conversation_id, claimed.received_at)


async def _for_the_bot(
    room: Room, worker: str, claimed: Claimed, account: Account, turn: Turn, desk: View
) -> Turn | None:
    """The turn, unless an officer is in the conversation: then its message is kept for them, and the bot is silent."""
    now = room.clock()
    async with room.store.read() as session:
        if not await silence.is_kept(session, claimed.conversation_id, now):
            return turn
    last_try = claimed.attempts == _MOST_TRIES  # the words must not be lost with a photo that cannot be fetched
    photos = () if last_try else await silence.keep_photos(desk, turn.message)
    async with room.store.write() as session:
        if not await inbox.release(session, claimed, worker, None):
            _LOG.warning("lease_lost", extra={"inbox_event": claimed.event_id})
            return None
        message = await silence.heed(session, desk, turn.message, turn.text, photos, now)
        if message is not None:
            await session.rollback()  # the conversation is still ours
            return replace(turn, message=message, text=mask(message.text))
        await inbox.finish(session, claimed, Outcome.HANDED_OVER, now)
    _count(account, claimed, Outcome.HANDED_OVER)
    return None


async def _with_officers(room: Room, worker: str, claimed: Claimed, account: Account, heard: Heard, desk: View) -> None:
    """An event of the officers' group: no turn of the dialogue, but one transaction as well."""
    photos = await group_talk.keep_photos(desk, heard)
    now = room.clock()
    async with room.store.write() as session:
        if not await inbox.release(session, claimed, worker, None):
            _LOG.warning("lease_lost", extra={"inbox_event": claimed.event_id})
            return
        await group_talk.heed(session, account.desk, heard, photos, now)
        await inbox.finish(session, claimed, Outcome.OFFICER, now)
    _count(account, claimed, Outcome.OFFICER)


async def _close(room: Room, worker: str, claimed: Claimed, account: Account, handled: Handled | None) -> bool:
    """The turn's one transaction: memory, replies, what is kept, and the event's end. All of it or nothing.

    False when an officer came into the conversation meanwhile: then nothing is said.
    """
    now = room.clock()
    outcome = handled.result.outcome if handled else Outcome.OUT_OF_SCOPE
    async with room.store.write() as session:
        talk = handled.result.talk.model_dump(mode="json") if handled else None
        if not await inbox.release(session, claimed, worker, talk):
            _LOG.warning("lease_lost", extra={"inbox_event": claimed.event_id})
            return True
        if handled:
            if not await silence.broken(session, claimed.conversation_id, handled.turn.message, now):
                await session.rollback()
                return False
            parts = [part for reply in handled.result.replies for part in _parts(account, reply)]
            tapped = handled.turn.message.tapped
            outbox.enqueue(session, claimed.conversation_id, claimed.event_id, parts, tapped, now)
            session.add_all(_kept(claimed, handled, now))
            for deed in handled.result.deeds:
                await carry_out(session, account.desk, claimed.conversation_id, deed, now)
        await inbox.finish(session, claimed, outcome, now)
    _count(account, claimed, outcome)
    return True


def _count(account: Account, claimed: Claimed, outcome: Outcome) -> None:
    metrics.OUTCOMES.labels(account.channel.name, outcome).inc()
    _LOG.info("turn", extra={"inbox_event": claimed.event_id, "channel": account.channel.name, "outcome": str(outcome)})


def _parts(account: Account, reply: Reply) -> list[Reply]:
    frame = len(account.channel.written(reply)) - len(reply.text)
    return split(reply, account.channel.text_limit, frame)


def _kept(claimed: Claimed, handled: Handled, now: float) -> list[Question | Difficulty]:
    """The question (masked) with what was made of it, and a difficulty, if one was told."""
    kept: list[Question | Difficulty] = []
    result, parse = handled.result, handled.turn.parse
    if parse or result.outcome is Outcome.ERROR:
        kept.append(
            Question(
                office_id=claimed.office_id,
                event_id=claimed.event_id,
                asked_at=now,
                text=handled.turn.text,
                topic=parse.topic.id if parse else "",
                confidence=parse.topic.confidence if parse else 0.0,
                aspect=handled.turn.aspect,
                answered_with=result.answered_with,
                outcome=result.outcome,
            )
        )
    if result.stuck:
        at = result.stuck.at
        kept.append(
            Difficulty(
                office_id=claimed.office_id,
                event_id=claimed.event_id,
                noted_at=now,
                topic=at.topic,
                way=at.way,
                step=at.step,
                text=result.stuck.text,
            )
        )
    return kept


async def _failed(room: Room, worker: str, claimed: Claimed, error: str) -> None:
    """Try again later; after the last try say sorry and mark the event, so that the talk can go on."""
    now = room.clock()
    async with room.store.write() as session:
        if not await inbox.release(session, claimed, worker, None):
            return
        if claimed.attempts < _MOST_TRIES:
            await inbox.put_off(session, claimed, now, error)
            return
        outbox.enqueue(session, claimed.conversation_id, claimed.event_id, [_APOLOGY], None, now)
        await inbox.finish(session, claimed, Outcome.ERROR, now, error)
    metrics.OUTCOMES.labels(room.accounts[claimed.account_id].channel.name, Outcome.ERROR).inc()


async def _or_timeout(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
