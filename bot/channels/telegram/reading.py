"""From a Telegram update to an envelope: private chats here, groups in `groups`; channels are not worked on."""

from __future__ import annotations

from telegram import CallbackQuery, Location, MaybeInaccessibleMessage, Message, Update

from bot.channels.channel import Envelope, Event
from bot.channels.telegram.groups import group_message, group_tap, is_group, membership
from bot.channels.telegram.photos import photos_of
from bot.messages import Incoming, Place
from bot.payloads import parse_payload, payload

# The library's types check nothing: what a spoilt update holds shows only when it is used.
_UNREADABLE = (TypeError, LookupError, ValueError, AttributeError, ArithmeticError, OSError)
_COMMANDS = {
    "menu": payload("menu"),
    "huy": payload("huy"),
    "help": payload("menu"),
    "canbo": payload("can-bo"),
    "phananh": payload("bao-viec"),
}


def read_update(event: Event, me: int = 0) -> Envelope:
    """What an update is; one that cannot be read is kept as nothing to work on. `me` is the bot's own id."""
    key = str(event.get("update_id"))[:200]
    try:
        return _envelope(key, Update.de_json(event, None), me)
    except _UNREADABLE:
        return Envelope(key)


def _envelope(key: str, update: Update, me: int) -> Envelope:
    if update.callback_query:
        return _tap(key, update.callback_query)
    if update.my_chat_member:
        return membership(key, update.my_chat_member)
    return _message(key, update.message, me) if update.message else Envelope(key)


def _tap(key: str, query: CallbackQuery) -> Envelope:
    message = query.message
    if message is not None and is_group(message.chat):
        return group_tap(key, query, message)
    if message is None or not _private(message):
        return Envelope(key)
    name, tapped = query.from_user.full_name, str(message.message_id)
    incoming = Incoming(kind="payload", payload=query.data or payload("menu"), tapped=tapped, name=name)
    return Envelope(key, str(message.chat.id), incoming)


def _message(key: str, message: Message, me: int) -> Envelope:
    if is_group(message.chat):
        return group_message(key, message, me)
    if not _private(message):
        return Envelope(key)
    name = message.from_user.full_name if message.from_user else ""
    return Envelope(key, str(message.chat.id), _incoming(message).model_copy(update={"name": name}))


def _private(message: MaybeInaccessibleMessage) -> bool:
    """In a chat with one person, and its ids are numbers that can be written back to."""
    ids = (message.chat.id, message.message_id)
    return message.chat.type == "private" and all(type(value) is int and abs(value) < 2**63 for value in ids)


def _incoming(message: Message) -> Incoming:
    if message.location:
        return _place(message, message.location)
    if message.text is None:
        photos = photos_of(message)
        kind = "photo" if photos else "voice" if message.voice or message.audio else "other"
        return Incoming(kind=kind, text=message.caption or "", photos=photos)
    if message.text.startswith("/"):
        sender = str(message.from_user.id) if message.from_user else ""
        return Incoming(kind="payload", payload=_command(message.text), text=message.text, sender=sender)
    return Incoming(kind="text", text=message.text)


def _place(message: Message, point: Location) -> Incoming:
    """A point on the map; one picked from a list has a name and an address too."""
    name = f"{message.venue.title}, {message.venue.address}" if message.venue else ""
    return Incoming(kind="location", text=name, place=Place(latitude=point.latitude, longitude=point.longitude))


def _command(text: str) -> str:
    """`/start khai-sinh` comes from a link that names a topic."""
    name, _, argument = text[1:].partition(" ")
    name = name.partition("@")[0].lower()
    if name == "start":
        named = payload("bat-dau", *argument.split()[:1])
        return named if parse_payload(named) else payload("bat-dau")  # a link may carry anything
    return _COMMANDS.get(name, payload("menu"))
