"""What comes in and what goes out, as plain data without any channel in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Place(_Plain):
    """A point on the map, in degrees (WGS 84)."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class Incoming(_Plain):
    """One message of one person.

    `payload` is set when a button was pressed or a command given; `tapped` is the platform's id of the message whose
    button it was, where the platform can edit that message. `photos` are the platform's names (ids or addresses) of
    photos sent along, for `Channel.fetch`. In a group, `sender` is the platform's id of the person and `replied_to`
    that of the message answered.
    """

    kind: Literal["text", "payload", "photo", "voice", "location", "other"]
    text: str = ""
    payload: str | None = None
    tapped: str | None = None
    name: str = ""
    photos: tuple[str, ...] = ()
    place: Place | None = None
    group: bool = False
    sender: str = ""
    replied_to: str | None = None


class Choice(_Plain):
    """Something to press: what it says and what it carries (see `bot.payloads`)."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    payload: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Link(_Plain):
    """A web address with the words for it."""

    label: str
    url: str


class Reply(_Plain):
    """One message to the person: a heading, paragraphs, where it comes from, and what can be pressed.

    `in_place` asks to replace the message whose button was pressed, on channels that can. `photos` are names of kept
    files (see `bot.desk.images.photos`); the outbox makes each a message of its own after the text, so that sending one
    again never repeats another. `lasting` news is kept until it is delivered; other replies are given up after a day.
    `answers` is the platform's id of the message under which it is shown, on channels that can.
    """

    text: str
    heading: str = ""
    source: Link | None = None
    footnote: str = ""
    choices: tuple[Choice, ...] = ()
    in_place: bool = False
    photos: tuple[str, ...] = ()
    lasting: bool = False
    answers: str | None = None

    def lines(self) -> Iterator[str]:
        """The reply as plain paragraphs, without the choices."""
        if self.heading:
            yield self.heading
        if self.text:
            yield self.text
        if self.source:
            yield f"Nguồn: {self.source.label}" + (f" – {self.source.url}" if self.source.url else "")
        if self.footnote:
            yield self.footnote
