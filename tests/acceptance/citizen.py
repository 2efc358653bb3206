"""People at the platforms' doubles: what they write, send and press, and each message that they read, once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from tests.fakes import telegram_people as telegram
from tests.fakes import zalo_people as zalo
from tests.fakes.telegram import FakeTelegram
from tests.fakes.zalo import FakeZalo

WITHIN = 20.0  # seconds that a message may take on a busy machine
Message = TypeVar("Message", telegram.Shown, zalo.Shown)


class Reader(Generic[Message]):
    """Somebody at a chat, or the members of a group."""

    def __init__(self, chat: Any) -> None:
        self.chat = chat
        self._read: set[tuple[Any, str]] = set()

    def next(self, wanted: Callable[[Message], bool]) -> Message:
        """The newest message that was not read before, once there is one that is wanted."""
        shown: Message = self.chat.wait_for(lambda one: not self._is_read(one) and wanted(one), timeout=WITHIN)
        self._read.add((shown.message_id, shown.text))
        return shown

    def unread(self) -> list[str]:
        """What came and was not waited for."""
        return [shown.text or "a photo" for shown in self.chat.inbox if not self._is_read(shown)]

    def _is_read(self, shown: Message) -> bool:
        return (shown.message_id, shown.text) in self._read  # the text as well: Telegram's messages can be edited


class Citizen(ABC, Reader[Message]):
    """Somebody who uses the bot over one of its channels."""

    @abstractmethod
    def presses(self, title: str) -> None:
        """Press the newest button of that name."""

    @abstractmethod
    def sees_photo(self) -> bytes:
        """The next photo that the bot sent."""

    def says(self, text: str) -> None:
        """Write something."""
        self.chat.says(text)

    def sends_photo(self, content: bytes) -> None:
        """Send a photo."""
        self.chat.sends_photo(content)

    def hears(self, *parts: str) -> str:
        """The text of a message that has all these parts."""
        return self.next(lambda shown: bool(shown.text) and all(part in shown.text for part in parts)).text

    def _with(self, title: str) -> Message:
        there = [shown for shown in self.chat.inbox if title in shown.buttons]
        assert there, f"no button {title!r}; the last message: {self.chat.inbox[-1].text!r}"
        newest: Message = there[-1]
        return newest


class OnTelegram(Citizen[telegram.Shown]):
    """A citizen on Telegram."""

    def __init__(self, fake: FakeTelegram, number: int, name: str) -> None:
        super().__init__(fake.person(number, name))
        self._fake = fake

    def presses(self, title: str) -> None:
        self.chat.taps_under(self._with(title), title)

    def sees_photo(self) -> bytes:
        return self._fake.file(self.next(lambda shown: bool(shown.file_id)).file_id)


class OnZalo(Citizen[zalo.Shown]):
    """A citizen on Zalo, where a button sends its payload as if it were typed."""

    def __init__(self, fake: FakeZalo, name: str) -> None:
        super().__init__(fake.person(name=name))
        self._fake = fake

    def presses(self, title: str) -> None:
        [button] = [button for button in self._with(title).content.buttons if button.title == title]
        self.chat.says(button.payload)

    def sees_photo(self) -> bytes:
        return self._fake.upload(self.next(lambda shown: bool(shown.asset)).asset)


class InGroup(Reader[telegram.Shown]):
    """An officer in their Telegram group. Posts are answered once `sent` says that the bot knows their number."""

    def __init__(self, fake: FakeTelegram, number: int, name: str, sent: Callable[[telegram.Shown], None]) -> None:
        super().__init__(fake.group(-1_000_000 - number))
        self.person = fake.person(number, name)
        self._fake = fake
        self._sent = sent

    def reads(self, *parts: str) -> telegram.Shown:
        """A post that has all these parts."""
        post = self.next(lambda shown: all(part in shown.text for part in parts))
        self._sent(post)
        return post

    def sees_photo(self) -> bytes:
        """The next photo."""
        return self._fake.file(self.next(lambda shown: bool(shown.file_id)).file_id)

    def presses(self, post: telegram.Shown, title: str) -> None:
        """Press a button under a post."""
        self.person.taps_under(post, title)

    def answers(self, post: telegram.Shown, words: str, photo: bytes = b"") -> None:
        """Answer a post."""
        if not photo:
            self.person.answers(post, words, self.chat)
            return
        file = self._fake.add_file("anh.jpg", photo)
        size = {"file_id": file, "file_unique_id": f"u{file}", "width": 1280, "height": 960}
        self.person.answers(post, {"photo": [size], "caption": words}, self.chat)
