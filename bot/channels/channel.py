"""What a channel is: it admits requests, reads events and sends replies. It knows no action and no table.

Errors of the platform are mapped to the few below, so that the sender can act on them without knowing the platform.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.messages import Incoming, Reply


class NotFetched(Exception):
    """A photo could not be fetched from the platform; `lasting` when another try would not help."""

    def __init__(self, why: str, lasting: bool = False) -> None:
        super().__init__(why)
        self.lasting = lasting


class Refused(Exception):
    """A request that is not from the platform, or cannot be one; answered with `status`, nothing stored."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


class SendError(Exception):
    """A reply was not sent."""


class TryLater(SendError):
    """It may work after `seconds`."""

    def __init__(self, why: str, seconds: float | None = None) -> None:
        super().__init__(why)
        self.seconds = seconds


class Uncertain(SendError):
    """The connection broke after the request: the reply may have arrived."""


class Undeliverable(SendError):
    """It will never reach this person this way."""


class WindowClosed(SendError):
    """The platform lets us write only after the person has written again."""


class NeedsOperator(SendError):
    """Nothing goes out until somebody mends the account (token, package, permission)."""


@dataclass(frozen=True)
class Envelope:
    """An event as the inbox needs it.

    `key` is the same whenever the platform delivers the event again. `address` is the chat; `message` is what to work
    on: without one the event is kept as ignored. `echo` is the text of a message of ours that the platform reports as
    delivered. `by_officer` is what an officer wrote to the person in the platform's own tool, past the bot.
    """

    key: str
    address: str | None = None
    message: Incoming | None = None
    echo: str | None = None
    by_officer: str | None = None
    platform_id: str | None = None


Event = dict[str, Any]
Intake = Callable[[Event], Awaitable[None]]


class Channel(Protocol):
    """One account on one platform."""

    name: str
    link: str  # where a person opens the chat; empty when not known
    text_limit: int  # characters of one message
    per_second: float  # messages of the account
    pause: float  # seconds between two messages to one chat

    def admit(self, headers: Mapping[str, str], body: bytes) -> Event | None:
        """The event of a webhook request; none when it must be acknowledged and dropped. May raise `Refused`."""
        ...

    def read(self, event: Event) -> Envelope:
        """What an event is. Total: whatever was admitted or stored can be read."""
        ...

    def written(self, reply: Reply) -> str:
        """The reply's text as the person reads it and as the platform reports it back."""
        ...

    async def send(self, address: str, reply: Reply, edits: str | None) -> str:
        """Send or edit the text, or the photo of a reply without text; the platform's id of the message.

        Raises a `SendError`.
        """
        ...

    async def fetch(self, photo: str) -> bytes:
        """The bytes of a photo that an incoming message names. Raises `NotFetched`."""
        ...

    async def taken(self, event: Event) -> None:
        """After a new event is safely stored: what the platform wants at once (Telegram: stop the button's spinner)."""
        ...

    async def run(self, intake: Intake) -> None:
        """What the account needs beside requests: polling, webhook registration, token refresh. Until cancelled."""
        ...
