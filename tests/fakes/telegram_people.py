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
    thread_id: int | None = None
    answers: int | None = None
    file_id: str = ""

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
    answers: int | None = None
    kind: str = ""

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
            size: Json = {"file_id": self.file_id, "file_unique_id": f"u{self.file_id}"}
            body[self.kind] = [{**size, "width": 800, "height": 600}] if self.kind == "photo" else size
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
                    message.thread_id,
                    message.answers,
                    message.file_id,
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

    def membership(self, by: Person, before: str, after: str) -> Json:
        """The bot's standing in this chat changes."""
        self.blocked = after == "kicked"
        states = {}
        for key, status in (("old_chat_member", before), ("new_chat_member", after)):
            until: Json = {"until_date": 0} if status == "kicked" else {}
            states[key] = {"user": self.fake.bot, "status": status, **until}
        change = {"chat": self.as_json(), "from": by.as_user(), "date": int(self.fake.clock.now())}
        return self.fake.emit("my_chat_member", {**change, **states})

    def _messages(self) -> list[BotMessage]:
        return [m for m in self.fake.messages.values() if m.chat is self]


@dataclass
class Group(Chat):
    """A group the bot was added to."""

    def migrates_to(self, new_id: int) -> Group:
        """Becomes a supergroup: from now on the old id is refused with `migrate_to_chat_id`; both say so."""
        with self.fake.changed:
            self.migrated_to = new_id
            new = Group(self.fake, new_id, self.name, "supergroup", open=True)
            self.fake.chats[new_id] = new
        for chat, told in ((new, {"migrate_from_chat_id": self.id}), (self, {"migrate_to_chat_id": new_id})):
            number, date = self.fake.next_message_id(), int(self.fake.clock.now())
            self.fake.emit("message", {"message_id": number, "date": date, "chat": chat.as_json(), **told})
        return new

    def adds_bot(self, by: Person) -> Json:
        """Somebody adds the bot."""
        return self.membership(by, "left", "member")

    def removes_bot(self, by: Person) -> Json:
        """Somebody puts the bot out: sending is a 403 from now on."""
        return self.membership(by, "member", "kicked")


@dataclass
class Person(Chat):
    """A person with a private chat. Pass `chat` to speak in a group instead."""

    def as_user(self) -> Json:
        """The User object of the API."""
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": "vi"}

    def says(self, text: str, chat: Chat | None = None, thread: int | None = None) -> Json:
        """Send a text, in a topic of a forum if one is given; gives the update. The first opens the private chat."""
        content: Json = {"text": text, **_in_topic(chat, thread)}
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

    def answers(self, shown: Shown, content: str | Json, chat: Chat) -> Json:
        """Answer a message of the bot's with a text, or with these fields of the API's Message."""
        answered = self.fake.messages[shown.message_id]
        said = {"text": content} if isinstance(content, str) else content
        whole = {**said, **_in_topic(chat, answered.thread_id), "reply_to_message": answered.as_json(self.fake.bot)}
        return self.sends(whole, chat)

    def taps_under(self, shown: Shown, title: str) -> Json:
        """Tap a button of a certain message."""
        message = self.fake.messages[shown.message_id]
        buttons = message.markup.buttons if message.markup else []
        [button] = [button for button in buttons if button.text == title]
        return self._taps_inline(button, message)

    def sends_photo(self, content: bytes, caption: str = "", chat: Chat | None = None) -> Json:
        """Send a photo: Telegram names it in several sizes."""
        small, large = self.fake.add_file("small.jpg", b"small"), self.fake.add_file("photo.jpg", content)
        sizes = [
            {"file_id": file_id, "file_unique_id": f"u{file_id}", "width": width, "height": height}
            for file_id, width, height in ((small, 90, 67), (large, 1280, 960))
        ]
        return self.sends({"photo": sizes, **({"caption": caption} if caption else {})}, chat)

    def sends_place(self, latitude: float, longitude: float, title: str = "", chat: Chat | None = None) -> Json:
        """Send a point on the map, or a venue when it has a title."""
        point: Json = {"latitude": latitude, "longitude": longitude}
        venue: Json = {"venue": {"location": point, "title": title, "address": "Thôn 2"}} if title else {}
        return self.sends({"location": point, **venue}, chat)

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
        return self.membership(self, "member", "kicked")

    def unblocks(self) -> Json:
        """Let the bot write again."""
        return self.membership(self, "kicked", "member")

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


def _in_topic(chat: Chat | None, thread: int | None) -> Json:
    """What a message in a topic carries: unless it answers another, it answers the topic's first one."""
    if chat is None or thread is None:
        return {}
    first = {
        "message_id": thread,
        "date": 1,
        "chat": chat.as_json(),
        "forum_topic_created": {"name": "Phản ánh", "icon_color": 1},
    }
    return {"message_thread_id": thread, "is_topic_message": True, "reply_to_message": first}
