"""A report's whole life: a citizen on Telegram or Zalo, an officer in a real browser or in their Telegram group."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.acceptance.citizen import WITHIN, Citizen, InGroup, OnTelegram, OnZalo
from tests.acceptance.officer import Officer
from tests.acceptance.process import command, serving, wait_until
from tests.fakes.serving import serve
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_people import Shown
from tests.fakes.zalo import FakeZalo
from tests.pictures import decoded, encoded, street

OFFICERS = {"lan": "Nguyễn Thị Lan", "minh": "Lê Văn Minh", "hoa": "Phạm Thị Hoa"}
BUTTONS = ["Nhận việc", "Chuyển", "Trả lời", "Xong"]
DESK, PHONE = (1280, 800), (390, 844)
# The same picture is told by its size, whoever re-encoded it on the way.
BEFORE, AT_WORK, STILL_BROKEN, AFTER = (1000, 750), (960, 720), (920, 690), (880, 660)


def photo(size: tuple[int, int]) -> bytes:
    return encoded(street(*size))


def size_of(content: bytes) -> tuple[int, int]:
    return decoded(content).size


@dataclass
class Town:
    """The bot, the platforms around it, and a browser."""

    folder: Path
    url: str
    telegram: FakeTelegram
    zalo: FakeZalo
    chromium: Browser
    passwords: Mapping[str, Future[str]]

    @contextmanager
    def console(self, screen: tuple[int, int], login: str, shots: Path) -> Iterator[Officer]:
        """The browser of an officer who has signed in."""
        once = self.passwords[login].result(100)
        with self.chromium.new_context(viewport={"width": screen[0], "height": screen[1]}, locale="vi-VN") as context:
            officer = Officer(context.new_page(), self.url, shots)
            officer.signs_in(login, once)
            yield officer

    def noted(self, shown: Shown) -> None:
        """Wait until the bot knows that a message was sent: nobody answers faster than that."""
        query = "SELECT 1 FROM outbox_messages WHERE platform_id = ? AND state = 'sent'"
        with closing(sqlite3.connect(f"file:{self.folder}/var/motcua.db?mode=ro", uri=True)) as database:
            wait_until(lambda: database.execute(query, [str(shown.message_id)]).fetchone() is not None, WITHIN)


def officer_added(folder: Path, login: str) -> str:
    """Add an officer from the command line; the password that is good once."""
    printed = command(folder, "officer", "add", login, "--name", OFFICERS[login], "--role", "quan-tri")
    found = re.search(r"Mật khẩu dùng một lần: (\S+)", printed)
    assert found, printed
    return found[1]


pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert found, "the page is tested in a real browser: install Debian's package chromium, or set CHROMIUM"
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*flags, "--disable-sync"])
        expect.set_options(timeout=15_000)  # a busy machine
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    telegram, zalo = FakeTelegram(), FakeZalo()
    zalo.switches.calls_per_minute = 6000
    zalo.switches.deliver_at_once = True
    zalo.switches.answer_within = 10.0  # a busy machine
    with serve(telegram.app) as telegram_url, serve(zalo.app) as zalo_url:
        zalo.media_url = f"{zalo_url}/media"
        environment = {
            "MOTCUA_TELEGRAM_TOKEN": telegram.token,
            "MOTCUA_TELEGRAM_API": telegram_url,
            "MOTCUA_TELEGRAM_MODE": "polling",
            "MOTCUA_ZALO_APP_ID": zalo.app_id,
            "MOTCUA_ZALO_OA_ID": zalo.oa_id,
            "MOTCUA_ZALO_APP_SECRET": zalo.app_secret,
            "MOTCUA_ZALO_OA_SECRET": zalo.webhook_secret,
            "MOTCUA_ZALO_REFRESH_TOKEN": zalo.issue_tokens().refresh,
            "MOTCUA_ZALO_API": f"{zalo_url}/openapi",
            "MOTCUA_ZALO_OAUTH": f"{zalo_url}/oauth",
            "MOTCUA_ZALO_PHOTO_HOSTS": zalo_url,
            "MOTCUA_ZALO_PER_MINUTE": "6000",
        }
        with serving(folder, **environment) as (_, url):
            assert zalo.save_webhook(f"{url}/webhooks/zalo")
            with ThreadPoolExecutor(1) as beside:  # one after the other, while the citizens are writing
                passwords = {login: beside.submit(officer_added, folder, login) for login in OFFICERS}
                yield Town(folder, url, telegram, zalo, chromium, passwords)


class TestFromTheConsole:
    """Claimed, started, answered, finished, reopened, finished again and rated: the officer at a desk or on a phone."""

    def test_a_citizen_on_telegram_and_an_officer_at_a_desk(self, town: Town, tmp_path: Path) -> None:
        citizen = OnTelegram(town.telegram, 5001, "An")
        citizen.says("đèn đường ngõ 5 hỏng cả tuần nay")
        citizen.hears("Có ảnh thì bà con gửi", "Đây là máy trả lời tự động")
        citizen.sends_photo(photo(BEFORE))
        citizen.hears("Máy đã nhận ảnh (1/5)", "cho cán bộ biết tên mình")
        citizen.presses("Nêu tên: An")
        citizen.hears("đèn đường ngõ 5", "Loại việc: Đèn đường hỏng", "Nơi: ngõ 5", "Ảnh: 1 ảnh", "người gửi: An")
        code = sends(citizen)
        with town.console(DESK, "lan", tmp_path) as officer:
            row = officer.row(code)
            expect(row).to_contain_text("Đèn đường hỏng")
            expect(row).to_contain_text("Chưa ai nhận")
            live(citizen, officer, code, OFFICERS["lan"])

    def test_a_citizen_on_zalo_and_an_officer_on_a_phone(self, town: Town, tmp_path: Path) -> None:
        citizen = OnZalo(town.zalo, "Sáu")
        citizen.says("rác chất đống mấy hôm nay không ai dọn, hôi lắm")
        citizen.hears("Việc này ở chỗ nào ạ?", "Đây là máy trả lời tự động")
        citizen.says("gần cổng chợ Ví Dụ")
        citizen.hears("Có ảnh thì bà con gửi")
        citizen.sends_photo(photo(BEFORE))
        citizen.hears("Máy đã nhận ảnh (1/5)", "cho cán bộ biết tên mình")
        citizen.presses("Nêu tên")
        citizen.hears("Bà con gõ họ tên")
        citizen.says("Trần Văn Sáu")
        citizen.hears("rác chất đống", "Loại việc: Rác không ai lấy", "Nơi: gần cổng chợ", "người gửi: Trần Văn Sáu")
        code = sends(citizen)
        with town.console(PHONE, "minh", tmp_path) as officer:
            row = officer.row(code)
            expect(row).to_contain_text("gần cổng chợ Ví Dụ")
            expect(row).to_contain_text("Chưa ai nhận")
            live(citizen, officer, code, OFFICERS["minh"])


def sends(citizen: Citizen[Any]) -> str:
    """Agree to what was read back; the ticket's code."""
    citizen.says("đồng ý")
    sent = citizen.hears("Máy đã gửi phản ánh của bà con")
    found = re.search(r"Mã phản ánh: (\S+)", sent)
    assert found, sent
    return found[1]


