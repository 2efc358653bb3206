"""The officers' console over HTTP: signing in, the list, a report's life, and what is written down of it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.console import PASSWORD, Desk, add_officer, hidden, open_one, picture
from tests.integration.deployment import Deployment, deploy


@pytest.fixture(scope="module")
def motcua(folder: Path) -> Iterator[Deployment]:
    with deploy(folder) as deployment:
        add_officer(deployment, "lan", name="Nguyễn Thị Lan")
        add_officer(deployment, "hung", name="Trần Văn Hùng", role="lanh-dao")
        add_officer(deployment, "quan", name="Lê Quản", role="quan-tri")
        yield deployment


def signed(motcua: Deployment, login: str) -> Iterator[Desk]:
    with Desk(motcua.url) as desk:
        assert desk.sign_in(login).headers["location"] == "/can-bo"
        yield desk


@pytest.fixture
def lan(motcua: Deployment) -> Iterator[Desk]:
    yield from signed(motcua, "lan")


@pytest.fixture
def hung(motcua: Deployment) -> Iterator[Desk]:
    yield from signed(motcua, "hung")


@pytest.fixture
def quan(motcua: Deployment) -> Iterator[Desk]:
    yield from signed(motcua, "quan")


def report(motcua: Deployment, code: str) -> dict[str, Any]:
    [row] = motcua.rows("SELECT * FROM reports WHERE code = ?", code)
    return row


def heard(motcua: Deployment, conversation: int) -> list[str]:
    """What a citizen was told, as stored."""
    rows = motcua.rows("SELECT reply FROM outbox_messages WHERE conversation_id = ? ORDER BY id", conversation)
    return [row["reply"].encode().decode("unicode_escape") if "\\u" in row["reply"] else row["reply"] for row in rows]


class TestSigningIn:
    def test_wrong_unknown_and_locked_get_the_same_answer(self, motcua: Deployment) -> None:
        add_officer(motcua, "bi-khoa")
        with Desk(motcua.url) as desk:
            answers = [desk.sign_in("bi-khoa", "sai") for _ in range(6)]
            answers += [desk.sign_in("khong-co-ai", "sai"), desk.sign_in("bi-khoa", PASSWORD)]
            said = {(a.status_code, re.sub(r'value="[^"]*"', "", a.text)) for a in answers}
            assert len(said) == 1
            assert answers[0].status_code == 401
            assert "motcua_canbo" not in desk.client.cookies
            motcua.later(15 * 60 + 1)
            assert desk.sign_in("bi-khoa").status_code == 303

    def test_the_cookie_is_kept_from_scripts_and_other_sites(self, motcua: Deployment) -> None:
        with Desk(motcua.url) as desk:
            [cookie] = [c for c in desk.sign_in("lan").headers.get_list("set-cookie") if c.startswith("motcua_canbo=")]
        assert "httponly" in cookie.lower()
        assert "samesite=lax" in cookie.lower()
        assert "path=/can-bo" in cookie.lower()

    def test_a_session_of_before_ends_with_a_new_one(self, motcua: Deployment, lan: Desk) -> None:
        old = lan.client.cookies["motcua_canbo"]
        lan.sign_in("lan")
        assert lan.client.cookies["motcua_canbo"] != old
        with Desk(motcua.url) as thief:
            thief.client.cookies.set("motcua_canbo", old)
            assert thief.get("/can-bo").status_code == 303

    def test_a_form_from_elsewhere_signs_nobody_in(self, motcua: Deployment) -> None:
        with Desk(motcua.url) as desk:
            form = {"ten": "lan", "mat-khau": PASSWORD, "csrf": "x"}
            assert desk.client.post("/can-bo/vao", data=form).status_code == 403
            form["csrf"] = hidden(desk.get("/can-bo/vao"), "csrf")
            desk.client.cookies.clear()
            assert desk.client.post("/can-bo/vao", data=form).status_code == 403

    @pytest.mark.parametrize(
        "wanted",
        ["https://evil.example", "//evil.example", "/can-bo//evil.example", "/can-bo/../x", "\\evil", "/can-bo/x?y"],
    )
    def test_signing_in_leads_nowhere_else(self, motcua: Deployment, wanted: str) -> None:
        with Desk(motcua.url) as desk:
            assert desk.sign_in("lan", toi=wanted).headers["location"] == "/can-bo"

    def test_signing_in_leads_to_where_somebody_wanted_to_go(self, motcua: Deployment) -> None:
        sent = open_one(motcua, "Cây đổ")
        with Desk(motcua.url) as desk:
            first = desk.get(f"/can-bo/phan-anh/{sent.code}")
            page = desk.get(first.headers["location"])
            assert desk.sign_in("lan", toi=hidden(page, "toi")).headers["location"] == f"/can-bo/phan-anh/{sent.code}"

    def test_a_made_up_password_lets_nobody_work_before_it_is_changed(self, motcua: Deployment, quan: Desk) -> None:
        page = quan.post("/can-bo/tai-khoan", ten="moi", ho_ten="Người Mới", vai_tro="can-bo")
        [password] = re.findall(r'<code class="once">([^<]+)</code>', page.text)
        with Desk(motcua.url) as desk:
            assert desk.sign_in("moi", password).status_code == 303
            assert desk.get("/can-bo").headers["location"] == "/can-bo/toi"
            assert desk.get("/can-bo/nhat-ky").headers["location"] == "/can-bo/toi"
            assert desk.post("/can-bo/toi/mat-khau", cu=password, moi="ngan", lai="ngan").status_code == 422
            assert desk.post("/can-bo/toi/mat-khau", cu="sai", moi=PASSWORD, lai=PASSWORD).status_code == 422
            assert desk.post("/can-bo/toi/mat-khau", cu=password, moi=PASSWORD, lai=PASSWORD).status_code == 303
            assert desk.get("/can-bo").status_code == 200
            assert desk.sign_in("moi", password).status_code == 401

    def test_signing_out_is_for_good(self, motcua: Deployment, lan: Desk) -> None:
        token = lan.client.cookies["motcua_canbo"]
        assert lan.post("/can-bo/ra").headers["location"] == "/can-bo/vao"
        lan.client.cookies.set("motcua_canbo", token)
        assert lan.get("/can-bo").status_code == 303


class TestTheList:
    def test_shows_what_an_officer_needs(self, motcua: Deployment, lan: Desk) -> None:
        sent = open_one(motcua, "Nắp cống vỡ <b>nguy hiểm</b>", place="Ngã ba Chợ Mới", photo=picture("gray"))
        page = lan.get("/can-bo")
        row = page.text[page.text.index(sent.code) :].partition("</tr>")[0]
        for part in ("&lt;b&gt;nguy hiểm", "Ngã ba Chợ Mới", "Có 1 ảnh", "Mới", "Chưa ai nhận", "vừa xong"):
            assert part in row
        assert "Tin chưa đến" not in row

    @pytest.mark.parametrize("written", ["{}", "{lower}", "{spaced}", "{part}"])
    def test_finds_a_code_however_it_is_written(self, motcua: Deployment, lan: Desk, written: str) -> None:
        sent = open_one(motcua, "Tìm theo mã")
        other = open_one(motcua, "Không phải cái này")
        search = written.format(
            sent.code, lower=sent.code.lower(), spaced=sent.code.replace("-", "  "), part=sent.code[4:]
        )
        page = lan.get("/can-bo", params={"tim": search})
        assert sent.code in page.text
        assert other.code not in page.text

    @pytest.mark.parametrize("search", ["vườn hoa Quỳnh", "vuon hoa quynh", "HOA vuon", "quỳnh"])
    def test_finds_words_and_places_without_diacritics(self, motcua: Deployment, lan: Desk, search: str) -> None:
        sent = open_one(motcua, "Rác nhiều", place="Vườn hoa Quỳnh")
        assert sent.code in lan.get("/can-bo", params={"tim": search}).text
        assert sent.code not in lan.get("/can-bo", params={"tim": f"{search} khong co"}).text

    @pytest.mark.parametrize("search", ["%", "_", "'", "\\", "\x00", "😀", "-" * 100, "a" * 5000])
    def test_odd_searches_are_only_searches(self, motcua: Deployment, lan: Desk, search: str) -> None:
        open_one(motcua, "Một trăm phần trăm")
        assert lan.get("/can-bo", params={"tim": search}).status_code == 200

    def test_filters_by_owner_state_and_kind(self, motcua: Deployment, lan: Desk) -> None:
        mine, free = open_one(motcua, "Của tôi"), open_one(motcua, "Của chung")
        lan.move(mine.code, "nhan-viec")
        for query, there, absent in (
            ("ai=toi", mine, free),
            ("ai=chua-ai", free, mine),
            ("tinh-trang=da-nhan", mine, free),
            ("nhom=tat-ca&tinh-trang=moi", free, mine),
        ):
            page = lan.get(f"/can-bo?{query}")
            assert there.code in page.text, query
            assert absent.code not in page.text, query
        kind = report(motcua, mine.code)["category"]
        assert mine.code in lan.get(f"/can-bo?loai={kind}").text
        assert mine.code not in lan.get("/can-bo?loai=khong-co").text

    def test_counts_are_those_of_the_list(self, motcua: Deployment, lan: Desk) -> None:
        page = lan.get("/can-bo?ai=toi")
        [count] = re.findall(r'id="tab-mine".*?<b>(\d+)</b>', page.text)
        assert int(count) == len(re.findall(r'id="row-', page.text))

    def test_says_in_words_what_is_late(self, motcua: Deployment, lan: Desk) -> None:
        sent = open_one(motcua, "Sẽ quá hạn")
        assert sent.code not in lan.get("/can-bo?qua-han=1").text
        row = report(motcua, sent.code)
        for moment, words in ((row["acknowledge_by"], "Quá hạn nhận việc"), (row["answer_by"], "Quá hạn xử lý")):
            motcua.later(moment - motcua.clock.now() + 61)
            lan.sign_in("lan")  # nobody was there meanwhile
            page = lan.get("/can-bo?qua-han=1&tim=" + sent.code[:7])
            assert words in page.text[page.text.index(sent.code) :].partition("</tr>")[0]

    def test_pages_lead_through_all_of_it_once(self, motcua: Deployment, lan: Desk) -> None:
        sent = [open_one(motcua, f"Trang giấy số {number}").code for number in range(27)]
        seen: list[str] = []
        path: str | None = "/can-bo?tim=trang+giay"
        while path:
            page = lan.get(path)
            seen += re.findall(r'id="row-([^"]+)"', page.text)
            older = re.findall(r'href="([^"]+)">Xem phản ánh cũ hơn', page.text)
            path = html.unescape(older[0]) if older else None
        assert seen == sent[::-1]

    def test_the_part_that_a_page_fetches_by_itself_is_the_list(self, motcua: Deployment, lan: Desk) -> None:
        sent = open_one(motcua, "Mới tinh")
        part = lan.get("/can-bo/danh-sach")
        assert sent.code in part.text
        assert "<html" not in part.text
        assert f'data-newest="{motcua.rows("SELECT max(id) AS n FROM reports")[0]["n"]}"' in part.text


class TestAReport:
    def test_is_claimed_answered_with_a_photo_and_finished(self, motcua: Deployment, lan: Desk) -> None:
        sent = open_one(motcua, "Đèn hỏng", photo=picture())
        assert lan.move(sent.code, "nhan-viec").status_code == 303
        photo = [("anh", ("sau.jpg", picture("orange"), "image/jpeg"))]
        assert lan.move(sent.code, "tra-loi", photo, words="Mai có thợ đến").status_code == 303
        answer = lan.move(sent.code, "xong", words="Đã thay bóng")
        assert answer.headers["location"] == f"/can-bo/phan-anh/{sent.code}?xong=xong"
        page = lan.get(answer.headers["location"])
        for part in ("Đã ghi: Báo đã xong", "Mai có thợ đến", "Đã thay bóng", "Nguyễn Thị Lan", "Đã xong"):
            assert part in page.text
        assert report(motcua, sent.code)["state"] == "da-xong"
        told = heard(motcua, sent.conversation)
        assert "Cán bộ đã nhận" in told[0]
        assert "Mai có thợ đến" in told[1]
        assert "thật sự xong chưa" in told[-1]
        assert '"photos"' in "".join(told[1:-1])
        motcua.settle()
        assert {row["state"] for row in motcua.rows("SELECT state FROM outbox_messages")} == {"sent"}

    def test_photos_are_shown_small_and_large(self, motcua: Deployment, lan: Desk) -> None:
        sent = open_one(motcua, "Có ảnh", photo=picture("purple", 1200))
        large = lan.get(f"/can-bo/phan-anh/{sent.code}/anh/{sent.photos[0]}")
        small = lan.get(f"/can-bo/phan-anh/{sent.code}/anh/{sent.photos[0]}/nho")
        assert large.headers["content-type"] == small.headers["content-type"] == "image/jpeg"
        assert large.headers["cache-control"] == "no-store"
        assert len(small.content) < len(large.content)

    def test_every_move_is_offered_and_works(self, motcua: Deployment, hung: Desk) -> None:
        first, sent = open_one(motcua, "Có trước"), open_one(motcua, "Đủ mọi việc")
        [kind] = motcua.rows("SELECT category FROM reports WHERE code = ?", sent.code)
        [officer] = motcua.rows("SELECT id FROM officers WHERE login = 'lan'")
        for move, fields, state in (
            ("ghi-chu", {"words": "Chỉ mình biết"}, "moi"),
            ("giao-viec", {"owner": str(officer["id"])}, "da-nhan"),
            ("bat-dau", {}, "dang-xu-ly"),
            ("xep-loai", {"category": kind["category"]}, "dang-xu-ly"),
            ("hen-ngay", {"day": "2099-01-31"}, "hen-ngay"),
            ("chuyen", {"responsible": "Điện lực huyện"}, "da-chuyen"),
            ("khong-thuoc-tham-quyen", {"responsible": "Sở Xây dựng", "words": "Đường tỉnh"}, "khong-thuoc-tham-quyen"),
            ("chua-xong", {"words": "Xem lại"}, "da-nhan"),
            ("gop", {"original": first.code.lower().replace("-", " ")}, "trung"),
        ):
            page = hung.get(f"/can-bo/phan-anh/{sent.code}")
            assert f'action="/can-bo/phan-anh/{sent.code}/{move}"' in page.text, move
            assert hung.move(sent.code, move, **fields).status_code == 303, move
            assert report(motcua, sent.code)["state"] == state, move
        page = hung.get(f"/can-bo/phan-anh/{sent.code}")
        assert "Chỉ mình biết" in page.text
        assert not any("Chỉ mình biết" in told for told in heard(motcua, sent.conversation))
        assert f'action="/can-bo/phan-anh/{sent.code}/xong"' not in page.text

    def test_what_is_told_with_an_assignment_is_marked_and_stays_inside(self, motcua: Deployment, hung: Desk) -> None:
        sent = open_one(motcua, "Đèn hỏng")
        [officer] = motcua.rows("SELECT id FROM officers WHERE login = 'lan'")
        hung.move(sent.code, "giao-viec", owner=str(officer["id"]), words="Nhà này hay kiện")
        page = hung.get(f"/can-bo/phan-anh/{sent.code}").text
        assert "Nhà này hay kiện" in page
        assert "· chỉ cán bộ thấy" in page
        told = heard(motcua, sent.conversation)
        assert len(told) == 1
        assert "Cán bộ đã nhận" in told[0]
        assert "hay kiện" not in told[0]

    def test_a_body_that_nothing_can_be_sent_to_is_told_of_before_and_after(
        self, motcua: Deployment, lan: Desk
    ) -> None:
        sent = open_one(motcua, "Cột điện nghiêng")
        page = f"/can-bo/phan-anh/{sent.code}"
        assert "Máy chưa tự gửi được cho cơ quan nào" in lan.get(page).text
        answer = lan.move(sent.code, "chuyen", responsible="Điện lực huyện")
        assert "chưa có cách gửi tự động cho cơ quan này, anh/chị tự chuyển" in lan.get(answer.headers["location"]).text
        assert "chưa có cách gửi tự động cho cơ quan này, anh/chị tự chuyển" in lan.get(page).text
        lan.move(sent.code, "bat-dau")
        assert "chưa có cách gửi tự động cho cơ quan này" not in lan.get(page).text

    def test_the_second_of_two_officers_is_told_and_loses_no_word(
        self, motcua: Deployment, lan: Desk, hung: Desk
    ) -> None:
        sent = open_one(motcua, "Hai người cùng xem")
        seen = hidden(lan.get(f"/can-bo/phan-anh/{sent.code}"), "seen")
        assert hung.move(sent.code, "tra-loi", words="Hùng nhắn trước").status_code == 303
        photo = [("anh", ("a.jpg", picture("salmon"), "image/jpeg"))]
        late = lan.move(sent.code, "tra-loi", photo, words="Lan viết dài lắm", seen=seen)
        assert late.status_code == 409
        assert "Trần Văn Hùng vừa cập nhật" in late.text
        assert "Hùng nhắn trước" in late.text
        assert ">Lan viết dài lắm</textarea>" in late.text
        assert len(heard(motcua, sent.conversation)) == 1
        kept = hidden(late, "anh-da-gui")
        again = lan.post(
            f"/can-bo/phan-anh/{sent.code}/tra-loi",
            seen=hidden(late, "seen"),
            words="Lan viết dài lắm",
            **{"anh-da-gui": kept},
        )
        assert again.status_code == 303
        assert '"photos"' in heard(motcua, sent.conversation)[-1]

    def test_words_are_shown_even_when_the_form_is_gone(self, motcua: Deployment, lan: Desk, hung: Desk) -> None:
        sent = open_one(motcua, "Vừa đóng xong")
        seen = hidden(lan.get(f"/can-bo/phan-anh/{sent.code}"), "seen")
        hung.move(sent.code, "xong", words="Xong rồi")
        late = lan.move(sent.code, "khong-thuoc-tham-quyen", words="Của Sở", responsible="Sở", seen=seen)
        assert late.status_code == 409
        assert "Của Sở</textarea>" in late.text

    @pytest.mark.parametrize(
        ("move", "fields", "said"),
        [
            ("tra-loi", {"words": ""}, "chưa có lời nhắn"),
            ("tra-loi", {"words": "   \n "}, "chưa có lời nhắn"),
            ("tra-loi", {"words": "x" * 1501}, "dài quá"),
            ("tra-loi", {"words": "Hẹn [ngày …]"}, "chỗ chưa điền: [ngày …]"),
            ("hen-ngay", {"day": "2020-01-01", "words": "Giữ lời này"}, "đã qua"),
            ("hen-ngay", {"day": "mai"}, "không đọc được"),
            ("khong-thuoc-tham-quyen", {"words": "Giữ lời này"}, "cơ quan nào chịu trách nhiệm"),
            ("gop", {"original": "AAA-AAA-AAA"}, "Không tìm thấy phản ánh gốc"),
            ("xep-loai", {"category": "khong-co"}, "Không có loại việc"),
        ],
    )
    def test_what_cannot_be_done_is_said_and_words_stay(
        self, motcua: Deployment, lan: Desk, move: str, fields: dict[str, str], said: str
    ) -> None:
        sent = open_one(motcua, "Chưa được")
        answer = lan.move(sent.code, move, **fields)
        assert answer.status_code == 422
        assert said in answer.text
        assert not fields.get("words", "").startswith("Giữ") or "Giữ lời này</textarea>" in answer.text
        assert report(motcua, sent.code)["version"] == 1

    @pytest.mark.parametrize("content", [b"no picture", b"", b"\xff\xd8\xff\xe0" + b"\0" * 100])
    def test_a_file_that_is_no_photo_is_declined_and_words_stay(
        self, motcua: Deployment, lan: Desk, content: bytes
    ) -> None:
        sent = open_one(motcua, "Gửi nhầm tệp")
        answer = lan.move(sent.code, "tra-loi", [("anh", ("a.jpg", content, "image/jpeg"))], words="Lời của tôi")
        assert answer.status_code == (422 if content else 303)
        assert content == b"" or "Lời của tôi</textarea>" in answer.text

    def test_a_body_without_end_is_cut_off(self, motcua: Deployment, lan: Desk) -> None:
        sent = open_one(motcua, "Lớn quá")
        files = [("anh", (f"{n}.jpg", b"\xff" * 9_000_000, "image/jpeg")) for n in range(3)]
        assert lan.move(sent.code, "tra-loi", files, words="x").status_code == 413
        assert lan.post("/can-bo/toi/mat-khau", cu="x" * 100_000).status_code in (403, 413)

    @pytest.mark.parametrize("move", ["rut-lai", "bo-sung", "xac-nhan", "danh-gia", "gui", "khong-co"])
    def test_a_citizens_move_is_none_of_an_officers(self, motcua: Deployment, lan: Desk, move: str) -> None:
        sent = open_one(motcua, "Không phải việc cán bộ")
        assert lan.move(sent.code, move, words="x").status_code == 404

    def test_news_that_has_not_arrived_is_marked(self, motcua: Deployment, lan: Desk) -> None:
        sent = open_one(motcua, "Tin bị giữ")
        lan.move(sent.code, "nhan-viec")
        motcua.settle()

        async def hold() -> None:
            from sqlalchemy import update

            from bot.tables import OutboxMessage

            async with motcua.service.store.write() as session:
                mine = update(OutboxMessage).where(OutboxMessage.conversation_id == sent.conversation)
                await session.execute(mine.values(state="held", error="window closed"))

        motcua.call(hold())
        page = lan.get("/can-bo")
        assert "Tin chưa đến được người dân" in page.text[page.text.index(sent.code) :].partition("</tr>")[0]
        assert "chưa đến được người dân" in lan.get(f"/can-bo/phan-anh/{sent.code}").text
        stuck = lan.get("/can-bo/chua-den")
        assert sent.code in stuck.text
        assert "Đang chờ người dân nhắn lại" in stuck.text


class TestOfficers:
    def test_an_administrator_adds_disables_and_changes_roles(self, motcua: Deployment, quan: Desk) -> None:
        quan.post("/can-bo/tai-khoan", ten="tam", ho_ten="Cô Tám", vai_tro="can-bo")
        [row] = motcua.rows("SELECT id FROM officers WHERE login = 'tam'")
        one = f"/can-bo/tai-khoan/{row['id']}"
        assert quan.post(f"{one}/vai-tro", vai_tro="lanh-dao").status_code == 303
        assert quan.post(f"{one}/khoa").status_code == 303
        [after] = motcua.rows("SELECT role, active FROM officers WHERE login = 'tam'")
        assert after == {"role": "lanh-dao", "active": 0}
        assert quan.post(f"{one}/mo").status_code == 303
        assert quan.post(f"{one}/vai-tro", vai_tro="vua").status_code == 422
        again = quan.post("/can-bo/tai-khoan", ten="tam", ho_ten="Ai Đó", vai_tro="can-bo")
        assert again.status_code == 422
        assert 'value="Ai Đó"' in again.text

    def test_the_only_administrator_cannot_lock_themselves_out(self, motcua: Deployment, quan: Desk) -> None:
        [row] = motcua.rows("SELECT id FROM officers WHERE login = 'quan'")
        answer = quan.post(f"/can-bo/tai-khoan/{row['id']}/khoa")
        assert answer.status_code == 422
        assert "duy nhất" in answer.text

    def test_codes_for_telegram_are_shown_once(self, motcua: Deployment, lan: Desk, quan: Desk) -> None:
        mine = lan.post("/can-bo/toi/ma-telegram")
        group = quan.post("/can-bo/tai-khoan/ma-nhom")
        assert re.search(r"/canbo [0-9A-Z-]{11}", mine.text)
        assert re.search(r"/nhom [0-9A-Z-]{11}", group.text)
        assert "/canbo " not in lan.get("/can-bo/toi").text


class TestTheLog:
    def test_tells_who_did_what_and_no_citizens_word(self, motcua: Deployment, lan: Desk, hung: Desk) -> None:
        sent = open_one(motcua, "Lời riêng của dân", place="Nhà ông Bảy", reporter="Ông Bảy")
        lan.get(f"/can-bo/phan-anh/{sent.code}")
        lan.move(sent.code, "nhan-viec")
        lan.move(sent.code, "tra-loi", words="Lời riêng của cán bộ")
        with Desk(motcua.url) as stranger:
            stranger.sign_in("lan", "sai")
        page = hung.get("/can-bo/nhat-ky")
        for part in (sent.code, "Nguyễn Thị Lan", "Xem phản ánh", "Nhận việc", "Nhắn người dân", "Đăng nhập sai"):
            assert part in page.text
        told = str(motcua.rows("SELECT * FROM audit_log"))
        for words in ("Lời riêng", "Ông Bảy", "Nhà ông"):
            assert words not in told
            assert words not in motcua.logged

    def test_is_read_page_by_page_and_by_kind(self, motcua: Deployment, hung: Desk) -> None:
        page = hung.get("/can-bo/nhat-ky?viec=dang-nhap")
        assert '<td role="cell">Xem phản ánh</td>' not in page.text
        [last] = motcua.rows("SELECT max(id) AS id FROM audit_log")
        assert f"truoc={last['id']}" not in hung.get("/can-bo/nhat-ky?truoc=1").text
        for nonsense in ("x", "-1", "9" * 40):
            assert hung.get(f"/can-bo/nhat-ky?truoc={nonsense}").status_code == 200
