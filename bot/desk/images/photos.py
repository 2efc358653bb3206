"""Photos as files: each named by its content, written whole or not at all, readable by this user alone."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.desk.images.pictures import LARGEST, Declined, cleaned

__all__ = ["LARGEST", "Declined", "Kept", "Photos"]

_NAME = re.compile(r"[0-9a-f]{64}\.jpg")
_DRAFT = ".part"


@dataclass(frozen=True)
class Kept:
    """A photo that was kept: the file's name and its size in bytes."""

    file: str
    size: int


class Photos:
    """The folder of photos. Its files are spread over `ab/cd/`, as no folder should hold tens of thousands."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._one_at_a_time = asyncio.Lock()  # a large picture takes up to 200 MB of memory while it is open
        self._touching = threading.Lock()

    async def keep(self, content: bytes) -> Kept:
        """Keep what a person sent, cleaned; `Declined` when it is not taken. What is kept already stays as it is."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(self._keep, content)

    def path(self, file: str) -> Path:
        """Where a photo is. A name that is none of ours is a `ValueError`, so that it leads nowhere else."""
        if not _NAME.fullmatch(file):
            raise ValueError(f"{file!r} is no name of a photo")
        return self._folder / file[:2] / file[2:4] / file

    def read(self, file: str) -> bytes:
        """The bytes of a photo; `FileNotFoundError` when it is gone. Blocking, but a few hundred kilobytes at most."""
        return self.path(file).read_bytes()

    def older_than(self, moment: float) -> Iterator[Path]:
        """Files that were last kept before a moment (seconds since 1970), half-written ones included. Blocking."""
        for path in self._folder.glob("??/??/*"):
            if path.stat().st_mtime < moment:
                yield path

    def delete(self, path: Path, moment: float) -> bool:
        """Delete one of them, unless it was kept anew meanwhile. Blocking."""
        with self._touching:
            if not path.exists() or path.stat().st_mtime >= moment:
                return False
            path.unlink()
            return True

    def _keep(self, content: bytes) -> Kept:
        if self._touched(_name(content)):  # the web page's: cleaned when it was uploaded
            return Kept(_name(content), len(content))
        picture = cleaned(content)
        if not self._touched(_name(picture)):
            self._write(picture)
        return Kept(_name(picture), len(picture))

    def _touched(self, file: str) -> bool:
        """Whether a photo is there; it counts as kept now, so that nobody deletes it."""
        with self._touching:
            try:
                os.utime(self.path(file))
            except FileNotFoundError:
                return False
            return True

    def _write(self, picture: bytes) -> None:
        target = self.path(_name(picture))
        for folder in (self._folder, target.parent.parent, target.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(_DRAFT, dir=target.parent)  # mkstemp's mode is 0600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(picture)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, target)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        _sync(target.parent)


def _name(picture: bytes) -> str:
    return f"{hashlib.sha256(picture).hexdigest()}.jpg"


def _sync(folder: Path) -> None:
    """Put the new name on the disk too: a row that says a photo is there must not outlive it in a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
