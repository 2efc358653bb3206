"""Photos that officers look at or send along. One is reached through its report only, as that through its office."""

from __future__ import annotations

import hashlib
import hmac
import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.reports import Unknown
from bot.desk.tables import Attachment, Report

_THUMBNAIL = (320, 320)  # pixels at most


@dataclass(frozen=True)
class Piece:
    """A kept file that an officer wants to send along."""

    file: str
    size: int

    def sealed(self, key: bytes, officer_id: int) -> str:
        """For a form that must be sent again: only the officer who brought the file can name it."""
        told = f"{self.file}:{self.size}"
        return f"{told}:{_seal(told, key, officer_id)}"


def unsealed(told: str, key: bytes, officer_id: int) -> Piece | None:
    """What `Piece.sealed` said; none when somebody else said it."""
    body, _, seal = told.rpartition(":")
    file, _, size = body.rpartition(":")
    right = hmac.compare_digest(seal.encode(errors="replace"), _seal(body, key, officer_id).encode())
    return Piece(file, int(size)) if right and file else None


async def bring(session: AsyncSession, pieces: Sequence[Piece], now: float) -> None:
    """Enter kept files as nobody's yet, for the move that ties them to its event in the same transaction."""
    session.add_all(Attachment(file=piece.file, size=piece.size, created_at=now) for piece in pieces)
    await session.flush()


async def file_of(session: AsyncSession, office_id: int, code: str, attachment_id: int) -> str:
    """The kept file of a photo of a report of an office; `Unknown` for any other."""
    file = await session.scalar(
        select(Attachment.file)
        .join(Report, Report.id == Attachment.report_id)
        .where(Attachment.id == attachment_id, Report.office_id == office_id, Report.code == code)
    )
    if file is None:
        raise Unknown(str(attachment_id))
    return file


def thumbnail(content: bytes) -> bytes:
    """A small JPEG of a kept photo (takes some milliseconds: for a thread)."""
    small = io.BytesIO()
    with Image.open(io.BytesIO(content)) as image:
        image.thumbnail(_THUMBNAIL)
        image.convert("RGB").save(small, "JPEG", quality=78)
    return small.getvalue()


def _seal(told: str, key: bytes, officer_id: int) -> str:
    return hmac.new(key, f"console photo {officer_id} {told}".encode(errors="replace"), hashlib.sha256).hexdigest()
