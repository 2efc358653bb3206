"""The officers' console in a real browser, on a phone and on a desk: from signing in to a report that is done."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.integration.console import PASSWORD, add_officer, open_one, picture
from tests.integration.deployment import Deployment, deploy

SIZES = {"phone": (390, 844), "desk": (1280, 800)}


@pytest.fixture(scope="module")
def motcua(folder: Path) -> Iterator[Deployment]:
    with deploy(folder) as deployment:
        add_officer(deployment, "lan", name="Nguyễn Thị Lan", role="quan-tri")
        yield deployment


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert found, "the page is tested in a real browser: install Debian's package chromium, or set CHROMIUM"
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*flags, "--disable-sync"])
        yield browser
        browser.close()


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    width, height = SIZES[request.param]
    with chromium.new_context(viewport={"width": width, "height": height}, locale="vi-VN") as context:
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        refused = [told for told in complaints if "status of 4" not in told]  # the browser's note of a refused form
        assert not refused, refused


def sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/can-bo")
    page.get_by_label("Tên đăng nhập").fill("lan")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("heading", name="Phản ánh của bà con")).to_be_visible()


def fits(page: Page) -> None:
    """Nothing sticks out to the side."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_from_signing_in_to_done(motcua: Deployment, page: Page) -> None:
    sent = open_one(motcua, "Đèn đường ngõ 5 hỏng", photo=picture(), place="Ngõ 5")
    sign_in(page, motcua.url)
    fits(page)
    page.get_by_role("link", name=sent.code).click()
    expect(page.get_by_alt_text("Ảnh 1 của phản ánh")).to_have_js_property("complete", True)
    page.get_by_role("button", name="Nhận việc này").click()
    expect(page.get_by_text("Đã ghi: Nhận việc.")).to_be_visible()
    fits(page)

    page.get_by_label("Lời mẫu").first.select_option(label="Đang làm, dự kiến xong")
    words = page.get_by_label("Nhắn người dân", exact=True)
    page.get_by_label("Ảnh gửi kèm").first.set_input_files(
        {"name": "sau.jpg", "mimeType": "image/jpeg", "buffer": picture("orange")}
    )
    page.get_by_role("button", name="Gửi cho người dân").click()
    expect(page.get_by_role("alert")).to_contain_text("chỗ chưa điền: [ngày …]")
    words.fill(words.input_value().replace("[ngày …]", "ngày mai"))
    page.get_by_role("button", name="Gửi cho người dân").click()
    expect(page.get_by_text("Đã ghi: Nhắn người dân.")).to_be_visible()
    expect(page.locator(".timeline .photos img")).to_have_count(1)  # chosen once, kept through the refusal

    page.locator("summary", has_text="Báo đã xong").click()
    page.get_by_label("Đã làm những gì").fill("Đã thay bóng mới.")
    page.get_by_role("button", name="Báo đã xong").click()
    expect(page.locator(".title .state")).to_have_text("Đã xong")
    motcua.settle()
    [row] = motcua.rows("SELECT state FROM reports WHERE code = ?", sent.code)
    assert row["state"] == "da-xong"
    fits(page)


def test_a_new_report_comes_into_the_open_list_and_is_announced(motcua: Deployment, page: Page) -> None:
    page.clock.install()
    sign_in(page, motcua.url)
    sent = open_one(motcua, "Vừa mới gửi")
    expect(page.get_by_role("link", name=sent.code)).to_have_count(0)
    page.clock.run_for(11_000)
    expect(page.get_by_role("link", name=sent.code)).to_be_visible()
    expect(page.locator("#news")).to_contain_text("Có phản ánh mới")


@pytest.mark.parametrize("path", ["/can-bo/chua-den", "/can-bo/nhat-ky", "/can-bo/tai-khoan", "/can-bo/toi"])
def test_the_other_pages_fit(motcua: Deployment, page: Page, path: str) -> None:
    sign_in(page, motcua.url)
    page.goto(motcua.url + path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    fits(page)
