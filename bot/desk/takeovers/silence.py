"""What a citizen's message is while an officer is in the conversation, or asked to come: the bot is silent then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import outbox
from bot.desk.calendar import ZONE
from bot.desk.deeds import KeepPhoto
from bot.desk.takeovers import takeover, takeover_words
from bot.desk.takeovers.phase import LEFT, Phase, standing
from bot.desk.taking.emergency import call_first
from bot.desk.view import View
from bot.messages import Incoming, Reply
from bot.payloads import Payload, parse_payload, payload
from bot.tables import OutboxMessage
from nlu.normalise import fold, normalise

_BACK, _MENU = takeover_words.WAY_OUT.payload, payload("menu")
_VERBS_OUT = {takeover_words.BACK: _BACK, "huy": _BACK, "menu": _MENU}
_WORDS_OUT = {
    **dict.fromkeys(("tro lai may", "noi tiep voi may", "noi voi may", "hoi may", "huy"), _BACK),
    **dict.fromkeys(("menu", "danh muc"), _MENU),
}
_NOT_WORDS = {
    "photo": "(gửi ảnh)",
    "voice": "(gửi ghi âm)",
    "location": "(gửi vị trí)",
    "other": "(gửi nhãn dán hoặc tệp)",
}


async def is_kept(session: AsyncSession, conversation_id: int, now: float) -> bool:
    """Whether the bot is silent in a conversation."""
    _, stands = await standing(session, conversation_id, now)
    return stands.silent


async def keep_photos(view: View, message: Incoming) -> tuple[KeepPhoto | str, ...]:
    """Fetch and keep the photos of a message, before the event's transaction; words for each that is not taken."""
    return tuple([await view.keep(photo) for photo in message.photos])


async def heed(
    session: AsyncSession, view: View, message: Incoming, text: str, photos: Sequence[KeepPhoto | str], now: float
) -> Incoming | None:
    """Keep a message (its text masked) for the officer. One that is for the bot after all is given back.

    Every way back but the menu becomes the button's: "hủy" must not drop the guide or the report in progress.
    """
    conversation_id, hours = view.conversation_id, view.desk.hours
    row, stands = await standing(session, conversation_id, now)
    if row is None or not stands.silent:
        return message
    if wanted := await _wanted(session, conversation_id, message):
        return message.model_copy(update={"kind": "payload", "payload": wanted, "photos": (), "place": None})
    if _pressed(message):
        outbox.enqueue(session, conversation_id, None, [takeover_words.buttons_are_off()], None, now)
        return None
    kept = [(photo.file, photo.size) for photo in photos if isinstance(photo, KeepPhoto)]
    await takeover.hear(session, row, _words(message, text), kept, now)
    emergency = view.desk.emergencies.happening(text) if view.desk.emergencies else None
    replies = [call_first(emergency)] if emergency else []  # the officer may not be looking at this very moment
    replies += [Reply(text=why) for why in dict.fromkeys(photo for photo in photos if isinstance(photo, str))]
    if message.kind in ("voice", "other") or (message.photos and not photos):
        replies.append(takeover_words.not_passed_on())
    then = datetime.fromtimestamp(now, ZONE)
    if stands is Phase.WAITING and not hours.is_open(then):
        row.why = LEFT
        replies.append(takeover_words.office_has_closed(hours.next_opening(then), then))
    outbox.enqueue(session, conversation_id, None, replies, None, now)
    return None


async def broken(session: AsyncSession, conversation_id: int, message: Incoming, now: float) -> bool:
    """Whether the bot may answer a message, which ends its silence; false when an officer is in the conversation."""
    row, stands = await standing(session, conversation_id, now)
    if row is None or (stands is Phase.LEFT and row.why == LEFT and row.officer_id is None):
        return True
    if stands.silent and not await _wanted(session, conversation_id, message):
        return False
    await takeover.leave(session, row, now)
    if not stands.silent:
        outbox.enqueue(session, conversation_id, None, [takeover_words.back_after_silence()], None, now)
    return True


def _pressed(message: Incoming) -> Payload | None:
    """A button, also where it comes as its payload's text."""
    if message.kind == "payload":
        return parse_payload(message.payload or "") or Payload("")
    return parse_payload(message.text) if message.kind == "text" else None


async def _wanted(session: AsyncSession, conversation_id: int, message: Incoming) -> str | None:
    """What of the bot somebody wants who wants it back."""
    if pressed := _pressed(message):
        return _VERBS_OUT.get(pressed.verb)
    if message.kind != "text":
        return None
    if message.text.strip().rstrip(".)") == "1" and await _menu_is_shown(session, conversation_id):
        return _BACK
    return _WORDS_OUT.get(fold(normalise(message.text)))


async def _menu_is_shown(session: AsyncSession, conversation_id: int) -> bool:
    """Whether "1" in what was sent last is the way back; an answer to an officer's question is none."""
    newest = select(OutboxMessage.reply).filter_by(conversation_id=conversation_id).order_by(OutboxMessage.id.desc())
    choices = (await session.scalar(newest.limit(1)) or {}).get("choices") or ()
    return [choice["payload"] for choice in choices] == [_BACK]


def _words(message: Incoming, text: str) -> str:
    if message.kind == "text":
        return text
    where = f"{message.place.latitude:.6f}, {message.place.longitude:.6f}" if message.place else ""
    return " ".join(filter(None, (_NOT_WORDS.get(message.kind, ""), where, text)))
