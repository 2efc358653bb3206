"""The Zalo OA: checks signatures, sends consultation messages, acts on the error table.

Application errors come as HTTP 200 with a negative `error`. Sources for limits: docs/channels/zalo.md.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import Mapping
from typing import Any

import httpx

from bot.channels.channel import Envelope, Event, Intake, TryLater, Uncertain
from bot.channels.kept import kept_bytes
from bot.channels.zalo.cdn import Cdn
from bot.channels.zalo.errors import ASSET_EXPIRED, NO_BUTTONS, TOKEN_REFUSED, mapped
from bot.channels.zalo.reading import read_event
from bot.channels.zalo.settings import ZaloSettings
from bot.channels.zalo.tokens import Tokens
from bot.channels.zalo.writing import message, picture, plain
from bot.desk.images.photos import Photos
from bot.desk.images.pictures import lighter
from bot.messages import Reply

_LOG = logging.getLogger(__name__)
_UPLOAD = 1024 * 1024  # bytes of one photo
_MOST_ASSETS = 200  # remembered, so that one photo for many people is uploaded once


class Zalo:
    """One OA. Text is at most 2,000 characters; whether in code points or UTF-16 is not documented, hence 1,900."""

    name = "zalo"
    text_limit = 1900
    pause = 0.2

    def __init__(self, settings: ZaloSettings, client: httpx.AsyncClient, tokens: Tokens, photos: Photos) -> None:
        self.link = f"https://zalo.me/{settings.oa_id}" if settings.oa_id else ""
        self.per_second = settings.per_minute / 60.0
        self._settings = settings
        self._client = client
        self._tokens = tokens
        self._photos = photos
        self._cdn = Cdn(settings.photo_hosts, client)
        self._assets: dict[str, str] = {}
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
        """See `Cdn`."""
        return await self._cdn.fetched(photo)

    async def taken(self, event: Event) -> None:
        """Nothing to do."""

    async def send(self, address: str, reply: Reply, edits: str | None) -> str:
        """Send one consultation message. Zalo cannot edit."""
        if reply.photos and not reply.text:
            return await self._send_photo(address, reply.photos[0])
        answer = await self._message(address, message(reply, self._buttons))
        if answer.get("error") == NO_BUTTONS and self._buttons:
            self._buttons = False
            _LOG.warning("zalo_buttons_not_accepted")
            return await self.send(address, reply, edits)
        return _message_id(answer)

    async def _send_photo(self, address: str, file: str) -> str:
        answer = await self._message(address, picture(await self._asset(file)))
        if answer.get("error") == ASSET_EXPIRED:
            self._assets.pop(file, None)
            answer = await self._message(address, picture(await self._asset(file)))
        return _message_id(answer)

    async def _asset(self, file: str) -> str:
        """Zalo's name of an uploaded photo; it is good for seven days."""
        if file not in self._assets:
            content = await asyncio.to_thread(lighter, await kept_bytes(self._photos, file), _UPLOAD)
            try:
                answer = await self._call("/v2.0/oa/upload/image", files={"file": ("anh.jpg", content, "image/jpeg")})
            except Uncertain as error:  # nobody has seen it: it can be repeated at once
                raise TryLater(str(error)) from error
            data = answer.get("data")
            if answer.get("error") != 0 or not isinstance(data, dict):
                raise mapped(answer)
            if len(self._assets) >= _MOST_ASSETS:
                self._assets.clear()
            self._assets[file] = str(data.get("attachment_id", ""))
        return self._assets[file]

    async def _message(self, address: str, content: dict[str, Any]) -> dict[str, Any]:
        body = {"recipient": {"user_id": address}, "message": content}
        return await self._call("/v3.0/oa/message/cs", json=body)

    async def _call(self, path: str, **request: Any) -> dict[str, Any]:
        """The answer to a call; with a fresh token once more when the first is refused."""
        token = await self._tokens.access()
        answer = await self._post(path, token, request)
        if answer.get("error") in TOKEN_REFUSED:
            answer = await self._post(path, await self._tokens.access(refused=token), request)
        return answer

    async def _post(self, path: str, token: str, request: dict[str, Any]) -> dict[str, Any]:
        try:
            response = await self._client.post(
                f"{self._settings.api.rstrip('/')}{path}", headers={"access_token": token}, **request
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


def _message_id(answer: dict[str, Any]) -> str:
    if answer.get("error") != 0:
        raise mapped(answer)
    data = answer.get("data")
    return str(data.get("message_id", "")) if isinstance(data, dict) else ""
