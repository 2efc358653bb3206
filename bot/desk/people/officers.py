"""Officers' accounts. Each belongs to one office, and every question here is asked on behalf of one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.reports import Unknown
from bot.desk.tables import BindingCode, Officer, OfficerGroup, OfficerSession
from bot.tables import Office

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,63}")


class Role(StrEnum):
    """What an officer may do; each may do what those before may."""

    OFFICER = "can-bo"
    LEADER = "lanh-dao"
    ADMIN = "quan-tri"

    @property
    def leads(self) -> bool:
        """Assigns work to others, sees the audit log and the summaries."""
        return self is not Role.OFFICER

    @property
    def administers(self) -> bool:
        """Manages officers, groups and keys."""
        return self is Role.ADMIN


ROLE_NAMES: Mapping[Role, str] = {Role.OFFICER: "Cán bộ", Role.LEADER: "Lãnh đạo", Role.ADMIN: "Quản trị"}


class NotAllowed(Exception):
    """Something that cannot be done to an account; the words (Vietnamese) are meant to be shown."""


@dataclass(frozen=True)
class Person:
    """An officer as others of the office see them."""

    id: int
    office_id: int
    login: str
    name: str
    role: Role
    active: bool
    on_telegram: bool
    locked_until: float


@dataclass(frozen=True)
class BoundGroup:
    """A Telegram group that hears of an office's reports."""

    id: int
    address: str
    bound_by: str
    since: float


async def add(session: AsyncSession, office_id: int, login: str, name: str, role: str, kept: str, now: float) -> Person:
    """A new account; `kept` is the hash of its password."""
    login, name = login.strip().lower(), " ".join(name.split())
    if not _LOGIN.fullmatch(login):
        raise NotAllowed("Tên đăng nhập gồm từ 3 đến 64 chữ thường không dấu, số, dấu chấm hoặc gạch.")
    if not 2 <= len(name) <= 120:
        raise NotAllowed("Họ tên phải có từ 2 đến 120 chữ.")
    if await session.scalar(select(Officer.id).filter_by(login=login)):
        raise NotAllowed("Tên đăng nhập này đã có người dùng, chọn tên khác giúp.")
    row = Officer(
        office_id=office_id, login=login, name=name, role=_role(role), password=kept, active=True, created_at=now
    )
    session.add(row)
    await session.flush()
    return _person(row)


async def of_office(session: AsyncSession, office_id: int) -> list[Person]:
    """All officers of an office: those at work first, by name."""
    rows = await session.scalars(
        select(Officer).filter_by(office_id=office_id).order_by(Officer.active.desc(), Officer.name, Officer.id)
    )
    return [_person(row) for row in rows]


async def names_of(session: AsyncSession, office_id: int) -> dict[int, str]:
    """The names of an office's officers by their ids, also of those who left."""
    rows = await session.execute(select(Officer.id, Officer.name).filter_by(office_id=office_id))
    return dict(rows.all())


async def by_login(session: AsyncSession, login: str) -> Person:
    """An officer of whatever office, for the command line alone; `Unknown` when there is none."""
    row = await session.scalar(select(Officer).filter_by(login=login.strip().lower()))
    if row is None:
        raise Unknown(login)
    return _person(row)


async def set_active(session: AsyncSession, office_id: int, officer_id: int, active: bool) -> Person:
    """Let somebody work, or not any more: signed out everywhere, unbound from Telegram, their codes void."""
    row = await _row(session, office_id, officer_id)
    if not active:
        await _not_the_last(session, row)
        row.telegram_id = None
        await session.execute(delete(BindingCode).where(BindingCode.officer_id == row.id))
        await session.execute(delete(OfficerSession).where(OfficerSession.officer_id == row.id))
    row.active = active
    return _person(row)


async def set_role(session: AsyncSession, office_id: int, officer_id: int, role: str) -> Person:
    """Give somebody another role."""
    row = await _row(session, office_id, officer_id)
    wanted = _role(role)
    if wanted is not Role.ADMIN:
        await _not_the_last(session, row)
    row.role = wanted
    return _person(row)


async def set_password(
    session: AsyncSession, office_id: int, officer_id: int, kept: str, stays: str | None = None
) -> Person:
    """Another password; every browser but the one of the session `stays` is signed out, and a lock ends."""
    row = await _row(session, office_id, officer_id)
    row.password, row.failures, row.locked_until = kept, 0, 0.0
    others = delete(OfficerSession).where(OfficerSession.officer_id == row.id)
    await session.execute(others.where(OfficerSession.token_hash != stays) if stays else others)
    return _person(row)


async def kept_password(session: AsyncSession, officer_id: int) -> str | None:
    """What is kept of somebody's password."""
    return await session.scalar(select(Officer.password).filter_by(id=officer_id))


async def groups_of(session: AsyncSession, office_id: int) -> list[BoundGroup]:
    """The office's Telegram groups."""
    rows = await session.execute(
        select(OfficerGroup, Officer.name)
        .join(Officer, Officer.id == OfficerGroup.bound_by)
        .where(OfficerGroup.office_id == office_id)
        .order_by(OfficerGroup.id)
    )
    return [BoundGroup(row.id, row.address, name, row.created_at) for row, name in rows]


async def office_row(session: AsyncSession, slug: str) -> int:
    """The id of an office's row, which is made on first sight."""
    row = await session.scalar(select(Office).filter_by(slug=slug))
    if row is None:
        row = Office(slug=slug)
        session.add(row)
        await session.flush()
    return row.id


async def _row(session: AsyncSession, office_id: int, officer_id: int) -> Officer:
    row = await session.scalar(select(Officer).filter_by(id=officer_id, office_id=office_id))
    if row is None:
        raise Unknown(str(officer_id))
    return row


async def _not_the_last(session: AsyncSession, row: Officer) -> None:
    """An office must keep somebody who can add others."""
    if row.role != Role.ADMIN or not row.active:
        return
    admins = select(func.count()).select_from(Officer).filter_by(office_id=row.office_id, role=Role.ADMIN, active=True)
    if (await session.scalar(admins) or 0) < 2:
        raise NotAllowed("Đây là người quản trị duy nhất của đơn vị; giao quyền cho người khác trước đã.")


def _role(role: str) -> Role:
    try:
        return Role(role)
    except ValueError as error:
        raise NotAllowed("Không có vai trò này.") from error


def _person(row: Officer) -> Person:
    return Person(
        row.id,
        row.office_id,
        row.login,
        row.name,
        Role(row.role),
        row.active,
        row.telegram_id is not None,
        row.locked_until or 0.0,
    )
