"""An officer at the console, in a real browser."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

PASSWORD = "den-duong-ngo-5-sang"


class Officer:
    """One person's browser; `shots` is where pictures of what they see are left to be looked at."""

    def __init__(self, page: Page, url: str, shots: Path) -> None:
        self.page = page
        self.url = url
        self._shots = shots

    def signs_in(self, login: str, once: str) -> None:
        """With the password that was made up for them, which they must change at once."""
        self.page.goto(f"{self.url}/can-bo")
        self.picture("1-login")
        self.page.get_by_label("Tên đăng nhập").fill(login)
        self.page.get_by_label("Mật khẩu").fill(once)
        self.page.get_by_role("button", name="Đăng nhập").click()
        self.page.get_by_label("Mật khẩu đang dùng").fill(once)
        self.page.get_by_label("Mật khẩu mới (từ 10 ký tự)").fill(PASSWORD)
        self.page.get_by_label("Gõ lại mật khẩu mới").fill(PASSWORD)
        self.picture("2-own-password")
        self.page.get_by_role("button", name="Đổi mật khẩu").click()
        expect(self.page.get_by_text("Đã đổi mật khẩu")).to_be_visible()

    def row(self, code: str, tab: str = "Đang mở") -> Locator:
        """A report's row in the list."""
        self.page.get_by_role("link", name="Phản ánh", exact=True).click()
        self.page.get_by_role("link", name=tab).click()
        row = self.page.get_by_role("row").filter(has=self.page.get_by_role("link", name=code))
        expect(row).to_be_visible()
        return row

    def opens(self, code: str) -> None:
        """A report, from the list."""
        self.page.get_by_role("link", name=code).click()
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(code)

    def claims(self, button: str = "Nhận việc này") -> None:
        """Take the report."""
        self.page.get_by_role("button", name=button).click()
        self.noted("Nhận việc")

    def starts(self, words: str = "") -> None:
        """Say that it is being worked on."""
        part = self._unfolds("Bắt đầu xử lý")
        part.get_by_label("Nhắn thêm người dân").fill(words)
        part.get_by_role("button", name="Bắt đầu xử lý").click()
        self.noted("Bắt đầu xử lý")

    def answers(self, words: str, photo: bytes) -> None:
        """Write to the citizen, with a photo."""
        self.page.get_by_label("Nhắn người dân", exact=True).fill(words)
        form = self.page.locator("form", has=self.page.get_by_role("button", name="Gửi cho người dân"))
        _attach(form, photo)
        self.page.get_by_role("button", name="Gửi cho người dân").click()
        self.noted("Nhắn người dân")

    def finishes(self, words: str, photo: bytes | None = None) -> None:
        """Say what was done."""
        part = self._unfolds("Báo đã xong")
        part.get_by_label("Đã làm những gì").fill(words)
        if photo:
            _attach(part, photo)
        part.get_by_role("button", name="Báo đã xong").click()
        self.noted("Báo đã xong")

    def binding(self, page: str, button: str) -> str:
        """What to write to the bot so that it knows a Telegram, from that page of the console."""
        self.page.goto(f"{self.url}/can-bo/{page}")
        self.page.get_by_role("button", name=button).click()
        return self.page.locator("code.once").inner_text()

    def noted(self, move: str) -> None:
        """The page says that a move was made."""
        expect(self.page.get_by_text(f"Đã ghi: {move}.")).to_be_visible()
        self.fits()

    def state(self) -> Locator:
        """Where the report stands."""
        return self.page.locator(".title .state")

    def timeline(self) -> list[str]:
        """What happened to the report: each event's first line, on one line."""
        return [
            " ".join(line.split()) for line in self.page.locator(".timeline > li > p:first-child").all_inner_texts()
        ]

    def event(self, number: int) -> Locator:
        """One event of the timeline, counted from 0."""
        return self.page.locator(".timeline > li").nth(number)

    def photos(self, where: Locator) -> list[bytes]:
        """The photos in a part of the page, in full; each is shown small as well."""
        for image in where.locator(".photos img").all():
            image.scroll_into_view_if_needed()
            expect(image).to_have_js_property("complete", True)
            assert image.evaluate("image => image.naturalWidth") > 0
        links = [link.get_attribute("href") for link in where.locator(".photos a").all()]
        return [self.page.request.get(f"{self.url}{link}").body() for link in links]

    def fits(self) -> None:
        """Nothing sticks out to the side."""
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    def picture(self, name: str) -> None:
        """Leave a picture of the whole page."""
        self.page.screenshot(path=self._shots / f"{name}.png", full_page=True)

    def _unfolds(self, label: str) -> Locator:
        part = self.page.locator("details").filter(has=self.page.locator("summary", has_text=label))
        part.locator("summary").click()
        return part


def _attach(form: Locator, photo: bytes) -> None:
    form.get_by_label("Ảnh gửi kèm").set_input_files({"name": "anh.jpg", "mimeType": "image/jpeg", "buffer": photo})
