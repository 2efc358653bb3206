"""The officers' groups hear of each report and of what becomes of it. Who answers such a post answers the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import outbox
from bot.desk.categories import Categories
from bot.desk.groups import group_words
from bot.desk.tables import GroupPost, Officer, OfficerGroup
from bot.messages import Reply
from bot.tables import ChannelAccount, Conversation, OutboxMessage

if TYPE_CHECKING:
    from bot.desk.reports import Done


async def post(session: AsyncSession, categories: Categories, done: Done, now: float) -> None:
    """Tell the office's groups of a new report, or of what became of one."""
    report, event = done.report, done.event
    who = await _name(session, event.officer_id)
    owner = await _name(session, report.owner_id)
    reply = group_words.of_move(categories, report, event, done.photos, who, owner)
    if reply is None:
        return
    for group_id, conversation_id in await _places(session, report.office_id):
        under = await _first_post(session, group_id, conversation_id, report.id)
        shown = reply.model_copy(update={"answers": under})
        await put_up(session, group_id, conversation_id, report.id, shown, now)


async def put_up(
    session: AsyncSession, group_id: int, conversation_id: int, report_id: int, reply: Reply, now: float
) -> int:
    """Send something about a report to a group, so that an answer to it is one to the report; the outbox row's id."""
    rows = outbox.enqueue(session, conversation_id, None, [reply], None, now)
    await session.flush()
    session.add_all(GroupPost(group_id=group_id, report_id=report_id, outbox_id=row.id) for row in rows)
    await session.flush()
    return rows[0].id


async def tell(session: AsyncSession, office_id: int, reply: Reply, now: float) -> None:
    """Say something to the office's groups that is about no report."""
    for _, conversation_id in await _places(session, office_id):
        outbox.enqueue(session, conversation_id, None, [reply], None, now)


async def post_behind(
    session: AsyncSession, group_id: int, conversation_id: int, platform_id: str | None
) -> GroupPost | None:
    """The post that a message of the group is. Ids of messages are a chat's own, hence the conversation."""
    wanted = (
        select(GroupPost)
        .join(OutboxMessage, OutboxMessage.id == GroupPost.outbox_id)
        .where(GroupPost.group_id == group_id, OutboxMessage.conversation_id == conversation_id)
        .where(OutboxMessage.platform_id == platform_id)
        .limit(1)
    )
    return await session.scalar(wanted) if platform_id else None


async def _places(session: AsyncSession, office_id: int) -> list[tuple[int, int]]:
    """The office's groups with the conversations that they are."""
    here = (Conversation.account_id == OfficerGroup.account_id) & (Conversation.address == OfficerGroup.address)
    rows = await session.execute(
        select(OfficerGroup.id, Conversation.id)
        .join(Conversation, here)
        .join(ChannelAccount, ChannelAccount.id == OfficerGroup.account_id)
        .where(OfficerGroup.office_id == office_id, ChannelAccount.office_id == office_id)
        .order_by(OfficerGroup.id)
    )
    return [(group_id, conversation_id) for group_id, conversation_id in rows]


async def _first_post(session: AsyncSession, group_id: int, conversation_id: int, report_id: int) -> str | None:
    """The platform's id of the group's first post about a report, if that was sent."""
    return await session.scalar(
        select(OutboxMessage.platform_id)
        .join(GroupPost, GroupPost.outbox_id == OutboxMessage.id)
        .where(GroupPost.group_id == group_id, GroupPost.report_id == report_id)
        # The sums keep SQLite from walking all that the group was ever told rather than what is about the report.
        .where(OutboxMessage.conversation_id + 0 == conversation_id)
        .order_by(OutboxMessage.id + 0)
        .limit(1)
    )


async def _name(session: AsyncSession, officer_id: int | None) -> str:
    return (await session.scalar(select(Officer.name).filter_by(id=officer_id)) or "") if officer_id else ""
