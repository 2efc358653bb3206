"""The page's side of the line: its posts become events, and it is told when a reply is there to be fetched."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Literal
from weakref import WeakValueDictionary

from pydantic import BaseModel, ConfigDict, Field

from bot.channels.channel import Envelope, Event, Intake, NotFetched, Refused
from bot.desk.images.photos import Photos
from bot.messages import Incoming, Place, Reply


class Post(BaseModel):
    """A message from the page.

    `id` is the page's own, the same on a retry; `tapped` is the reply pressed on; `place` is where the person is;
    `fresh` starts a new conversation, so that the next person at a shared phone does not see the last one's.
    """

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9-]+$")
    text: str = Field("", max_length=2000)
    payload: str | None = Field(None, max_length=64)
    tapped: int | None = Field(None, ge=1, lt=2**63)
    place: Place | None = None
    fresh: bool = False


class PhotoPost(BaseModel):
    """A photo from the page, kept already: the page names no file, so nobody can hand in another's."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9-]+$")
    photo: str


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

    def __init__(self, photos: Photos) -> None:
        self._photos = photos
        self._bells: WeakValueDictionary[str, Bell] = WeakValueDictionary()

    def event(self, address: str, post: Post | PhotoPost) -> Event:
        """The event of a post in a conversation."""
        name = "photo" if isinstance(post, PhotoPost) else "post"
        return {"address": address, name: post.model_dump(mode="json", exclude={"fresh"})}

    def bell(self, address: str) -> Bell:
        """The bell of a conversation; keep it while waiting."""
        return self._bells.setdefault(address, Bell())

    def admit(self, headers: Mapping[str, str], body: bytes) -> Event | None:
        """The page posts elsewhere."""
        raise Refused(404, "the web chat has no webhook")

    def read(self, event: Event) -> Envelope:
        """A post of the page."""
        address = str(event["address"])
        if "photo" in event:
            sent = PhotoPost.model_validate(event["photo"])
            return Envelope(f"{address}:{sent.id}", address, Incoming(kind="photo", photos=(sent.photo,)))
        post = Post.model_validate(event["post"])
        tapped = str(post.tapped) if post.tapped else None
        incoming = Incoming(kind=_kind(post), text=post.text, payload=post.payload, tapped=tapped, place=post.place)
        return Envelope(f"{address}:{post.id}", address, incoming)

    def written(self, reply: Reply) -> str:
        """Choices are buttons beside the text."""
        return "\n\n".join(reply.lines())

    async def fetch(self, photo: str) -> bytes:
        """A photo that was kept when the page posted it."""
        try:
            return await asyncio.to_thread(self._photos.read, photo)
        except (FileNotFoundError, ValueError) as error:
            raise NotFetched("the photo is no longer there", lasting=True) from error

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


def _kind(post: Post) -> Literal["payload", "location", "text"]:
    if post.payload:
        return "payload"
    return "location" if post.place else "text"