def live(citizen: Citizen[Any], officer: Officer, code: str, name: str) -> None:
    """All that happens to a report that lies in the list, on both sides."""
    officer.picture("3-list")
    officer.opens(code)
    [told] = officer.photos(officer.page.locator("section", has_text="Người dân phản ánh"))
    assert size_of(told) == BEFORE
    officer.picture("4-report")

    officer.claims()
    citizen.hears(f"Phản ánh {code}: Đã nhận", "Cán bộ đã nhận phản ánh của bà con")
    officer.starts()
    citizen.hears(f"Phản ánh {code}: Đang xử lý", "Cán bộ đang xử lý")
    officer.answers("Tổ công trình đang ở đó, chiều nay xong.", photo(AT_WORK))
    citizen.hears(f"Phản ánh {code}: Đang xử lý", "Cán bộ nhắn: Tổ công trình đang ở đó, chiều nay xong.")
    assert size_of(citizen.sees_photo()) == AT_WORK
    officer.finishes("Đã làm xong lúc 16 giờ.")
    expect(officer.state()).to_have_text("Đã xong")
    citizen.hears(f"Phản ánh {code}: Đã xong", "Cán bộ nhắn: Đã làm xong lúc 16 giờ.", "thật sự xong chưa?")

    citizen.presses("Chưa xong")
    citizen.hears("còn gì chưa xong")
    citizen.says("Tối qua vẫn y như cũ")
    citizen.hears("gửi thêm một tấm ảnh")
    citizen.sends_photo(photo(STILL_BROKEN))
    citizen.hears(f"Máy đã mở lại phản ánh {code}")

    expect(officer.row(code)).to_contain_text("Mở lại 1 lần")
    expect(officer.row(code)).to_contain_text("Tôi")
    officer.picture("5-reopened-list")
    officer.opens(code)
    expect(officer.state()).to_have_text("Đã nhận")
    expect(officer.page.get_by_text("Cần nhận lại trước")).to_be_visible()
    expect(officer.event(5)).to_contain_text("Tối qua vẫn y như cũ")
    assert [size_of(one) for one in officer.photos(officer.event(5))] == [STILL_BROKEN]
    officer.picture("6-reopened")
    officer.claims("Nhận lại việc này")
    expect(officer.page.get_by_text("Cần nhận lại trước")).to_have_count(0)
    citizen.hears(f"Phản ánh {code}: Đã nhận", "Cán bộ đã nhận phản ánh của bà con")
    officer.finishes("Đã làm lại, có ảnh.", photo(AFTER))
    citizen.hears(f"Phản ánh {code}: Đã xong", "Cán bộ nhắn: Đã làm lại, có ảnh.", "thật sự xong chưa?")
    assert size_of(citizen.sees_photo()) == AFTER

    rates(citizen)
    expect(officer.row(code, "Đã xong")).to_contain_text("Đã xong")
    officer.opens(code)
    expect(officer.page.get_by_text("5 trên 5 sao", exact=True)).to_be_visible()
    assert officer.timeline() == [
        "Gửi phản ánh",
        "Nhận việc → Đã nhận",
        "Bắt đầu xử lý → Đang xử lý",
        "Nhắn người dân",
        "Báo đã xong → Đã xong",
        "Mở lại → Đã nhận",
        "Nhận việc",
        "Báo đã xong → Đã xong",
        "Xác nhận đã xong",
        "Đánh giá 5 trên 5 sao",
    ]
    for number in (1, 2, 3, 4, 6, 7):
        expect(officer.event(number)).to_contain_text(name)
    for number in (0, 5, 8, 9):
        expect(officer.event(number)).to_contain_text("Người dân")
    assert [size_of(one) for one in officer.photos(officer.event(3))] == [AT_WORK]
    assert [size_of(one) for one in officer.photos(officer.event(7))] == [AFTER]
    officer.picture("7-rated")
    assert citizen.unread() == []


