"""Carry letters to other bodies and bring back what their systems say. One letter at a time to each recipient."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping

from bot.accounts import Account
from bot.desk.images.photos import Photos
from bot.desk.life import Impossible
from bot.desk.outside import following, forwarding
from bot.desk.outside.following import Followed
from bot.desk.outside.forwarding import Letter, Recipient, reach
from bot.desk.outside.letters import Away, NotTaken, Sent
from bot.desk.outside.peer_moves import bring_back
from bot.desk.outside.ways import Ways
from bot.desk.reports import Overtaken
from bot.store import Store

_LOG = logging.getLogger(__name__)
_TICK = 1.0  # seconds between looks into the queue
_LOOK_AFTER_SENT = 15.0  # seconds between looks for letters whose news is due; these are many, and none is urgent
_MOST_AT_ONCE = 8
_WITHIN = 90.0  # seconds for one letter; well before its lease ends, so that nobody else has it meanwhile


class Courier:
    """Takes what is due in the offices of the accounts."""

    def __init__(
        self,
        store: Store,
        accounts: Mapping[int, Account],
        ways: Ways,
        photos: Photos,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.store = store
        self.accounts = accounts
        self.ways = ways
        self.photos = photos
        self.clock = clock
        self._open: dict[Recipient, asyncio.Task[None]] = {}
        self._looked_at = 0.0

    async def run(self) -> None:
        """Carry until cancelled."""
        try:
            if not self.store.shared:
                async with self.store.write() as session:
                    await forwarding.end_leases(session)
            while True:
                try:
                    await self.round()
                except Exception:  # the database is away: everything waits there
                    _LOG.exception("courier_failed")
                await asyncio.sleep(_TICK)
        finally:
            await self._stop()

    async def round(self) -> int:
        """Start whatever is due and not under way to its recipient already; how much was started."""
        started = 0
        while len(self._open) < _MOST_AT_ONCE and (letter := await self._claim()):
            self._start((letter.way, letter.recipient), self._carry(letter))
            started += 1
        now = self.clock()
        if now - self._looked_at >= _LOOK_AFTER_SENT:
            while len(self._open) < _MOST_AT_ONCE and (followed := await self._claim_followed()):
                self._start(("open311", followed.recipient), self._ask(followed))
                started += 1
            if len(self._open) < _MOST_AT_ONCE:
                self._looked_at = now
        return started

    async def finish(self) -> None:
        """Wait for what is under way."""
        while self._open:
            await asyncio.wait(list(self._open.values()))

    async def _claim(self) -> Letter | None:
        async with self.store.write() as session:
            return await forwarding.claim_letter(session, self._desks().keys(), self._open.keys(), self.clock())

    async def _claim_followed(self) -> Followed | None:
        async with self.store.write() as session:
            return await following.claim_followed(session, self._desks().keys(), self._open.keys(), self.clock())

    def _start(self, recipient: Recipient, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._open[recipient] = task
        task.add_done_callback(lambda _: self._over(recipient, task))

    def _over(self, recipient: Recipient, task: asyncio.Future[None]) -> None:
        self._open.pop(recipient, None)
        if not task.cancelled() and (error := task.exception()):  # the database is away: the lease runs out
            _LOG.error("delivery_not_noted", exc_info=error)

    async def _carry(self, letter: Letter) -> None:
        try:
            async with asyncio.timeout(_WITHIN):
                sent = await self._send(letter)
        except (Away, TimeoutError) as error:
            await self._put_off(letter, str(error) or "không trả lời kịp", away=True)
        except NotTaken as error:
            await self._put_off(letter, str(error), away=False)
        except Exception as error:
            _LOG.exception("delivery_failed", extra={"delivery": letter.id})
            await self._put_off(letter, type(error).__name__, away=False)
        else:
            async with self.store.write() as session:
                await forwarding.mark_delivered(session, letter, sent.remote_id, self.clock())
            _LOG.info("delivered", extra={"delivery": letter.id, "way": letter.way})

    async def _send(self, letter: Letter) -> Sent:
        account = self._desks()[letter.office_id]
        categories = account.desk.categories
        body = reach(categories, letter.recipient)
        if body is None:
            raise NotTaken("cơ quan này không còn trong danh sách nơi nhận (bodies.yml)")
        if letter.way == "open311":
            return await self.ways.open311.send(letter, body, account.office)
        photos = await asyncio.to_thread(self._read, letter.photos)
        category = categories.name(letter.category)
        return await self.ways.email.send(letter, body, account.office, category, photos, self.clock())

    def _read(self, names: tuple[str, ...]) -> dict[str, bytes]:
        """The photos that are there; one that is gone must not hold up the words."""
        found = {}
        for name in names:
            try:
                found[name] = self.photos.read(name)
            except (OSError, ValueError) as error:
                _LOG.warning("photo_missing", extra={"error": type(error).__name__})
        return found

    async def _put_off(self, letter: Letter, why: str, *, away: bool) -> None:
        _LOG.warning("delivery_put_off", extra={"delivery": letter.id, "way": letter.way, "attempt": letter.attempt})
        async with self.store.write() as session:
            await forwarding.put_off(session, letter, why, self.clock(), away)

    async def _ask(self, followed: Followed) -> None:
        """Ask how a letter stands that arrived, and bring that into our report."""
        account = self._desks()[followed.office_id]
        body = reach(account.desk.categories, followed.recipient)
        if body is None or body.open311 is None:
            async with self.store.write() as session:
                await following.give_up(session, followed)
            return
        try:
            async with asyncio.timeout(_WITHIN):
                status = await self.ways.open311.status(body.open311, followed.remote_id)
        except (Away, NotTaken, TimeoutError):
            status = None
        except Exception:
            _LOG.exception("status_failed", extra={"delivery": followed.id})
            status = None
        async with self.store.write() as session:
            if status is None:
                await following.ask_later(session, followed, self.clock())
                return
            try:
                await bring_back(session, account.desk, followed.id, status, body.name, self.clock())
            except (Impossible, Overtaken):  # somebody moved the report at this very moment
                await following.ask_later(session, followed, self.clock())
                return
            await following.asked(session, followed, status.id, status.closed, self.clock())

    def _desks(self) -> dict[int, Account]:
        """An account of each office: it knows the office's desk."""
        return {account.desk.office_id: account for account in self.accounts.values()}

    async def _stop(self) -> None:
        tasks = list(self._open.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
