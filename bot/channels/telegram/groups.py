"""What of a Telegram group is the bot's business: commands and buttons of its own, answers to it, its coming and going.

Everything else said in a group is chatter: not kept, not even which group it was.
"""

from __future__ import annotations

from telegram import CallbackQuery, Chat, ChatMemberUpdated, MaybeInaccessibleMessage, Message

from bot.channels.channel import Envelope
from bot.channels.telegram.photos import photos_of
from bot.messages import Incoming
from bot.payloads import payload

_COMMANDS = {"nhom": "nhom", "bonhom": "bo-nhom", "khongthuoc": "khong-thuoc", "canbo": "can-bo"}
_OUT = ("left", "kicked")
_LARGEST = 2**63


def is_group(chat: Chat) -> bool:
    """Whether it is a group, of either sort."""
    return chat.type in ("group", "supergroup") and _number(chat.id)


def place_of(address: str) -> tuple[int, int | None]:
    """Chat and topic of an address ("chat" or "chat/topic")."""
    chat, _, topic = address.partition("/")
    return int(chat), int(topic) if topic else None


def group_tap(key: str, query: CallbackQuery, message: MaybeInaccessibleMessage) -> Envelope:
    """A button pressed by a member."""
    sender = str(query.from_user.id)
    incoming = Incoming(
        kind="payload", payload=query.data or "", tapped=str(message.message_id), group=True, sender=sender
    )
    return Envelope(key, _address(message), incoming)


def group_message(key: str, message: Message, me: int) -> Envelope:
    """A message in a group; most are none of our business. `me` is the bot's own id."""
    if message.migrate_to_chat_id and _number(message.migrate_to_chat_id):
        return _notice(key, message.chat, payload("doi-nhom", message.migrate_to_chat_id))
    sender = str(message.from_user.id) if message.from_user else ""
    answered = _answered(message, me)
    command, _, rest = (message.text or "").partition(" ")
    name = command.partition("@")[0].lower()
    if name.startswith("/"):
        if name[1:] not in _COMMANDS:
            return Envelope(key)
        incoming = Incoming(
            kind="payload",
            payload=payload(_COMMANDS[name[1:]]),
            text=rest,
            replied_to=answered,
            group=True,
            sender=sender,
        )
    elif answered is not None:
        photos = photos_of(message)
        kind = "text" if message.text else "photo" if photos else "voice" if message.voice else "other"
        text = message.text or message.caption or ""
        incoming = Incoming(kind=kind, text=text, photos=photos, replied_to=answered, group=True, sender=sender)
    else:
        return Envelope(key)
    return Envelope(key, _address(message), incoming)


def membership(key: str, change: ChatMemberUpdated) -> Envelope:
    """The bot was added to a group, or put out of it; other changes of its standing do not matter."""
    was_out, is_out = change.old_chat_member.status in _OUT, change.new_chat_member.status in _OUT
    if not is_group(change.chat) or was_out == is_out:
        return Envelope(key)
    return _notice(key, change.chat, payload("roi-nhom" if is_out else "vao-nhom"))


def _notice(key: str, chat: Chat, what: str) -> Envelope:
    """What the platform reports by itself. Of this kind, and so never to be mistaken for something that was pressed."""
    return Envelope(key, str(chat.id), Incoming(kind="other", payload=what, group=True))


def _answered(message: Message, me: int) -> str | None:
    """The message of ours that is answered. In a topic, what answers nothing else answers the topic's first message."""
    answered = message.reply_to_message
    ours = answered is not None and answered.from_user is not None and answered.from_user.id == me
    return str(answered.message_id) if answered and ours and _number(answered.message_id) else None


def _address(message: MaybeInaccessibleMessage) -> str:
    """The chat, or the topic of it."""
    topic = message.message_thread_id if isinstance(message, Message) and message.is_topic_message else None
    return f"{message.chat.id}/{topic}" if topic and _number(topic) else str(message.chat.id)


def _number(value: object) -> bool:
    """Whether an id can be written back to Telegram; a spoilt update may hold anything."""
    return type(value) is int and abs(value) < _LARGEST
