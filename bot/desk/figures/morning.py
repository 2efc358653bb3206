"""Each working morning the officers' groups read how things stand: what came and went, what is late and whose it is.

A group is told once a day, whoever tells it and however often: the greeting is stored as an event of the inbox, whose
key is unique, in the transaction that stores the message.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from time import time as seconds_now

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import inbox, outbox
from bot.channels.channel import Envelope
from bot.desk.calendar import ZONE, WorkingTime
from bot.desk.cases import stuck
from bot.desk.figures.period import Period
from bot.desk.figures.summary import Summary, summary
from bot.desk.figures.summary_words import length
from bot.desk.figures.tally import Standing, standing_at
from bot.desk.people.officers import names_of
from bot.desk.reports import Desk
from bot.desk.tables import OfficerGroup
from bot.messages import Reply
from bot.store import Store
from bot.tables import ChannelAccount, InboxEvent

_LOG = logging.getLogger(__name__)
FROM = time(7, 30)
UNTIL = time(17, 0)  # after a breakdown late is better than never, but nobody is to be rung at night
_EVERY = 30.0  # seconds
_MOST = 12  # reports by name; the console has all
_LONG_AGO = 60  # days; no office is closed for longer


async def keep_greeting(
    store: Store, desks: Iterable[Desk], ring: Callable[[], None], clock: Callable[[], float] = seconds_now
) -> None:
    """Tell the groups of these offices each working morning, until cancelled; a failure only puts it off."""
    offices = {desk.office_id: desk for desk in desks}
    while True:
        for desk in offices.values():
            try:
                if await greet(store, desk, clock()):
                    ring()
            except Exception:
                _LOG.exception("greeting_failed", extra={"office": desk.office_id})
        await asyncio.sleep(_EVERY)


async def greet(store: Store, desk: Desk, now: float) -> int:
    """Tell an office's groups, if it is time and they were not told today; how many were."""
    then = datetime.fromtimestamp(now, ZONE)
    if not (desk.hours.working(then.date()) and FROM <= then.time() < UNTIL):
        return 0
    async with store.read() as session:
        groups = await _untold(session, desk, then.date())
        if not groups:
            return 0
        reply = await news_of(session, desk, now)
    told = 0
    for account_id, address in groups:
        async with store.write() as session:
            if await _first(session, account_id, address, then.date(), now):
                chat = await inbox.conversation(session, account_id, address, now)
                outbox.enqueue(session, chat, None, [reply], None, now)
                told += 1
    return told


async def news_of(session: AsyncSession, desk: Desk, now: float) -> Reply:
    """What the groups of an office read in the morning of `now`."""
    today = datetime.fromtimestamp(now, ZONE).date()
    figures = await summary(session, desk, _since_last_time(desk.hours, today), now)
    standing = await standing_at(session, desk, now)
    names = await names_of(session, desk.office_id)
    late = [one for one in standing if one.overdue(now)]
    tonight = Period.day(today).end
    due = [one for one in standing if one.answer_by < tonight and not one.overdue(now)]
    parts = (
        _figures(figures),
        f"Đang mở: {len(standing)}. " + (f"Quá hạn: {len(late)}." if late else "Không có phản ánh nào quá hạn."),
        _list("Quá hạn", [_late(desk, one, names, now) for one in late]),
        _list("Đến hạn hôm nay", [_named(desk, one, names) for one in due]),
        await _not_arrived(session, desk.office_id, now),
    )
    return Reply(heading=f"Phản ánh sáng {today:%d/%m/%Y}", text="\n\n".join(filter(None, parts)))


def _since_last_time(hours: WorkingTime, today: date) -> Period:
    """Yesterday, and with it the days off before it back to the last working day."""
    days = (today - timedelta(days=back) for back in range(1, _LONG_AGO))
    yesterday = today - timedelta(days=1)
    return Period(next((day for day in days if hours.working(day)), yesterday), yesterday)


def _figures(figures: Summary) -> str:
    total, asked = figures.total, figures.asked
    reopened = f", {figures.reopened} lượt mở lại" if figures.reopened else ""
    lines = [
        f"{figures.period.name}: {total.new} phản ánh mới, {total.done} đã xong, {total.closed} đã đóng{reopened}.",
        f"Bà con hỏi {asked.questions} câu, máy chưa trả lời được {asked.unanswered} câu." if asked.questions else "",
    ]
    return "\n".join(filter(None, lines))


def _list(title: str, lines: list[str]) -> str:
    if not lines:
        return ""
    rest = [f"… và {len(lines) - _MOST} phản ánh nữa, xem ở trang cán bộ."] if len(lines) > _MOST else []
    return "\n".join([f"{title}:", *(f"• {line}" for line in lines[:_MOST]), *rest])


def _late(desk: Desk, one: Standing, names: Mapping[int, str], now: float) -> str:
    handled = one.answer_by < now
    since = length(now - (one.answer_by if handled else one.acknowledge_by))
    return f"{_named(desk, one, names)}: quá hạn {'xử lý' if handled else 'nhận việc'} {since}"


def _named(desk: Desk, one: Standing, names: Mapping[int, str]) -> str:
    owner = names.get(one.owner_id, "")[:40] if one.owner_id else ""
    return f"{one.code} {desk.categories.name(one.category)}, {owner or 'chưa ai nhận'}"


async def _not_arrived(session: AsyncSession, office_id: int, now: float) -> str:
    unheard = await stuck.unheard(session, office_id, now)
    held = sum(one.held for one in unheard)
    counts = (
        (held, "tin đang chờ bà con nhắn lại"),
        (len(unheard) - held, "tin không gửi được"),
        (len(await stuck.on_their_way(session, office_id)), "phản ánh chuyển cơ quan khác chưa gửi được"),
        (len(await stuck.deaf_groups(session, office_id, now)), "nhóm cán bộ không nhận được tin"),
    )
    told = ", ".join(f"{number} {what}" for number, what in counts if number)
    return f"Chưa đến nơi: {told}. Xem ở trang cán bộ, mục Tin chưa đến." if told else ""


async def _untold(session: AsyncSession, desk: Desk, today: date) -> list[tuple[int, str]]:
    """The groups that were bound before this morning and were not told yet: account and address."""
    begins = datetime.combine(today, FROM, ZONE).timestamp()
    bound = await session.execute(
        select(OfficerGroup.account_id, OfficerGroup.address)
        .join(ChannelAccount, ChannelAccount.id == OfficerGroup.account_id)
        .where(OfficerGroup.office_id == desk.office_id, ChannelAccount.office_id == desk.office_id)
        .where(OfficerGroup.created_at < begins)
        .order_by(OfficerGroup.id)
    )
    groups = [(account_id, address) for account_id, address in bound]
    if not groups:
        return []
    known = select(InboxEvent.account_id, InboxEvent.event_key).where(
        InboxEvent.account_id.in_({account_id for account_id, _ in groups}),
        InboxEvent.event_key.in_([_key(today, address) for _, address in groups]),
    )
    told = {(account_id, key) for account_id, key in await session.execute(known)}
    return [(account, address) for account, address in groups if (account, _key(today, address)) not in told]


async def _first(session: AsyncSession, account_id: int, address: str, today: date, now: float) -> bool:
    """Whether nobody else told the group today."""
    return await inbox.store_event(session, account_id, Envelope(key=_key(today, address), address=address), {}, now)


def _key(today: date, address: str) -> str:
    return f"morning {today} {address}"
