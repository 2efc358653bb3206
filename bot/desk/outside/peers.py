"""Systems that may send reports to an office over Open311: each has a key, of which only a hash is kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.accounts import Account
from bot.desk.outside.letters import one_line
from bot.desk.tables import PeerKey
from bot.tables import Office


class Refused(Exception):
    """The list of peers cannot be changed so; the words say why."""


@dataclass(frozen=True)
class Peer:
    """A system, and the one office that it may send to."""

    office_id: int
    name: str
    created_at: float


async def add(session: AsyncSession, slug: str, name: str, now: float) -> str:
    """Let a system send to an office. Its key, which nobody can look up afterwards."""
    name = one_line(name, 120)
    if not name:
        raise Refused("the system needs a name")
    if any(peer.name == name for peer in await listed(session, slug)):
        raise Refused(f"{name} has a key already; remove it first")
    office = await session.scalar(select(Office).filter_by(slug=slug))
    if office is None:
        office = Office(slug=slug)
        session.add(office)
        await session.flush()
    key = secrets.token_urlsafe(32)
    session.add(PeerKey(key_hash=_hash(key), office_id=office.id, name=name, created_at=now))
    return key


async def listed(session: AsyncSession, slug: str) -> tuple[Peer, ...]:
    """The systems that may send to an office."""
    wanted = select(PeerKey).join(Office, Office.id == PeerKey.office_id).where(Office.slug == slug)
    rows = await session.scalars(wanted.order_by(PeerKey.name))
    return tuple(Peer(row.office_id, row.name, row.created_at) for row in rows)


async def remove(session: AsyncSession, slug: str, name: str) -> None:
    """Take a system's key away; its reports stay."""
    office = await session.scalar(select(Office.id).filter_by(slug=slug))
    found = await session.scalar(select(PeerKey.key_hash).filter_by(office_id=office, name=name))
    if found is None:
        raise Refused(f"no system of the name {name} may send to {slug}")
    await session.execute(delete(PeerKey).where(PeerKey.key_hash == found))


async def holder(session: AsyncSession, key: str) -> Peer | None:
    """Whose key that is."""
    row = await session.get(PeerKey, _hash(key))
    if row is None or not hmac.compare_digest(row.key_hash, _hash(key)):
        return None
    return Peer(row.office_id, row.name, row.created_at)


async def served(session: AsyncSession, accounts: Mapping[int, Account]) -> dict[str, Account]:
    """An account of each office that is served here, by the office's slug."""
    by_office = {account.desk.office_id: account for account in accounts.values()}
    rows = await session.execute(select(Office.id, Office.slug).where(Office.id.in_(by_office)))
    return {slug: by_office[office_id] for office_id, slug in rows}


def _hash(key: str) -> str:
    """A plain hash is enough: the keys are random and long."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
