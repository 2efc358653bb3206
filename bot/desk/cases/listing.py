"""The list of reports as a spreadsheet: what the inbox shows with the same filters, with everything noted of each."""

from __future__ import annotations

from array import array
from collections.abc import AsyncIterator, Mapping
from datetime import date

from sqlalchemy import Select, select

from bot.desk.cases import inbox
from bot.desk.cases.inbox import Filters
from bot.desk.categories import Categories
from bot.desk.figures.spreadsheet import MOST_ROWS, Cell, Column, Rows, Sheet, local
from bot.desk.life import STATE_NAMES, State
from bot.desk.people.sessions import Signed
from bot.desk.tables import Officer, Report
from bot.store import Store

_PORTION = 500  # reports read at once; no transaction lasts longer

COLUMNS = (
    Column("Mã", 14),
    Column("Gửi lúc", 16),
    Column("Gửi qua", 10),
    Column("Nhóm việc", 22),
    Column("Loại việc", 26),
    Column("Nội dung", 60),
    Column("Nơi", 30),
    Column("Vĩ độ", 11),
    Column("Kinh độ", 11),
    Column("Tình trạng", 16),
    Column("Cán bộ", 20),
    Column("Người gửi", 20),
    Column("Hạn nhận việc", 16),
    Column("Nhận việc lúc", 16),
    Column("Hạn trả lời", 16),
    Column("Trả lời lần đầu lúc", 16),
    Column("Hẹn ngày", 12),
    Column("Báo xong lúc", 16),
    Column("Kết thúc lúc", 16),
    Column("Cơ quan chịu trách nhiệm", 28),
    Column("Số lần mở lại", 9),
    Column("Số sao", 8),
)


def reports_sheet(
    store: Store,
    by: Signed,
    filters: Filters,
    categories: Categories,
    sources: Mapping[str, str],
    now: float,
    most: int = MOST_ROWS,
) -> Sheet:
    """The sheet of the reports of an officer's office, the newest first; `sources` are the channels' names."""
    wanted = inbox.wanted_ids(by.office_id, by.officer_id, filters, categories, now).limit(most)

    async def portions() -> AsyncIterator[Rows]:
        ids = await _ids(store, wanted)
        for some in (ids[start : start + _PORTION] for start in range(0, len(ids), _PORTION)):
            yield [_cells(report, owner, categories, sources) for report, owner in await _read(store, some)]

    return Sheet("Phản ánh", COLUMNS, portions())


async def _ids(store: Store, wanted: Select[int]) -> array[int]:
    """Which reports, eight bytes each: the list stays what it was when the export began."""
    ids = array("q")
    async with store.read() as session:
        async for some in (await session.stream_scalars(wanted)).partitions(_PORTION):
            ids.extend(some)
    return ids


async def _read(store: Store, ids: array[int]) -> list[tuple[Report, str]]:
    page = select(Report, Officer.name).outerjoin(Officer, Officer.id == Report.owner_id)
    async with store.read() as session:
        rows = await session.execute(page.where(Report.id.in_(ids)).order_by(Report.id.desc()))
        return [(report, owner or "") for report, owner in rows]


def _cells(row: Report, owner: str, categories: Categories, sources: Mapping[str, str]) -> list[Cell]:
    group = categories.group_of(row.category)
    return [
        row.code,
        local(row.opened_at),
        sources.get(row.source, row.source),
        group.name if group else "",
        categories.name(row.category),
        row.words,
        row.place,
        row.latitude,
        row.longitude,
        STATE_NAMES[State(row.state)],
        owner,
        row.reporter,
        local(row.acknowledge_by),
        local(row.acknowledged_at),
        local(row.answer_by),
        local(row.answered_at),
        date.fromisoformat(row.day) if row.day else None,
        local(row.done_at),
        local(row.ended_at),
        row.responsible,
        row.reopened,
        row.stars,
    ]
