"""The officers' Telegram group: a report arrives, is taken, answered, finished, all of it from the group."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import reports
from bot.desk.life import Doing, Move
from bot.desk.people.officers import office_row, set_active
from bot.desk.tables import Officer
from tests.fakes.clock import Clock
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_people import Group, Person
from tests.integration.console import Desk, add_officer
from tests.integration.deployment import Deployment
from tests.integration.officers import (
    GROUP_BUTTONS,
    bound_group,
    bound_officer,
    code_for,
    filed,
    moves,
    officer,
    picture,
    post_of,
    report,
    said_of,
    telegram,
    write,
)
from tests.integration.telegram import on_telegram, pushing, someone

_SHADES = count(1)


@pytest.fixture(scope="module")
def fake(clock: Clock) -> FakeTelegram:
    return pushing(clock)


@pytest.fixture(scope="module")
def motcua(folder: Path, fake: FakeTelegram) -> Iterator[Deployment]:
    with on_telegram(folder, fake) as deployment:
        yield deployment


@pytest.fixture(scope="module")
def hoa(fake: FakeTelegram, motcua: Deployment) -> Person:
    return bound_officer(fake, motcua, "Lê Thị Hoa")


@pytest.fixture(scope="module")
def binh(fake: FakeTelegram, motcua: Deployment) -> Person:
    return bound_officer(fake, motcua, "Trần Văn Bình")


@pytest.fixture(scope="module")
def group(fake: FakeTelegram, motcua: Deployment, hoa: Person) -> Group:
    return bound_group(fake, motcua, hoa)


class TestFromReportToRating:
    def test_the_whole_way_from_the_group_alone(
        self, fake: FakeTelegram, motcua: Deployment, hoa: Person, group: Group
    ) -> None:
        sent = filed(fake, motcua, photo=picture(next(_SHADES)), latitude=10.5, longitude=106.25)
        post = post_of(motcua, group, sent.code)
        assert "Đèn đường ngõ 5 <hỏng> & tối cả tuần nay" in post.text
        assert "Ngõ 5, thôn Đông" in post.text
        assert "Bản đồ: https://www.google.com/maps?q=10.500000,106.250000" in post.text
        assert "Người gửi: không nêu tên" in post.text
        assert "Hạn nhận việc: " in post.text
        assert "Hạn trả lời: 17:00 thứ " in post.text
        assert post.buttons == GROUP_BUTTONS
        photo = group.wait_for(lambda shown: shown.file_id and shown.message_id > post.message_id)

        hoa.taps_under(post, "Nhận việc")
        taken = said_of(motcua, group, sent.code, "Lê Thị Hoa đã nhận việc.")
        assert taken.answers == post.message_id
        sent.citizen.wait_for(lambda shown: "Cán bộ đã nhận phản ánh" in shown.text)
        assert report(motcua, sent.code)["state"] == "da-nhan"

        hoa.taps_under(taken, "Bắt đầu xử lý")
        said_of(motcua, group, sent.code, "Lê Thị Hoa bắt đầu xử lý.")
        sent.citizen.wait_for(lambda shown: "Cán bộ đang xử lý việc bà con phản ánh" in shown.text)
        assert report(motcua, sent.code)["state"] == "dang-xu-ly"

        hoa.answers(post, "Mai thợ đến thay bóng, bà con chờ giúp.", group)
        sent.citizen.wait_for(lambda shown: "Cán bộ nhắn: Mai thợ đến thay bóng" in shown.text)

        image = fake.add_file("tho.jpg", picture(next(_SHADES)))
        size = {"file_id": image, "file_unique_id": f"u{image}", "width": 64, "height": 48}
        hoa.answers(photo, {"photo": [size], "caption": "Thợ đang làm"}, group)
        shown = sent.citizen.wait_for(lambda shown: "Cán bộ nhắn: Thợ đang làm" in shown.text)
        sent.citizen.wait_for(lambda later: later.file_id and later.message_id > shown.message_id)

        hoa.taps_under(post, "Xong")
        question = said_of(motcua, group, sent.code, "Đã làm gì để xử lý?")
        assert report(motcua, sent.code)["state"] == "dang-xu-ly"
        hoa.answers(question, "Đã thay bóng đèn mới.", group)
        asked = sent.citizen.wait_for(lambda shown: "thật sự xong chưa?" in shown.text)
        assert "Đã thay bóng đèn mới." in asked.text
        assert "Chưa xong" in asked.buttons
        assert report(motcua, sent.code)["state"] == "da-xong"
        assert moves(motcua, sent.code) == ["gui", "nhan-viec", "bat-dau", "tra-loi", "tra-loi", "xong"]
        noted = motcua.rows("SELECT what, officer_id FROM audit_log WHERE subject = ? ORDER BY id", sent.code)
        assert [row["what"] for row in noted] == ["nhan-viec", "bat-dau", "tra-loi", "tra-loi", "xong"]
        assert all(row["officer_id"] for row in noted)

    def test_a_reopened_report_comes_back_to_the_group_with_buttons(
        self, fake: FakeTelegram, motcua: Deployment, hoa: Person, group: Group
    ) -> None:
        sent = filed(fake, motcua)
        hoa.taps_under(post_of(motcua, group, sent.code), "Xong")
        question = said_of(motcua, group, sent.code, "Đã làm gì")
        hoa.answers(question, "Xong rồi.", group)
        sent.citizen.wait_for(lambda shown: "thật sự xong chưa?" in shown.text)
        _citizen_reopens(motcua, sent.code)
        again = said_of(motcua, group, sent.code, "phản ánh được mở lại")
        assert "“Đèn vẫn tối”" in again.text
        assert again.buttons == GROUP_BUTTONS
        hoa.taps_under(again, "Nhận việc")
        said_of(motcua, group, sent.code, "Lê Thị Hoa đã nhận việc.")
        motcua.settle()
        assert report(motcua, sent.code)["acknowledged_at"]

    def test_a_name_is_shown_only_when_the_citizen_gave_it(
        self, fake: FakeTelegram, motcua: Deployment, group: Group
    ) -> None:
        named = filed(fake, motcua, reporter="Nguyễn Văn An")
        assert "Người gửi: Nguyễn Văn An" in post_of(motcua, group, named.code).text
        unnamed = filed(fake, motcua, contact={"phone": "0912345678", "name": "Phạm Bí Mật"})
        post = post_of(motcua, group, unnamed.code).text
        assert "Phạm Bí Mật" not in post
        assert "0912345678" not in post


class TestTwoOfficers:
    def test_the_second_who_presses_is_told_who_was_faster(
        self, fake: FakeTelegram, motcua: Deployment, hoa: Person, binh: Person, group: Group
    ) -> None:
        sent = filed(fake, motcua)
        post = post_of(motcua, group, sent.code)
        hoa.taps_under(post, "Nhận việc")
        binh.taps_under(post, "Nhận việc")
        group.wait_for(lambda shown: "Lê Thị Hoa đã nhận việc này trước rồi" in shown.text)
        [owner] = motcua.rows("SELECT telegram_id FROM officers WHERE id = ?", report(motcua, sent.code)["owner_id"])
        assert owner["telegram_id"] == str(hoa.id)
        assert moves(motcua, sent.code) == ["gui", "nhan-viec"]

    def test_what_was_asked_before_somebody_else_moved_is_not_done_blindly(
        self, fake: FakeTelegram, motcua: Deployment, hoa: Person, binh: Person, group: Group
    ) -> None:
        sent = filed(fake, motcua)
        post = post_of(motcua, group, sent.code)
        hoa.taps_under(post, "Xong")
        question = said_of(motcua, group, sent.code, "Đã làm gì")
        binh.answers(post, "Tôi đang xem.", group)
        sent.citizen.wait_for(lambda shown: "Tôi đang xem." in shown.text)
        hoa.answers(question, "Đã sửa.", group)
        told = said_of(motcua, group, sent.code, "Trần Văn Bình vừa cập nhật")
        assert moves(motcua, sent.code) == ["gui", "tra-loi"]
        hoa.answers(told, "Đã sửa thật.", group)
        sent.citizen.wait_for(lambda shown: "Đã sửa thật." in shown.text)
        assert moves(motcua, sent.code) == ["gui", "tra-loi", "xong"]

    def test_what_is_impossible_is_said_under_the_post(
        self, fake: FakeTelegram, motcua: Deployment, hoa: Person, group: Group
    ) -> None:
        sent = filed(fake, motcua)
        post = post_of(motcua, group, sent.code)
        hoa.taps_under(post, "Xong")
        question = said_of(motcua, group, sent.code, "Đã làm gì")
        hoa.answers(question, "Xong.", group)
        sent.citizen.wait_for(lambda shown: "thật sự xong chưa?" in shown.text)
        hoa.taps_under(post, "Nhận việc")
        said = group.wait_for(lambda shown: "tình trạng “Đã xong”" in shown.text)
        assert said.answers == post.message_id
        hoa.taps_under(post, "Chuyển")
        hoa.answers(question, "Xong lần nữa.", group)
        motcua.settle()
        assert moves(motcua, sent.code) == ["gui", "xong"]


class TestPassingOn:
    def test_a_body_that_is_named_gets_it_and_the_citizen_hears_which(
        self, fake: FakeTelegram, motcua: Deployment, hoa: Person, group: Group
    ) -> None:
        sent = filed(fake, motcua)
        hoa.taps_under(post_of(motcua, group, sent.code), "Chuyển")
        question = said_of(motcua, group, sent.code, "Chuyển cho cơ quan nào?")
        assert "Không thuộc thẩm quyền của xã" in question.buttons
        hoa.answers(question, "Điện lực huyện cũ: đã báo bên đó sửa", group)
        heard = sent.citizen.wait_for(lambda shown: "Điện lực huyện cũ" in shown.text)
        assert "đã báo bên đó sửa" in heard.text
        assert report(motcua, sent.code)["state"] == "da-chuyen"
        assert report(motcua, sent.code)["responsible"] == "Điện lực huyện cũ"
        said_of(motcua, group, sent.code, "chưa có cách gửi tự động cho cơ quan này, anh/chị tự chuyển")
        [noted] = motcua.rows("SELECT detail FROM audit_log WHERE subject = ?", sent.code)
        assert noted["detail"] == "Mới → Đã chuyển, từ nhóm Telegram"

    def test_a_body_of_the_list_is_a_button(
        self, fake: FakeTelegram, motcua: Deployment, hoa: Person, group: Group
    ) -> None:
        others = {one.body: one.id for one in telegram(motcua).desk.categories if not one.ours}
        if not others:
            pytest.skip("no other body is listed")
        sent = filed(fake, motcua)
        hoa.taps_under(post_of(motcua, group, sent.code), "Chuyển")
        question = said_of(motcua, group, sent.code, "Chuyển cho cơ quan nào?")
        body = next(one for one in others if one[:64] in question.buttons)
        hoa.taps_under(question, body[:64])
        sent.citizen.wait_for(lambda shown: body in shown.text)
        assert report(motcua, sent.code)["responsible"] == body

    def test_a_refusal_names_who_is_responsible_and_why(
        self, fake: FakeTelegram, motcua: Deployment, hoa: Person, group: Group
    ) -> None:
        sent = filed(fake, motcua)
        post = post_of(motcua, group, sent.code)
        hoa.answers(post, "/khongthuoc Sở Xây dựng", group)
        said_of(motcua, group, sent.code, "chưa có lời nhắn")
        hoa.answers(post, "/khongthuoc", group)
        said_of(motcua, group, sent.code, "theo mẫu")
        assert moves(motcua, sent.code) == ["gui"]
        hoa.answers(post, "/khongthuoc Sở Xây dựng: đây là đường tỉnh", group)
        heard = sent.citizen.wait_for(lambda shown: "không thuộc thẩm quyền" in shown.text)
        assert "Sở Xây dựng" in heard.text
        assert "đây là đường tỉnh" in heard.text
        assert report(motcua, sent.code)["state"] == "khong-thuoc-tham-quyen"

    def test_the_button_for_it_asks_how(
        self, fake: FakeTelegram, motcua: Deployment, hoa: Person, group: Group
    ) -> None:
        sent = filed(fake, motcua)
        hoa.taps_under(post_of(motcua, group, sent.code), "Chuyển")
        question = said_of(motcua, group, sent.code, "Chuyển cho cơ quan nào?")
        hoa.taps_under(question, "Không thuộc thẩm quyền của xã")
        how = said_of(motcua, group, sent.code, "theo mẫu")
        hoa.answers(how, "Công ty cấp nước\nống này của công ty", group)
        sent.citizen.wait_for(lambda shown: "Công ty cấp nước" in shown.text)
        assert moves(motcua, sent.code)[-1] == "khong-thuoc-tham-quyen"


class TestWhoMay:
    def test_a_stranger_changes_nothing_and_is_told_once(
        self, fake: FakeTelegram, motcua: Deployment, group: Group
    ) -> None:
        sent = filed(fake, motcua)
        post, stranger = post_of(motcua, group, sent.code), someone(fake)
        before = len(group.inbox)
        for button in GROUP_BUTTONS:
            stranger.taps_under(post, button)
        stranger.answers(post, "Tôi trả lời thay nhé", group)
        stranger.says("/bonhom", group)
        motcua.settle()
        told = group.inbox[before:]
        assert [("Chỉ cán bộ của đơn vị" in shown.text) for shown in told] == [True]
        assert moves(motcua, sent.code) == ["gui"]
        assert len(sent.citizen.inbox) == 1
        assert motcua.rows("SELECT id FROM officer_groups WHERE address = ?", str(group.id))

    def test_a_closed_account_can_do_nothing_any_more(
        self, fake: FakeTelegram, motcua: Deployment, group: Group
    ) -> None:
        gone = bound_officer(fake, motcua, "Vũ Đã Nghỉ")
        [row] = motcua.rows("SELECT id, office_id FROM officers WHERE telegram_id = ?", str(gone.id))
        write(motcua, lambda s: set_active(s, row["office_id"], row["id"], False))
        sent = filed(fake, motcua)
        gone.taps_under(post_of(motcua, group, sent.code), "Nhận việc")
        motcua.settle()
        assert moves(motcua, sent.code) == ["gui"]

    def test_an_officer_of_another_office_is_a_stranger(
        self, fake: FakeTelegram, motcua: Deployment, group: Group
    ) -> None:
        elsewhere = someone(fake)
        other = write(motcua, lambda s: office_row(s, "xa-khac"))
        theirs = officer(motcua, "Người Xã Khác", other)
        write(motcua, lambda s: s.execute(update(Officer).filter_by(id=theirs).values(telegram_id=str(elsewhere.id))))
        sent = filed(fake, motcua)
        elsewhere.taps_under(post_of(motcua, group, sent.code), "Nhận việc")
        elsewhere.answers(post_of(motcua, group, sent.code), "Xã khác trả lời", group)
        motcua.settle()
        assert moves(motcua, sent.code) == ["gui"]

    def test_a_report_of_another_office_is_out_of_reach(
        self, fake: FakeTelegram, motcua: Deployment, hoa: Person, group: Group
    ) -> None:
        sent = filed(fake, motcua)
        post = post_of(motcua, group, sent.code)
        other = write(motcua, lambda s: office_row(s, "xa-khac"))

        def given_to(office: int) -> None:
            write(
                motcua, lambda s: s.execute(update(reports.Report).filter_by(code=sent.code).values(office_id=office))
            )

        given_to(other)
        hoa.taps_under(post, "Nhận việc")
        hoa.answers(post, "Có trả lời được không?", group)
        motcua.settle()
        given_to(telegram(motcua).desk.office_id)
        assert moves(motcua, sent.code) == ["gui"]
        assert len(sent.citizen.inbox) == 1

    def test_payloads_made_by_hand_do_no_harm(
        self, fake: FakeTelegram, motcua: Deployment, hoa: Person, group: Group
    ) -> None:
        sent = filed(fake, motcua)
        post = post_of(motcua, group, sent.code)
        shown = fake.messages[post.message_id]
        for data in (
            "#roi-nhom",
            "#doi-nhom -100999",
            "#vao-nhom",
            "#nhan-viec xxx",
            "#chuyen-den",
            "#menu",
            "☹",
            "#xoa a",
        ):
            tap = {"id": fake.open_tap(hoa.id), "from": hoa.as_user(), "chat_instance": "1", "data": data}
            fake.emit("callback_query", {**tap, "message": shown.as_json(fake.bot)})
        motcua.settle()
        assert motcua.rows("SELECT id FROM officer_groups WHERE address = ?", str(group.id))
        assert not motcua.rows("SELECT id FROM officer_groups WHERE address = '-100999'")
        assert moves(motcua, sent.code) == ["gui"]


class TestChatter:
    def test_what_is_said_among_the_members_is_neither_kept_nor_answered(
        self, fake: FakeTelegram, motcua: Deployment, hoa: Person, group: Group
    ) -> None:
        before, stored = len(group.inbox), len(motcua.events(group.id))
        for text in ("Chào cả nhà", "khai sinh cần giấy tờ gì", "/menu", "#nhan-viec abc", "2"):
            hoa.says(text, group)
        hoa.sends({"location": {"latitude": 10.0, "longitude": 106.0}}, group)
        motcua.settle()
        assert len(group.inbox) == before
        assert len(motcua.events(group.id)) == stored
        assert "Chào cả nhà" not in motcua.everything_stored()

    def test_an_answer_to_a_message_about_no_report_is_not_lost_in_silence(
        self, fake: FakeTelegram, motcua: Deployment, hoa: Person, group: Group
    ) -> None:
        welcome = group.wait_for(lambda shown: "Đã gắn nhóm này" in shown.text)
        hoa.answers(welcome, "Đã rõ", group)
        group.wait_for(lambda shown: "đúng tin có mã phản ánh" in shown.text)

    def test_a_voice_under_a_post_is_refused_in_words(
        self, fake: FakeTelegram, motcua: Deployment, hoa: Person, group: Group
    ) -> None:
        sent = filed(fake, motcua)
        voice = {"voice": {"file_id": "a", "file_unique_id": "b", "duration": 1}}
        hoa.answers(post_of(motcua, group, sent.code), voice, group)
        said_of(motcua, group, sent.code, "chỉ chuyển được chữ và ảnh")
        assert moves(motcua, sent.code) == ["gui"]

    def test_no_word_of_it_is_logged(self, motcua: Deployment) -> None:
        assert "thôn Đông" not in motcua.logged
        assert "thay bóng" not in motcua.logged


class TestBinding:
    def test_a_code_is_good_once_and_for_ten_minutes(self, fake: FakeTelegram, motcua: Deployment) -> None:
        first, second = someone(fake), someone(fake)
        code = code_for(motcua, officer(motcua, "Ngô Một Lần"), "officer")
        first.says(f"/canbo {code.replace('-', ' ').lower()}")
        first.wait_for(lambda shown: "Đã gắn Telegram này với cán bộ Ngô Một Lần" in shown.text)
        second.says(f"/canbo {code}")
        second.wait_for(lambda shown: "Mã không đúng" in shown.text)
        late = code_for(motcua, officer(motcua, "Ngô Đến Trễ"), "officer")
        motcua.later(601)
        second.says(f"/canbo {late}")
        second.wait_for(lambda shown: "Mã không đúng" in shown.text and shown.message_id > second.inbox[0].message_id)
        assert not motcua.rows("SELECT id FROM officers WHERE telegram_id = ?", str(second.id))

    def test_a_code_for_a_group_binds_nobody_and_the_other_way_round(
        self, fake: FakeTelegram, motcua: Deployment
    ) -> None:
        person, some_group = someone(fake), fake.group(-77_001)
        number = officer(motcua, "Đỗ Nhầm Mã")
        person.says(f"/canbo {code_for(motcua, number, 'group')}")
        person.wait_for(lambda shown: "Mã không đúng" in shown.text)
        person.says(f"/nhom {code_for(motcua, number, 'officer')}", some_group)
        some_group.wait_for(lambda shown: "Mã không đúng" in shown.text)
        assert not motcua.rows("SELECT id FROM officer_groups WHERE address = '-77001'")

    def test_one_telegram_is_one_officer(self, fake: FakeTelegram, motcua: Deployment) -> None:
        person = bound_officer(fake, motcua, "Mai Có Rồi")
        person.says(f"/canbo {code_for(motcua, officer(motcua, 'Mai Thứ Hai'), 'officer')}")
        person.wait_for(lambda shown: "đang gắn với một cán bộ khác" in shown.text)

    def test_a_code_of_another_office_binds_nothing_here(self, fake: FakeTelegram, motcua: Deployment) -> None:
        other = write(motcua, lambda s: office_row(s, "xa-khac"))
        person, some_group = someone(fake), fake.group(-77_002)
        number = officer(motcua, "Người Xã Bên", other)
        person.says(f"/canbo {code_for(motcua, number, 'officer')}")
        person.wait_for(lambda shown: "Mã không đúng" in shown.text)
        person.says(f"/nhom {code_for(motcua, number, 'group')}", some_group)
        some_group.wait_for(lambda shown: "Mã không đúng" in shown.text)

    def test_a_group_that_adds_the_bot_hears_once_how_to_bind(
        self, fake: FakeTelegram, motcua: Deployment, hoa: Person
    ) -> None:
        some_group = fake.group(-77_003)
        some_group.adds_bot(hoa)
        how = some_group.wait_for(lambda shown: "/nhom MÃ" in shown.text)
        hoa.answers(how, "Vâng", some_group)
        hoa.says("/bonhom", some_group)
        motcua.settle()
        assert len(some_group.inbox) == 1

    def test_an_unbound_group_hears_nothing_more(self, fake: FakeTelegram, motcua: Deployment, hoa: Person) -> None:
        some_group = bound_group(fake, motcua, hoa)
        sent = filed(fake, motcua)
        post = post_of(motcua, some_group, sent.code)
        hoa.says("/bonhom", some_group)
        some_group.wait_for(lambda shown: "Đã bỏ gắn" in shown.text)
        hoa.taps_under(post, "Nhận việc")
        filed(fake, motcua)
        motcua.settle()
        assert "Đã bỏ gắn" in some_group.inbox[-1].text
        assert moves(motcua, sent.code) == ["gui"]

    def test_not_even_what_waited_reaches_an_unbound_group(
        self, fake: FakeTelegram, motcua: Deployment, hoa: Person, group: Group
    ) -> None:
        some_group = bound_group(fake, motcua, hoa)
        bound = motcua.rows("SELECT id FROM officer_groups")
        fake.fail_next(429, on="/sendMessage", times=len(bound), body={"parameters": {"retry_after": 600}})
        code = filed_quietly(motcua, "KKK-KKK-KKK")
        waiting = "SELECT count(*) AS n FROM outbox_messages WHERE state = 'waiting' AND attempts = 1"
        motcua.wait_until(lambda: motcua.rows(waiting)[0]["n"] == len(bound))
        hoa.says("/bonhom", some_group)
        some_group.wait_for(lambda shown: "Đã bỏ gắn" in shown.text)
        motcua.later(601)
        post_of(motcua, group, code)
        assert not [shown for shown in some_group.inbox if code in shown.text]

    def test_a_topic_is_bound_by_itself(self, fake: FakeTelegram, motcua: Deployment, hoa: Person) -> None:
        forum = bound_group(fake, motcua, hoa, thread=9)
        sent = filed(fake, motcua)
        post = post_of(motcua, forum, sent.code)
        assert post.thread_id == 9
        hoa.answers(post, "Đã nhận tin.", forum)
        sent.citizen.wait_for(lambda shown: "Cán bộ nhắn: Đã nhận tin." in shown.text)
        forum.removes_bot(hoa)
        motcua.wait_until(lambda: not motcua.rows("SELECT id FROM officer_groups WHERE address = ?", f"{forum.id}/9"))

    def test_a_topic_that_was_deleted_is_told_at_the_console_until_it_is_unbound(
        self, fake: FakeTelegram, motcua: Deployment, hoa: Person
    ) -> None:
        forum = bound_group(fake, motcua, hoa, thread=11)
        add_officer(motcua, "nhin-nhom")
        forum.threads.clear()
        filed(fake, motcua)
        lost = "SELECT o.id FROM outbox_messages o JOIN conversations c ON c.id = o.conversation_id WHERE c.address = ?"
        here = f"{forum.id}/11"
        motcua.wait_until(lambda: motcua.rows(f"{lost} AND o.state = 'undeliverable'", here))
        with Desk(motcua.url) as desk:
            desk.sign_in("nhin-nhom")
            page = desk.get("/can-bo/chua-den").text
            assert f"Nhóm {forum.id}, chủ đề 11: 1 tin" in page
            assert "thread not found" in page
            forum.removes_bot(hoa)
            motcua.wait_until(lambda: not motcua.rows("SELECT id FROM officer_groups WHERE address = ?", here))
            page = desk.get("/can-bo/chua-den").text
            assert f"Nhóm {forum.id}" not in page
            assert "Tin trả lời câu hỏi" not in page
            assert "Không có tin nào bị kẹt." in page

    def test_a_group_that_puts_the_bot_out_is_unbound(
        self, fake: FakeTelegram, motcua: Deployment, hoa: Person
    ) -> None:
        some_group = bound_group(fake, motcua, hoa)
        post_of(motcua, some_group, filed(fake, motcua).code)
        some_group.removes_bot(hoa)
        motcua.wait_until(
            lambda: not motcua.rows("SELECT id FROM officer_groups WHERE address = ?", str(some_group.id))
        )

    def test_an_upgraded_group_goes_on_under_its_new_address(
        self, fake: FakeTelegram, motcua: Deployment, hoa: Person
    ) -> None:
        old = bound_group(fake, motcua, hoa)
        old.kind = "group"
        fake.switches.deliver_at_once = False  # Telegram's own notice comes late
        new = old.migrates_to(old.id - 100_000_000)
        sent = filed_quietly(motcua, "AAA-AAA-AAA")
        motcua.wait_until(
            lambda: [row["attempts"] for row in motcua.replies(old.id) if row["state"] == "waiting"] == [1]
        )
        fake.switches.deliver_at_once = True
        for update_ in fake.pending:
            fake.deliver(update_)
        post = post_of(motcua, new, sent)
        hoa.taps_under(post, "Nhận việc")
        new.wait_for(lambda shown: "Lê Thị Hoa đã nhận việc." in shown.text and sent in shown.text)
        assert not motcua.rows("SELECT id FROM officer_groups WHERE address = ?", str(old.id))


def filed_quietly(motcua: Deployment, code: str) -> str:
    """A report of nobody on Telegram; its code."""
    new = reports.NewReport(code=code, category="viec-khac", words="Rác", source="open311")
    write(motcua, lambda s: reports.open_report(s, telegram(motcua).desk, new, motcua.clock.now()))
    return new.code


def _citizen_reopens(motcua: Deployment, code: str) -> None:
    async def reopening(session: AsyncSession) -> None:
        desk = telegram(motcua).desk
        row = await reports.report_of(session, desk.office_id, code)
        await reports.act(session, desk, row, Doing(Move.REOPEN, "citizen", words="Đèn vẫn tối"), motcua.clock.now())

    write(motcua, reopening)
