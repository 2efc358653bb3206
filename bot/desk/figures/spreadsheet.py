"""Excel files of any length in constant memory. Whatever somebody wrote stays text: a cell can never become a formula.

A file has no name on disk, so that nothing of it remains when it was sent, or when the process dies.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any

from xlsxwriter import Workbook

from bot.desk.calendar import ZONE

MOST_ROWS = 100_000
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int | float | datetime | date | None  # a datetime is Viet Nam's time, without a zone
Rows = Sequence[Sequence[Cell]]

_LONGEST = 32_000  # characters; Excel takes 32,767 in a cell
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # not allowed in XML
_LIKE_FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # what Excel, or a program that reads a CSV of it, would compute
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
# One thread writes all files: several at once share it, and the bot keeps the other processor.
_WRITER = ThreadPoolExecutor(1, "excel")


@dataclass(frozen=True)
class Column:
    """A heading, and how wide the column is (in digits)."""

    title: str
    width: int = 14


@dataclass(frozen=True)
class Sheet:
    """A sheet: its rows come in portions, which are written and forgotten one by one."""

    name: str
    columns: tuple[Column, ...]
    portions: AsyncIterator[Rows]


async def spreadsheet(sheets: Iterable[Sheet]) -> IO[bytes]:
    """The file, at its beginning; whoever gets it closes it."""
    file = TemporaryFile()  # noqa: SIM115 (handed over open)
    try:
        with TemporaryDirectory(prefix="motcua-excel-") as scratch:
            await _write(file, scratch, sheets)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def local(seconds: float | None) -> datetime | None:
    """A moment as a cell."""
    return datetime.fromtimestamp(seconds, ZONE).replace(tzinfo=None) if seconds is not None else None


async def at_once(rows: Rows) -> AsyncIterator[Rows]:
    """Rows that are there already, as one portion."""
    yield rows


async def _write(file: IO[bytes], scratch: str, sheets: Iterable[Sheet]) -> None:
    book = Workbook(file, {**_OPTIONS, "tmpdir": scratch})
    look = _Look.of(book)
    try:
        for sheet in sheets:
            page = await _in_thread(_begin, book, look, sheet)
            row = 1
            async for portion in sheet.portions:
                row = await _in_thread(_fill, page, look, row, portion)
    except BaseException:
        with suppress(Exception):
            book.close()  # it lets go of its own scratch files
        raise
    await _in_thread(book.close)


async def _in_thread(work: Any, *arguments: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(_WRITER, work, *arguments)


@dataclass(frozen=True)
class _Look:
    """How cells look."""

    heading: Any
    text: Any
    text_like_a_formula: Any
    moment: Any
    day: Any

    @classmethod
    def of(cls, book: Workbook) -> _Look:
        top = {"valign": "top"}
        return cls(
            book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "valign": "vcenter"}),
            book.add_format({"num_format": "@", "text_wrap": True, **top}),
            book.add_format({"num_format": "@", "text_wrap": True, "quote_prefix": True, **top}),
            book.add_format({"num_format": "dd/mm/yyyy hh:mm", **top}),
            book.add_format({"num_format": "dd/mm/yyyy", **top}),
        )


def _begin(book: Workbook, look: _Look, sheet: Sheet) -> Any:
    page = book.add_worksheet(sheet.name)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.freeze_panes(1, 0)
    for number, column in enumerate(sheet.columns):
        page.set_column(number, number, column.width)
        page.write_string(0, number, column.title, look.heading)
    return page


def _fill(page: Any, look: _Look, row: int, portion: Rows) -> int:
    """Write a portion; the row behind it."""
    for cells in portion:
        for column, cell in enumerate(cells):
            _put(page, look, row, column, cell)
        row += 1
    return row


def _put(page: Any, look: _Look, row: int, column: int, cell: Cell) -> None:
    match cell:
        case None | "":
            return
        case str():
            text = _UNWRITABLE.sub("", cell)[:_LONGEST]
            like_a_formula = text.startswith(_LIKE_FORMULAS)
            page.write_string(row, column, text, look.text_like_a_formula if like_a_formula else look.text)
        case datetime():
            page.write_datetime(row, column, cell, look.moment)
        case date():
            page.write_datetime(row, column, cell, look.day)
        case _:
            page.write_number(row, column, cell)
