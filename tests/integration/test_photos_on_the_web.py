"""Photos and places in the web chat: posted by the page, shown to their conversation and to nobody else."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from api.pace import Pace
from bot.desk.images import pictures
from bot.messages import Choice, Reply
from tests.integration.browser import Browser
from tests.integration.deployment import Deployment, deploy
from tests.integration.photos import KINDS, TAKEN, attachments, kept, push
from tests.pictures import CARD, decoded, encoded, street, with_code, with_notes

_IDS = count(1)


@pytest.fixture(scope="module")
def motcua(folder: Path) -> Iterator[Deployment]:
    with deploy(folder, kinds=KINDS) as deployment:
        yield deployment


@pytest.fixture
def browser(motcua: Deployment) -> Iterator[Browser]:
    with Browser(motcua.url) as browser:
        yield browser


def post(browser: Browser, content: bytes, kind: str = "image/jpeg", **query: Any) -> httpx.Response:
    query = {"id": f"photo-id-{next(_IDS):06}", **query}
    return browser.client.post("/chat/photos", params=query, content=content, headers={"Content-Type": kind})


def address(browser: Browser) -> str:
    return browser.client.cookies["motcua_chat"].partition(".")[0]


class TestPosting:
    def test_a_photo_is_kept_clean_and_answered(self, motcua: Deployment, browser: Browser) -> None:
        answer = post(browser, with_notes())
        assert answer.status_code == 202
        assert TAKEN in browser.replies(1)[0]["text"]
        [row] = attachments(motcua, address(browser))
        content = motcua.service.photos.read(row["file"])
        assert decoded(content).size == (900, 1200)
        assert not decoded(content).getexif()
        shown = browser.client.get(answer.json()["photo"])
        assert (shown.status_code, shown.content) == (200, content)

    def test_the_photo_is_encoded_and_stored_once(self, motcua: Deployment, browser: Browser) -> None:
        before = len(list(motcua.settings.photos.rglob("*.jpg")))
        post(browser, encoded(street(shade=91)))
        browser.replies(1)
        assert len(list(motcua.settings.photos.rglob("*.jpg"))) == before + 1

    def test_the_same_post_twice_is_one_message(self, motcua: Deployment, browser: Browser) -> None:
        browser.ask("xin chào")
        for _ in range(2):
            assert post(browser, encoded(street()), id="the-same-photo").status_code == 202
        motcua.settle()
        assert len(attachments(motcua, address(browser))) == 1

    def test_a_fresh_start_is_a_new_conversation(self, motcua: Deployment, browser: Browser) -> None:
        browser.ask("xin chào")
        before = address(browser)
        assert post(browser, encoded(street()), fresh="true").status_code == 202
        assert address(browser) != before

    @pytest.mark.parametrize(
        ("content", "kind", "status", "words"),
        [
            (b"", "image/jpeg", 422, pictures.EMPTY),
            (b"%PDF-1.7", "image/jpeg", 422, pictures.NO_PICTURE),
            (encoded(street()), "multipart/form-data; boundary=x", 415, pictures.NO_PICTURE),
            (encoded(street()), "text/plain", 415, pictures.NO_PICTURE),
            (encoded(street()), "application/x-www-form-urlencoded", 415, pictures.NO_PICTURE),
            (b"\xff\xd8\xff" + bytes(8 * 1024 * 1024), "image/jpeg", 413, pictures.TOO_HEAVY),
            (encoded(with_code(CARD)), "image/jpeg", 422, pictures.ID_CARD),
        ],
        ids=["empty", "pdf", "form with a file", "text", "form", "heavy", "identity card"],
    )
    def test_what_is_not_taken_is_refused_in_vietnamese_and_not_stored(
        self, motcua: Deployment, browser: Browser, content: bytes, kind: str, status: int, words: str
    ) -> None:
        events = motcua.rows("SELECT count(*) AS n FROM inbox_events")
        stored = set(motcua.settings.photos.rglob("*.jpg"))
        answer = post(browser, content, kind)
        assert (answer.status_code, answer.json()) == (status, {"error": words})
        assert "set-cookie" not in answer.headers
        assert motcua.rows("SELECT count(*) AS n FROM inbox_events") == events
        assert set(motcua.settings.photos.rglob("*.jpg")) == stored

    def test_too_many_in_a_minute_are_refused_unread_and_may_be_sent_later(
        self, motcua: Deployment, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        callers: list[object] = []

        def refuses(_pace: Pace, caller: object) -> bool:
            callers.append(caller)
            return False

        monkeypatch.setattr("api.pace.Pace.keeps", refuses)
        stored = set(motcua.settings.photos.rglob("*.jpg"))
        answer = post(browser, encoded(street(shade=99)))
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
        assert "đợi một phút" in answer.json()["error"]
        assert callers == ["127.0.0.1"]
        assert set(motcua.settings.photos.rglob("*.jpg")) == stored

    @pytest.mark.parametrize("name", ["", "short", "a b c d e f", "x" * 65, "đđđđđđđđ"])
    def test_an_id_that_is_none_is_refused(self, motcua: Deployment, browser: Browser, name: str) -> None:
        assert post(browser, encoded(street()), id=name).status_code == 422

    def test_a_page_cannot_hand_in_a_file_by_its_name(self, motcua: Deployment, browser: Browser) -> None:
        theirs = kept(motcua, encoded(street(shade=92)))
        assert browser.post("xin chào", photo=theirs).status_code == 422

    def test_a_place_is_a_message(self, motcua: Deployment, browser: Browser) -> None:
        reply = browser.ask(place={"latitude": 10.7642473, "longitude": 106.656323})
        assert reply["text"].startswith("10.7642 106.6563")

    @pytest.mark.parametrize("place", [{}, {"latitude": 91, "longitude": 0}, {"latitude": "x", "longitude": 0}, [1, 2]])
    def test_a_place_that_is_none_is_refused(self, motcua: Deployment, browser: Browser, place: Any) -> None:
        assert browser.post(place=place).status_code == 422


class TestShowing:
    def test_a_reply_carries_addresses_that_only_its_conversation_can_open(
        self, motcua: Deployment, browser: Browser
    ) -> None:
        browser.ask("xin chào")
        file = kept(motcua, encoded(street(shade=93)))
        push(motcua, address(browser), Reply(text="Đã xong.", photos=(file,)))
        words, photo = browser.replies(2)
        assert (words["text"], words["photos"]) == ("Đã xong.", [])
        [link] = photo["photos"]
        shown = browser.client.get(link)
        assert shown.content == motcua.service.photos.read(file)
        assert shown.headers["content-type"] == "image/jpeg"
        assert shown.headers["x-content-type-options"] == "nosniff"
        assert "no-store" in shown.headers["cache-control"]
        with Browser(motcua.url) as other:
            assert other.client.get(link).status_code == 404
            other.ask("xin chào")
            assert other.client.get(link).status_code == 404

    @pytest.mark.parametrize("key", ["", "?key=", "?key=0", "?key=" + "0" * 64, "?key=%C3%A9", "?key=%ED%A0%80"])
    def test_a_photo_is_not_shown_for_knowing_its_name(self, motcua: Deployment, browser: Browser, key: str) -> None:
        browser.ask("xin chào")
        file = kept(motcua, encoded(street(shade=94)))
        assert browser.client.get(f"/chat/photos/{file}{key}").status_code == 404

    def test_the_key_of_one_photo_opens_no_other(self, motcua: Deployment, browser: Browser) -> None:
        mine = post(browser, encoded(street(shade=95))).json()["photo"]
        other = kept(motcua, encoded(street(shade=96)))
        key = mine.partition("?")[2]
        assert browser.client.get(f"/chat/photos/{other}?{key}").status_code == 404

    @pytest.mark.parametrize("name", ["..%2F..%2Fsecret_key", "secret_key", "%00", "a" * 64 + ".jpg"])
    def test_other_names_lead_nowhere(self, motcua: Deployment, browser: Browser, name: str) -> None:
        browser.ask("xin chào")
        assert browser.client.get(f"/chat/photos/{name}").status_code == 404
        assert "Traceback" not in motcua.logged


class TestInTheBrowser:
    """Debian's chromium, as people see it."""

    @pytest.fixture
    def page(self, motcua: Deployment) -> Iterator[Any]:
        from playwright.sync_api import sync_playwright

        chromium = shutil.which("chromium")
        assert chromium, "the page is tested in a real browser: install Debian's package chromium"
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=[*flags, "--disable-sync"])
            context = browser.new_context(
                viewport={"width": 390, "height": 844},
                locale="vi-VN",
                geolocation={"latitude": 10.7642, "longitude": 106.6563},
                permissions=["geolocation"],
            )
            page = context.new_page()
            errors: list[str] = []
            page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(motcua.url)
            yield page
            browser.close()
            assert not [error for error in errors if "422" not in error]

    def test_a_photo_is_chosen_shrunk_sent_and_shown(self, motcua: Deployment, page: Any, tmp_path: Path) -> None:
        from playwright.sync_api import expect

        photo = tmp_path / "anh.png"
        photo.write_bytes(encoded(Image.effect_noise((3000, 2000), 40), "PNG"))
        with page.expect_request("**/chat/photos?*") as sent:
            with page.expect_file_chooser() as chooser:
                page.get_by_role("button", name="Gửi ảnh").click()
            chooser.value.set_files(photo)
        assert sent.value.headers["content-type"] == "image/jpeg"  # drawn anew, smaller than the file
        expect(page.locator("article.reply").last).to_contain_text(TAKEN)
        mine = page.locator(".mine img")
        expect(mine).to_be_visible()
        page.wait_for_function("document.querySelector('.mine img').naturalWidth === 1600")
        page.reload()
        page.wait_for_function("document.querySelector('.mine img').naturalWidth === 1600")

    def test_a_declined_photo_says_why_and_offers_no_second_try(
        self, motcua: Deployment, page: Any, tmp_path: Path
    ) -> None:
        from playwright.sync_api import expect

        photo = tmp_path / "the.jpg"
        photo.write_bytes(encoded(with_code(CARD)))
        page.set_input_files("#photo-file", photo)
        expect(page.locator(".unsent")).to_contain_text("thẻ căn cước")
        assert page.get_by_role("button", name="Gửi lại").count() == 0

    def test_where_the_person_is_can_be_sent(self, motcua: Deployment, page: Any) -> None:
        from playwright.sync_api import expect

        page.get_by_role("button", name="Gửi vị trí của tôi").click()
        expect(page.locator("article.reply").last).to_contain_text("10.7642 106.6563")

    def test_an_officers_photo_stands_with_the_words_and_their_choices(self, motcua: Deployment, page: Any) -> None:
        from playwright.sync_api import expect

        page.fill("#question", "xin chào")
        page.press("#question", "Enter")
        expect(page.locator("article.reply")).to_have_count(1)
        cookie = next(one["value"] for one in page.context.cookies() if one["name"] == "motcua_chat")
        files = tuple(kept(motcua, encoded(street(900, 600, shade=shade))) for shade in (97, 98))
        choices = (Choice(label="Đã xong, cảm ơn", payload="#menu"), Choice(label="Chưa xong", payload="#menu"))
        reply = Reply(heading="Phản ánh A3K: Đã xong", text="Bà con xem giúp: thật sự xong chưa?")
        push(motcua, cookie.partition(".")[0], reply.model_copy(update={"photos": files, "choices": choices}))
        card = page.locator("article.reply.latest")
        expect(card.locator("img")).to_have_count(2)
        expect(card.get_by_role("button", name="Chưa xong")).to_be_visible()
        expect(page.locator("article.reply")).to_have_count(2)
        page.wait_for_function("[...document.images].every((image) => image.naturalWidth > 0)")
        page.reload()
        expect(page.locator("article.reply")).to_have_count(2)
        expect(page.locator("article.reply.latest img")).to_have_count(2)

    def test_the_policy_of_the_page_stays_strict(self, motcua: Deployment) -> None:
        policy = motcua.get("/").headers["content-security-policy"]
        assert not re.search(r"unsafe|blob:|data:", policy)
