"""Send the outbox, one message of a conversation at a time, at the pace that the platform allows."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress

from bot import metrics, outbox
from bot.accounts import Account
from bot.channels.channel import NeedsOperator, TryLater, Uncertain, Undeliverable, WindowClosed
from bot.outbox import Outgoing
from bot.store import Store

_LOG = logging.getLogger(__name__)
_OPERATOR_WAIT = 300.0  # seconds; until somebody has mended the account
_SLOW = 0.5  # seconds; a call that takes longer is no longer waited for
_MOST_SLOW = 8
_ECHO_WAIT = 20.0  # seconds that a platform has to report an uncertain message as delivered


class Sender:
    """The sender of one account."""

    def __init__(self, store: Store, account: Account, name: str, clock: Callable[[], float] = time.time) -> None:
        self.store = store
        self.account = account
        self.name = name
        self.clock = clock
        self._free_at = 0.0
        self._slow: set[asyncio.Task[None]] = set()

    async def run(self, wake: asyncio.Event) -> None:
        """Send until cancelled."""
        try:
            while True:
                wake.clear()
                await self._send_all_due()
                with suppress(TimeoutError):
                    await asyncio.wait_for(wake.wait(), 0.5)
        finally:
            for task in self._slow:
                task.cancel()
            await asyncio.gather(*self._slow, return_exceptions=True)

    async def _send_all_due(self) -> None:
        try:
            while await self.send_once():
                pass
        except Exception:  # the database is away: everything waits there
            _LOG.exception("sender_failed")
            await asyncio.sleep(1.0)

    async def send_once(self) -> bool:
        """Send one message, if one is due.

        One after the other, so that a crash can repeat one message at most; but a call that takes long goes on by
        itself, or everybody on the account would wait for one person's.
        """
        await self._keep_pace()
        async with self.store.write() as session:
            message = await outbox.claim_message(session, self.name, [self.account.id], self.clock())
        if message is None:
            return False
        self._free_at = time.monotonic() + 1.0 / self.account.channel.per_second
        task = asyncio.create_task(self._send(message))
        self._slow.add(task)
        task.add_done_callback(self._over)
        await asyncio.wait({task}, timeout=_SLOW)
        return True

    def _over(self, task: asyncio.Task[None]) -> None:
        self._slow.discard(task)
        if not task.cancelled() and (error := task.exception()):  # the database is away: the lease runs out
            _LOG.error("send_not_noted", exc_info=error)

    async def _keep_pace(self) -> None:
        """Wait for the next moment that the account's pace allows, and until not too many slow calls are open."""
        while len(self._slow) >= _MOST_SLOW:
            await asyncio.wait(self._slow, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(max(0.0, self._free_at - time.monotonic()))

    async def _send(self, message: Outgoing) -> None:
        channel = self.account.channel
        try:
            platform_id = await channel.send(message.address, message.reply, message.edits)
        except Undeliverable as error:
            await self._give_up(message, str(error))
        except WindowClosed as error:
            await self._hold(message, str(error))
        except Uncertain as error:
            await self._put_off(message, str(error), _ECHO_WAIT)
        except TryLater as error:
            await self._put_off(message, str(error), error.seconds)
        except NeedsOperator as error:
            _LOG.error("account_needs_operator", extra={"channel": channel.name, "why": str(error)})
            await self._put_off(message, str(error), _OPERATOR_WAIT)
        except Exception as error:
            _LOG.exception("send_failed", extra={"outbox_message": message.id})
            await self._put_off(message, type(error).__name__, None)
        else:
            async with self.store.write() as session:
                await outbox.mark_sent(session, message, platform_id, self.clock(), channel.pause)
            metrics.SENT.labels(channel.name, "sent").inc()

    async def _give_up(self, message: Outgoing, why: str) -> None:
        _LOG.warning(
            "undeliverable", extra={"outbox_message": message.id, "channel": self.account.channel.name, "why": why}
        )
        async with self.store.write() as session:
            await outbox.mark_undeliverable(session, message, why)
        metrics.SENT.labels(self.account.channel.name, "undeliverable").inc()

    async def _hold(self, message: Outgoing, why: str) -> None:
        async with self.store.write() as session:
            await outbox.hold(session, message, why, self.clock())
        metrics.SENT.labels(self.account.channel.name, "held").inc()

    async def _put_off(self, message: Outgoing, why: str, seconds: float | None) -> None:
        async with self.store.write() as session:
            await outbox.put_off(session, message, why, self.clock(), seconds)
        metrics.SENT.labels(self.account.channel.name, "put_off").inc()
