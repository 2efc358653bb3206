"""From a Telegram update to an envelope. Only private chats are worked on."""

from __future__ import annotations

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message, Update

from bot.channels.channel import Envelope, Event
from bot.messages import Incoming
from bot.payloads import parse_payload, payload

# The library's types check nothing: what a spoilt update holds shows only when it is used.
_UNREADABLE = (TypeError, LookupError, ValueError, AttributeError, ArithmeticError, OSError)
_COMMANDS = {"menu": payload("menu"), "huy": payload("huy"), "help": payload("menu")}


def read_update(event: Event) -> Envelope:
    """What an update is; one that cannot be read is kept as nothing to work on."""
    key = str(event.get("update_id"))[:200]
    try:
        return _envelope(key, Update.de_json(event, None))
    except _UNREADABLE:
        return Envelope(key)


def _envelope(key: str, update: Update) -> Envelope:
    if update.callback_query:
        return _tap(key, update.callback_query)
    return _message(key, update.message) if update.message else Envelope(key)


def _tap(key: str, query: CallbackQuery) -> Envelope:
    message = query.message
    if message is None or not _private(message):
        return Envelope(key)
    incoming = Incoming(kind="payload", payload=query.data or payload("menu"), tapped=str(message.message_id))
    return Envelope(key, str(message.chat.id), incoming)


def _message(key: str, message: Message) -> Envelope:
    if not _private(message):
        return Envelope(key)
    return Envelope(key, str(message.chat.id), _incoming(message))


def _private(message: MaybeInaccessibleMessage) -> bool:
    """In a chat with one person, and its ids are numbers that can be written back to."""
    ids = (message.chat.id, message.message_id)
    return message.chat.type == "private" and all(type(value) is int and abs(value) < 2**63 for value in ids)


def _incoming(message: Message) -> Incoming:
    if message.text is None:
        kind = "photo" if message.photo else "voice" if message.voice or message.audio else "other"
        return Incoming(kind="location") if message.location else Incoming(kind=kind, text=message.caption or "")
    if message.text.startswith("/"):
        return Incoming(kind="payload", payload=_command(message.text), text=message.text)
    return Incoming(kind="text", text=message.text)


def _command(text: str) -> str:
    """`/start khai-sinh` comes from a link that names a topic."""
    name, _, argument = text[1:].partition(" ")
    name = name.partition("@")[0].lower()
    if name == "start":
        named = payload("bat-dau", *argument.split()[:1])
        return named if parse_payload(named) else payload("bat-dau")  # a link may carry anything
    return _COMMANDS.get(name, payload("menu"))