def rates(citizen: Citizen[Any]) -> None:
    """It is really done: five stars, no further words."""
    citizen.presses("Đã xong, cảm ơn")
    citizen.hears("Cảm ơn bà con đã báo lại", "mấy sao")
    citizen.presses("★★★★★")
    citizen.hears("Máy đã ghi 5 sao")


class TestFromTheGroup:
    """The same, and nobody opens the console once the group is bound."""

    def test_from_a_new_report_to_five_stars(self, town: Town, tmp_path: Path) -> None:
        group = InGroup(town.telegram, 6001, "Hoa", town.noted)
        with town.console(DESK, "hoa", tmp_path) as officer:
            bind(officer, group)
        citizen = OnTelegram(town.telegram, 6002, "Bảy")
        code = reports_a_hole(citizen)
        post = group.reads(f"Phản ánh mới {code}", "hố ga mất nắp", "maps?q=10.500000,106.250000", "không nêu tên")
        assert post.buttons == BUTTONS
        assert size_of(group.sees_photo()) == BEFORE

        group.presses(post, "Nhận việc")
        taken = group.reads(code, "Phạm Thị Hoa đã nhận việc")
        citizen.hears(f"Phản ánh {code}: Đã nhận", "Cán bộ đã nhận phản ánh của bà con")
        group.presses(taken, "Bắt đầu xử lý")
        group.reads(f"{code}: Đang xử lý", "Phạm Thị Hoa bắt đầu xử lý")
        citizen.hears(f"Phản ánh {code}: Đang xử lý", "Cán bộ đang xử lý việc bà con phản ánh")
        group.answers(post, "Đang rào tạm chỗ đó, bà con đi vòng giúp.", photo(AT_WORK))
        group.reads(code, "Phạm Thị Hoa đã trả lời người dân")
        citizen.hears("Cán bộ nhắn: Đang rào tạm chỗ đó, bà con đi vòng giúp.")
        assert size_of(citizen.sees_photo()) == AT_WORK
        group.presses(post, "Xong")
        group.answers(group.reads(code, "Đã làm gì để xử lý?"), "Đã đậy nắp mới.")
        group.reads(f"{code}: Đã xong", "Phạm Thị Hoa báo đã xử lý xong")
        citizen.hears(f"Phản ánh {code}: Đã xong", "Cán bộ nhắn: Đã đậy nắp mới.", "thật sự xong chưa?")

        citizen.presses("Chưa xong")
        citizen.hears("còn gì chưa xong")
        citizen.sends_photo(photo(STILL_BROKEN))
        citizen.hears("Máy đã nhận ảnh", "Bà con nói thêm vài lời")
        citizen.says("Nắp vẫn kênh, xe đi qua kêu ầm ầm")
        citizen.hears(f"Máy đã mở lại phản ánh {code}")
        again = group.reads(f"{code}: Đã nhận", "phản ánh được mở lại", "Nắp vẫn kênh, xe đi qua kêu ầm ầm")
        assert again.buttons == BUTTONS
        assert size_of(group.sees_photo()) == STILL_BROKEN
        group.presses(again, "Nhận việc")
        group.reads(code, "Phạm Thị Hoa đã nhận việc")
        citizen.hears(f"Phản ánh {code}: Đã nhận", "Cán bộ đã nhận phản ánh của bà con")
        group.presses(again, "Xong")
        group.answers(group.reads(code, "Đã làm gì để xử lý?"), "Đã chèn lại cho phẳng.", photo(AFTER))
        group.reads(f"{code}: Đã xong", "Phạm Thị Hoa báo đã xử lý xong")
        citizen.hears(f"Phản ánh {code}: Đã xong", "Cán bộ nhắn: Đã chèn lại cho phẳng.", "thật sự xong chưa?")
        assert size_of(citizen.sees_photo()) == AFTER

        rates(citizen)
        group.reads(code, "Người dân xác nhận đã xong")
        group.reads(code, "Người dân chấm 5 sao")
        assert citizen.unread() == []
        assert group.unread() == []


