"""Binding an officer's Telegram, or a group, to an office: by a code of the console, good once, for ten minutes."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import CursorResult, ScalarSelect, and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import codes
from bot.desk.tables import BindingCode, GroupPost, Officer, OfficerGroup
from bot.tables import Conversation, OutboxMessage

Kind = Literal["officer", "group"]
GOOD_FOR = 600.0  # seconds


class NotBound(Exception):
    """A binding that was not made; the words (Vietnamese) are meant to be shown."""


async def new_code(session: AsyncSession, officer_id: int, kind: Kind, now: float) -> str:
    """A fresh code of an officer. It takes the place of an earlier one; those that ran out are cleared away."""
    earlier = (BindingCode.officer_id == officer_id) & (BindingCode.kind == kind)
    await session.execute(delete(BindingCode).where(or_(earlier, BindingCode.expires_at <= now)))
    code = codes.new_code()
    session.add(BindingCode(code=code, officer_id=officer_id, kind=kind, expires_at=now + GOOD_FOR))
    await session.flush()
    return code


async def bind_officer(session: AsyncSession, office_id: int, written: str, telegram_id: str, now: float) -> Officer:
    """Bind a Telegram to the officer whose code was written. One officer has one Telegram, and the other way round."""
    officer = await _holder(session, office_id, written, "officer", now)
    other = await session.scalar(select(Officer).where(Officer.telegram_id == telegram_id, Officer.id != officer.id))
    if other is not None and other.active:
        raise NotBound("Telegram này đang gắn với một cán bộ khác. Nhờ quản trị khóa tài khoản kia trước.")
    if other is not None:
        other.telegram_id = None
        await session.flush()
    officer.telegram_id = telegram_id
    await session.flush()
    return officer


async def officer_on(session: AsyncSession, office_id: int, telegram_id: str) -> Officer | None:
    """Who of an office writes from this Telegram; none for anybody else, nor for one whose account is closed."""
    if not telegram_id:
        return None
    wanted = select(Officer).filter_by(office_id=office_id, telegram_id=telegram_id, active=True)
    return await session.scalar(wanted)


async def bind_group(
    session: AsyncSession, office_id: int, account_id: int, address: str, written: str, now: float
) -> OfficerGroup:
    """Bind a group, or one topic of it, to the office of the officer whose code was written."""
    officer = await _holder(session, office_id, written, "group", now)
    group = await session.scalar(select(OfficerGroup).filter_by(account_id=account_id, address=address))
    if group is None:
        group = OfficerGroup(account_id=account_id, address=address, created_at=now)
        session.add(group)
    elif group.office_id != office_id:
        await session.execute(delete(GroupPost).filter_by(group_id=group.id))
    group.office_id, group.bound_by = office_id, officer.id
    await session.flush()
    return group


async def group_at(session: AsyncSession, office_id: int, account_id: int, address: str) -> OfficerGroup | None:
    """The office's group at an address."""
    wanted = select(OfficerGroup).filter_by(office_id=office_id, account_id=account_id, address=address)
    return await session.scalar(wanted)


async def groups_in(session: AsyncSession, account_id: int, chat: str) -> list[OfficerGroup]:
    """What is bound of a chat: the whole of it, topics of it."""
    within = or_(OfficerGroup.address == chat, OfficerGroup.address.startswith(f"{chat}/", autoescape=True))
    return list(await session.scalars(select(OfficerGroup).where(OfficerGroup.account_id == account_id, within)))


async def unbind_group(session: AsyncSession, group: OfficerGroup) -> None:
    """The group hears of no report from now on, not even what waits; replies to old posts in it reach nobody."""
    posts = select(GroupPost.outbox_id).where(GroupPost.group_id == group.id)
    waits = and_(OutboxMessage.state == "waiting", OutboxMessage.id.in_(posts))
    lost = and_(OutboxMessage.state == "undeliverable", OutboxMessage.conversation_id == _chat(group))
    gone = update(OutboxMessage).where(or_(waits, lost)).execution_options(synchronize_session=False)
    await session.execute(gone.values(state="cancelled", error="the group was unbound"))
    await session.execute(delete(GroupPost).filter_by(group_id=group.id))
    await session.delete(group)
    await session.flush()


def _chat(group: OfficerGroup) -> ScalarSelect[int]:
    """The conversation that a group is."""
    here = select(Conversation.id).filter_by(account_id=group.account_id, address=group.address)
    return here.scalar_subquery()


async def _holder(session: AsyncSession, office_id: int, written: str, kind: Kind, now: float) -> Officer:
    """Whose code it is. It is used up by this."""
    code = codes.find_code(written)
    known = select(BindingCode).where(BindingCode.code == code, BindingCode.kind == kind, BindingCode.expires_at > now)
    row = await session.scalar(known) if code else None
    officer = await session.get(Officer, row.officer_id) if row else None
    if officer is None or not officer.active or officer.office_id != office_id:
        raise NotBound("Mã không đúng, đã dùng rồi hoặc đã quá 10 phút. Cán bộ lấy mã mới ở trang cán bộ giúp máy.")
    used = await session.execute(delete(BindingCode).where(BindingCode.code == code))
    assert isinstance(used, CursorResult)  # noqa: S101 (for the type checker)
    if used.rowcount != 1:
        raise NotBound("Mã này vừa được dùng rồi. Cán bộ lấy mã mới ở trang cán bộ giúp máy.")
    return officer
