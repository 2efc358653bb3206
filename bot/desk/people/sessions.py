"""Signing in and out. The browser has a random token, the database its hash; too many wrong passwords lock a login."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.people import audit, passwords
from bot.desk.people.officers import Role
from bot.desk.tables import Officer, OfficerSession
from bot.store import Store

IDLE = 8 * 3600.0  # seconds without a page looked at
ABSOLUTE = 7 * 24 * 3600.0  # seconds after signing in, whatever happens
MOST_WRONG = 5
LOCKED = 15 * 60.0  # seconds
_NOTED_EACH = 60.0  # seconds: that somebody is still there is not written at each request


@dataclass(frozen=True)
class Signed:
    """Who is signed in, in one browser. `key` names the session, `csrf` must come back with every form."""

    key: str
    csrf: str
    officer_id: int
    office_id: int
    name: str
    login: str
    role: Role
    must_change: bool

    def sent_by_us(self, token: str) -> bool:
        """Whether a form carries this session's token."""
        return hmac.compare_digest(self.csrf.encode(), token.encode(errors="replace"))


async def sign_in(store: Store, login: str, password: str, now: float) -> str | None:
    """The token of a new session; none when login or password are wrong, or the login is locked.

    The attempt is counted before the password is looked at: many at once are counted as many.
    """
    async with store.write() as session:
        officer_id, kept = await _count_attempt(session, login.strip().lower(), now)
    right = await passwords.matches(password, kept)
    if officer_id is None:
        return None
    if not right:
        await _note_wrong(store, officer_id, now)
        return None
    fresh = await passwords.hash_of(password, passwords.must_change(kept or "")) if _outdated(kept) else None
    async with store.write() as session:
        return await _open(session, officer_id, kept, fresh, now)


async def signed_in(store: Store, token: str, now: float, *, at_work: bool = True) -> Signed | None:
    """Whose session a token is; none when it has ended. `at_work` says that a person asks, not a page by itself."""
    key = _hash(token)
    async with store.read() as session:
        found = (
            await session.execute(
                select(OfficerSession, Officer)
                .join(Officer, Officer.id == OfficerSession.officer_id)
                .where(OfficerSession.token_hash == key, Officer.active)
                .where(OfficerSession.seen_at > now - IDLE, OfficerSession.created_at > now - ABSOLUTE)
            )
        ).first()
    if found is None:
        return None
    row, officer = found
    if at_work and now - row.seen_at > _NOTED_EACH:
        async with store.write() as session:
            mine = update(OfficerSession).where(OfficerSession.token_hash == key)
            await session.execute(mine.values(seen_at=now))
    must_change = passwords.must_change(officer.password)
    return Signed(
        key, row.csrf, officer.id, officer.office_id, officer.name, officer.login, Role(officer.role), must_change
    )


async def sign_out(store: Store, token: str, now: float) -> None:
    """End a session."""
    signed = await signed_in(store, token, now, at_work=False)
    async with store.write() as session:
        await session.execute(delete(OfficerSession).where(OfficerSession.token_hash == _hash(token)))
        if signed:
            await audit.note(session, signed.office_id, signed.officer_id, "dang-xuat", signed.login, "", now)


async def _count_attempt(session: AsyncSession, login: str, now: float) -> tuple[int | None, str | None]:
    """The officer and what is kept of their password; none when there is no such login, or it is locked."""
    officer = await session.scalar(select(Officer).filter_by(login=login, active=True).with_for_update())
    if officer is None:
        return None, None
    if officer.locked_until > now:
        await audit.note(session, officer.office_id, officer.id, "dang-nhap-khoa", login, "", now)
        return None, None
    officer.failures += 1
    if officer.failures >= MOST_WRONG:
        officer.failures, officer.locked_until = 0, now + LOCKED
    return officer.id, officer.password


async def _note_wrong(store: Store, officer_id: int, now: float) -> None:
    async with store.write() as session:
        officer = await session.get_one(Officer, officer_id)
        locked = f"khóa {LOCKED / 60:.0f} phút" if officer.locked_until > now else ""
        await audit.note(session, officer.office_id, officer_id, "dang-nhap-sai", officer.login, locked, now)


async def _open(session: AsyncSession, officer_id: int, kept: str | None, fresh: str | None, now: float) -> str | None:
    officer = await session.get(Officer, officer_id, with_for_update=True)
    if officer is None or not officer.active or officer.password != kept:  # changed while the password was compared
        return None
    officer.failures, officer.locked_until = 0, 0.0
    officer.password = fresh or officer.password
    over = (OfficerSession.created_at <= now - ABSOLUTE) | (OfficerSession.seen_at <= now - IDLE)
    await session.execute(delete(OfficerSession).where(over))
    token = secrets.token_urlsafe(32)
    session.add(
        OfficerSession(
            token_hash=_hash(token), officer_id=officer_id, csrf=secrets.token_urlsafe(32), created_at=now, seen_at=now
        )
    )
    await audit.note(session, officer.office_id, officer_id, "dang-nhap", officer.login, "", now)
    return token


def _outdated(kept: str | None) -> bool:
    return kept is not None and passwords.outdated(kept)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
