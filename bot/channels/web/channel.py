"""The page's side of the line: its posts become events, and it is told when a reply is there to be fetched."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Literal
from weakref import WeakValueDictionary

from pydantic import BaseModel, ConfigDict, Field

from bot.channels.channel import Envelope, Event, Intake, NotFetched, Refused
from bot.messages import Incoming, Reply


class Post(BaseModel):
    """A message from the page.

    `id` is the page's own, the same on a retry; `tapped` is the reply pressed on; `fresh` starts a new conversation, so
    that the next person at a shared phone does not see the last one's.
    """

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9-]+$")
    text: str = Field("", max_length=2000)
    payload: str | None = Field(None, max_length=64)
    tapped: int | None = Field(None, ge=1, lt=2**63)
    fresh: bool = False


class Bell:
    """Rings for the open pages of one conversation."""

    def __init__(self) -> None:
        self._waiting = asyncio.Event()

    def ring(self) -> None:
        """Wake whoever waits now."""
        self._waiting.set()
        self._waiting = asyncio.Event()

    def listen(self) -> asyncio.Event:
        """The next ring, to be taken before looking and waited for when there was nothing to see."""
        return self._waiting

    async def wait(self, rung: asyncio.Event, seconds: float) -> None:
        """Wait for that ring, not longer than `seconds`."""
        try:
            await asyncio.wait_for(rung.wait(), seconds)
        except TimeoutError:
            return


class Web:
    """The page takes any pace."""

    name = "web"
    link = ""
    text_limit = 100_000
    per_second = 2000.0
    pause = 0.0

    def __init__(self) -> None:
        self._bells: WeakValueDictionary[str, Bell] = WeakValueDictionary()

    def event(self, address: str, post: Post) -> Event:
        """The event of a post in a conversation."""
        return {"address": address, "post": post.model_dump(mode="json", exclude={"fresh"})}

    def bell(self, address: str) -> Bell:
        """The bell of a conversation; keep it while waiting."""
        return self._bells.setdefault(address, Bell())

    def admit(self, headers: Mapping[str, str], body: bytes) -> Event | None:
        """The page posts elsewhere."""
        raise Refused(404, "the web chat has no webhook")

    def read(self, event: Event) -> Envelope:
        """A post of the page."""
        address, post = str(event["address"]), Post.model_validate(event["post"])
        kind: Literal["payload", "text"] = "payload" if post.payload else "text"
        tapped = str(post.tapped) if post.tapped else None
        incoming = Incoming(kind=kind, text=post.text, payload=post.payload, tapped=tapped)
        return Envelope(f"{address}:{post.id}", address, incoming)

    def written(self, reply: Reply) -> str:
        """Choices are buttons beside the text."""
        return "\n\n".join(reply.lines())

    async def fetch(self, photo: str) -> bytes:
        """Not yet."""
        raise NotFetched("not yet", lasting=True)

    async def taken(self, event: Event) -> None:
        """Nothing to do."""

    async def send(self, address: str, reply: Reply, edits: str | None) -> str:
        """Tell the open page, if any; one opened later fetches what it missed."""
        if bell := self._bells.get(address):
            asyncio.get_running_loop().call_soon(bell.ring)
        return ""

    async def run(self, intake: Intake) -> None:
        """Nothing to do."""
        await asyncio.Event().wait()
