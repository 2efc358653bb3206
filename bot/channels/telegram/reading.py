"""From a Telegram update to an envelope. Only private chats are worked on."""

from __future__ import annotations

import hashlib
import json

from telegram import CallbackQuery, Message, Update

from bot.channels.channel import Envelope, Event
from bot.messages import Incoming
from bot.payloads import payload

_COMMANDS = {"menu": payload("menu"), "huy": payload("huy"), "help": payload("menu")}


def read_update(event: Event) -> Envelope:
    """What an update is; one that cannot be read is kept as nothing to work on."""
    try:
        update = Update.de_json(event, None)
        key = str(int(update.update_id))
    except (TypeError, KeyError, ValueError, AttributeError, OverflowError):
        return Envelope(hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest())
    if update.callback_query:
        return _tap(key, update.callback_query)
    return _message(key, update.message) if update.message else Envelope(key)


def _tap(key: str, query: CallbackQuery) -> Envelope:
    message = query.message
    if message is None or message.chat.type != "private":
        return Envelope(key)
    incoming = Incoming(kind="payload", payload=query.data or payload("menu"), tapped=str(message.message_id))
    return Envelope(key, str(message.chat.id), incoming)


def _message(key: str, message: Message) -> Envelope:
    if message.chat.type != "private":
        return Envelope(key)
    return Envelope(key, str(message.chat.id), _incoming(message))


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
        return payload("bat-dau", *argument.split()[:1])
    return _COMMANDS.get(name, payload("menu"))
