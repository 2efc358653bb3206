"""Twelve questions as citizens type them, on the page in a real browser, over Telegram and over Zalo."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from bot.knowledge import load_knowledge
from bot.settings import ROOT
from tests.acceptance.process import serving
from tests.fakes.serving import serve
from tests.fakes.telegram import FakeTelegram
from tests.fakes.zalo import FakeZalo

TITLES = {entry.id: entry.title for entry in load_knowledge(ROOT / "data" / "knowledge")}
# question, topic, the part of the answer as its heading names it; none is the short answer
QUESTIONS = [
    ("lam khai sinh can giay to gi", "khai-sinh-dung-han", "Giấy tờ cần có"),
    ("đăng ký tạm trú cho sinh viên thuê trọ", "dang-ky-tam-tru", ""),
    ("quên mật khẩu vneid", "vneid-quen-mat-khau", ""),
    ("đổi điện thoại mới thì vneid làm sao", "vneid-doi-dien-thoai-moi", "Cách làm"),
    ("nộp tiền online bị trừ rồi mà hồ sơ chưa báo", "bi-tru-tien-nhung-ho-so-chua-ghi-nhan", "Lưu ý, hay vướng"),
    ("tra cứu hồ sơ ở đâu", "dvcqg-tra-cuu-ho-so", "Nộp ở đâu"),
    ("giấy xác nhận độc thân mất bao nhiêu tiền", "xac-nhan-tinh-trang-hon-nhan", "Lệ phí"),
    ("mo quan an dang ky ho kinh doanh the nao", "hkd-dang-ky-thanh-lap", "Cách làm"),
    ("cccd het han doi o dau", "cap-doi-can-cuoc", "Nộp ở đâu"),
    ("bà tôi 76 tuổi có được trợ cấp không", "huu-tri-xa-hoi-75-tuoi", "Ai được làm"),
    ("sao y bản chính ở phường được không", "chung-thuc-ban-sao-tu-ban-chinh", "Nộp ở đâu"),
    ("dk ket hon can gi", "ket-hon-trong-nuoc", "Giấy tờ cần có"),
]
NOT_PROCEDURES = ("con mèo của tôi bị ốm", "thời tiết mai thế nào")
CHECKED = re.compile(r"Thông tin kiểm tra ngày \d\d/\d\d/\d{4}")


@dataclass
class Town:
    """The bot on all its channels, and the platforms around it."""

    url: str
    telegram: FakeTelegram
    zalo: FakeZalo


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    telegram, zalo = FakeTelegram(), FakeZalo(app_id="1", app_secret="app", oa_id="2", webhook_secret="oa")
    zalo.switches.calls_per_minute = 1000
    with serve(telegram.app) as telegram_url, serve(zalo.app) as zalo_url:
        environment = {
            "MOTCUA_TELEGRAM_TOKEN": telegram.token,
            "MOTCUA_TELEGRAM_API": telegram_url,
            "MOTCUA_TELEGRAM_MODE": "polling",
            "MOTCUA_ZALO_APP_ID": "1",
            "MOTCUA_ZALO_APP_SECRET": "app",
            "MOTCUA_ZALO_OA_SECRET": "oa",
            "MOTCUA_ZALO_REFRESH_TOKEN": zalo.issue_tokens().refresh,
            "MOTCUA_ZALO_API": f"{zalo_url}/openapi",
            "MOTCUA_ZALO_OAUTH": f"{zalo_url}/oauth",
            "MOTCUA_ZALO_PER_MINUTE": "1000",
        }
        with serving(tmp_path_factory.mktemp("town"), **environment) as (_, url):
            zalo.webhook_url = f"{url}/webhooks/zalo"
            yield Town(url, telegram, zalo)


@pytest.fixture(scope="module")
def page(town: Town) -> Iterator[Page]:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert chromium, "the page is tested in a real browser: install Debian's package chromium, or set CHROMIUM"
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*flags, "--disable-sync"])
        page = browser.new_page(viewport={"width": 390, "height": 844}, locale="vi-VN")
        page.goto(town.url)
        yield page
        browser.close()


def check(shown: str, topic: str, part: str) -> None:
    assert shown.startswith(f"{part}: {TITLES[topic]}" if part else TITLES[topic])
    assert "Nguồn: " in shown
    assert CHECKED.search(shown)


@pytest.mark.parametrize(("question", "topic", "part"), QUESTIONS)
def test_telegram_answers_with_the_right_entry(town: Town, question: str, topic: str, part: str) -> None:
    person = town.telegram.person(hash(question) % 10**9 + 1, "An")
    person.says(question)
    check(person.wait_for(1, timeout=20).text, topic, part)


@pytest.mark.parametrize(("question", "topic", "part"), QUESTIONS)
def test_zalo_answers_with_the_right_entry(town: Town, question: str, topic: str, part: str) -> None:
    person = town.zalo.person(name="An")
    town.zalo.deliver(person.says(question))
    check(person.wait_for(1, timeout=20).text, topic, part)


@pytest.mark.parametrize(("question", "topic", "part"), QUESTIONS)
def test_the_page_answers_with_the_right_entry(page: Page, question: str, topic: str, part: str) -> None:
    before = page.locator("#log article.reply").count()
    page.fill("#question", question)
    page.press("#question", "Enter")
    expect(page.locator("#log article.reply")).to_have_count(before + 1, timeout=20_000)
    check(page.locator("#log article.reply").last.inner_text(), topic, part)


@pytest.mark.parametrize("question", NOT_PROCEDURES)
def test_what_is_no_public_service_is_not_answered_as_one(town: Town, question: str) -> None:
    person = town.telegram.person(hash(question) % 10**9 + 1, "An")
    person.says(question)
    shown = person.wait_for(1, timeout=20).text
    assert "không giúp được" in shown
    assert "Nguồn" not in shown


def test_a_guide_moves_in_place_on_the_page_and_a_reload_keeps_the_talk(page: Page) -> None:
    page.locator("#log article.reply").first.get_by_role("button", name="Làm từng bước").click()
    page.get_by_role("button", name="Đến nộp trực tiếp").last.click()
    expect(page.locator("#log article.reply").last).to_contain_text("bước 1/")
    replies = page.locator("#log article.reply").count()
    page.get_by_role("button", name="Xong bước này").last.click()
    expect(page.locator("#log article.reply").last).to_contain_text("bước 2/")
    assert page.locator("#log article.reply").count() == replies
    page.reload()
    expect(page.locator("#log article.reply").last).to_contain_text("bước 2/")
    assert page.locator("#log article.reply").count() == replies
