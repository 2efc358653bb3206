"""Forms of the console: read up to a limit, and taken only from our own pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.types import Message

from api.console.gate import Forbidden
from bot.channels.channel import Refused
from bot.desk.images.photos import LARGEST
from bot.desk.people.sessions import Signed

MOST_PHOTOS = 3
_SMALL = 64 * 1024  # bytes; the longest text is a few kilobytes
_STALE = "Trang này mở đã lâu nên chưa gửi được. Quay lại, tải lại trang rồi làm lại giúp."


@dataclass(frozen=True)
class Posted:
    """What a form brought: its texts, and the photos that were chosen."""

    texts: Mapping[str, str]
    again: tuple[str, ...] = ()
    photos: tuple[bytes, ...] = ()

    def text(self, name: str, most: int = 200) -> str:
        """One text without the spaces around it, cut to `most` characters."""
        return self.texts.get(name, "").strip()[:most]

    def number(self, name: str) -> int | None:
        """One whole number; none for anything else."""
        text = self.texts.get(name, "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


async def posted(request: Request, signed: Signed) -> Posted:
    """A form of who is signed in; `Forbidden` when it is none of our pages'."""
    read = await read_form(request)
    if not signed.sent_by_us(read.text("csrf")):
        raise Forbidden(_STALE)
    return read


async def posted_with_photos(request: Request, signed: Signed) -> Posted:
    """The same of a form that may bring photos."""
    read = await read_form(request, MOST_PHOTOS * (LARGEST + _SMALL))
    if not signed.sent_by_us(read.text("csrf")):
        raise Forbidden(_STALE)
    return read


async def read_form(request: Request, most: int = _SMALL) -> Posted:
    """A form's content; `Refused` (413) as soon as it is larger than `most` bytes."""
    limited = _limited(request, most)
    try:
        async with limited.form(max_files=MOST_PHOTOS + 1, max_fields=40, max_part_size=_SMALL) as form:
            return await _content(form)
    except HTTPException as error:  # what the parser says of a broken body
        raise Forbidden("Máy không đọc được nội dung gửi lên. Quay lại rồi gửi lại giúp.") from error


async def _content(form: FormData) -> Posted:
    texts: dict[str, str] = {}
    again: list[str] = []
    photos: list[bytes] = []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            content = await value.read(LARGEST + 1)
            if content:
                photos.append(content)
        elif name == "anh-da-gui":
            again.append(value)
        else:
            texts[name] = value.replace("\r\n", "\n").replace("\0", "")  # PostgreSQL stores no zeros
    return Posted(texts, tuple(again[:MOST_PHOTOS]), tuple(photos[:MOST_PHOTOS]))


def _limited(request: Request, most: int) -> Request:
    """The same request, which breaks off as soon as its body is too long."""
    taken = 0

    async def receive() -> Message:
        nonlocal taken
        message = await request.receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise Refused(413, f"the form is larger than {most} bytes")
        return message

    return Request(request.scope, receive)
