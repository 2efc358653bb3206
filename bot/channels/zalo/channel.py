"""The Zalo OA: checks signatures, sends consultation messages, acts on the error table.

Application errors come as HTTP 200 with a negative `error`. Sources for codes and limits: docs/channels/zalo.md.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import time
from collections.abc import Mapping
from typing import Any

import httpx

from bot.channels.channel import (
    Envelope,
    Event,
    Intake,
    NeedsOperator,
    NotFetched,
    SendError,
    TryLater,
    Uncertain,
    Undeliverable,
)
from bot.channels.zalo.reading import read_event
from bot.channels.zalo.settings import ZaloSettings
from bot.channels.zalo.tokens import Tokens
from bot.channels.zalo.writing import message, plain
from bot.messages import Reply

_LOG = logging.getLogger(__name__)
_TOKEN_REFUSED = {-216, -220, -124}
_NO_BUTTONS = -233
_CALL_LIMIT = -32
# The person cannot be reached this way: not a follower, blocked, dormant, or outside the seven-day window.
_PERMANENT = {
    -201,
    -202,
    -210,
    -213,
    -217,
    -227,
    -230,
    -232,
    -233,
    -238,
    -241,
    -244,
    -248,
    -249,
    -305,
    -311,
    -403,
    -1340,
    -1341,
}
_QUOTA = {-211, -218}
_OPERATOR = {-204, -205, -209, -212, -215, -219, -221, -223, -224, -235, -237, -240, -242, -320, -321}
_QUOTA_WAIT = 3600.0


class Zalo:
    """One OA. Text is at most 2,000 characters; whether in code points or UTF-16 is not documented, hence 1,900."""

    name = "zalo"
    text_limit = 1900
    pause = 0.2

    def __init__(self, settings: ZaloSettings, client: httpx.AsyncClient, tokens: Tokens) -> None:
        self.link = f"https://zalo.me/{settings.oa_id}" if settings.oa_id else ""
        self.per_second = settings.per_minute / 60.0
        self._settings = settings
        self._client = client
        self._tokens = tokens
        self._buttons = True  # until the OA's package turns out not to take them

    def admit(self, headers: Mapping[str, str], body: bytes) -> Event | None:
        """A signed event; anything else is acknowledged and dropped, as the console's probe is not signed."""
        try:
            event = json.loads(body)
        except (ValueError, RecursionError):
            return None
        if not isinstance(event, dict) or str(event.get("app_id")) != self._settings.app_id:
            return None
        given = headers.get("x-zevent-signature", "").replace(" ", "").removeprefix("mac=")
        expected = self._signature(body, str(event.get("timestamp", "")))
        return event if hmac.compare_digest(given.lower().encode(), expected.encode()) else None

    def _signature(self, body: bytes, timestamp: str) -> str:
        """Plain SHA-256 of app id, raw body, timestamp and the OA's secret key; not an HMAC."""
        secret = self._settings.oa_secret.get_secret_value()
        signed = (self._settings.app_id.encode(), body, timestamp.encode(errors="replace"), secret.encode())
        return hashlib.sha256(b"".join(signed)).hexdigest()

    def read(self, event: Event) -> Envelope:
        """See `read_event`."""
        return read_event(event)

    def written(self, reply: Reply) -> str:
        """The numbered menu is part of the text."""
        return plain(reply)

    async def fetch(self, photo: str) -> bytes:
        """Not yet."""
        raise NotFetched("not yet", lasting=True)

    async def taken(self, event: Event) -> None:
        """Nothing to do."""

    async def send(self, address: str, reply: Reply, edits: str | None) -> str:
        """Send one consultation message. Zalo cannot edit."""
        token = await self._tokens.access()
        answer = await self._post(token, address, reply)
        if answer.get("error") in _TOKEN_REFUSED:
            answer = await self._post(await self._tokens.access(refused=token), address, reply)
        if answer.get("error") == _NO_BUTTONS and self._buttons:
            self._buttons = False
            _LOG.warning("zalo_buttons_not_accepted")
            return await self.send(address, reply, edits)
        if answer.get("error") != 0:
            raise _error(answer)
        data = answer.get("data")
        return str(data.get("message_id", "")) if isinstance(data, dict) else ""

    async def _post(self, token: str, address: str, reply: Reply) -> dict[str, Any]:
        try:
            response = await self._client.post(
                f"{self._settings.api.rstrip('/')}/v3.0/oa/message/cs",
                headers={"access_token": token},
                json={"recipient": {"user_id": address}, "message": message(reply, self._buttons)},
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise TryLater(type(error).__name__) from error
        except httpx.HTTPError as error:
            raise Uncertain(type(error).__name__) from error
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or "error" not in answer:
            raise TryLater(f"HTTP {response.status_code} without an answer")
        return answer

    async def run(self, intake: Intake) -> None:
        """Keep the tokens fresh."""
        await self._tokens.keep_fresh()


def _error(answer: dict[str, Any]) -> SendError:
    code, why = answer.get("error"), f"{answer.get('error')}: {answer.get('message', '')}"
    if code in _PERMANENT:
        return Undeliverable(why)
    if code == _CALL_LIMIT:
        return TryLater(why, 60.0 - time.time() % 60.0 + 1.0)
    if code in _QUOTA:
        return TryLater(why, _QUOTA_WAIT)
    if code in _OPERATOR or code in _TOKEN_REFUSED:
        return NeedsOperator(why)
    return TryLater(why)
