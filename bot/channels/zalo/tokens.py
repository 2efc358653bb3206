"""The OA's OAuth tokens. A refresh token works once: one refresher at a time, the new pair stored before it is used.

Access tokens live 25 hours, refresh tokens three months. The token server answers errors with HTTP 200 and fields of
its own, so only a non-empty `access_token` is success.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable
from typing import Any

import httpx
from sqlalchemy import CursorResult, update

from bot.channels.channel import NeedsOperator, TryLater
from bot.channels.zalo.settings import ZaloSettings
from bot.store import Store
from bot.tables import ZaloToken

_LOG = logging.getLogger(__name__)
_EARLY = 6 * 3600.0  # seconds before expiry at which the pair is refreshed anyway
_LIFETIME = 90_000  # seconds an access token is documented to live
_LEASE = 90.0  # seconds; longer than two requests with their timeouts
_TRANSIENT = -32


class Tokens:
    """Gives out the access token, fresh when need be."""

    def __init__(
        self, settings: ZaloSettings, client: httpx.AsyncClient, store: Store, clock: Callable[[], float] = time.time
    ) -> None:
        self._settings = settings
        self._client = client
        self._store = store
        self._clock = clock

    async def access(self, refused: str = "") -> str:
        """An access token other than the `refused` one. `NeedsOperator` when the OA must be authorised again."""
        row = await self._row()
        if row.access_token not in ("", refused) and row.expires_at > self._clock():
            return row.access_token
        return await self._refreshed(refused)

    async def keep_fresh(self) -> None:
        """Refresh well before expiry, until cancelled."""
        while True:
            try:
                row = await self._row()
                if row.expires_at - self._clock() < _EARLY:
                    await self._refreshed(row.access_token)
            except (NeedsOperator, TryLater) as error:
                _LOG.error("zalo_token", extra={"why": str(error)})
            await asyncio.sleep(600.0)

    async def _row(self) -> ZaloToken:
        """The stored pair; a first token in the settings that was not seen before starts it anew."""
        first = self._settings.refresh_token.get_secret_value()
        seed = hashlib.sha256(first.encode()).hexdigest()
        async with self._store.read() as session:
            row = await session.get(ZaloToken, self._settings.app_id)
        if row is not None and (not first or row.seed == seed):
            return row
        if not first:
            raise NeedsOperator("MOTCUA_ZALO_REFRESH_TOKEN is not set: authorise the OA and set its first token")
        fresh = ZaloToken(
            app_id=self._settings.app_id,
            seed=seed,
            refresh_token=first,
            access_token="",
            expires_at=0.0,
            leased_until=0.0,
            broken="",
        )
        async with self._store.write() as session:
            row = await session.get(ZaloToken, self._settings.app_id)
            if row is not None and row.seed == seed:  # another one was first: its pair may be a later one already
                return row
            return await session.merge(fresh)

    async def _refreshed(self, refused: str) -> str:
        for _ in range(int(_LEASE)):
            if await self._take_lease():
                return await self._refresh(refused)
            await asyncio.sleep(1.0)  # another one is at it: wait for its token
            row = await self._row()
            if row.access_token not in ("", refused) and row.expires_at > self._clock():
                return row.access_token
        raise TryLater("the token is being refreshed elsewhere")

    async def _take_lease(self) -> bool:
        now = self._clock()
        free = update(ZaloToken).where(ZaloToken.app_id == self._settings.app_id, ZaloToken.leased_until < now)
        async with self._store.write() as session:
            result = await session.execute(free.values(leased_until=now + _LEASE))
        assert isinstance(result, CursorResult)  # noqa: S101 (for the type checker)
        return result.rowcount == 1

    async def _refresh(self, refused: str) -> str:
        """With the lease held: one request; a second one with the same token only after an unclear first."""
        row = await self._row()
        if row.access_token not in ("", refused) and row.expires_at > self._clock():
            await self._give_lease_back()
            return row.access_token
        if row.broken:
            await self._give_lease_back()
            raise NeedsOperator(f"the OA must be authorised again: {row.broken}")
        for attempt in (1, 2):
            try:
                answer = await self._ask(row.refresh_token)
            except httpx.HTTPError as error:
                _LOG.warning("zalo_token_unclear", extra={"attempt": attempt, "error": type(error).__name__})
                continue
            return await self._stored(answer)
        await self._give_lease_back()
        raise TryLater("the token server does not answer")

    async def _ask(self, refresh_token: str) -> dict[str, Any]:
        response = await self._client.post(
            f"{self._settings.oauth.rstrip('/')}/v4/oa/access_token",
            headers={"secret_key": self._settings.app_secret.get_secret_value()},
            data={
                "app_id": self._settings.app_id,
                "grant_type": "refresh_token",
                "refresh_token": refresh_token,
            },
        )
        if response.status_code >= 500:
            raise httpx.HTTPStatusError("server error", request=response.request, response=response)
        try:
            answer = response.json()
        except ValueError:
            answer = {"message": "the answer is not JSON"}
        return answer if isinstance(answer, dict) else {"message": "the answer is not an object"}

    async def _stored(self, answer: dict[str, Any]) -> str:
        """Keep the new pair before anyone uses it; a refusal is final unless it is the call limit."""
        access, refresh = answer.get("access_token"), answer.get("refresh_token")
        if isinstance(access, str) and access and isinstance(refresh, str):
            lifetime = _seconds(answer.get("expires_in"))
            await self._write(
                access_token=access,
                refresh_token=refresh,
                expires_at=self._clock() + lifetime,
                leased_until=0.0,
                broken="",
            )
            return access
        names = ("message", "error_description", "error_reason", "error_name")
        why = next((str(answer[name]) for name in names if answer.get(name)), "no reason given")
        if answer.get("error") == _TRANSIENT:
            await self._give_lease_back()
            raise TryLater(why)
        await self._write(broken=why, leased_until=0.0)
        raise NeedsOperator(f"the OA must be authorised again: {why}")

    async def _give_lease_back(self) -> None:
        await self._write(leased_until=0.0)

    async def _write(self, **values: Any) -> None:
        async with self._store.write() as session:
            await session.execute(update(ZaloToken).where(ZaloToken.app_id == self._settings.app_id).values(**values))


def _seconds(value: object) -> int:
    """Documented as a string of seconds. Whatever it is, the new pair must be kept: the old one is dead."""
    return int(str(value)) if str(value).isdecimal() else _LIFETIME
