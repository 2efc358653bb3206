"""Delete photos that belong to nothing: of drafts given up, of messages that led nowhere, half-written ones."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import delete, select

from bot.desk.images.photos import Photos
from bot.desk.tables import Attachment
from bot.store import Store

_LOG = logging.getLogger(__name__)
_DAY = 24 * 3600.0
_DRAFT_LIVES = 8 * _DAY  # a draft is kept for a week
_EVERY = 3600.0  # seconds


async def keep_sweeping(store: Store, photos: Photos, clock: Callable[[], float] = time.time) -> None:
    """Sweep once an hour until cancelled; a failure only puts it off."""
    while True:
        try:
            await sweep(store, photos, clock())
        except Exception:
            _LOG.exception("sweep_failed")
        await asyncio.sleep(_EVERY)


async def sweep(store: Store, photos: Photos, now: float) -> int:
    """Forget the photos of drafts that nobody sent, then delete files that nothing names; how many."""
    async with store.write() as session:
        given_up = Attachment.report_id.is_(None) & (Attachment.created_at < now - _DRAFT_LIVES)
        await session.execute(delete(Attachment).where(given_up))
    moment = now - _DAY  # a younger file may be on its way into a report
    old = await asyncio.to_thread(lambda: list(photos.older_than(moment)))
    deleted = 0
    for some in (old[start : start + 500] for start in range(0, len(old), 500)):
        named = await _named(store, some)
        nobodys = [path for path in some if path.name not in named]
        deleted += await asyncio.to_thread(_delete, photos, nobodys, moment)
    if deleted:
        _LOG.info("photos_swept", extra={"deleted": deleted})
    return deleted


async def _named(store: Store, paths: list[Path]) -> set[str]:
    async with store.read() as session:
        wanted = select(Attachment.file).where(Attachment.file.in_([path.name for path in paths]))
        return set(await session.scalars(wanted))


def _delete(photos: Photos, paths: list[Path], moment: float) -> int:
    return sum(photos.delete(path, moment) for path in paths)
