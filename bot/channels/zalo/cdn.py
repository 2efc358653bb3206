"""Photos from Zalo's CDN, and from nowhere else.

An event is signed, but the address in it is still only words: a fetch goes to the hosts that are allowed, over TLS,
follows nothing and stops past the largest size that is taken.
"""

from __future__ import annotations

import asyncio

import httpx

from bot.channels.channel import NotFetched
from bot.desk.images.photos import LARGEST

_SECONDS = 20.0  # for one photo; a worker's lease is longer


class Cdn:
    """Zalo's hosts for photos. A host stands for itself and all below it; one with a scheme for exactly that origin."""

    def __init__(self, hosts: str, client: httpx.AsyncClient) -> None:
        self._client = client
        entries = [entry.strip().lower() for entry in hosts.split(",") if entry.strip()]
        self._origins = {entry for entry in entries if "://" in entry}
        self._hosts = [entry for entry in entries if "://" not in entry]

    async def fetched(self, address: str) -> bytes:
        """The bytes at an address; cut off somewhere past the largest size that is taken."""
        url = self._allowed(address)
        try:
            async with asyncio.timeout(_SECONDS):
                return await self._read(url)
        except (httpx.HTTPError, TimeoutError) as error:
            raise NotFetched(type(error).__name__) from error

    def _allowed(self, address: str) -> httpx.URL:
        try:
            url = httpx.URL(address)
        except (httpx.InvalidURL, ValueError, TypeError) as error:
            raise NotFetched("no address", lasting=True) from error
        if f"{url.scheme}://{url.netloc.decode()}" in self._origins:
            return url
        known = any(url.host == host or url.host.endswith(f".{host}") for host in self._hosts)
        plain = url.scheme in ("http", "https") and url.port is None and not url.userinfo
        if not known or not plain:
            raise NotFetched("not an address of Zalo's CDN", lasting=True)
        return url.copy_with(scheme="https")  # some are handed out with http

    async def _read(self, url: httpx.URL) -> bytes:
        """Raw, since what is packed may unfold endlessly."""
        packed = {"Accept-Encoding": "identity"}
        async with self._client.stream("GET", url, headers=packed, follow_redirects=False) as response:
            if response.status_code != 200:
                passing = response.status_code >= 500 or response.status_code in (408, 429)
                raise NotFetched(f"HTTP {response.status_code}", lasting=not passing)
            content = bytearray()
            async for chunk in response.aiter_raw():
                content += chunk
                if len(content) > LARGEST:
                    break
            return bytes(content)
