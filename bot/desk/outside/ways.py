"""The ways that reports take to other bodies, opened as the settings say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from bot.desk.outside.bodies import Bodies
from bot.desk.outside.forwarding_email import Mailer, Relay
from bot.desk.outside.forwarding_open311 import Open311Client
from bot.settings import Settings, SettingsError


@dataclass(frozen=True)
class Ways:
    """By e-mail, and to Open311 servers."""

    email: Mailer
    open311: Open311Client


@asynccontextmanager
async def open_ways(settings: Settings, bodies: Bodies) -> AsyncIterator[Ways]:
    """The ways, open until the block ends. What the settings lack for them is a `SettingsError`."""
    keys = _keys(settings)
    for body in bodies:
        if body.open311 and body.open311.key and body.open311.key not in keys:
            raise SettingsError(f"setting MOTCUA_OPEN311_KEYS: has no key {body.open311.key} for {body.name}")
    timeout = httpx.Timeout(20.0, connect=5.0)
    # Packed answers could be endless when unpacked, and a proxy from the environment is nobody's business here.
    async with httpx.AsyncClient(timeout=timeout, trust_env=False, headers={"Accept-Encoding": "identity"}) as client:
        yield Ways(Mailer(Relay.of(settings), settings.key), Open311Client(client, keys))


def _keys(settings: Settings) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in settings.open311_keys.get_secret_value().split()]
    if any(not (name and key) for name, _, key in pairs):
        raise SettingsError("setting MOTCUA_OPEN311_KEYS: expected name=key name=key")
    return {name: key for name, _, key in pairs}
