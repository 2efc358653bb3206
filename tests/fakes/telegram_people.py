"""The people's side of the Telegram double: what they write and tap, and what they see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.double import Json, wait_for_message
from tests.fakes.telegram_html import Displayed
from tests.fakes.telegram_rules import Button, Markup

if TYPE_CHECKING:
    from tests.fakes.telegram import FakeTelegram


@dataclass(frozen=True)
class Shown:
    """A bot's message as a person sees it now."""

    message_id: int
    text: str
    keyboard: tuple[tuple[Button, ...], ...]
    sent_at: float
    edited_at: float | None

    @property
    def buttons(self) -> list[str]:
        """The titles of all its buttons, row after row."""
        return [button.text for row in self.keyboard for button in row]


@dataclass
class BotMessage:
    """A message the bot sent, with its latest text and keyboard."""

    message_id: int
    chat: Chat
    shown: Displayed
    markup: Markup | None
    sent_at: float
    thread_id: int | None = None
    edited_at: float | None = None
    file_id: str = ""

    def as_json(self, bot: Json) -> Json:
        """The Message object that the API answers with."""
        body: Json = {
            "message_id": self.message_id,
            "date": int(self.sent_at),
            "chat": self.chat.as_json(),
            "from": bot,
        }
        body["caption" if self.file_id else "text"] = self.shown.text
        if self.file_id:
            size = {"file_id": self.file_id, "file_unique_id": f"u{self.file_id}"}
            body["document"] = size
        if self.thread_id is not None:
            body |= {"message_thread_id": self.thread_id, "is_topic_message": True}
        if self.edited_at is not None:
            body["edit_date"] = int(self.edited_at)
        if self.markup and self.markup.kind == "inline":
            body["reply_markup"] = self.markup.raw
        return body


@dataclass
class Chat:
    """A private chat or a group. The bot can write to it only once it is `open` (someone wrote first)."""

    fake: FakeTelegram
    id: int
    name: str
    kind: str
    open: bool = False
    blocked: bool = False
    migrated_to: int | None = None
    threads: set[int] = field(default_factory=set)
    actions: list[str] = field(default_factory=list)

    def as_json(self) -> Json:
        """The Chat object of the API."""
        title = "first_name" if self.kind == "private" else "title"
        return {"id": self.id, "type": self.kind, title: self.name}

    @property
    def inbox(self) -> list[Shown]:
        """The bot's messages as they look now, edits applied."""
        with self.fake.changed:
            return [
                Shown(
                    message.message_id,
                    message.shown.text,
                    message.markup.rows if message.markup else (),
                    message.sent_at,
                    message.edited_at,
                )
                for message in self._messages()
            ]

    def wait_for(self, until: int | Callable[[Shown], bool], timeout: float = 5.0) -> Shown:
        """Wait (real seconds) for that many messages, or one that satisfies it; gives the newest such."""
        return wait_for_message(self.fake.changed, lambda: self.inbox, until, timeout)

    def inline_message(self) -> BotMessage | None:
        """The newest message that shows inline buttons."""
        shown = (m for m in reversed(self._messages()) if m.markup and m.markup.kind == "inline")
        return next((message for message in shown if message.markup and message.markup.buttons), None)

    def reply_keyboard(self) -> list[Button]:
        """The keyboard under the text field, if one is up."""
        for message in reversed(self._messages()):
            if message.markup and message.markup.kind in ("keyboard", "remove"):
                return message.markup.buttons
        return []

    def _messages(self) -> list[BotMessage]:
        return [m for m in self.fake.messages.values() if m.chat is self]


@dataclass
class Group(Chat):
    """A group the bot was added to."""

    def migrates_to(self, new_id: int) -> None:
        """Becomes a supergroup: from now on the old id is refused with `migrate_to_chat_id`."""
        with self.fake.changed:
            self.migrated_to = new_id
            self.fake.chats[new_id] = Group(self.fake, new_id, self.name, "supergroup", open=True)


@dataclass
class Person(Chat):
    """A person with a private chat. Pass `chat` to speak in a group instead."""

    def as_user(self) -> Json:
        """The User object of the API."""
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": "vi"}

    def says(self, text: str, chat: Chat | None = None) -> Json:
        """Send a text; gives the update. The first message opens the private chat."""
        content: Json = {"text": text}
        if text.startswith("/"):
            length = len(text.split(maxsplit=1)[0])
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        return self.sends(content, chat)

    def sends(self, content: Json, chat: Chat | None = None) -> Json:
        """Send a message with these fields of the API's Message (photo, contact, location…)."""
        where = chat or self
        assert not where.blocked, f"{where.name} has blocked the bot; unblock it first."
        where.open = True
        message = {
            "message_id": self.fake.next_message_id(),
            "date": int(self.fake.clock.now()),
            "chat": where.as_json(),
            "from": self.as_user(),
            **content,
        }
        return self.fake.emit("message", message)

    def taps(self, title: str, chat: Chat | None = None) -> Json:
        """Tap a button now on the screen (newest inline keyboard first); gives the update."""
        where = chat or self
        message = where.inline_message()
        inline = message.markup.buttons if message and message.markup else []
        for button in inline:
            if message and button.text == title:
                return self._taps_inline(button, message)
        if title in [button.text for button in where.reply_keyboard()]:
            return self.says(title, where)
        there = [button.text for button in [*inline, *where.reply_keyboard()]]
        raise AssertionError(f"No button {title!r} in the chat with {where.name}; there are: {there}")

    def blocks(self) -> Json:
        """Block the bot: sending to this person is a 403 from now on."""
        return self._membership("member", "kicked")

    def unblocks(self) -> Json:
        """Let the bot write again."""
        return self._membership("kicked", "member")

    def answers_to_taps(self) -> list[str | None]:
        """Per tap, oldest first: the text answerCallbackQuery showed ("" for none), None if unanswered."""
        return [tap.answer for tap in self.fake.taps.values() if tap.person_id == self.id]

    def _taps_inline(self, button: Button, message: BotMessage) -> Json:
        if button.data is None:
            raise AssertionError(f"Button {button.text!r} sends nothing back; it opens {button.url}.")
        query = {
            "id": self.fake.open_tap(self.id),
            "from": self.as_user(),
            "message": message.as_json(self.fake.bot),
            "chat_instance": str(message.chat.id),
            "data": button.data,
        }
        return self.fake.emit("callback_query", query)

    def _membership(self, before: str, after: str) -> Json:
        self.blocked = after == "kicked"
        states = {}
        for key, status in (("old_chat_member", before), ("new_chat_member", after)):
            until: Json = {"until_date": 0} if status == "kicked" else {}
            states[key] = {"user": self.fake.bot, "status": status, **until}
        change = {"chat": self.as_json(), "from": self.as_user(), "date": int(self.fake.clock.now())}
        return self.fake.emit("my_chat_member", {**change, **states})
