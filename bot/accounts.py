"""The bots of this deployment: which channel, which office."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Channel
from bot.desk.reports import Desk
from bot.offices import Office
from bot.tables import ChannelAccount
from bot.tables import Office as OfficeRow

DEFAULT = "default"


@dataclass(frozen=True)
class Account:
    """A channel account with its row's id."""

    id: int
    name: str
    channel: Channel
    office: Office
    desk: Desk


async def enter(session: AsyncSession, channel: str, name: str, office: str) -> tuple[int, int]:
    """The ids of an account and its office; entered on first sight, they follow the settings afterwards."""
    row = await session.scalar(select(OfficeRow).filter_by(slug=office))
    if row is None:
        row = OfficeRow(slug=office)
        session.add(row)
        await session.flush()
    account = await session.scalar(select(ChannelAccount).filter_by(channel=channel, name=name))
    if account is None:
        account = ChannelAccount(channel=channel, name=name, office_id=row.id)
        session.add(account)
    account.office_id = row.id
    await session.flush()
    return account.id, row.id


def find(accounts: Mapping[int, Account], channel: str, name: str) -> Account | None:
    """The account that a webhook's address names."""
    return next(
        (account for account in accounts.values() if (account.channel.name, account.name) == (channel, name)), None
    )