def bind(officer: Officer, group: InGroup) -> None:
    """Bind an officer's Telegram and their group, with the codes that the console shows."""
    group.person.says(officer.binding("toi", "Lấy mã nối Telegram"))
    group.person.wait_for(lambda shown: "Đã gắn Telegram này với cán bộ Phạm Thị Hoa" in shown.text, timeout=WITHIN)
    group.person.says(officer.binding("tai-khoan", "Lấy mã nối nhóm"), group.chat)
    group.reads("Đã gắn nhóm này với đơn vị")


def reports_a_hole(citizen: OnTelegram) -> str:
    """A report with a point on the map and without a name; its code."""
    citizen.says("hố ga mất nắp, tối đi rất nguy hiểm")
    citizen.hears("Việc này ở chỗ nào ạ?")
    citizen.chat.sends_place(10.5, 106.25)
    citizen.hears("Máy đã nhận vị trí.", "Có ảnh thì bà con gửi")
    citizen.sends_photo(photo(BEFORE))
    citizen.hears("Máy đã nhận ảnh (1/5)", "cho cán bộ biết tên mình")
    citizen.presses("Không nêu tên")
    citizen.hears("hố ga mất nắp", "vị trí bà con gửi trên bản đồ", "người gửi: không nêu")
    return sends(citizen)
