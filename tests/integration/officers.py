"""An office with officers and their Telegram group, for tests over the double."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeVar

from PIL import Image
from sqlalchemy.ext.asyncio import AsyncSession

from bot.accounts import Account, find
from bot.desk import codes, reports
from bot.desk.groups import binding
from bot.desk.groups.binding import Kind
from bot.desk.people import officers
from bot.desk.reports import NewReport
from bot.desk.tables import Attachment
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_people import Group, Person, Shown
from tests.integration.deployment import Deployment
from tests.integration.telegram import someone

Value = TypeVar("Value")
NEXT = count(1)
GROUP_BUTTONS = ["Nhận việc", "Chuyển", "Trả lời", "Xong"]


@dataclass(frozen=True)
class Filed:
    """A report and the citizen who sent it."""

    code: str
    citizen: Person


def write(motcua: Deployment, work: Callable[[AsyncSession], Awaitable[Value]]) -> Value:
    """Something done to the database by the application itself, which then looks for what is to be sent."""

    async def doing() -> Value:
        async with motcua.service.store.write() as session:
            return await work(session)

    value = motcua.call(doing())
    motcua.wake()
    return value


def telegram(motcua: Deployment) -> Account:
    account = find(motcua.service.accounts, "telegram", "default")
    assert account
    return account


def officer(motcua: Deployment, name: str, office_id: int | None = None) -> int:
    """An officer's account; the id."""
    office = office_id or telegram(motcua).desk.office_id
    login = f"can-bo-{next(NEXT)}"
    person = write(motcua, lambda s: officers.add(s, office, login, name, "can-bo", "-", motcua.clock.now()))
    return person.id


def code_for(motcua: Deployment, officer_id: int, kind: Kind) -> str:
    return write(motcua, lambda s: binding.new_code(s, officer_id, kind, motcua.clock.now()))


def bound_officer(fake: FakeTelegram, motcua: Deployment, name: str) -> Person:
    """Somebody whose Telegram is bound to an officer's account."""
    person = someone(fake)
    person.name = name
    person.says(f"/canbo {code_for(motcua, officer(motcua, name), 'officer')}")
    person.wait_for(lambda shown: f"Đã gắn Telegram này với cán bộ {name}" in shown.text)
    return person


def bound_group(fake: FakeTelegram, motcua: Deployment, by: Person, thread: int | None = None) -> Group:
    """A group, or a topic of one, that hears of the office's reports."""
    group = fake.group(-1_000_000 - next(NEXT), threads=[thread] if thread else [])
    [row] = motcua.rows("SELECT id FROM officers WHERE telegram_id = ?", str(by.id))
    by.says(f"/nhom@motcua_test_bot {code_for(motcua, row['id'], 'group').lower()}", group, thread)
    group.wait_for(lambda shown: "Đã gắn nhóm này" in shown.text)
    return group


def filed(fake: FakeTelegram, motcua: Deployment, photo: bytes = b"", **told: Any) -> Filed:
    """A citizen's report, as the conversation that takes reports sends it."""
    citizen = someone(fake)
    citizen.says("/menu")
    citizen.wait_for(1)
    motcua.settle()
    [row] = motcua.rows("SELECT id FROM conversations WHERE address = ?", str(citizen.id))
    kept = motcua.call(motcua.service.photos.keep(photo)) if photo else None
    new = NewReport(
        code=codes.new_code(),
        category="viec-khac",
        words=told.pop("words", "Đèn đường ngõ 5 <hỏng> & tối cả tuần nay"),
        source="telegram",
        conversation_id=row["id"],
        photos=(kept.file,) if kept else (),
        **{"place": "Ngõ 5, thôn Đông", **told},
    )

    async def sending(session: AsyncSession) -> None:
        now = motcua.clock.now()
        if kept:
            session.add(Attachment(conversation_id=row["id"], file=kept.file, size=kept.size, created_at=now))
            await session.flush()
        await reports.open_report(session, telegram(motcua).desk, new, now)

    write(motcua, sending)
    return Filed(new.code, citizen)


def post_of(motcua: Deployment, group: Group, code: str) -> Shown:
    """The group's first post about a report."""
    return said_of(motcua, group, code, "Phản ánh mới ")


def said_of(motcua: Deployment, group: Group, code: str, words: str) -> Shown:
    """What the group reads about a report, once it is noted as sent: nobody answers faster than that."""
    shown = group.wait_for(lambda shown: words in shown.text and code in shown.text)
    motcua.settle()
    return shown


def picture(shade: int = 90) -> bytes:
    """A small photo, each shade another one."""
    file = io.BytesIO()
    Image.new("RGB", (64, 48), (shade, 120, 80)).save(file, "JPEG")
    return file.getvalue()


def report(motcua: Deployment, code: str) -> dict[str, Any]:
    [row] = motcua.rows("SELECT * FROM reports WHERE code = ?", code)
    return row


def moves(motcua: Deployment, code: str) -> list[str]:
    """What was done to a report, oldest first."""
    rows = motcua.rows(
        "SELECT e.move FROM report_events e JOIN reports r ON r.id = e.report_id WHERE r.code = ? ORDER BY e.id", code
    )
    return [row["move"] for row in rows]
