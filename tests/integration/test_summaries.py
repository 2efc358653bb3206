"""Officers look at figures, take them away as Excel, and their group reads them in the morning."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from bot.desk.calendar import ZONE, WorkingTime
from bot.desk.figures.morning import greet
from bot.desk.figures.spreadsheet import MEDIA_TYPE
from tests.fakes.clock import Clock
from tests.integration.console import Desk, add_officer, open_one
from tests.integration.deployment import Deployment, deploy
from tests.integration.officers import bound_group, bound_officer, filed, telegram
from tests.integration.telegram import on_telegram, pushing

HOSTILE = [
    '=HYPERLINK("http://x.example","Xem")',
    "+84 hỏng",
    "-1+2",
    "@SUM(A1)",
    "\t=1+1",
    "<script>alert(1)</script>",
]


@pytest.fixture(scope="module")
def motcua(folder: Path) -> Iterator[Deployment]:
    with deploy(folder) as deployment:
        add_officer(deployment, "lan", name="Nguyễn Thị Lan")
        add_officer(deployment, "chu-tich", role="lanh-dao")
        add_officer(deployment, "ben-kia", office="xa-ben", role="quan-tri")
        for words in HOSTILE:
            open_one(deployment, words, place="ngõ 5, thôn Đông", category="den-duong")
        open_one(deployment, "Việc của xã bên", office="xa-ben", place="thôn Tây")
        yield deployment


@pytest.fixture(scope="module")
def lan(motcua: Deployment) -> Iterator[Desk]:
    with Desk(motcua.url) as desk:
        desk.sign_in("lan")
        yield desk


def sheet(desk: Desk, path: str, name: str) -> Worksheet:
    answer = desk.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert int(answer.headers["content-length"]) == len(answer.content)
    return load_workbook(io.BytesIO(answer.content))[name]


def texts(page: Worksheet, heading: str) -> list[object]:
    [column] = [cell.column for cell in page[1] if cell.value == heading]
    return [page.cell(row, column).value for row in range(2, page.max_row + 1)]


class TestThePage:
    def test_shows_this_week_to_every_officer(self, lan: Desk) -> None:
        page = lan.get("/can-bo/tong-hop")
        assert page.status_code == 200
        assert "Tổng hợp: Tuần từ" in page.text
        assert "<dt>Mới</dt><dd>6</dd>" in page.text
        assert '<th scope="row">Đèn đường hỏng, thiếu đèn</th><td>6</td>' in page.text
        assert '<th scope="row">Thôn Đông</th><td>6</td>' in page.text
        assert "Thôn Tây" not in page.text

    @pytest.mark.parametrize(
        ("query", "title"),
        [
            ("ngay=2026-11-20", "Ngày 20/11/2026 (thứ Sáu)"),
            ("tuan=2026-11-20", "Tuần từ 16/11/2026 đến 22/11/2026"),
            ("tu=2026-10-01&den=2026-10-31", "Từ 01/10/2026 đến 31/10/2026"),
            ("ngay=%3Cscript%3E", "Tuần từ"),
            ("ngay=2199-12-31", "Ngày 31/12/2199"),
            ("tuan=2020-01-01", "Tuần từ 30/12/2019 đến 05/01/2020"),
            ("tu=2020-01-01&den=2199-12-31", "Từ 01/01/2020 đến 31/12/2020"),
        ],
    )
    def test_shows_the_period_that_is_asked_for(self, lan: Desk, query: str, title: str) -> None:
        page = lan.get(f"/can-bo/tong-hop?{query}")
        assert page.status_code == 200
        assert title in page.text
        assert "<script>" not in page.text

    def test_leads_to_the_week_before_and_back(self, lan: Desk) -> None:
        page = lan.get("/can-bo/tong-hop?tuan=2026-11-20").text
        assert 'href="/can-bo/tong-hop?tuan=2026-11-09">Kỳ trước' in page
        assert 'href="/can-bo/tong-hop?tuan=2026-11-23">Kỳ sau' in page
        assert 'href="/can-bo/tong-hop.xlsx?tuan=2026-11-16">Tải Excel' in page


class TestTheSummaryAsExcel:
    def test_has_the_same_figures(self, lan: Desk) -> None:
        page = sheet(lan, "/can-bo/tong-hop.xlsx", "Theo loại việc")
        assert [cell.value for cell in page[2]][:2] == ["Đèn đường hỏng, thiếu đèn", 6]
        overview = sheet(lan, "/can-bo/tong-hop.xlsx", "Tổng quan")
        told = {row[0].value: row[1].value for row in overview.iter_rows(min_row=2)}
        assert told["Phản ánh mới"] == 6
        assert told["Đơn vị"] == "xã Ví Dụ"

    def test_is_noted_in_the_log(self, motcua: Deployment, lan: Desk) -> None:
        lan.get("/can-bo/tong-hop.xlsx?ngay=2026-11-20")
        [row] = motcua.rows("SELECT * FROM audit_log ORDER BY id DESC LIMIT 1")
        assert (row["what"], row["subject"]) == ("xuat-tong-hop", "tong-hop-2026-11-20-2026-11-20")


class TestTheListAsExcel:
    def test_holds_hostile_words_as_text(self, lan: Desk) -> None:
        page = sheet(lan, "/can-bo/phan-anh.xlsx", "Phản ánh")
        assert sorted(str(one).strip() for one in texts(page, "Nội dung")) == sorted(one.strip() for one in HOSTILE)
        assert not [cell for row in page.iter_rows() for cell in row if cell.data_type == "f"]
        assert set(texts(page, "Nơi")) == {"ngõ 5, thôn Đông"}

    def test_narrows_as_the_list_does(self, motcua: Deployment, lan: Desk) -> None:
        assert sheet(lan, "/can-bo/phan-anh.xlsx?nhom=da-xong", "Phản ánh").max_row == 1
        found = sheet(lan, "/can-bo/phan-anh.xlsx?tim=hyperlink", "Phản ánh")
        assert texts(found, "Nội dung") == [HOSTILE[0]]
        code = texts(found, "Mã")[0]
        assert texts(sheet(lan, f"/can-bo/phan-anh.xlsx?nhom=da-dong&tim={code}", "Phản ánh"), "Mã") == [code]
        [row] = motcua.rows("SELECT * FROM audit_log WHERE detail LIKE 'tim=%' ORDER BY id DESC LIMIT 1")
        assert row["what"] == "xuat-phan-anh"
        assert "hyperlink" not in row["detail"]

    def test_has_all_pages_of_the_list(self, lan: Desk) -> None:
        assert sheet(lan, "/can-bo/phan-anh.xlsx?truoc=2", "Phản ánh").max_row == 1 + len(HOSTILE)

    def test_is_of_ones_own_office_alone(self, motcua: Deployment) -> None:
        with Desk(motcua.url) as theirs:
            theirs.sign_in("ben-kia")
            page = sheet(theirs, "/can-bo/phan-anh.xlsx?nhom=tat-ca", "Phản ánh")
            assert texts(page, "Nội dung") == ["Việc của xã bên"]
            figures = theirs.get("/can-bo/tong-hop").text
            assert "Thôn Tây" in figures
            assert "Thôn Đông" not in figures


class TestInTheMorning:
    def test_the_group_reads_how_things_stand_once_even_after_a_restart(self, tmp_path: Path) -> None:
        clock = Clock()
        fake = pushing(clock)
        with on_telegram(tmp_path, fake) as motcua:
            group = bound_group(fake, motcua, bound_officer(fake, motcua, "Trần Văn Bảy"))
            code = filed(fake, motcua).code
            group.wait_for(lambda shown: f"Phản ánh mới {code}" in shown.text)
            clock.advance(_until_the_next_morning(telegram(motcua).desk.hours, clock.now()))
        with on_telegram(tmp_path, fake):
            shown = group.wait_for(lambda shown: "Phản ánh sáng" in shown.text, timeout=8.0)
            assert f"{code} Việc khác, chưa ai nhận: quá hạn nhận việc" in shown.text
        with on_telegram(tmp_path, fake) as motcua:
            desk = telegram(motcua).desk
            assert motcua.call(greet(motcua.service.store, desk, clock.now())) == 0
            motcua.settle()
        assert len([one for one in group.inbox if "Phản ánh sáng" in one.text]) == 1


def _until_the_next_morning(hours: WorkingTime, now: float) -> float:
    """Seconds until 7:36 of the next working day."""
    then = datetime.fromtimestamp(now, ZONE)
    morning = then.replace(hour=7, minute=36, second=0)
    while morning <= then or not hours.working(morning.date()):
        morning += timedelta(days=1)
    return (morning - then).total_seconds()
