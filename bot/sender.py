"""Send the outbox, one message of a conversation at a time, at the pace that the platform allows."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from bot import metrics, outbox
from bot.accounts import Account
from bot.channels.channel import NeedsOperator, TryLater, Uncertain, Undeliverable
from bot.outbox import Outgoing
from bot.store import Store

_LOG = logging.getLogger(__name__)
_OPERATOR_WAIT = 300.0  # seconds; until somebody has mended the account
_AT_ONCE = 4
_ECHO_WAIT = 20.0  # seconds that a platform has to report an uncertain message as delivered


class Sender:
    """The sender of one account."""

    def __init__(self, store: Store, account: Account, name: str, clock: Callable[[], float] = time.time) -> None:
        self.store = store
        self.account = account
        self.name = name
        self.clock = clock
        self._free_at = 0.0

    async def run(self, wake: asyncio.Event) -> None:
        """Send until cancelled, a few at once: one call that hangs must not hold up the others."""
        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(self._work(wake))

    async def _work(self, wake: asyncio.Event) -> None:
        while True:
            wake.clear()
            try:
                while await self.send_once():
                    pass
            except Exception:  # the database is away: everything waits there
                _LOG.exception("sender_failed")
                await asyncio.sleep(1.0)
            try:
                await asyncio.wait_for(wake.wait(), 0.5)
            except TimeoutError:
                continue

    async def send_once(self) -> bool:
        """Send one message, if one is due."""
        async with self.store.write() as session:
            message = await outbox.claim_message(session, self.name, [self.account.id], self.clock())
        if message is None:
            return False
        await self._keep_pace()
        await self._send(message)
        return True

    async def _keep_pace(self) -> None:
        """Wait for the next free moment of the account, and take it."""
        now = time.monotonic()
        mine = max(now, self._free_at)
        self._free_at = mine + 1.0 / self.account.channel.per_second
        await asyncio.sleep(mine - now)

    async def _send(self, message: Outgoing) -> None:
        channel = self.account.channel
        try:
            platform_id = await channel.send(message.address, message.reply, message.edits)
        except Undeliverable as error:
            await self._give_up(message, str(error))
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

    async def _put_off(self, message: Outgoing, why: str, seconds: float | None) -> None:
        async with self.store.write() as session:
            await outbox.put_off(session, message, why, self.clock(), seconds)
        metrics.SENT.labels(self.account.channel.name, "put_off").inc()
