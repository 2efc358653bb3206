"""Spreadsheets as a program that is not ours reads them."""

from __future__ import annotations

import asyncio
import tempfile
import zipfile
from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet

from bot.desk.figures.spreadsheet import Cell, Column, Rows, Sheet, at_once, spreadsheet

HOSTILE = [
    '=HYPERLINK("http://example.com","xem")',
    "=1+1",
    "+84 912 345 678",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "{=1+1}",
    "http://example.com/?a=1&b=2",
    "<b>đậm</b> & 'nháy' \"kép\"",
    "123",
    "0912345678",
    "_x003D_1+1",
]


def read(rows: Rows, columns: int = 1) -> Worksheet:
    async def made() -> Worksheet:
        sheet = Sheet("Thử", tuple(Column(f"Cột {n}") for n in range(columns)), at_once(rows))
        with await spreadsheet([sheet]) as file:
            return load_workbook(file)["Thử"]

    return asyncio.run(made())


class TestACell:
    @pytest.mark.parametrize("text", HOSTILE)
    def test_with_hostile_words_is_text(self, text: str) -> None:
        cell = read([[text]]).cell(2, 1)
        assert cell.data_type == "s"
        assert unescape(str(cell.value)).strip() == text.strip()  # of OOXML: Excel reads _x000D_ as the sign
        assert cell.number_format == "@"
        assert cell.hyperlink is None

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
    def test_that_begins_like_a_formula_stays_text_when_it_is_edited(self, start: str) -> None:
        assert read([[f"{start}1+1"]]).cell(2, 1).quotePrefix
        assert not read([["một"]]).cell(2, 1).quotePrefix

    def test_keeps_numbers_days_and_moments_as_what_they_are(self) -> None:
        row = [12, 10.5, date(2026, 11, 24), datetime(2026, 11, 22, 7, 30), None, ""]
        sheet = read([row], len(row))
        values = [sheet.cell(2, n + 1).value for n in range(6)]
        assert values == [12, 10.5, datetime(2026, 11, 24), datetime(2026, 11, 22, 7, 30), None, None]
        assert sheet.cell(2, 4).number_format == "dd/mm/yyyy hh:mm"

    def test_holds_no_more_than_excel_takes(self) -> None:
        assert len(str(read([["x" * 40_000]]).cell(2, 1).value)) == 32_000

    @settings(max_examples=40)
    @given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
    def test_takes_any_text_and_never_becomes_a_formula(self, texts: list[str]) -> None:
        rows: list[list[Cell]] = [[text] for text in texts]

        async def made() -> str:
            with await spreadsheet([Sheet("Thử", (Column("Cột"),), at_once(rows))]) as file:
                load_workbook(file)
                return zipfile.ZipFile(file).read("xl/worksheets/sheet1.xml").decode()

        xml = asyncio.run(made())
        assert "<f>" not in xml
        assert "<f " not in xml


class TestASpreadsheet:
    def test_has_its_headings_and_rows_in_order(self) -> None:
        async def portions() -> AsyncIterator[Rows]:
            yield [[1], [2]]
            yield []
            yield [[3]]

        async def made() -> list[object]:
            with await spreadsheet([Sheet("Một", (Column("Số"),), portions())]) as file:
                return [row[0].value for row in load_workbook(file)["Một"].iter_rows()]

        assert asyncio.run(made()) == ["Số", 1, 2, 3]

    def test_may_be_empty(self) -> None:
        assert read([]).max_row == 1

    def test_leaves_no_file_behind(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        read([["một"]] * 50)
        assert list(tmp_path.iterdir()) == []

    def test_leaves_no_file_behind_when_its_rows_fail(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

        async def broken() -> AsyncIterator[Rows]:
            yield [["một"]]
            raise ConnectionError("the database is away")

        with pytest.raises(ConnectionError):
            asyncio.run(spreadsheet([Sheet("Thử", (Column("Cột"),), broken())]))
        assert list(tmp_path.iterdir()) == []
